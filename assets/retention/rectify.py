"""Correct what is held of a person, at the person's request: in the register at once, at the source by a work order, and until it follows.

The recipients that were given the person's data are to be told (GDPR Art. 19).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.identity.kept import Kept
from assets.identity.resolve import update
from assets.ingest.corrected import Corrections, correct_register, hash_of
from assets.ingest.people import forms
from assets.ingest.typing import SQL_TYPES, faults, typed, typed_name, typed_value
from assets.retention.orders import RECTIFICATION, Orders
from resources.catalogue.positions import nearest
from resources.errors import AnsvarError
from resources.ledger.corrections import GONE, HOLDING, Correction, CorrectionLedger
from resources.ledger.requests import RequestLedger
from resources.runs import begin_run, finish_run
from resources.warehouse.dialect import literal, name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assets.identity.whom import Whom
    from assets.retention.erase import Finder
    from assets.retention.erasure import Decided
    from resources.catalogue import Catalogue, Dataset
    from resources.register import Register
    from resources.warehouse import Engine

KIND = "rectification"
_ID_BYTES = 8


@dataclass(frozen=True)
class Wanted:
    """What is to be corrected: a field of a data set, of which record (by default the person's only one), and what is right in it."""

    dataset: str
    field: str
    value: str | None
    proof: str
    record: str | None = None


@dataclass(frozen=True)
class Rectified:
    """A correction that was made: its id, the work orders for the source, and who was given the person's data, and is to be told."""

    correction: str
    orders: tuple[str, ...]
    recipients: tuple[str, ...]


def rectify(register: Register, request_id: str, wanted: Wanted, by: str, find: Finder) -> Rectified:
    """Correct a field in what readers see, and let it hold against the source.

    Raises:
        AnsvarError: where the request is for something else, the field cannot be corrected, the record is not the person's, or what is said
            to be right does not fit the field. No message holds a value.
    """
    request, catalogue = RequestLedger(register.ledger).ready(request_id, [KIND]), register.catalogue
    dataset = _checked(catalogue, wanted)
    run, ledger, moment = f"correction-{secrets.token_hex(_ID_BYTES)}", CorrectionLedger(register.ledger), register.clock.now()
    try:
        begin_run(register, run)
        with register.warehouse.writing(run) as engine:
            whom = find(engine, register, request)
            record = _record(engine, dataset, wanted, whom)
            if any(each["record"] == record and each["field"] == wanted.field for each in ledger.corrections(*HOLDING)):
                raise AnsvarError("That field is corrected already: `ansvar correct list` shows it, `ansvar correct withdraw` ends it.")
            wrong, right = _values(engine, register, dataset, wanted, record)
            key, digest = hash_of(register.home.pepper, dataset, wanted.field, wrong)
            correction = Correction(dataset.table, record, wanted.field, right, key, digest, wanted.proof)
            made = ledger.meant(request.id, run, correction, by, moment)
            orders = Orders.of(register)
            engine.run("CREATE OR REPLACE TEMP TABLE to_correct AS SELECT $record AS id", {"record": record})
            orders.add(engine, dataset, "to_correct", {"_field": wanted.field, "_correction": made})
            correct_register(engine, catalogue, Corrections.of(register, run=run))
            update(engine, catalogue, Kept.of(register))
            recipients = tuple(told(engine, register, whom, {dataset.id: [wanted.field]}))
        orders.meant(register, run, RECTIFICATION)
        finish_run(register, run)
    finally:
        register.warehouse.release(run)
    return Rectified(made, tuple(each[0] for each in orders.made), recipients)


def can_be_corrected(dataset: Dataset) -> list[str]:
    """The fields of a data set that are corrected in the register: neither what a record is known by, nor a file."""
    return [each for each, field in dataset.fields.items() if each not in dataset.key and field.shape.type != "file"]


def told(engine: Engine, register: Register, whom: Whom, data: Mapping[str, Iterable[str]] | None = None) -> list[str]:
    """The recipients that were given certain data of the person, as the ledger's disclosures know them, sorted.

    Args:
        engine: what is published.
        register: the register.
        whom: the person.
        data: fields by data set; by default all data. A disclosure that does not say which data were given counts for all of them.
    """
    hashes = [
        engine.scalar(
            "SELECT sha256($pepper || 'disclosure/' || $kind || '/' || $value)",
            {"pepper": pepper, "kind": kind, "value": value},
        )
        for kind, value in whom.identifiers
        for pepper in register.home.peppers
    ]
    return register.ledger.recipients_of(hashes, data)


def data_of(catalogue: Catalogue, decided: Iterable[Decided]) -> dict[str, list[str]]:
    """All fields of the data sets of which an erasure takes something, by data set."""
    taken = {each.dataset for each in decided if each.goes or each.emptied}
    return {dataset.id: [*dataset.fields] for dataset in catalogue.datasets if dataset.table in taken}


def forget_gone(engine: Engine, register: Register) -> int:
    """End the corrections of records that are held no longer, with what was right in them; gives how many."""
    ledger, there = CorrectionLedger(register.ledger), {*tables_of(engine, "register")}
    gone = {}
    for each in ledger.corrections(*HOLDING):
        statement = f"SELECT count(*) FROM register.{name(each['dataset'])} WHERE _record = $record"
        if each["dataset"] not in there or not engine.count(statement, {"record": each["record"]}):
            gone[each["correction"]] = GONE
    ledger.found(gone, register.clock.now())
    return len(gone)


def _checked(catalogue: Catalogue, wanted: Wanted) -> Dataset:
    datasets = {dataset.id: dataset for dataset in catalogue.datasets}
    if wanted.dataset not in datasets:
        raise AnsvarError(f"There is no data set '{wanted.dataset}': {nearest(wanted.dataset, datasets)}")
    dataset = datasets[wanted.dataset]
    if wanted.field not in dataset.fields:
        raise AnsvarError(f"'{wanted.field}' is no field of {dataset.id}: {nearest(wanted.field, dataset.fields)}")
    if wanted.field not in can_be_corrected(dataset):
        raise AnsvarError(f"'{wanted.field}' is what the record is known by, or a file: it is corrected at the source alone.")
    kind = dataset.fields[wanted.field].identifies
    if kind is not None and wanted.value and not forms(kind, wanted.value, catalogue):
        raise AnsvarError(f"What is said to be right does not look like one of kind {kind}: check how it is written.")
    return dataset


def _record(engine: Engine, dataset: Dataset, wanted: Wanted, whom: Whom) -> str:
    """The record that is to be corrected, which must be about the person."""
    listed = ", ".join(literal(person) for person in whom.persons) or "''"
    mine = [
        row[0]
        for row in engine.rows(
            f"SELECT DISTINCT _record FROM identity.record_persons WHERE dataset = $table AND is_main AND person IN ({listed}) ORDER BY 1",
            {"table": dataset.table},
        )
    ]
    if wanted.record is not None and wanted.record not in mine:
        raise AnsvarError(f"{dataset.id} has no record of that id about the person of the request.")
    if wanted.record is None and len(mine) != 1:
        ids = f": name one with --record: {', '.join(mine)}" if mine else ""
        raise AnsvarError(f"{dataset.id} has {len(mine)} records about the person of the request{ids}.")
    return str(wanted.record or mine[0])


def _values(engine: Engine, register: Register, dataset: Dataset, wanted: Wanted, record: str) -> tuple[str | None, str | None]:
    """What is held and what is right, as text in the form in which the field holds it.

    Raises:
        AnsvarError: where what is said to be right breaks a rule of the field, or is what is held.
    """
    field, zone = dataset.fields[wanted.field], register.catalogue.sources[dataset.source].shape.time_zone
    own, column = name(field.name), f"CAST({{}} AS {SQL_TYPES[field.shape.type]})"
    engine.run(f"CREATE OR REPLACE TEMP TABLE said AS SELECT CAST($value AS VARCHAR) AS {own}", {"value": wanted.value})
    values = {each: f"held.{name(each)}" for each in dataset.fields} | {field.name: column.format(typed(field, zone))}
    listed = ", ".join(f"{value} AS {name(typed_name(each))}" for each, value in values.items())
    engine.run(
        f"""
        CREATE OR REPLACE TEMP TABLE landed AS
        SELECT landed.{own}, {listed} FROM said AS landed CROSS JOIN register.{name(dataset.table)} AS held
        WHERE held._record = $record
        """,
        {"record": record},
    )
    broken = [rule.reason for rule in faults(dataset, zone) if rule.field == field.name and _breaks(engine, rule.condition)]
    if broken:
        raise AnsvarError(f"What is said to be right does not fit '{field.name}' of {dataset.id}: it {broken[0]}.")
    held = engine.scalar(f"SELECT CAST({own} AS VARCHAR) FROM register.{name(dataset.table)} WHERE _record = $record", {"record": record})
    right = engine.scalar(f"SELECT CAST({typed_value(field.name)} AS VARCHAR) FROM landed")
    for passing in ("said", "landed"):
        engine.run(f"DROP TABLE {passing}")
    if held == right:
        raise AnsvarError(f"'{field.name}' of that record is so already: there is nothing to correct.")
    return held, right


def _breaks(engine: Engine, condition: str) -> bool:
    return engine.count(f"SELECT count(*) FROM landed WHERE {condition}") > 0
