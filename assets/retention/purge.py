"""Plan and carry out the purge of the warehouse: what is past its period goes from the tables, the identifiers and the quarantine.

Audio and old bytes go when the run is published; see `assets.ingest.audio.sweep` and `Warehouse.publish`. What the register makes itself
goes as `own` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.ingest.early import earliest_last_day, rename_by_rest
from assets.ingest.typing import anchor_date
from resources.ledger import PurgeRecord
from resources.warehouse.dialect import last_day, literal, local_date, name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from assets.retention.orders import Orders
    from resources.catalogue import Catalogue, Dataset, Field
    from resources.warehouse import Engine


@dataclass(frozen=True)
class _Layer:
    """One layer of a data set: `dates` is the SELECT of `id`, `anchored`, `last_day` and `by_ingestion` of its rows in `table`."""

    dataset: Dataset
    layer: str
    rule: str
    table: str
    dates: str
    fields: tuple[str, ...] = ()


def plan(engine: Engine, catalogue: Catalogue, today: dt.date) -> list[PurgeRecord]:
    """What is due on a local date, by layer, data set and rule; nothing is changed.

    A record whose anchor lies on local date D is due from the day after D + period. Where the anchor is empty, the rule's `open` says
    whether the record is kept or counted from its ingestion. The layer `field` counts records that stay and lose a field of a rule of its
    own; a quarantined record goes by the shortest of its data set's periods, for its text holds every field.
    """
    records = []
    for layer in _layers(engine, catalogue):
        statement = f"SELECT count(*), min(anchored), max(anchored) FROM ({layer.dates}) AS dated WHERE last_day < $today"
        count, oldest, newest = engine.rows(statement, {"today": today})[0]
        records.append(PurgeRecord(layer.layer, layer.dataset.table, layer.rule, count, oldest, newest))
    return records


def due_without_anchor(engine: Engine, catalogue: Catalogue, today: dt.date, pepper: str) -> Iterator[tuple[str, list[str]]]:
    """Keyed hashes, by table, of the records that are due by their age in the register alone."""
    for layer in _layers(engine, catalogue):
        if layer.layer == "quarantine" or (layer.layer == "register" and layer.dataset.rule.open == "ingested"):
            statement = f"SELECT sha256($pepper || id) FROM ({layer.dates}) AS dated WHERE last_day < $today AND by_ingestion"
            yield layer.dataset.table, [row[0] for row in engine.rows(statement, {"today": today, "pepper": pepper})]


def purge(engine: Engine, catalogue: Catalogue, today: dt.date, orders: Orders | None = None) -> int:
    """Delete what is due, and empty the fields that are, inside the caller's transaction; gives how many rows it took or emptied.

    Args:
        engine: the run's working copy.
        catalogue: the register's catalogue.
        today: the local date.
        orders: where the keys of what goes are written for its sources, if they are.
    """
    gone = 0
    for layer in _layers(engine, catalogue):
        engine.run(f"CREATE OR REPLACE TEMP TABLE due AS SELECT id FROM ({layer.dates}) AS dated WHERE last_day < $today", {"today": today})
        if layer.layer == "field":
            gone += _empty(engine, layer, catalogue.notice.time_zone, today)
        else:
            if orders is not None and layer.layer == "register":
                orders.add(engine, layer.dataset, "due")
            gone += _delete(engine, layer)
        engine.run("DROP TABLE due")
    return gone


def _delete(engine: Engine, layer: _Layer) -> int:
    key = "_record" if layer.layer == "register" else "_quarantine"
    gone = engine.count(f"DELETE FROM {layer.table} USING due WHERE {layer.table}.{key} = due.id")
    if layer.layer == "register":
        engine.run(
            "DELETE FROM identity.identifiers USING due WHERE identity.identifiers._record = due.id AND dataset = $table",
            {"table": layer.dataset.table},
        )
    return gone


def _empty(engine: Engine, layer: _Layer, zone: str, today: dt.date) -> int:
    """Empty the fields of the rows that are due, and take away what identifies by them."""
    table, anchor = layer.table, name(layer.dataset.shape.anchor)
    engine.run(f"CREATE OR REPLACE TEMP TABLE emptied AS SELECT DISTINCT {anchor} AS anchor FROM {table} SEMI JOIN due ON _record = due.id")
    emptied = ", ".join(f"{name(field)} = NULL" for field in layer.fields)
    gone = engine.count(f"UPDATE {table} SET {emptied} FROM due WHERE {table}._record = due.id")
    engine.run(
        f"""
        DELETE FROM identity.identifiers USING due
        WHERE identity.identifiers._record = due.id AND dataset = $table AND field IN ({", ".join(map(literal, layer.fields))})
        """,
        {"table": layer.dataset.table},
    )
    rename_by_rest(engine, layer.dataset, zone, today, "emptied")
    engine.run("DROP TABLE emptied")
    return gone


def undeclared_tables(engine: Engine, catalogue: Catalogue) -> list[str]:
    """Tables of the register, and tables that quarantined records are of, that no data set declares: no rule says when their rows go."""
    declared = {dataset.table for dataset in catalogue.datasets}
    quarantined = (row[0] for row in engine.rows("SELECT DISTINCT dataset FROM quarantine.records"))
    return sorted({*tables_of(engine, "register"), *quarantined} - declared)


def _layers(engine: Engine, catalogue: Catalogue) -> Iterator[_Layer]:
    """Every layer of every data set, in the order in which it is purged."""
    zone, held = catalogue.notice.time_zone, tables_of(engine, "register")
    for dataset in catalogue.datasets:
        if dataset.table in held:
            yield _register(dataset, zone)
            yield from _fields(dataset, zone)
        yield _quarantine(dataset, zone)


def _register(dataset: Dataset, zone: str) -> _Layer:
    table, column = f"register.{name(dataset.table)}", name(dataset.shape.anchor)
    anchored = anchor_date(dataset, column, zone)
    if dataset.rule.open == "ingested":
        anchored = f"coalesce({anchored}, {local_date('_ingested_at', zone)})"
    rows = f"SELECT _record AS id, {anchored} AS anchored, {column} IS NULL AS by_ingestion FROM {table}"
    return _Layer(dataset, "register", dataset.shape.retention, table, _dated(rows, last_day("anchored", dataset.rule.period)))


def _fields(dataset: Dataset, zone: str) -> Iterator[_Layer]:
    """The fields of each rule of their own, in the rows that are not due themselves."""
    by_rule: dict[str, list[Field]] = {}
    for field in dataset.early:
        by_rule.setdefault(field.retention, []).append(field)
    table, column = f"register.{name(dataset.table)}", name(dataset.shape.anchor)
    for rule, fields in by_rule.items():
        keys = tuple(field.name for field in fields)
        filled = " OR ".join(f"{name(key)} IS NOT NULL" for key in keys)
        anchored = anchor_date(dataset, column, zone)
        rows = f"SELECT _record AS id, {anchored} AS anchored, false AS by_ingestion FROM {table} WHERE {filled}"
        dates = f"{_dated(rows, last_day('anchored', fields[0].rule.period))} WHERE {last_day('anchored', dataset.rule.period)} >= $today"
        yield _Layer(dataset, "field", rule, table, dates, keys)


def _quarantine(dataset: Dataset, zone: str) -> _Layer:
    kind = dataset.fields[dataset.shape.anchor].shape.type
    anchor = "CAST(anchor AS DATE)" if kind == "date" else local_date("anchor", zone)
    anchored = f"coalesce({anchor}, {local_date('_quarantined_at', zone)})"
    table = "quarantine.records"
    rows = f"""
        SELECT _quarantine AS id, {anchored} AS anchored, anchor IS NULL AS by_ingestion
        FROM {table} WHERE dataset = {literal(dataset.table)}
    """
    shortest = min(dataset.rules, key=lambda rule: dataset.rules[rule].period.nominal_days)
    return _Layer(dataset, "quarantine", shortest, table, _dated(rows, earliest_last_day(dataset, "anchored")))


def _dated(rows: str, last: str) -> str:
    return f"SELECT *, {last} AS last_day FROM ({rows}) AS anchors"
