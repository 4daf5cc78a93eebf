"""`ansvar audience`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.errors import AnsvarError
from resources.register import open_register

if TYPE_CHECKING:
    from assets.outreach.audience import Counted


@click.command("audience")
@click.option("--channel", help="A channel of outreach.yaml.")
@click.option("--purpose", help="A purpose of the notice.")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the addresses to this file; it is recorded who does."
)
@click.option("--by", metavar="NAME", help="Who takes the list.")
@click.option("--reason", help="What it is for.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(  # noqa: PLR0913 - the options
    channel: str | None, purpose: str | None, output: Path | None, by: str | None, reason: str | None, *, as_json: bool
) -> None:
    """Who may be written to now, by channel and purpose, and why others may not: counts; with --output the addresses themselves."""
    from assets.outreach.audience import check_known, counts, work_out
    from assets.outreach.received import Told
    from assets.outreach.written_to import write_audience

    register = open_register()
    if output is not None:
        if channel is None or purpose is None or not by or not reason:
            raise AnsvarError(
                "A list is of one channel and one purpose, and somebody answers for it: give --channel, --purpose, --by, --reason."
            )
        click.echo(f"{write_audience(register, channel, purpose, output, by, reason):,} addresses.")
        return
    check_known(register, channel, purpose)
    with register.warehouse.reading() as engine:
        work_out(engine, register, Told.of(register))
        found = [each for each in counts(engine) if channel in (None, each.channel) and purpose in (None, each.purpose)]
    if as_json:
        print_json([vars(each) | {"written_to": each.written_to} for each in found])
        return
    table(("channel", "purpose", "", "why", "persons"), [row for each in found for row in _rows(each)])


def _rows(each: Counted) -> list[list[object]]:
    grounds = [[each.channel, each.purpose, "written to", ground, count] for ground, count in each.grounds.items()]
    return [*grounds, *([each.channel, each.purpose, "left out", reason, count] for reason, count in each.reasons.items())]
