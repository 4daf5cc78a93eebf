"""Declared fields that a source gave before and gives no longer: they stop nothing, for no record must have them, and are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.ingest.table import prepare_table
from resources.warehouse.dialect import name

if TYPE_CHECKING:
    from resources.catalogue import Dataset
    from resources.connectors.decode import Decoded
    from resources.warehouse import Engine

_EXPECTED = 10
"""So many records of a batch should have a field, by how many of those that are held have it, before its absence means anything."""


def vanished(engine: Engine, dataset: Dataset, decoded: Decoded, latest: dict[str, Any] | None) -> list[str]:
    """The fields that vanished from a data set's source, in the order of the catalogue.

    Of rows a column that is not there has vanished if any row that is held has a value of it. Of JSON a path may be in no record by chance:
    it has vanished where, by the share of the held rows that have a value, at least ten records of the batch should have one. What had
    vanished from the batch before, and is not back, still has: by now nothing that is held may tell of it.

    Args:
        engine: the run's working copy, before the batch is loaded.
        dataset: the data set.
        decoded: what the batch has, and which fields are in none of its records.
        latest: the newest batch before that readers can see, with its account; None where there is none.
    """
    before = set((latest or {}).get("account", {}).get("vanished", []))
    kept = decoded.read - decoded.left_out
    if not decoded.absent or not kept:
        return []
    prepare_table(engine, dataset)
    shares = _shares(engine, dataset, decoded.absent)
    least = 0.0 if decoded.is_rows else _EXPECTED / kept
    return [field for field in decoded.absent if field in before or (shares[field] > 0 and shares[field] >= least)]


def _shares(engine: Engine, dataset: Dataset, fields: tuple[str, ...]) -> dict[str, float]:
    """The share of the rows that are held which have a value of each field."""
    counts = ", ".join(f"count({name(field)})" for field in fields)
    rows, *given = engine.rows(f"SELECT count(*), {counts} FROM register.{name(dataset.table)}")[0]
    return {field: count / rows if rows else 0.0 for field, count in zip(fields, given, strict=True)}
