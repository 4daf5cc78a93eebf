"""`ansvar disclosure …`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.register import open_register

if TYPE_CHECKING:
    from typing import TextIO


@click.group("disclosure")
def command() -> None:
    """What was given to partners and authorities."""


@command.command("new")
@click.option("--recipient", required=True, help="A recipient that notice.yaml names.")
@click.option("--ground", required=True, help="Why the recipient may have the data; the persons read it in their answers.")
@click.option("--by", "made_by", required=True, metavar="NAME", help="Who decides it.")
@click.option(
    "--persons",
    type=click.File(encoding="utf-8"),
    required=True,
    help="One identifier a line, as customer_number=1234; - reads standard input.",
)
@click.option("--purpose", help="With --dataset and --fields: the purpose that the recipient has the data for.")
@click.option("--dataset", help="The data set that is given of, as crm.contacts.")
@click.option("--fields", help="Its fields that are given, as first_name,last_name,email.")
def new(  # noqa: PLR0913, PLR0917 - the options
    recipient: str, ground: str, made_by: str, persons: TextIO, purpose: str | None, dataset: str | None, fields: str | None
) -> None:
    """Record a disclosure before it is made; prints its opaque id. A partner never gets the data of whoever prohibits it.

    Where it is not said which data are given, the recipient is told of every correction and erasure.
    """
    from assets.outreach.allowed import Data
    from assets.outreach.disclose import disclose

    said = [each for each in (purpose, dataset, fields) if each]
    if len(said) not in {0, 3}:
        raise click.UsageError("--purpose, --dataset and --fields say together which data are given: give all three, or none.")
    data = Data(said[0], said[1], [each.strip() for each in said[2].split(",") if each.strip()]) if said else None
    click.echo(disclose(open_register(), recipient, ground, made_by, persons.read().splitlines(), data))


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(*, as_json: bool) -> None:
    """Every disclosure, newest first: to whom, how many identifiers, on what ground, by whom."""
    rows = open_register().ledger.disclosures()
    if as_json:
        print_json(rows)
        return
    columns = ("disclosure", "made_at", "recipient", "kind", "country", "identifiers", "ground", "made_by")
    table(columns, [[f"{each[column]:%Y-%m-%d %H:%M}" if column == "made_at" else each[column] for column in columns] for each in rows])
