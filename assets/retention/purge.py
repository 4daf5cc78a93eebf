"""Plan and carry out the purge of the warehouse: what is past its period goes from the tables, the identifiers and the quarantine.

Audio and old bytes go when the run is published; see `assets.ingest.audio.sweep` and `Warehouse.publish`. What the register makes itself
goes as `own` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.early import rename_by_rest
from assets.ingest.identifiers import forget_identifiers
from assets.retention.counts import count_due, undeclared_counts
from assets.retention.due import Terms, take
from assets.retention.layers import layers
from resources.warehouse.dialect import literal, name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from assets.retention.due import Due
    from assets.retention.layers import Layer
    from resources.catalogue import Catalogue
    from resources.ledger import PurgeRecord
    from resources.warehouse import Engine

_PLAIN = Terms()


def plan(engine: Engine, catalogue: Catalogue, today: dt.date, terms: Terms = _PLAIN) -> list[PurgeRecord]:
    """What goes on a local date, by layer, data set and rule; nothing is changed.

    A record whose anchor lies on local date D is due from the day after D + period; one that waits for a relation, from the day after the
    end of its grace. Where the anchor is empty, the rule's `open` says whether the record is kept or counted from its ingestion. The layer
    `field` counts records that stay and lose a field; a quarantined record goes by the shortest of its data set's periods, for its text
    holds every field.

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
    for layer in layers(engine, catalogue, today):
        found.append(take(engine, layer, today, terms))
        if each is not None:
            each(found[-1])
    return found


def purge(engine: Engine, catalogue: Catalogue, today: dt.date, terms: Terms = _PLAIN, each: Callable[[Due], None] | None = None) -> int:
    """Delete what goes, and empty the fields that do, inside the caller's transaction; gives how many rows it took or emptied.

    Args:
        engine: the run's working copy.
        catalogue: the register's catalogue.
        today: the local date.
        terms: on what terms it goes.
        each: called of what a layer loses before it does, while the table `due` holds the ids.
    """
    gone = 0
    for layer in layers(engine, catalogue, today):
        due = take(engine, layer, today, terms)
        if not due.going.records:
            continue
        if each is not None:
            each(due)
        if layer.action == "aggregate":
            count_due(engine, layer.dataset, catalogue.notice.time_zone)
        if layer.action == "blank":
            gone += _empty(engine, layer, catalogue.notice.time_zone, today)
        else:
            gone += _delete(engine, layer)
        engine.run("DROP TABLE due")
    return gone


def _delete(engine: Engine, layer: Layer) -> int:
    key = "_record" if layer.layer == "register" else "_quarantine"
    gone = engine.count(f"DELETE FROM {layer.table} USING due WHERE {layer.table}.{key} = due.id")
    if layer.layer == "register":
        forget_identifiers(engine, "due", "id", also="held.dataset = $table", parameters={"table": layer.dataset.table})
    return gone


def _empty(engine: Engine, layer: Layer, zone: str, today: dt.date) -> int:
    """Empty the fields of the rows that are due, and take away what identifies by them."""
    table, anchor = layer.table, name(layer.dataset.shape.anchor)
    engine.run(f"CREATE OR REPLACE TEMP TABLE emptied AS SELECT DISTINCT {anchor} AS anchor FROM {table} SEMI JOIN due ON _record = due.id")
    person = ["_person"] if layer.dataset.rule.action == "blank" else []  # then nothing is left that is about one
    emptied = ", ".join(f"{name(field)} = NULL" for field in [*layer.fields, *person])
    gone = engine.count(f"UPDATE {table} SET {emptied} FROM due WHERE {table}._record = due.id")
    fields = f"held.dataset = $table AND held.field IN ({', '.join(map(literal, layer.fields))})"
    forget_identifiers(engine, "due", "id", also=fields, parameters={"table": layer.dataset.table})
    rename_by_rest(engine, layer.dataset, zone, today, "emptied")
    engine.run("DROP TABLE emptied")
    return gone


def undeclared_tables(engine: Engine, catalogue: Catalogue) -> list[str]:
    """Tables of the register, and tables that quarantined records are of, that no data set declares: no rule says when their rows go."""
    declared = {dataset.table for dataset in catalogue.datasets}
    quarantined = (row[0] for row in engine.rows("SELECT DISTINCT dataset FROM quarantine.records"))
    return sorted({*tables_of(engine, "register"), *quarantined} - declared) + sorted(undeclared_counts(engine, catalogue))
