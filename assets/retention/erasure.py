"""Erase a person in a run's working copy: what goes and what a stated ground keeps, data set by data set; then the deletion itself.

Which persons are meant is told by the caller; the stores beside the warehouse are `erase`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from assets.identity.remains import remember_remains
from assets.ingest.erased import QUARANTINE, RECORD, Erased, emptied_fields, kept_condition, know_again, time_state
from assets.ingest.identifiers import forget_identifiers
from resources.warehouse.dialect import literal, name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from assets.identity.whom import Whom
    from resources.catalogue import Catalogue, Dataset
    from resources.register import Register
    from resources.warehouse import Engine

_TABLES = {
    "concerned": "dataset VARCHAR, _record VARCHAR, role VARCHAR, is_main BOOLEAN",
    "erased_records": "dataset VARCHAR, _record VARCHAR",
    "kept_records": "dataset VARCHAR, _record VARCHAR",
    "erased_roles": "dataset VARCHAR, _record VARCHAR, role VARCHAR",
    "erased_quarantine": "_quarantine VARCHAR, dataset VARCHAR",
}


@dataclass(frozen=True)
class Decided:
    """What is decided on a data set: records that go, records that stay on a ground, and records of others that lose the person's fields.

    `emptied` counts those of the records that stay which lose fields of a rule of their own, `quarantined` what goes out of quarantine.
    `grounds` are those on which what goes does, see `assets.retention.grounds`.
    """

    dataset: str
    rule: str
    ground: str | None
    goes: int
    stays: int
    emptied: int
    of_others: int
    quarantined: int
    grounds: list[str] = field(default_factory=list)

    @property
    def takes(self) -> int:
        """How many records go, or lose something."""
        return self.goes + self.of_others + self.quarantined


def choose(  # noqa: PLR0913, PLR0917 - whose, of what, and what was decided on it
    engine: Engine,
    catalogue: Catalogue,
    whom: Whom,
    moment: dt.datetime,
    only: frozenset[str] | None = None,
    keep: Mapping[str, str] | None = None,
) -> list[Decided]:
    """Decide on every record of a person, by the ground that its rule states or a named user chose; nothing is deleted yet.

    Makes the temporary tables `erased_records`, `kept_records`, `erased_roles` and `erased_quarantine`, which `carry_out` reads.

    Args:
        engine: a connection that may make temporary tables.
        catalogue: the register's catalogue.
        whom: the person.
        moment: the moment of the erasure, as a naive UTC timestamp.
        only: the tables that are decided on; by default all.
        keep: the tables that a named user keeps, each with why; only such of whose records no rule keeps any.
    """
    _prepare(engine)
    _take(engine, "erased_persons", {"person": list(whom.persons)})
    engine.run("""
        INSERT INTO concerned
        SELECT DISTINCT records.dataset, records._record, records.role, records.is_main
        FROM identity.record_persons AS records INNER JOIN erased_persons AS mine ON mine.person = records.person
    """)
    _take(engine, "quarantined_ids", {"_quarantine": list(whom.quarantined)})
    engine.run("""
        INSERT INTO erased_quarantine
        SELECT records._quarantine, records.dataset
        FROM quarantine.records AS records INNER JOIN quarantined_ids AS mine ON mine._quarantine = records._quarantine
    """)
    if only is not None:
        listed = ", ".join(map(literal, sorted(only))) or "''"
        for table in ("concerned", "erased_quarantine"):
            engine.run(f"DELETE FROM {table} WHERE dataset NOT IN ({listed})")
    return _decide(engine, catalogue, moment, keep or {})


def carry_out(engine: Engine, catalogue: Catalogue) -> None:
    """Delete what `choose` decided on, inside the caller's transaction; the caller works out anew who is who, and publishes."""
    for dataset in _held(engine, catalogue):
        table, of = f"register.{name(dataset.table)}", f"dataset = {literal(dataset.table)}"
        engine.run(f"DELETE FROM {table} USING erased_records AS gone WHERE gone.{of} AND {table}._record = gone._record")
        columns = set(engine.columns(f"SELECT * FROM {table} LIMIT 0"))
        for role, of_role in list(dataset.shape.persons.items())[1:]:
            is_role = f"{of} AND role = {literal(role)}"
            emptied = f"(SELECT _record FROM erased_roles WHERE {is_role}) AS gone WHERE {table}._record = gone._record"
            _empty(engine, table, (field for field in of_role if field in columns), emptied)
            forget_identifiers(
                engine, f"(SELECT _record FROM erased_roles WHERE {is_role})", also=f"held.{of} AND held.role = {literal(role)}"
            )
        early = [field for field in emptied_fields(dataset) if field in columns]
        _empty(engine, table, early, f"kept_records AS stays WHERE stays.{of} AND {table}._record = stays._record")
        if early:
            fields = f"held.field IN ({', '.join(map(literal, early))})"
            forget_identifiers(engine, f"(SELECT _record FROM kept_records WHERE {of})", also=f"held.{of} AND {fields}")
    forget_identifiers(engine, "erased_records")
    engine.run("DELETE FROM quarantine.records USING erased_quarantine AS gone WHERE quarantine.records._quarantine = gone._quarantine")
    for column in ("one", "other"):
        engine.run(f"DELETE FROM identity.candidates USING erased_persons AS gone WHERE identity.candidates.{column} = gone.person")
    engine.run("INSERT INTO meta.unresolved SELECT DISTINCT dataset FROM concerned")


def forget_outreach(engine: Engine) -> None:
    """Delete what is published of writing to the persons that `choose` was given; before the caller works out who is who."""
    engine.run("""
        CREATE OR REPLACE TEMP TABLE erased_subjects AS
        SELECT DISTINCT coalesce(persons.subject, persons.person) AS subject
        FROM identity.persons AS persons INNER JOIN erased_persons AS gone ON gone.person = persons.person
    """)
    for table in ("consents", "barred", "audience"):
        engine.run(f"DELETE FROM outreach.{table} USING erased_subjects AS gone WHERE outreach.{table}.subject = gone.subject")
    engine.run("DROP TABLE erased_subjects")


def hashes(engine: Engine, whom: Whom) -> Iterator[tuple[str, str]]:
    """What the person is to be known by, as (kind, value): identifiers, and the ids of records that bear none of them.

    A record in quarantine that goes is known by its id, which is made of its whole text.
    """
    yield from whom.identifiers
    _take(engine, "own_values", {"kind": [kind for kind, _ in whom.identifiers], "value": [value for _, value in whom.identifiers]})
    nameless = engine.rows("""
        WITH borne AS (
          SELECT DISTINCT identifiers.dataset, identifiers._record
          FROM identity.identifiers AS identifiers
          INNER JOIN own_values AS mine ON mine.kind = identifiers.kind AND mine.value = identifiers.value
          WHERE identifiers.is_main AND NOT identifiers.shared
        )
        SELECT gone._record FROM erased_records AS gone
        LEFT JOIN borne ON borne.dataset = gone.dataset AND borne._record = gone._record
        WHERE borne._record IS NULL
    """)
    yield from ((RECORD, row[0]) for row in nameless)
    yield from ((QUARANTINE, row[0]) for row in engine.rows("SELECT _quarantine FROM erased_quarantine"))


def apply_erasures(engine: Engine, register: Register) -> dict[str, int]:
    """Erase in a working copy all whom the ledger knows as erased, as after a warehouse was restored from a backup; gives counts by table.

    Goes what was held when its person was erased, and what says of itself that it is from before. What stays on a stated ground stays.
    The caller works out anew who is who, and publishes.

    Raises:
        AnsvarError: where a key that hashes were made with is not in the home.
    """
    erased, moment = Erased.of(register), register.clock.now()
    _prepare(engine)
    _take(engine, "erased_persons", {"person": []})
    if erased.identifiers.num_rows == 0:
        return {}
    erased.load(engine)
    _concerned_by_hash(engine, register)
    _quarantined_by_hash(engine)
    decided = _decide(engine, register.catalogue, moment, {})  # what was kept by decision is not concerned
    carry_out(engine, register.catalogue)
    engine.run("""
        CREATE OR REPLACE TEMP TABLE erased_again AS
        SELECT DISTINCT records.person
        FROM identity.record_persons AS records
        SEMI JOIN concerned ON concerned.dataset = records.dataset AND concerned._record = records._record AND concerned.role = records.role
        ANTI JOIN identity.remains AS remains ON remains.person = records.person
    """)
    remember_remains(engine, register.home.pepper, "erased_again")
    counts = {each.dataset: each.takes for each in decided}
    return {table: count for table, count in counts.items() if count}


def _quarantined_by_hash(engine: Engine) -> None:
    """Fill `erased_quarantine` with the records in quarantine whose text went before."""
    engine.run(f"CREATE OR REPLACE TEMP TABLE borne AS SELECT '{QUARANTINE}' AS kind, _quarantine AS value FROM quarantine.records")
    know_again(engine)
    engine.run("""
        INSERT INTO erased_quarantine
        SELECT DISTINCT records._quarantine, records.dataset
        FROM quarantine.records AS records
        INNER JOIN known ON known.value = records._quarantine
        LEFT JOIN erasure_kept AS kept ON kept.erasure = known.erasure AND kept.dataset = records.dataset
        WHERE kept.erasure IS NULL
    """)


def _concerned_by_hash(engine: Engine, register: Register) -> None:
    """Fill `concerned` with the records that bear an erased identifier, or are known by their id, and were held, or are from, before."""
    ids = " UNION ALL ".join(_record_ids(engine, register.catalogue))
    engine.run(f"""
        CREATE OR REPLACE TEMP TABLE borne AS
        SELECT borne.* FROM (
          SELECT dataset, _record, role, is_main, kind, value FROM identity.identifiers WHERE NOT shared
          {f"UNION ALL {ids}" if ids else ""}
        ) AS borne
        WHERE borne.kind IN (SELECT kind FROM erased_hashes)
    """)
    know_again(engine)
    engine.run("""
        CREATE OR REPLACE TEMP TABLE bearing AS
        SELECT borne.dataset, borne._record, borne.role, borne.is_main, max(known.erased_at) AS erased_at
        FROM borne INNER JOIN known ON known.kind = borne.kind AND known.value = borne.value
        LEFT JOIN erasure_kept AS kept ON kept.erasure = known.erasure AND kept.dataset = borne.dataset
        WHERE kept.erasure IS NULL
        GROUP BY borne.dataset, borne._record, borne.role, borne.is_main
    """)
    for dataset in _held(engine, register.catalogue):
        state = time_state(dataset, register.catalogue.notice.time_zone, "held", "bearing.erased_at")
        parameters = {"now": register.clock.now()} if dataset.recorded is not None else None
        engine.run(
            f"""
            INSERT INTO concerned
            SELECT bearing.dataset, bearing._record, bearing.role, bearing.is_main
            FROM bearing INNER JOIN register.{name(dataset.table)} AS held ON held._record = bearing._record
            WHERE bearing.dataset = {literal(dataset.table)} AND (held._ingested_at <= bearing.erased_at OR {state} = 'before')
            """,
            parameters,
        )


def _record_ids(engine: Engine, catalogue: Catalogue) -> list[str]:
    """The SELECTs of every record's id as a value to be known by."""
    return [
        f"SELECT {literal(dataset.table)}, _record, '', true, '{RECORD}', _record FROM register.{name(dataset.table)}"
        for dataset in _held(engine, catalogue)
    ]


def _decide(engine: Engine, catalogue: Catalogue, moment: dt.datetime, keep: Mapping[str, str]) -> list[Decided]:
    decided = []
    for dataset in catalogue.datasets:
        table, erasure = {"table": dataset.table}, dataset.rule.erasure
        if dataset.table in tables_of(engine, "register"):
            _split(engine, dataset, "true" if dataset.table in keep else kept_condition(dataset, moment, "held"))
        engine.run(
            """
            INSERT INTO erased_quarantine
            SELECT records._quarantine, records.dataset FROM quarantine.records AS records
            INNER JOIN erased_records AS gone ON gone.dataset = records.dataset AND gone._record = records._record
            WHERE records.dataset = $table AND records._quarantine NOT IN (SELECT _quarantine FROM erased_quarantine)
            """,
            table,
        )
        if dataset.table in keep or (erasure is not None and erasure.only is None):  # the same ground keeps what of it could not be read in
            engine.run("DELETE FROM erased_quarantine WHERE dataset = $table", table)
        counted = {
            each: engine.count(f"SELECT count(*) FROM {each} WHERE dataset = $table", table)
            for each in ("erased_records", "kept_records", "erased_roles", "erased_quarantine")
        }
        decided.append(
            Decided(
                dataset.table,
                dataset.shape.retention,
                (keep.get(dataset.table) or (erasure.keeps if erasure is not None else None)) if counted["kept_records"] else None,
                goes=counted["erased_records"],
                stays=counted["kept_records"],
                emptied=counted["kept_records"] if emptied_fields(dataset) else 0,
                of_others=counted["erased_roles"],
                quarantined=counted["erased_quarantine"],
            )
        )
    return [each for each in decided if each.goes or each.stays or each.of_others or each.quarantined]


def _split(engine: Engine, dataset: Dataset, kept: str) -> None:
    """Put the records of a data set that concern the person where they belong: gone, kept by a condition, or somebody else's."""
    table, of = f"register.{name(dataset.table)}", {"table": dataset.table}
    mine = "held._record IN (SELECT _record FROM concerned WHERE dataset = $table AND is_main)"
    for target, condition in (("kept_records", kept), ("erased_records", f"NOT ({kept})")):
        engine.run(f"INSERT INTO {target} SELECT $table, held._record FROM {table} AS held WHERE {mine} AND {condition}", of)
    engine.run(
        f"""
        INSERT INTO erased_roles
        SELECT concerned.dataset, concerned._record, concerned.role
        FROM concerned INNER JOIN {table} AS held ON held._record = concerned._record
        WHERE concerned.dataset = $table AND NOT concerned.is_main AND NOT ({kept})
          AND concerned._record NOT IN (SELECT _record FROM erased_records WHERE dataset = $table)
        """,
        of,
    )


def _prepare(engine: Engine) -> None:
    for table, columns in _TABLES.items():
        engine.run(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")


def _take(engine: Engine, table: str, columns: dict[str, list[str]]) -> None:
    engine.register("taken", pa.table({key: pa.array(values, pa.string()) for key, values in columns.items()}))
    engine.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {', '.join(columns)} FROM taken")
    engine.unregister("taken")


def _held(engine: Engine, catalogue: Catalogue) -> list[Dataset]:
    held = tables_of(engine, "register")
    return [dataset for dataset in catalogue.datasets if dataset.table in held]


def _empty(engine: Engine, table: str, fields: Iterable[str], rest: str) -> None:
    emptied = ", ".join(f"{name(field)} = NULL" for field in fields)
    if emptied:
        engine.run(f"UPDATE {table} SET {emptied} FROM {rest}")
