"""Corrections hold against what a source still says: the corrected value goes in, and the correction ends once the source has it.

Where the source says a third thing, neither what was wrong nor what is right, the correction holds and a person is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from assets.ingest.identifiers import add_identifiers, forget_identifiers
from assets.ingest.people import identifier_rows, naming, normalise_values
from assets.ingest.typing import SQL_TYPES
from resources.keyed_hash import KEYED_HASH, key_id, keyed_hash, name_keys, peppers_of
from resources.ledger.corrections import ASKED, FULFILLED, IN_FORCE, CorrectionLedger
from resources.warehouse.dialect import literal, name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from resources.catalogue import Catalogue, Dataset
    from resources.register import Register
    from resources.warehouse import Engine

DOMAIN = "correction"


@dataclass(frozen=True)
class Found:
    """What a batch told of corrections: the new state of each, and the hashes of what is wrong where that was not known."""

    states: dict[str, str] = field(default_factory=dict)
    learned: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Corrections:
    """The corrections that hold, the secrets that the hashes of what is wrong were made with, and what a batch told of them."""

    rows: pa.Table
    peppers: Sequence[str]
    found: Found = field(default_factory=Found)

    @classmethod
    def of(cls, register: Register, dataset: Dataset | None = None, *, run: str = "") -> Corrections:
        """Those of a data set, or of all; with those that a run means.

        Raises:
            AnsvarError: where a key that hashes were made with is not in the home.
        """
        rows = CorrectionLedger(register.ledger).holding(None if dataset is None else dataset.table, run=run)
        return cls(rows, peppers_of(register.home, {each for each in rows["key_id"].to_pylist() if each}))


def hash_of(pepper: str, dataset: Dataset, field_name: str, value: str | None) -> tuple[str, str]:
    """The id of the key, and the keyed hash of what a field holds, as text; of an empty one that of no text."""
    return key_id(pepper), keyed_hash(pepper, f"{DOMAIN}/{dataset.table}.{field_name}", value or "")


def tell(register: Register, corrections: Corrections) -> None:
    """Tell the ledger what a batch that was loaded told of corrections."""
    ledger = CorrectionLedger(register.ledger)
    ledger.learned(corrections.found.learned)
    ledger.found(corrections.found.states, register.clock.now())


def correct_batch(engine: Engine, dataset: Dataset, corrections: Corrections | None) -> None:
    """Put what is right into the good records of a batch (`judged`); what the batch tells of the corrections stands in their `found`."""
    if corrections is None or corrections.rows.num_rows == 0:
        return
    found = corrections.found
    for field_name in _fields(engine, dataset, corrections):
        engine.run(f"""
            CREATE OR REPLACE TEMP TABLE said AS
            SELECT given.correction, given.state, coalesce(given.value, '') AS value, given.key_id, given.old_hash,
              coalesce(CAST(judged.{name(field_name)} AS VARCHAR), '') AS text
            FROM corrections_given AS given
            INNER JOIN judged ON judged._record = given.record
            WHERE given.field = {literal(field_name)} AND judged._fault IS NULL AND judged._drop IS NULL
            QUALIFY row_number() OVER (PARTITION BY given.correction ORDER BY judged._row DESC) = 1
        """)
        for correction, before, state, digest, is_new in engine.rows(f"""
            SELECT said.correction, said.state,
              CASE WHEN said.text = said.value THEN '{FULFILLED}'
                   WHEN said.old_hash = '' OR said.old_hash = {KEYED_HASH.format(value="said.text")} THEN '{IN_FORCE}'
                   ELSE '{ASKED}' END,
              {KEYED_HASH.format(value="said.text")}, said.old_hash = ''
            FROM said
            INNER JOIN correction_keys AS keys ON keys.key_id = said.key_id AND keys.kind = {literal(f"{dataset.table}.{field_name}")}
        """):
            if state != before:
                found.states[correction] = state
            if is_new and state != FULFILLED:
                found.learned.append((correction, digest))
        _put(engine, dataset, field_name, "judged", "_fault IS NULL AND _drop IS NULL")


def correct_register(engine: Engine, catalogue: Catalogue, corrections: Corrections) -> int:
    """Put what is right into what is held, and name anew the persons of the records that changed; gives how many records did.

    The caller works out anew who is who, and publishes.
    """
    changed, there = 0, {*tables_of(engine, "register")}
    for dataset in catalogue.datasets:
        of = corrections.rows.filter(pc.equal(corrections.rows["dataset"], dataset.table))
        if dataset.table not in there or of.num_rows == 0:
            continue
        table = f"register.{name(dataset.table)}"
        engine.run("CREATE OR REPLACE TEMP TABLE corrected (_record VARCHAR)")
        for field_name in _fields(engine, dataset, Corrections(of, corrections.peppers)):
            engine.run(f"""
                INSERT INTO corrected
                SELECT held._record FROM {table} AS held INNER JOIN corrections_given AS given ON given.record = held._record
                WHERE given.field = {literal(field_name)} AND held.{name(field_name)} IS DISTINCT FROM {_value(dataset, field_name)}
            """)
            _put(engine, dataset, field_name, table, "true")
        changed += engine.count("SELECT count(DISTINCT _record) FROM corrected")
        _identify(engine, dataset, catalogue, table)
    return changed


def _identify(engine: Engine, dataset: Dataset, catalogue: Catalogue, table: str) -> None:
    """Name the persons of the records that were corrected: who has another address is known by that."""
    engine.run(f"CREATE OR REPLACE TEMP TABLE corrected_rows AS SELECT * FROM {table} WHERE _record IN (SELECT _record FROM corrected)")
    normalise_values(engine, dataset, catalogue, "corrected_rows")
    engine.run(f"CREATE OR REPLACE TEMP TABLE corrected_named AS {naming(dataset, catalogue, 'corrected_rows')}")
    engine.run(f"UPDATE {table} SET _person = named._named FROM corrected_named AS named WHERE named._record = {table}._record")
    forget_identifiers(engine, "corrected_rows")
    if dataset.shape.persons:
        add_identifiers(engine, identifier_rows(dataset, "corrected_named"))
    engine.run("INSERT INTO meta.unresolved VALUES ($table)", {"table": dataset.table})
    for passing in ("corrected", "corrected_rows", "corrected_named", "corrections_given"):
        engine.run(f"DROP TABLE {passing}")


def _fields(engine: Engine, dataset: Dataset, corrections: Corrections) -> Iterator[str]:
    """The fields of which something is to be corrected; makes `corrections_given` and `correction_keys`."""
    engine.register("correction_rows", corrections.rows)
    engine.run("CREATE OR REPLACE TEMP TABLE corrections_given AS SELECT * FROM correction_rows")
    engine.unregister("correction_rows")
    fields = sorted({*corrections.rows["field"].to_pylist()} & dataset.fields.keys())
    name_keys(engine, "correction_keys", corrections.peppers, DOMAIN, [f"{dataset.table}.{each}" for each in fields])
    yield from fields


def _put(engine: Engine, dataset: Dataset, field_name: str, table: str, condition: str) -> None:
    engine.run(f"""
        UPDATE {table} SET {name(field_name)} = {_value(dataset, field_name)}
        FROM corrections_given AS given
        WHERE {table}._record = given.record AND given.field = {literal(field_name)} AND {condition}
    """)


def _value(dataset: Dataset, field_name: str) -> str:
    """What is right, as the field's type has it; it was found to fit when the correction was made."""
    kind = SQL_TYPES[dataset.fields[field_name].shape.type]
    return f"CASE WHEN given.field = {literal(field_name)} THEN CAST(given.value AS {kind}) END"
