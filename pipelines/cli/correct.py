"""`ansvar correct …`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.cli.erase import tell_recipients
from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.ledger.corrections import CorrectionLedger
from resources.register import open_register

if TYPE_CHECKING:
    from typing import TextIO

_COLUMNS = ("correction", "state", "dataset", "record", "field", "made_at", "made_by", "ended_at")


@click.group("correct")
def command() -> None:
    """Corrections of what is held, which hold against the source until it has what is right."""


@command.command("new")
@click.argument("request")
@click.option("--dataset", required=True, help="The data set, as crm.contacts.")
@click.option("--record", help="The record's opaque id; by default the only one about the person.")
@click.option("--field", required=True, help="The field.")
@click.option(
    "--value", type=click.File(encoding="utf-8"), required=True, help="A file with what is right; - is standard input, empty empties."
)
@click.option("--proof", required=True, help="How it was shown to be right; no value of the person's.")
@click.option("--by", required=True, metavar="NAME", help="Who corrects it.")
def new(request: str, dataset: str, record: str | None, field: str, value: TextIO, proof: str, by: str) -> None:  # noqa: PLR0913, PLR0917 - the options
    """Correct a field at the request of the person: at once in the register, and at the source by a work order."""
    from assets.retention.rectify import Wanted, rectify
    from assets.rights.whom import whom

    right = value.read().strip("\r\n") or None
    made = rectify(open_register(), request, Wanted(dataset, field, right, proof, record), by, whom)
    click.echo(f"{made.correction}: corrected.")
    for order in made.orders:
        click.echo(f"The source is to follow: `ansvar orders show {order}`.")
    tell_recipients(made.recipients)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(*, as_json: bool) -> None:
    """Every correction by opaque ids; `asked` waits for a decision, for the source says a third thing."""
    rows = CorrectionLedger(open_register().ledger).corrections()
    if as_json:
        print_json(rows)
        return
    table(
        _COLUMNS, [[f"{each[key]:%Y-%m-%d %H:%M}" if key.endswith("_at") and each[key] else each[key] for key in _COLUMNS] for each in rows]
    )


@command.command("show")
@click.argument("correction")
@click.option("--by", required=True, metavar="NAME", help="Who looks.")
@click.option("--reason", required=True, help="Why.")
def show(correction: str, by: str, reason: str) -> None:
    """What is right, for whoever mends it at the source; who looks is recorded first."""
    register = open_register()
    value = CorrectionLedger(register.ledger).value(correction)
    register.ledger.record_look("correction", correction, by, reason, register.clock.now())
    click.echo(value if value is not None else "(nothing)")


@command.command("keep")
@click.argument("correction")
@click.option("--by", required=True, metavar="NAME", help="Who decides it.")
def keep(correction: str, by: str) -> None:
    """Hold it against the third thing, too, that the source says."""
    register = open_register()
    CorrectionLedger(register.ledger).keep(correction, by, register.clock.now())
    click.echo(f"{correction} holds.")


@command.command("withdraw")
@click.argument("correction")
@click.option("--by", required=True, metavar="NAME", help="Who decides it.")
def withdraw(correction: str, by: str) -> None:
    """Let the source have its way from its next reading on."""
    register = open_register()
    CorrectionLedger(register.ledger).withdraw(correction, by, register.clock.now())
    click.echo(f"{correction} is withdrawn.")
