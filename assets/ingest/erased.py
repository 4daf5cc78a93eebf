"""Persons who were erased do not come back with what a source still has of them.

A record that bears an erased identifier in its main role, and is from before the erasure, is dropped; one from after it comes in, for the
person is there again; one without a time waits in quarantine for a named user. In a record of somebody else the erased person's fields stay
empty. What stays on a ground of its own is loaded as ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from assets.ingest.people import normalise_values, normalised_columns
from assets.ingest.typing import Fault
from resources.keyed_hash import KEYED_HASH, name_keys, peppers_of
from resources.ledger.erasures import ADMITTED, DISCARDED, ErasureLedger
from resources.warehouse.dialect import literal, local_date, name

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from assets.ingest.load import Load
    from resources.catalogue import Dataset
    from resources.register import Register
    from resources.warehouse import Engine

DOMAIN = "erasure"
RECORD, QUARANTINE = "record", "quarantine"
"""Kinds of hashes beside those of identifiers: of a record's id; and of the id of a record in quarantine, which is made of all its text."""
ERASED_PERSON = "erased_person"
_REASON = "may be of a person who was erased, and does not say of when it is: a named user decides"
ERASED_FAULT = Fault("", ERASED_PERSON, _REASON, "false")
"""No condition tells it of a record: `mark_erased` marks those that break it."""
_DROPPED = "erased_before"


@dataclass(frozen=True)
class Erased:
    """By what erased persons are known, what was decided on records of theirs, and the secrets that the hashes were made with.

    `kept` are the tables in which an erasure takes nothing, for a named user kept them: (erasure, table).
    """

    identifiers: pa.Table
    returns: pa.Table
    peppers: Sequence[str]
    kept: Sequence[tuple[str, str]] = ()

    @classmethod
    def of(cls, register: Register) -> Erased:
        """What a register's ledger knows.

        Raises:
            AnsvarError: where a key that hashes were made with is not in the home: nobody who was erased could be known again.
        """
        ledger = ErasureLedger(register.ledger)
        identifiers, returns = ledger.erased(), ledger.returns()
        used = {*identifiers["key_id"].to_pylist(), *returns["key_id"].to_pylist()}
        return cls(identifiers, returns, peppers_of(register.home, used), ledger.kept())

    def load(self, engine: Engine) -> None:
        """Make the temporary tables `erased_hashes` (as `ErasureLedger.erased`), `erasure_kept` (`erasure`, `dataset`) and `erasure_keys`.

        The last is of `name_keys`.
        """
        kept = {key: pa.array([row[at] for row in self.kept], pa.string()) for at, key in enumerate(("erasure", "dataset"))}
        for table, rows in (("erased_hashes", self.identifiers), ("erasure_kept", pa.table(kept))):
            engine.register("erased_rows", rows)
            engine.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {', '.join(rows.column_names)} FROM erased_rows")
            engine.unregister("erased_rows")
        name_keys(engine, "erasure_keys", self.peppers, DOMAIN, {*self.identifiers["kind"].to_pylist(), RECORD})


def mark_erased(engine: Engine, what: Load) -> None:
    """Mark in `judged` what erased persons' records become: dropped, in quarantine, or without their fields."""
    if what.erased is None or what.erased.identifiers.num_rows == 0:
        return
    what.erased.load(engine)
    _bearing(engine, what)
    _decided(engine, what.erased)
    dataset, kept = what.dataset, kept_condition(what.dataset, what.now, "judged")
    is_main_before = f"bearing.is_main AND NOT ({kept}) AND bearing.state = 'before'"
    is_bad_before = f"NOT bearing.is_main AND _fault IS NOT NULL AND NOT ({kept}) AND bearing.state = 'before'"
    engine.run(f"""
        UPDATE judged SET _drop = '{_DROPPED}' FROM bearing
        WHERE bearing._row = judged._row AND _drop IS NULL AND (({is_main_before}) OR ({is_bad_before}))
    """)
    engine.run(
        f"""
        UPDATE judged SET _fault = (SELECT number FROM faults WHERE rule = $rule) FROM bearing
        WHERE bearing._row = judged._row AND _drop IS NULL AND _fault IS NULL
          AND bearing.is_main AND NOT ({kept}) AND bearing.state = 'unknown'
        """,
        {"rule": ERASED_PERSON},
    )
    for role, fields in list(dataset.shape.persons.items())[1:]:
        _empty(engine, fields, f"NOT bearing.is_main AND bearing.role = {literal(role)} AND NOT ({kept})")
    _empty(engine, emptied_fields(dataset), f"bearing.is_main AND ({kept})")
    for table in ("erased_hashes", "erasure_kept", "erasure_keys", "bearing"):
        engine.run(f"DROP TABLE {table}")


def kept_condition(dataset: Dataset, moment: dt.datetime, relation: str) -> str:
    """The condition, of a row of a relation, that a stated ground keeps it when its person is erased; `false` where none is stated."""
    erasure, prohibition = dataset.rule.erasure, dataset.shape.prohibition
    if erasure is None or (erasure.only and prohibition is None):
        return "false"
    if not erasure.only or prohibition is None:
        return "true"
    conditions = [
        f"CAST({relation}.{name(field)} AS VARCHAR) IN ({', '.join(literal(value) for value in values)})"
        for field, values in prohibition.where.items()
    ]
    if prohibition.until is not None:
        until = f"CAST({relation}.{name(prohibition.until)} AS TIMESTAMP)"
        conditions.append(f"({until} IS NULL OR {until} > TIMESTAMP {literal(moment.isoformat(' '))})")
    return f"coalesce({' AND '.join(conditions)}, false)"


def emptied_fields(dataset: Dataset) -> list[str]:
    """The fields that go when a person is erased though their record stays: those of a rule of their own that keeps nothing."""
    return [field.name for field in dataset.early if field.rule.erasure is None] if dataset.rule.erasure is not None else []


def time_state(dataset: Dataset, zone: str, relation: str, erased_at: str) -> str:
    """The expression of whether a row is from `before` or `after` an erasure; `unknown` where it does not say, or is of the very day.

    What bears a time that is yet to come does not say it either: such a time tells nothing of when the record came about.

    Args:
        dataset: the data set.
        zone: the register's time zone, in which a day is compared.
        relation: the relation of the rows.
        erased_at: the expression of the moment of the erasure; `$now` is bound to the present one.
    """
    if dataset.recorded is None:
        return "'unknown'"
    own = f"{relation}.{name(dataset.recorded)}"
    if dataset.fields[dataset.recorded].shape.type == "date":
        day, today = local_date(erased_at, zone), local_date("CAST($now AS TIMESTAMP)", zone)
        return f"CASE WHEN {own} < {day} THEN 'before' WHEN {own} > {day} AND {own} <= {today} THEN 'after' ELSE 'unknown' END"
    return f"CASE WHEN {own} <= {erased_at} THEN 'before' WHEN {own} <= CAST($now AS TIMESTAMP) THEN 'after' ELSE 'unknown' END"


def _bearing(engine: Engine, what: Load) -> None:
    """`bearing`: the rows of `judged` that bear what an erased person is known by, the role in which they do, and of when they are.

    Only what may name a person counts: neither what is declared shared nor the mailbox of a role.
    """
    dataset = what.dataset
    main = next(iter(dataset.shape.persons), None)
    normalise_values(engine, dataset, what.catalogue, "judged")
    columns, joins = normalised_columns(dataset, what.catalogue)
    own = "records._row, records._record, records._quarantine, records._fault"
    values = []
    for role, keys in dataset.shape.persons.items():
        head = f"SELECT _row, {literal(role)} AS role, {'true' if role == main else 'false'} AS is_main"
        for key in keys:
            kind, value = literal(dataset.fields[key].identifies or ""), name("_name_" + key)
            values.append(f"{head}, {kind} AS kind, {value} AS value FROM named WHERE {value} IS NOT NULL")
    values.append(f"SELECT _row, '' AS role, true AS is_main, '{RECORD}' AS kind, _record AS value FROM named WHERE _record IS NOT NULL")
    values.append(f"SELECT _row, '', true, '{QUARANTINE}', _quarantine FROM named WHERE _fault IS NOT NULL")
    engine.run(f"""
        CREATE TEMP TABLE borne AS
        WITH named AS (SELECT {own}{columns} FROM judged AS records {joins} WHERE records._drop IS NULL)
        SELECT borne.* FROM ({" UNION ALL ".join(values)}) AS borne WHERE borne.kind IN (SELECT kind FROM erased_hashes)
    """)
    know_again(engine)
    engine.run(
        f"""
        CREATE TEMP TABLE bearing AS
        SELECT
          found._row, found.role, found.is_main, judged._record,
          CASE WHEN found.is_same THEN 'before' ELSE {time_state(dataset, what.zone, "judged", "found.erased_at")} END AS state
        FROM (
          SELECT borne._row, borne.role, borne.is_main, max(known.erased_at) AS erased_at, bool_or(borne.kind = '{QUARANTINE}') AS is_same
          FROM borne INNER JOIN known ON known.kind = borne.kind AND known.value = borne.value
          WHERE known.erasure NOT IN (SELECT erasure FROM erasure_kept WHERE dataset = {literal(dataset.table)})
          GROUP BY borne._row, borne.role, borne.is_main
        ) AS found
        INNER JOIN judged ON judged._row = found._row
        """,
        {"now": what.now} if dataset.recorded is not None else None,
    )
    engine.run("DROP TABLE borne")
    engine.run("DROP TABLE known")


def know_again(engine: Engine) -> None:
    """Make `known` (`kind`, `value`, `erasure`, `erased_at`): the values of the table `borne` (`kind`, `value`) that were erased, and when.

    The hashes are a table of their own: within a join they would be made anew for each pair that is compared.
    """
    engine.run(f"""
        CREATE OR REPLACE TEMP TABLE hashed AS
        SELECT given.kind, given.value, keys.key_id, {KEYED_HASH.format(value="given.value")} AS hash
        FROM (SELECT DISTINCT kind, value FROM borne) AS given
        INNER JOIN erasure_keys AS keys ON keys.kind = given.kind
    """)
    engine.run("""
        CREATE OR REPLACE TEMP TABLE known AS
        SELECT DISTINCT hashed.kind, hashed.value, erased.erasure, erased.erased_at
        FROM hashed
        INNER JOIN erased_hashes AS erased ON erased.hash = hashed.hash AND erased.key_id = hashed.key_id AND erased.kind = hashed.kind
    """)
    engine.run("DROP TABLE hashed")


def _decided(engine: Engine, erased: Erased) -> None:
    """Follow what named users decided on records that do not say of when they are: they come in, or they are from before the erasure."""
    if erased.returns.num_rows == 0:
        return
    engine.register("return_rows", erased.returns)
    engine.run(f"""
        CREATE OR REPLACE TEMP TABLE waiting AS
        SELECT given._record, keys.key_id, {KEYED_HASH.format(value="given._record")} AS hash
        FROM (SELECT DISTINCT _record FROM bearing WHERE state = 'unknown' AND _record IS NOT NULL) AS given
        INNER JOIN erasure_keys AS keys ON keys.kind = '{RECORD}'
    """)
    states = {ADMITTED: "after", DISCARDED: "before"}
    for decision, state in states.items():
        engine.run(
            """
            UPDATE bearing SET state = $state
            FROM (
              SELECT waiting._record FROM waiting
              INNER JOIN return_rows AS decided ON decided.hash = waiting.hash AND decided.key_id = waiting.key_id
              WHERE decided.decision = $decision
            ) AS settled
            WHERE bearing._record = settled._record AND bearing.state = 'unknown' AND bearing.is_main
            """,
            {"state": state, "decision": decision},
        )
    engine.unregister("return_rows")
    engine.run("DROP TABLE waiting")


def _empty(engine: Engine, fields: Sequence[str], condition: str) -> None:
    """Empty fields of the good rows that are not from after the erasure."""
    if not fields:
        return
    emptied = ", ".join(f"{name(field)} = NULL" for field in fields)
    engine.run(f"""
        UPDATE judged SET {emptied} FROM bearing
        WHERE bearing._row = judged._row AND _drop IS NULL AND _fault IS NULL AND {condition} AND bearing.state <> 'after'
    """)
