"""When what is held is due: the SELECT of each row's anchor and last day, as the data set's rule says.

What is done with what is due is decided in the stage `retention`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.typing import anchor_date
from resources.warehouse.dialect import local_date, name
from resources.warehouse.last_days import last_day_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.catalogue import Dataset
    from resources.limits import Limit


def is_ahead(anchor: str, ingested: str) -> str:
    """The condition that an anchor's date is more than a day later than that on which its record came in; NULL without an anchor."""
    return f"{anchor} > {ingested} + 1"


def anchored_on(dataset: Dataset, zone: str) -> str:
    """The expression of the local date from which a held row's time runs; NULL where the row is kept until it has one.

    A row without an anchor counts from its ingestion, where the rule says so; and so does one whose anchor is more than a day ahead, where
    that is a mistake: a wrong year must keep nothing for longer.
    """
    anchor, ingested = anchor_date(dataset, name(dataset.shape.anchor), zone), local_date("_ingested_at", zone)
    found = f"coalesce({anchor}, {ingested})" if dataset.rule.is_counted_from_ingestion else anchor
    return found if dataset.rule.of_future == "keep" else f"CASE WHEN {is_ahead(anchor, ingested)} THEN {ingested} ELSE {found} END"


def is_by_ingestion(dataset: Dataset, zone: str) -> str:
    """The condition that a held row is due by something that its source may give again as it is: its age in the register, or a relation."""
    if dataset.relations:
        return "true"
    anchor, ingested = anchor_date(dataset, name(dataset.shape.anchor), zone), local_date("_ingested_at", zone)
    ahead = "" if dataset.rule.of_future == "keep" else f" OR coalesce({is_ahead(anchor, ingested)}, false)"
    return f"({name(dataset.shape.anchor)} IS NULL{ahead})"


def register_dates(dataset: Dataset, zone: str, relations: Iterable[str]) -> str:
    """The SELECT of `id`, `anchored`, `by_ingestion` and `last_day` of a data set's rows.

    Args:
        dataset: the data set.
        zone: the register's time zone.
        relations: those that `relations.relate` worked out.
    """
    table = f"register.{name(dataset.table)}"
    waited = {relation: name(f"relation_{relation}") for relation in dataset.relations if relation in set(relations)}
    ended = {relation: (name(f"of_{relation}"), name(f"until_{relation}")) for relation in waited}
    spoken = "".join(
        f", {own}._record IS NOT NULL AS {ended[each][0]}, {own}.held_until AS {ended[each][1]}" for each, own in waited.items()
    )
    joins = "".join(f" LEFT JOIN {own} ON {own}._record = held._record" for own in waited.values())
    rows = f"""
        SELECT held._record AS id, {anchored_on(dataset, zone)} AS anchored, {is_by_ingestion(dataset, zone)} AS by_ingestion{spoken}
        FROM {table} AS held{joins}
    """
    return dated(rows, dataset.rule.limit, "anchored", ended)


def dated(rows: str, limit: Limit, anchored: str, ended: dict[str, tuple[str, str]] | None = None) -> str:
    """A SELECT with the column `last_day` beside its own."""
    return f"SELECT *, {last_day_of(limit, anchored, ended)} AS last_day FROM ({rows}) AS anchors"
