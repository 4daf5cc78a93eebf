"""`ansvar hold …`."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.errors import AnsvarError
from resources.ledger.holds import HoldLedger
from resources.register import open_register


@click.group("hold")
def command() -> None:
    """Legal holds: what is kept though its period is over, why, and until when it is looked at again."""


@command.command("add")
@click.option("--subject", metavar="ID", help="Hold a data subject: all records in which the person stands.")
@click.option(
    "--company", metavar="BUSINESS_ID", help="Hold a company, by its business id or the id of its record, with its contact persons."
)
@click.option("--dataset", metavar="SOURCE.DATASET", help="Hold a data set as a whole.")
@click.option("--reason", required=True, help="Why: it is written down, in the ledger alone.")
@click.option("--by", required=True, metavar="NAME", help="Who holds it: it is written down.")
@click.option("--review", required=True, metavar="DATE", help="When it is looked at again, as 2027-05-01.")
def add(  # noqa: PLR0913 - the options of a command
    *, subject: str | None, company: str | None, dataset: str | None, reason: str, by: str, review: str
) -> None:
    """Hold what a purge would take; prints the hold's id. What belongs to what is held is held with it."""
    from assets.retention.holds import hold

    given = [(covers, target) for covers, target in (("subject", subject), ("company", company), ("dataset", dataset)) if target]
    if len(given) != 1:
        raise AnsvarError("A hold is of one thing: give one of --subject, --company and --dataset.")
    click.echo(hold(open_register(), given[0], reason, by, _date(review)))


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(*, as_json: bool) -> None:
    """Every hold, newest first, and whether its review is overdue."""
    register = open_register()
    holds = HoldLedger(register.ledger).holds()
    today = register.clock.today()
    if as_json:
        print_json([asdict(each) | {"review_overdue": each.ended_at is None and each.review_on <= today} for each in holds])
        return
    rows = []
    overdue = 0
    for each in holds:
        is_overdue = each.ended_at is None and each.review_on <= today
        overdue += is_overdue
        state = f"ended by {each.ended_by}" if each.ended_at else "review overdue" if is_overdue else "in force"
        target = "by its business id" if each.covers == "company" else each.target
        rows.append([each.hold, each.covers, target, each.reason, each.made_by, each.review_on, state])
    table(("hold", "covers", "what", "reason", "by", "review", "state"), rows)
    if overdue:
        click.secho(f"{overdue} to be reviewed: end what is no longer needed with `ansvar hold end ID --by NAME`.", fg="yellow")


@command.command("end")
@click.argument("hold", metavar="ID")
@click.option("--by", required=True, metavar="NAME", help="Who ends it: it is written down.")
def end(hold: str, by: str) -> None:
    """End a hold: the next run takes what it kept, as far as nothing else keeps it."""
    register = open_register()
    HoldLedger(register.ledger).end(hold, by, register.clock.now())
    click.echo(f"{hold} has ended.")


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise AnsvarError("--review is no date: write one as 2027-05-01.") from None
