"""Load a landed batch: good records into their table, bad ones into quarantine, each record accounted for.

Loading the same batch again changes no row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from assets.ingest.account import Account, refuse_bad
from assets.ingest.corrected import correct_batch
from assets.ingest.deletions import follow_deletions, mark_deleted
from assets.ingest.early import earliest_last_day, name_by_rest, without_past
from assets.ingest.ended import drop_ended
from assets.ingest.erased import ERASED_FAULT, ERASED_PERSON, Erased, mark_erased
from assets.ingest.held import Holds, mark
from assets.ingest.identifiers import add_identifiers, forget_identifiers
from assets.ingest.normalise import LOOKUPS
from assets.ingest.people import identifier_rows, identify_again, normalise_values, normalised_columns, person
from assets.ingest.quarantine import broken_rules, drop_outdone, quarantine
from assets.ingest.snapshot import reconcile
from assets.ingest.spare import spare
from assets.ingest.table import prepare_table
from assets.ingest.typing import anchor_date, anchor_faults, faults, record_id, typed, typed_name, typed_value
from resources.ledger.holds import Keeping
from resources.warehouse.dialect import literal, name
from resources.warehouse.last_days import last_day_of

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from assets.ingest.audio import Audio
    from assets.ingest.corrected import Corrections
    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine


@dataclass(frozen=True)
class Load:
    """What a load needs beside the batch."""

    catalogue: Catalogue
    dataset: Dataset
    batch: str
    now: dt.datetime
    today: dt.date
    gone: pa.Table  # keyed hashes (`hash`) of records that were purged and whose source may still have them
    pepper: str
    audio: Audio | None = None
    days: int = 0  # how many closed days were picked to be read again; 0 where the source is read as each day
    holds: Holds | None = None  # what is held is neither dropped for its age nor deleted because its source has it no more
    erased: Erased | None = None  # by what erased persons are known, if any
    corrections: Corrections | None = None  # what holds against what the source says
    is_release: bool = False  # the records come out of quarantine: they are neither the whole of a snapshot nor a sign of a changed source

    @property
    def zone(self) -> str:
        """The register's time zone."""
        return self.catalogue.notice.time_zone


def load(engine: Engine, what: Load, records: Path, read: int, left_out: int) -> Account:
    """Load the decoded records of a batch, inside the caller's transaction.

    Args:
        engine: the run's working copy.
        what: the data set, the batch and the clock.
        records: `records.parquet` of the batch.
        read: how many records the source gave.
        left_out: how many of them the data set's `where` left out.

    Raises:
        RefusedError: where more of them are bad than may be; the transaction is to be rolled back.
    """
    account = Account(read)
    prepare_table(engine, what.dataset)
    if what.audio is not None:
        what.audio.list_files(engine)
    _land(engine, what, records)
    correct_batch(engine, what.dataset, what.corrections)
    keeps = mark(engine, what.catalogue, what.holds or Holds(Keeping(), what.pepper), what.dataset.source)
    if what.dataset.read.deleted and not what.is_release:
        mark_deleted(engine)
    _split(engine, what, keeps=keeps)
    account.dropped = {"where": left_out} if left_out else {}
    account.dropped |= dict(engine.rows("SELECT _drop, count(*) FROM judged WHERE _drop IS NOT NULL GROUP BY _drop ORDER BY _drop"))
    broken = broken_rules(engine)
    account.quarantined = sum(count for _, rule, count in broken if rule != ERASED_PERSON)
    if not what.is_release:
        refuse_bad(what.dataset, account, broken)
    account.quarantined = sum(count for _, _, count in broken)
    quarantine(engine, what)
    identify_again(engine, what.dataset, what.catalogue)
    _upsert(engine, what, account)
    _follow_ends(engine, what)
    drop_ended(engine, what, account)
    if what.audio is not None:
        what.audio.keep(engine, what.dataset)
    if what.dataset.shape.load == "snapshot" and not what.is_release:
        reconcile(engine, what, account)
    if what.dataset.read.deleted and not what.is_release:
        account.deleted += follow_deletions(engine, what.dataset)
    if account.inserted or account.updated or account.deleted:
        engine.run("INSERT INTO meta.unresolved VALUES ($table)", {"table": what.dataset.table})
    for table in ("judged", "records", "changed", *LOOKUPS, "faults", "spared"):
        engine.run(f"DROP TABLE {table}")
    engine.run(f"DROP {_landed_as(what.dataset)} landed")
    return account


def _land(engine: Engine, what: Load, records: Path) -> None:
    """`judged`: the batch's records, typed, each with its id and the number of the rule that it breaks (`faults`); a bad one whole."""
    zone = what.catalogue.sources[what.dataset.source].shape.time_zone
    rules = [*faults(what.dataset, zone), *anchor_faults(what.dataset, what.zone, what.today), ERASED_FAULT]
    values = ", ".join(f"{typed(each, zone)} AS {name(typed_name(key))}" for key, each in what.dataset.fields.items())
    plain = ", ".join(f"{typed_value(key)} AS {name(key)}" for key in what.dataset.fields)
    audio = what.dataset.audio
    beside = "" if audio is None else f"LEFT JOIN audio_files ON audio_files.file = landed.{name(audio.name)}"
    broken = " ".join(f"WHEN {rule.condition} THEN {number}" for number, rule in enumerate(rules))
    kind = _landed_as(what.dataset)
    nth = ", row_number() OVER (PARTITION BY _raw ORDER BY _row) AS _occurrence" if kind == "TABLE" else ""
    engine.run(f"CREATE TEMP {kind} landed AS SELECT *{nth} FROM read_parquet({literal(str(records))})")
    engine.run(f"""
        CREATE TEMP TABLE judged AS
        WITH typed AS (SELECT *, {values} FROM landed)
        SELECT
          landed._row, CAST(NULL AS VARCHAR) AS _raw, CAST(NULL AS VARCHAR) AS _broken, CAST(NULL AS VARCHAR) AS _context,
          {record_id(what.dataset)} AS _record, {plain}, CAST(NULL AS VARCHAR) AS _quarantine, CASE {broken} END AS _fault,
          CAST(NULL AS VARCHAR) AS _drop
        FROM typed AS landed {beside}
    """)
    _keep_whole(engine, what.dataset)
    columns = {
        "number": list(range(len(rules))),
        "field": [rule.field or None for rule in rules],
        "rule": [rule.rule for rule in rules],
        "reason": [rule.reason for rule in rules],
    }
    _take(engine, "faults", pa.table(columns))


def _landed_as(dataset: Dataset) -> str:
    """What `landed` is: a table where a record's id is of its text and of its number among those of the same text, else a view."""
    return "TABLE" if dataset.shape.key == "content" else "VIEW"


def _keep_whole(engine: Engine, dataset: Dataset) -> None:
    """Put what a bad record is kept with into `judged`: its text, what it takes from around it, and its id in quarantine.

    The id is of the text, and of the number of the record among those of the same text.
    """
    bad = "FROM judged WHERE _fault IS NOT NULL AND _quarantine IS NULL"
    if not engine.count(f"SELECT count(*) {bad}"):
        return
    engine.run(
        f"""
        UPDATE judged SET _raw = whole._raw, _broken = whole._broken, _context = whole._context,
          _quarantine = md5($table || chr(31) || coalesce(whole._raw, '') || chr(31) || whole._nth)
        FROM (
          SELECT _row, _raw, _broken, _context, row_number() OVER (PARTITION BY _raw ORDER BY _row) AS _nth FROM landed
          WHERE coalesce(_raw, '') IN (SELECT coalesce(_raw, '') FROM landed WHERE _row IN (SELECT _row {bad}))
        ) AS whole
        WHERE whole._row = judged._row AND judged._fault IS NOT NULL AND judged._quarantine IS NULL
        """,
        {"table": dataset.table},
    )


def _take(engine: Engine, table: str, rows: pa.Table) -> None:
    """Make a temporary table of Arrow rows."""
    engine.register("taken", rows)
    engine.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM taken")
    engine.unregister("taken")


def _split(engine: Engine, what: Load, *, keeps: bool) -> None:
    """Mark what is dropped by a stated rule: past its period, purged before, of an erased person, or superseded in the batch.

    A good record is dropped only where that is sure by the calendar: not where its rule waits for a relation, nor where it empties fields.
    One past its period that is held is not dropped: it brings its row up to date, and the purge takes it, with its proof.
    What is kept by a hold is not dropped either: see `spare`.
    A bad one would be kept as a whole, so it goes by the shortest of the periods of the record and its fields. What a later good one of its
    key replaces is superseded, be it good or bad: so what is in quarantine is newer than the row that is held.
    """
    anchor = name(what.dataset.shape.anchor)
    anchored = anchor_date(what.dataset, anchor, what.zone)
    last = "CAST(NULL AS DATE)" if what.dataset.rule.action == "blank" else last_day_of(what.dataset.rule.limit, anchored, {})
    name_by_rest(engine, what.dataset, what.zone, what.today)
    engine.run(
        f"""
        UPDATE judged SET _drop = 'past_retention'
        WHERE _drop IS NULL AND {anchor} IS NOT NULL
          AND CASE WHEN _fault IS NULL THEN {last} ELSE {earliest_last_day(what.dataset, anchored)} END < $today
          AND (_fault IS NOT NULL OR _record IS NOT NULL AND _record NOT IN (SELECT _record FROM register.{name(what.dataset.table)}))
        """,
        {"today": what.today},
    )
    _take(engine, "gone", what.gone)
    is_settled = "_fault IS NOT NULL" if what.dataset.relations else "true"  # what waits for a relation is looked at in `drop_ended`
    engine.run(
        f"""
        UPDATE judged SET _drop = 'purged_before' FROM gone
        WHERE _drop IS NULL AND {is_settled} AND gone.hash = sha256($pepper || CASE WHEN _fault IS NULL THEN _record ELSE _quarantine END)
        """,
        {"pepper": what.pepper},
    )
    spare(engine, what, keeps=keeps)
    mark_erased(engine, what)
    _keep_whole(engine, what.dataset)
    engine.run("""
        CREATE TEMP TABLE superseded AS
        SELECT _row FROM judged WHERE _drop IS NULL AND _record IS NOT NULL
        QUALIFY _row < max(CASE WHEN _fault IS NULL THEN _row END) OVER (PARTITION BY _record)
    """)
    engine.run("UPDATE judged SET _drop = 'superseded_in_batch' FROM superseded WHERE judged._row = superseded._row")
    engine.run("DROP TABLE superseded")
    engine.run("DROP TABLE gone")
    if what.is_release:
        drop_outdone(engine, what.dataset)


def _upsert(engine: Engine, what: Load, account: Account) -> None:
    """Write the good records that are new or changed, with their persons and identifiers."""
    dataset, table = what.dataset, f"register.{name(what.dataset.table)}"
    relation = without_past(dataset, what.zone, what.today)
    normalise_values(engine, dataset, what.catalogue, relation)
    columns, joins = normalised_columns(dataset, what.catalogue)
    main = next(iter(dataset.shape.persons), None)
    fields = ", ".join(name(key) for key in dataset.fields)
    engine.run(f"""
        CREATE TEMP TABLE records AS
        WITH named AS (
          SELECT records.*{columns} FROM {relation} AS records {joins} WHERE records._fault IS NULL AND records._drop IS NULL
        )
        SELECT *, {person(dataset, main) if main else "CAST(NULL AS VARCHAR)"} AS _person FROM named
    """)
    differs = " OR ".join(f"held.{name(key)} IS DISTINCT FROM records.{name(key)}" for key in (*dataset.fields, "_person"))
    engine.run(f"""
        CREATE TEMP TABLE changed AS
        SELECT records.*, held._record IS NOT NULL AS _held
        FROM records LEFT JOIN {table} AS held ON held._record = records._record
        WHERE held._record IS NULL OR {differs}
    """)
    account.updated = engine.count("SELECT count(*) FROM changed WHERE _held")
    account.inserted = engine.count("SELECT count(*) FROM changed WHERE NOT _held")
    account.unchanged = engine.count("SELECT count(*) FROM records") - account.updated - account.inserted
    engine.run(f"DELETE FROM {table} USING changed WHERE {table}._record = changed._record")
    engine.run(
        f"""
        INSERT INTO {table} (_record, _person, _batch, _ingested_at, {fields})
        SELECT _record, _person, $batch, $now, {fields} FROM changed
        """,
        {"batch": what.batch, "now": what.now},
    )
    forget_identifiers(engine, "changed")
    if dataset.shape.persons:
        add_identifiers(engine, identifier_rows(dataset, "changed"))


def _follow_ends(engine: Engine, what: Load) -> None:
    """Put the anchor of a bad record that is past its period into the row that is held of it, so that the purge takes the row."""
    anchor, table = name(what.dataset.shape.anchor), f"register.{name(what.dataset.table)}"
    engine.run(f"""
        UPDATE {table} SET {anchor} = ended.anchor
        FROM (
          SELECT _record, max({anchor}) AS anchor FROM judged
          WHERE _drop = 'past_retention' AND _fault IS NOT NULL AND _record NOT IN (SELECT _record FROM records)
          GROUP BY _record
        ) AS ended
        WHERE {table}._record = ended._record AND {table}.{anchor} IS DISTINCT FROM ended.anchor
    """)


def held_rows(engine: Engine, dataset: Dataset) -> int:
    """How many rows a data set's table has now."""
    statement = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'register' AND table_name = $table"
    if not engine.count(statement, {"table": dataset.table}):
        return 0
    return engine.count(f"SELECT count(*) FROM register.{name(dataset.table)}")
