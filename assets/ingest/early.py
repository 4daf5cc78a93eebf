"""Fields that go before their record: whose period is over is neither loaded nor known any more, and no record is known by it.

When a record itself goes is decided in `load` and in the stage `retention`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.identifiers import rename_records
from assets.ingest.typing import anchor_date
from resources.warehouse.dialect import literal, name
from resources.warehouse.last_days import last_day_of

if TYPE_CHECKING:
    import datetime as dt

    from resources.catalogue import Dataset, Field
    from resources.warehouse import Engine


def is_past(dataset: Dataset, field: Field, zone: str, today: dt.date) -> str:
    """The condition that a field's own period is over, of a row that holds the anchor; false where the anchor is empty."""
    last = last_day_of(dataset.limit_of(field), anchor_date(dataset, name(dataset.shape.anchor), zone), {})
    return f"coalesce({last} < DATE {literal(today.isoformat())}, false)"


def earliest_last_day(dataset: Dataset, anchored: str) -> str:
    """The last day on which a record may be kept as a whole: of its own period and those of its fields, the one that ends first.

    What waits for a relation counts its grace from the anchor: no relation speaks of a record that is not in its table.
    """
    days = [last_day_of(rule.limit, anchored) for rule in dataset.rules.values()]
    return f"least({', '.join(days)})" if len(days) > 1 else days[0]


def without_past(dataset: Dataset, zone: str, today: dt.date) -> str:
    """The relation of the batch's records (`judged`) in which a field whose period is over has the value that is still held, or none.

    So what has gone stays away though the source still has it, and what is yet to go is left to the purge: neither counts as a change.
    A record that comes in for the first time, and is kept by a hold (`spared`), comes in whole.
    """
    if not dataset.early:
        return "judged"
    early = {field.name: is_past(dataset, field, zone, today) for field in dataset.early}
    fields = ", ".join(
        f"CASE WHEN {early[key]} AND NOT (held._held_record IS NULL AND kept._row IS NOT NULL) "
        f"THEN held.{name(key + '_held')} ELSE {name(key)} END AS {name(key)}"
        if key in early
        else name(key)
        for key in dataset.fields
    )
    held = ", ".join(f"{name(key)} AS {name(key + '_held')}" for key in early)
    return f"""(
        SELECT judged._row, judged._record, judged._fault, judged._drop, {fields}
        FROM judged
        LEFT JOIN (SELECT _record AS _held_record, {held} FROM register.{name(dataset.table)}) AS held ON held._held_record = judged._record
        LEFT JOIN (SELECT DISTINCT _row FROM spared) AS kept ON kept._row = judged._row
    )"""


def is_known_by_content(dataset: Dataset) -> bool:
    """Whether the records' ids are made of a content of which a part goes before the rest."""
    return dataset.shape.key == "content" and bool(dataset.early)


def rest_id(dataset: Dataset, zone: str, today: dt.date, order: str) -> str:
    """The expression of a record's id out of what is left of its content today, and its number among those of which the same is left.

    The id that it had while it was whole is a hash of its whole content: with the rest at hand, a short value that has gone, as an IP
    address, could be found again by trying all of them.
    """
    parts = []
    early = {field.name for field in dataset.early}
    for key, field in dataset.fields.items():
        value = f"coalesce('=' || CAST({name(key)} AS VARCHAR), '')"
        parts.append(f"CASE WHEN {is_past(dataset, field, zone, today)} THEN '' ELSE {value} END" if key in early else value)
    rest = " || chr(31) || ".join(parts)
    number = f"row_number() OVER (PARTITION BY {rest} ORDER BY {order})"
    return f"md5({literal(dataset.id)} || chr(30) || {rest} || chr(30) || CAST({number} AS VARCHAR))"


def is_any_past(dataset: Dataset, zone: str, today: dt.date) -> str:
    """The condition that the period of some field is over."""
    return "(" + " OR ".join(is_past(dataset, field, zone, today) for field in dataset.early) + ")"


def name_by_rest(engine: Engine, dataset: Dataset, zone: str, today: dt.date) -> None:
    """Give the batch's good records (`judged`) of which a part has gone the ids that they have without it.

    A record that is held whole keeps its id until the purge has taken the part: see `rename_by_rest`.
    """
    if not is_known_by_content(dataset):
        return
    engine.run(f"""
        UPDATE judged SET _record = rest.id
        FROM (
          SELECT _row, {rest_id(dataset, zone, today, "_row")} AS id FROM judged
          WHERE _fault IS NULL AND {is_any_past(dataset, zone, today)}
            AND _record NOT IN (SELECT _record FROM register.{name(dataset.table)})
        ) AS rest
        WHERE judged._row = rest._row
    """)


def rename_by_rest(engine: Engine, dataset: Dataset, zone: str, today: dt.date, anchors: str) -> None:
    """Give the rows whose fields were emptied the ids that they have without them, here, in the identifiers and in `held`.

    Args:
        engine: the run's working copy.
        dataset: the data set.
        zone: the register's time zone.
        today: the local date.
        anchors: a table of the anchors (`anchor`) of the rows that were emptied: rows of the same content have the same.
    """
    if not is_known_by_content(dataset):
        return
    table, anchor = f"register.{name(dataset.table)}", name(dataset.shape.anchor)
    engine.run(f"""
        CREATE TEMP TABLE renamed AS
        SELECT _record AS former, {rest_id(dataset, zone, today, "_record")} AS id FROM {table}
        WHERE {anchor} IN (SELECT anchor FROM {anchors}) AND {is_any_past(dataset, zone, today)}
    """)
    engine.run(
        f"UPDATE {table} SET _record = renamed.id FROM renamed WHERE {table}._record = renamed.former AND renamed.former <> renamed.id"
    )
    rename_records(engine, "renamed", dataset.table)
    engine.run(
        "UPDATE held SET id = renamed.id FROM renamed WHERE held.id = renamed.former AND renamed.former <> renamed.id AND dataset = $table",
        {"table": dataset.table},
    )
    engine.run("DROP TABLE renamed")
