"""Whether a source still has the fields that the catalogue declares: one that was renamed or dropped there is in no record of the batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.connectors.context import paths_of
from resources.connectors.paths import SPECIAL, json_path
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from resources.catalogue.model import Dataset, Field
    from resources.connectors.landing import Batch
    from resources.connectors.relation import Relation
    from resources.warehouse.engine import Engine


def missing_fields(engine: Engine, batch: Batch, dataset: Dataset, relation: Relation, chosen: str) -> list[Field]:
    """The fields that no record of a decoded batch has: of rows, because there is no such column; of JSON, no such path.

    A value that is there and empty is not missing: its record may be bad, its source has not changed.

    Args:
        engine: the connection on which the batch was decoded, with the relation `named`.
        batch: the batch, whose `records.parquet` is written.
        dataset: the data set.
        relation: how paths are looked up.
        chosen: the condition of the records that the data set's `where` keeps.
    """
    fields = list(dataset.fields.values())
    if relation.columns is not None:
        there = {*relation.columns, *SPECIAL}
        return [field for field in fields if there.isdisjoint(paths_of(field))]
    counts = ", ".join(["count(*)", *(f"count({name(field.name)})" for field in fields)])
    statement = f"SELECT {counts} FROM read_parquet($records) WHERE _broken IS NULL"
    statement += " AND NOT _deleted" if dataset.read.deleted else ""  # what tells of a deletion need have nothing but its key
    readable, *given = engine.rows(statement, {"records": str(batch.records)})[0]
    empty = [field for field, count in zip(fields, given, strict=True) if count == 0]
    if not readable or not empty:
        return []
    occurs = ", ".join(f"bool_or({_occurs(field)})" for field in empty)
    found = engine.rows(f"SELECT {occurs} FROM named WHERE _broken IS NULL AND ({chosen})")[0]
    return [field for field, is_there in zip(empty, found, strict=True) if not is_there]


def _occurs(field: Field) -> str:
    """The condition that a record has something at a path of a field, be it null."""
    return " OR ".join(_has(path) for path in paths_of(field))


def _has(path: str) -> str:
    if path in SPECIAL:
        return "true"
    document, inner = ("_above", path[1:]) if path.startswith("^") else ("_doc", path)
    found = f"json_exists({document}, {literal(json_path(inner))})"
    return f"coalesce(list_contains({found}, true), false)" if "[*]" in inner else f"coalesce({found}, false)"
