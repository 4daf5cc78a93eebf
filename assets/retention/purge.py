"""Plan and carry out the purge: what is past its period goes from the tables, the identifiers and the quarantine.

Audio and old bytes go when the run is published; see `assets.ingest.audio.sweep` and `Warehouse.publish`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.typing import anchor_date
from resources.ledger import PurgeRecord
from resources.warehouse.dialect import last_day, local_date, name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine


def plan(engine: Engine, catalogue: Catalogue, today: dt.date) -> list[PurgeRecord]:
    """What is due on a local date, by layer, data set and rule; nothing is changed.

    A record whose anchor lies on local date D is due from the day after D + period. Where the anchor is empty, the rule's `open` says
    whether the record is kept or counted from its ingestion.
    """
    records = []
    for dataset, layer, dates, _ in _layers(engine, catalogue):
        statement = f"SELECT count(*), min(anchored), max(anchored) FROM ({dates}) AS dated WHERE last_day < $today"
        count, oldest, newest = engine.rows(statement, {"today": today})[0]
        records.append(PurgeRecord(layer, dataset.table, dataset.shape.retention, count, oldest, newest))
    return records


def due_without_anchor(engine: Engine, catalogue: Catalogue, today: dt.date, pepper: str) -> Iterator[tuple[str, list[str]]]:
    """Keyed hashes, by table, of the records that are due by their age in the register alone."""
    for dataset, layer, dates, _ in _layers(engine, catalogue):
        if layer == "quarantine" or dataset.rule.open == "ingested":
            statement = f"SELECT sha256($pepper || id) FROM ({dates}) AS dated WHERE last_day < $today AND by_ingestion"
            yield dataset.table, [row[0] for row in engine.rows(statement, {"today": today, "pepper": pepper})]


def purge(engine: Engine, catalogue: Catalogue, today: dt.date) -> int:
    """Delete what is due, inside the caller's transaction; gives how many rows went."""
    gone = 0
    for dataset, layer, dates, table in _layers(engine, catalogue):
        engine.run(f"CREATE OR REPLACE TEMP TABLE due AS SELECT id FROM ({dates}) AS dated WHERE last_day < $today", {"today": today})
        key = "_record" if layer == "register" else "_quarantine"
        gone += engine.count(f"DELETE FROM {table} USING due WHERE {table}.{key} = due.id")
        if layer == "register":
            engine.run(
                "DELETE FROM identity.identifiers USING due WHERE identity.identifiers._record = due.id AND dataset = $table",
                {"table": dataset.table},
            )
        engine.run("DROP TABLE due")
    return gone


def undeclared_tables(engine: Engine, catalogue: Catalogue) -> list[str]:
    """Tables of the register, and tables that quarantined records are of, that no data set declares: no rule says when their rows go."""
    declared = {dataset.table for dataset in catalogue.datasets}
    quarantined = (row[0] for row in engine.rows("SELECT DISTINCT dataset FROM quarantine.records"))
    return sorted({*tables_of(engine, "register"), *quarantined} - declared)


def _layers(engine: Engine, catalogue: Catalogue) -> Iterator[tuple[Dataset, str, str, str]]:
    """Each data set's layers: the SELECT of `id`, `anchored`, `last_day` and `by_ingestion` of its rows, and their table."""
    zone, held = catalogue.notice.time_zone, tables_of(engine, "register")
    for dataset in catalogue.datasets:
        if dataset.table in held:
            table, column = f"register.{name(dataset.table)}", name(dataset.shape.anchor)
            anchored = anchor_date(dataset, column, zone)
            if dataset.rule.open == "ingested":
                anchored = f"coalesce({anchored}, {local_date('_ingested_at', zone)})"
            yield dataset, "register", _dates("_record", anchored, f"{column} IS NULL", table, dataset), table
        kind = dataset.fields[dataset.shape.anchor].shape.type
        anchor = "CAST(anchor AS DATE)" if kind == "date" else local_date("anchor", zone)
        anchored = f"coalesce({anchor}, {local_date('_quarantined_at', zone)})"
        table = "quarantine.records"
        yield (
            dataset,
            "quarantine",
            _dates("_quarantine", anchored, "anchor IS NULL", f"{table} WHERE dataset = '{dataset.table}'", dataset),
            table,
        )


def _dates(key: str, anchored: str, by_ingestion: str, table: str, dataset: Dataset) -> str:
    last = last_day("anchored", dataset.rule.period)
    anchors = f"SELECT {key} AS id, {anchored} AS anchored, {by_ingestion} AS by_ingestion FROM {table}"
    return f"SELECT *, {last} AS last_day FROM ({anchors}) AS anchors"
