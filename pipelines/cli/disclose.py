"""`ansvar disclose`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from resources.register import open_register

if TYPE_CHECKING:
    from typing import TextIO


@click.command("disclose")
@click.option("--recipient", required=True, help="A recipient that notice.yaml names.")
@click.option("--purpose", required=True, help="A purpose of the notice that the recipient has the data for.")
@click.option("--ground", required=True, help="Why the recipient may have the data; the persons read it in their answers.")
@click.option("--by", required=True, metavar="NAME", help="Who decides it.")
@click.option("--dataset", required=True, help="The data set, as crm.contacts.")
@click.option("--fields", required=True, help="Its fields that are given, as first_name,last_name,email.")
@click.option(
    "--list", "listed", type=click.File(encoding="utf-8"), help="Of whom: one identifier a line, as email=…; - is standard input."
)
@click.option("--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file that is made.")
def command(  # noqa: PLR0913, PLR0917 - the options
    recipient: str, purpose: str, ground: str, by: str, dataset: str, fields: str, listed: TextIO | None, output: Path
) -> None:
    """Make the list that a recipient receives and record that it does; whoever refuses that, or is restricted, is on no partner's list."""
    from assets.outreach.disclose_list import Wanted, disclose_list

    names = [each.strip() for each in fields.split(",") if each.strip()]
    lines = listed.read().splitlines() if listed is not None else None
    given = disclose_list(open_register(), Wanted(recipient, purpose, ground, dataset, names, lines), by, output)
    click.echo(f"{given.disclosure}: {given.records:,} records written.")
    for reason, persons in given.left_out.items():
        click.echo(f"Left out, {reason}: {persons:,} persons.")
