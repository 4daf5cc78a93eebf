"""`ansvar subject …`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.register import open_register

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from assets.identity.companies import Employer
    from assets.identity.show import Shown, SourcePerson


@click.group("subject")
def command() -> None:
    """A data subject, and why its records are believed to be one person's."""


@command.command("show")
@click.argument("subject", metavar="ID")
@click.option("--by", required=True, metavar="NAME", help="Who looks: it is written down.")
@click.option("--reason", required=True, help="Why: it is written down.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(subject: str, by: str, reason: str, *, as_json: bool) -> None:
    """The source records of a subject, with the evidence of each link. ID is a subject's, one that it had before, or a source person's.

    This shows personal data, in the terminal alone; who looked, when and why stands in the ledger before it does.
    """
    from assets.identity.show import show as find

    shown = find(open_register(), subject, by, reason)
    if as_json:
        print_json(shown.as_data())
        return
    _head(shown)
    for person in shown.persons:
        _person(person)
    if shown.employers:
        _employers(shown.employers)


def _head(shown: Shown) -> None:
    click.secho(f"Subject {shown.subject}" if shown.subject else "No subject: the person may be any of several.", bold=True)
    if shown.former_ids:
        click.echo(f"Formerly {', '.join(shown.former_ids)}.")
    records = sum(len(person.records) for person in shown.persons)
    click.echo(f"{len(shown.persons):,} source persons, {records:,} records.")


def _person(person: SourcePerson) -> None:
    click.secho(f"\n{person.source}, person {person.person}, named by {person.named_by}", bold=True)
    table(
        ("identifier", "value", "evidence", "same as"),
        [[each.kind, each.value, "joins" if each.joins else each.reason, "\n".join(each.shared_with) or None] for each in person.evidence],
    )
    fields = [
        [each.dataset, each.record, each.role, "\n".join(f"{name}: {value}" for name, value in each.fields.items()) or None]
        for each in person.records
    ]
    table(("data set", "record", "role", "fields"), fields)


def _employers(employers: Sequence[Employer]) -> None:
    click.secho("\nCompanies", bold=True)
    table(
        ("company", "business id", "role", "from", "until", "customer", "customer from", "customer until", "data set"),
        [
            [
                *(each.name or each.company, each.business_id, each.role, _day(each.started), _day(each.ended)),
                *("now" if each.is_live else "not now", _day(each.customer_from), _day(each.customer_until), each.dataset),
            ]
            for each in employers
        ],
    )


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
