"""`ansvar quarantine …`."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.errors import AnsvarError
from resources.register import open_register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assets.ingest.release import Released
    from resources.catalogue import Dataset
    from resources.register import Register

_COLUMNS = ("data set", "field", "rule", "reason", "records")
_RECORDS = ("id", "data set", "field", "rule", "quarantined (UTC)")
_RELEASED = ("data set", "tried", "inserted", "updated", "unchanged", "dropped", "still bad", "not tried")
_ID_BYTES = 8


@click.group("quarantine", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(context: click.Context, *, as_json: bool) -> None:
    """What could not be read in, and why: count it, look at a record, release what was mended.

    Without a command it counts the records by data set, field, rule and reason. Their content is not shown.
    """
    if context.invoked_subcommand is not None:
        return
    from assets.ingest.quarantined import counts

    rows = counts(open_register())
    if as_json:
        print_json([dict(zip(_COLUMNS, row, strict=True)) for row in rows])
        return
    table(_COLUMNS, rows)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--dataset", metavar="SOURCE.DATASET", help="Of this data set alone.")
@click.option("--field", help="Of this field's rules alone.")
@click.option("--last", type=click.IntRange(min=1), default=50, show_default=True, help="How many, newest first.")
def listing(*, as_json: bool, dataset: str | None, field: str | None, last: int) -> None:
    """The records that could not be read in, by their opaque ids, newest first. Their content is not shown."""
    from assets.ingest.quarantined import Chosen, records

    register = open_register()
    chosen = _dataset(register, dataset).table if dataset is not None else None
    rows = records(register, Chosen(chosen, field), last)
    ids = {each.table: each.id for each in register.catalogue.datasets}
    shown = [(record, ids.get(of, of), *broken, f"{at:%Y-%m-%d %H:%M}") for record, of, *broken, at in rows]
    if as_json:
        print_json([dict(zip(_RECORDS, row, strict=True)) for row in shown])
        return
    table(_RECORDS, shown)


@command.command("show")
@click.argument("record", metavar="ID")
@click.option("--by", required=True, metavar="NAME", help="Who looks: a named person, not a team.")
@click.option("--reason", required=True, help="Why the record must be looked at.")
def show(record: str, by: str, reason: str) -> None:
    """Show one record as its source gave it, after the ledger has recorded who looks, and why. It is personal data: keep it nowhere."""
    from assets.ingest.quarantined import look, record_of

    register = open_register()
    look(register, record, by, reason)
    found = record_of(register, record)
    click.echo(f"{found.dataset}: {found.field or 'the record'} breaks the rule '{found.rule}': {found.reason}")
    click.echo(found.text)
    if found.around:
        click.echo(f"around it: {found.around}")


@command.command("release")
@click.argument("datasets", metavar="[SOURCE.DATASET]…", nargs=-1)
@click.option(
    "--id", "records", multiple=True, metavar="ID", help="A record that may be of a person who was erased: let it in all the same."
)
@click.option("--by", default="", metavar="NAME", help="With --id: who decides that it comes in.")
@click.option("--reason", default="", help="With --id: why.")
def release(datasets: Sequence[str], records: Sequence[str], by: str, reason: str) -> None:
    """Type records in quarantine again, after their rule was mended: those that now fit are loaded, the others stay.

    A record of the rule erased_person bears an identifier of a person who was erased, and does not say of when it is: --id lets it in.
    """
    if records:
        from resources.ledger.erasures import ADMITTED

        table(_RELEASED, [_row(each) for each in admit(open_register(), records, ADMITTED, by, reason)])
        return
    register = open_register()
    if not register.warehouse.is_published:
        raise AnsvarError("The register is empty: no run has been published yet. Run `ansvar run` first.")
    wanted = [_dataset(register, each) for each in dict.fromkeys(datasets)] or list(register.catalogue.datasets)
    released = _released(register, wanted)
    if not released:
        click.echo("There is nothing in quarantine.")
        return
    table(_RELEASED, [_row(each) for each in released])
    if any(each.untried for each in released):
        click.echo("What was not tried could not be read at all: it leaves quarantine when its source gives it as it should be.")


@command.command("discard")
@click.argument("records", metavar="ID…", nargs=-1, required=True)
@click.option("--by", required=True, metavar="NAME", help="Who decides that it is of the person who was erased.")
@click.option("--reason", required=True, help="Why.")
def discard(records: Sequence[str], by: str, reason: str) -> None:
    """Delete records of the rule erased_person: they are of the person who was erased, and are dropped from now on."""
    from resources.ledger.erasures import DISCARDED

    table(_RELEASED, [_row(each) for each in admit(open_register(), records, DISCARDED, by, reason)])


def admit(register: Register, records: Sequence[str], decision: str, by: str, reason: str) -> list[Released]:
    """Record what a named user decides on records of the rule erased_person, then try their data sets again.

    Args:
        register: the register.
        records: the records' ids in quarantine.
        decision: `admitted` or `discarded`.
        by: the named user.
        reason: why.

    Raises:
        AnsvarError: where one of them is no such record, or no user or no reason is named.
    """
    from assets.ingest.erased import DOMAIN, ERASED_PERSON, RECORD
    from resources.keyed_hash import key_id, keyed_hash
    from resources.ledger.erasures import ErasureLedger

    statement = "SELECT _record, dataset FROM quarantine.records WHERE _quarantine = $record AND rule = $rule"
    with register.warehouse.reading() as engine:
        found = [engine.rows(statement, {"record": record, "rule": ERASED_PERSON}) for record in dict.fromkeys(records)]
    if not all(found):
        raise AnsvarError(
            f"One of the records waits for nobody's decision: `ansvar quarantine list` shows those of the rule {ERASED_PERSON}."
        )
    pepper = register.home.pepper
    hashes = [(key_id(pepper), keyed_hash(pepper, f"{DOMAIN}/{RECORD}", rows[0][0])) for rows in found]
    ErasureLedger(register.ledger).decide_return(decision, hashes, by, reason, register.clock.now())
    return _released(register, [register.catalogue.dataset(table) for table in sorted({rows[0][1] for rows in found})])


def _released(register: Register, wanted: Sequence[Dataset]) -> list[Released]:
    """Release in a run of its own, which is published where it wrote anything."""
    from assets.identity.kept import Kept
    from assets.identity.resolve import update
    from assets.ingest.release import release as take_out
    from resources.runs import finish_run

    run = f"release-{secrets.token_hex(_ID_BYTES)}"
    try:
        found = take_out(register, run, wanted)
        if any(each.account.read for each in found):
            with register.warehouse.writing(run) as engine:
                update(engine, register.catalogue, Kept.of(register))
            finish_run(register, run)
    finally:
        register.warehouse.release(run)
    return found


def _row(each: Released) -> list[object]:
    account = each.account
    dropped = ", ".join(f"{rule} {count}" for rule, count in account.dropped.items()) or "0"
    counts = (account.read, account.inserted, account.updated, account.unchanged, dropped, account.quarantined, each.untried)
    return [each.dataset.id, *counts]


def _dataset(register: Register, name: str) -> Dataset:
    for dataset in register.catalogue.datasets:
        if dataset.id == name:
            return dataset
    raise AnsvarError(f"There is no data set '{name}': `ansvar fields` shows those that there are.")
