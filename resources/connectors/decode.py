"""Decode a batch's raw files into records: Parquet, every field as text, every unreadable record with the reason.

Only here, in `json_records` and in `row_records` are JSON, CSV and log lines parsed; it runs in DuckDB whatever engine holds the warehouse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.catalogue.shapes import FilesRead, RestRead, WeblogRead
from resources.connectors.context import context_paths, context_text
from resources.connectors.drift import missing_fields
from resources.connectors.json_records import json_documents, json_lines
from resources.connectors.paths import field_text, found_texts, given_paths, is_single, json_access
from resources.connectors.row_records import csv_rows, delimited_rows, parquet_rows, weblog_rows
from resources.connectors.undeclared import undeclared_in_columns, undeclared_in_documents
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from resources.catalogue.model import Dataset
    from resources.connectors.landing import Batch, RawFile
    from resources.connectors.relation import Relation
    from resources.connectors.undeclared import Undeclared
    from resources.warehouse.engine import Engine

ANY_VALUE = "*"
"""In a condition on records: whatever stands there, but nothing at all and an empty text."""


@dataclass(frozen=True)
class Decoded:
    """How many records were read, how many of them `where` left out, and what stands in the others that no field declares.

    `missing` names the required fields that are in no record, `absent` the others: for `is_rows` there is no such column, else any record
    might have had the path.
    """

    read: int
    left_out: int
    undeclared: tuple[Undeclared, ...] = ()
    missing: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    is_rows: bool = False


def decode(engine: Engine, batch: Batch, files: list[RawFile], dataset: Dataset, region: str) -> Decoded:
    """Write `records.parquet` of a batch: `_row`, `_raw`, `_broken`, each field as text, `_deleted` where the data set says what tells it.

    Args:
        engine: a connection of its own, in memory.
        batch: the batch; its raw files are read.
        files: the raw files with their names at the source.
        dataset: the data set, which says how records stand in the files.
        region: the source's country (ISO 3166-1), by which telephone numbers are recognised.

    Raises:
        SourceError: where files lack what the catalogue says they have.
    """
    relation = _relation(engine, dataset, [file.path for file in files])
    single = _single_paths(dataset) if relation.columns is None else []
    access = json_access(single) if single else relation.access
    names = {
        "paths": [str(file.path) for file in files],
        "names": [file.name for file in files],
        "parents": [file.parent for file in files],
    }
    engine.run(
        """
        CREATE TEMP TABLE names AS
        SELECT unnest($paths) AS _path, unnest($names) AS _file, unnest(CAST($parents AS VARCHAR[])) AS _parent
        """,
        names,
    )
    found = f", {found_texts(single)} AS _found" if single else ""
    engine.run(f"CREATE TEMP VIEW named AS SELECT *{found} FROM decoded LEFT JOIN names USING (_path)")
    read = engine.count("SELECT count(*) FROM decoded")
    nulls = dataset.read.null_values
    columns = ", ".join(f"{field_text(key, field.shape, access, nulls)} AS {name(key)}" for key, field in dataset.fields.items())
    chosen = " AND ".join(_matches(access(path), values) for path, values in dataset.read.where.items()) or "true"
    deleted = " AND ".join(_matches(access(path), values) for path, values in dataset.read.deleted.items())
    if deleted:
        columns += f", _broken IS NULL AND {deleted} AS _deleted"
    context = context_text(sorted({*context_paths(dataset, relation.columns), *_place(dataset)}), access)
    records = f"SELECT _row, _raw, _broken, {context} AS _context, {columns} FROM named WHERE _broken IS NOT NULL OR ({chosen})"
    kept = engine.count(f"COPY ({records}) TO {literal(str(batch.records))} (FORMAT parquet, COMPRESSION zstd)")
    absent = missing_fields(engine, batch, dataset, relation, chosen)
    required, optional = (tuple(field.name for field in absent if field.shape.required is wanted) for wanted in (True, False))
    is_rows = relation.columns is not None
    return Decoded(read, read - kept, tuple(_undeclared(engine, dataset, region, chosen, relation)), required, optional, is_rows=is_rows)


def _single_paths(dataset: Dataset) -> list[str]:
    """The paths of documents that are looked up in each record, but those that are looked up by themselves: into lists, or around it."""
    read = dataset.read
    fields = {path for field in dataset.fields.values() for path in given_paths(field.name, field.shape) if isinstance(path, str)}
    return sorted(path for path in {*fields, *read.where, *read.deleted} if is_single(path))


def _place(dataset: Dataset) -> tuple[str, ...]:
    """What tells where a row stands that its own text does not, so that whoever looks at a bad one finds it in its file."""
    read = dataset.read
    return ("_file", "_line") if isinstance(read, FilesRead) and read.format in ("csv", "delimited") else ()


def _undeclared(engine: Engine, dataset: Dataset, region: str, chosen: str, relation: Relation) -> list[Undeclared]:
    if relation.columns is not None:
        return undeclared_in_columns(engine, dataset, region, chosen, relation.columns)
    return undeclared_in_documents(engine, dataset, region, chosen, relation.records)


def _matches(text: str, values: str | list[str]) -> str:
    """The condition that a text is one of the values; of `*`, that there is any."""
    if values == ANY_VALUE:
        return f"coalesce({text} <> '', false)"
    listed = ", ".join(literal(value) for value in ([values] if isinstance(values, str) else values))
    return f"coalesce({text} IN ({listed}), false)"


def _relation(engine: Engine, dataset: Dataset, files: list[Path]) -> Relation:
    """Make the relation `decoded` and say how paths are looked up in it."""
    read = dataset.read
    if isinstance(read, RestRead):
        return json_documents(engine, files, None if read.records == "." else read.records)
    if isinstance(read, WeblogRead):
        return weblog_rows(engine, files)
    if not isinstance(read, FilesRead):
        return parquet_rows(engine, files)
    formats: dict[str, Callable[[], Relation]] = {
        "json": lambda: json_documents(engine, files, read.records),
        "ndjson": lambda: json_lines(engine, files, read.records),
        "audio": lambda: json_lines(engine, files, None),
        "csv": lambda: csv_rows(engine, dataset, read, files),
        "delimited": lambda: delimited_rows(engine, dataset, read, files),
        "parquet": lambda: parquet_rows(engine, files),
    }
    return formats[read.format]()
