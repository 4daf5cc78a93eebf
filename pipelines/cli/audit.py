"""`ansvar audit …`."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.ledger.audit import entries, latest, verify
from resources.register import open_register


@click.group("audit")
def command() -> None:
    """The audit chain: who did what, when and why."""


@command.command("verify")
def verified() -> None:
    """Look whether the chain is whole; ends with exit code 1 where something was changed, taken out or moved."""
    engine = open_register().ledger.engine
    faults = verify(engine)
    for fault in faults:
        click.secho(fault, fg="red")
    if faults:
        sys.exit(1)
    last = latest(engine, 1)
    click.echo(
        f"The chain is whole: {last[0].number:,} entries, head {last[0].hash}." if last else "The chain is whole: it has no entry yet."
    )


@command.command("list")
@click.option("--thing", metavar="ID", help="Only what concerns this id.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most so many, the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, the oldest first, all of them.")
def listing(*, thing: str | None, limit: int, as_json: bool) -> None:
    """The entries, the newest first."""
    engine = open_register().ledger.engine
    if as_json:
        print_json([asdict(each) for each in entries(engine, thing)])
        return
    shown = latest(engine, limit, thing=thing)
    rows = [[str(each.number), f"{each.at:%Y-%m-%d %H:%M:%S}", each.by, each.what, each.thing, each.why] for each in shown]
    table(("number", "when (UTC)", "who", "what", "concerns", "why"), rows)
