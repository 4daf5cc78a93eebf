"""`ansvar objection …`."""

from __future__ import annotations

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.ledger.objections import ObjectionLedger
from resources.register import open_register

_COLUMNS = ("objection", "kind", "scope", "made_at", "made_by", "ended_at")


@click.group("objection")
def command() -> None:
    """Objections and withdrawals of consent that were carried out: they are followed until the person takes them back."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(*, as_json: bool) -> None:
    """Every one, newest first, by opaque ids; none that has ended longer ago than requests are kept."""
    rows = ObjectionLedger(open_register().ledger).objections()
    if as_json:
        print_json(rows)
        return
    table(
        _COLUMNS, [[f"{each[key]:%Y-%m-%d %H:%M}" if key.endswith("_at") and each[key] else each[key] for key in _COLUMNS] for each in rows]
    )


@command.command("end")
@click.argument("objection")
@click.option("--by", required=True, metavar="NAME", help="Who ends it.")
@click.option("--reason", required=True, help="How the person took it back.")
def end(objection: str, by: str, reason: str) -> None:
    """End one that the person has taken back; what the sources say counts again."""
    register = open_register()
    ObjectionLedger(register.ledger).end(objection, by, reason, register.clock.now())
    click.echo(f"{objection} has ended.")
