"""Plan and carry out the purge of the warehouse: what is past its period goes from the tables, the identifiers and the quarantine.

Audio and old bytes go when the run is published; see `assets.ingest.audio.sweep` and `Warehouse.publish`. What the register makes itself
goes as `own` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.ingest.early import earliest_last_day, rename_by_rest
from assets.ingest.typing import anchor_date
from assets.retention.due import Terms, take
from resources.warehouse.dialect import last_day, literal, local_date, name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from assets.retention.due import Due
    from resources.catalogue import Catalogue, Dataset, Field
    from resources.ledger import PurgeRecord
    from resources.warehouse import Engine


_PLAIN = Terms()


@dataclass(frozen=True)
class _Layer:
    """One layer of a data set: `dates` is the SELECT of `id`, `anchored`, `last_day` and `by_ingestion` of its rows in `table`."""

    dataset: Dataset
    layer: str
    rule: str
    table: str
    dates: str
    fields: tuple[str, ...] = ()


def plan(engine: Engine, catalogue: Catalogue, today: dt.date, terms: Terms = _PLAIN) -> list[PurgeRecord]:
    """What goes on a local date, by layer, data set and rule; nothing is changed.

    A record whose anchor lies on local date D is due from the day after D + period. Where the anchor is empty, the rule's `open` says
    whether the record is kept or counted from its ingestion. The layer `field` counts records that stay and lose a field of a rule of its
    own; a quarantined record goes by the shortest of its data set's periods, for its text holds every field.

    What `assets.retention.due.prepare` found to be held, and what waits for an approval, does not go.
    """
    return [due.going for due in planned(engine, catalogue, today, terms)]


def planned(
    engine: Engine, catalogue: Catalogue, today: dt.date, terms: Terms = _PLAIN, each: Callable[[Due], None] | None = None
) -> list[Due]:
    """What is due on a local date, by layer, data set and rule: what goes, what is held, and what waits for approval.

    Args:
        engine: the warehouse, with what `prepare` made.
        catalogue: the register's catalogue.
        today: the local date.
        terms: on what terms it goes.
        each: called for each layer, while the tables `due` and `overdue` are of it.
    """
    found = []
    for layer in _layers(engine, catalogue):
        found.append(take(engine, layer, today, terms))
        if each is not None:
            each(found[-1])
    return found


def purge(engine: Engine, catalogue: Catalogue, today: dt.date, terms: Terms = _PLAIN, each: Callable[[Due], None] | None = None) -> int:
    """Delete what goes, and empty the fields that do, inside the caller's transaction; gives how many rows it took or emptied.

    `each` is called of what a layer loses before it does: the ledger is told first.
    """
    gone = 0
    for layer in _layers(engine, catalogue):
        due = take(engine, layer, today, terms)
        if not due.going.records:
            continue
        if each is not None:
            each(due)
        if layer.layer == "field":
            gone += _empty(engine, layer, catalogue.notice.time_zone, today)
        else:
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
