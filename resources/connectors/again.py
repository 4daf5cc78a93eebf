"""Decode records again out of the text that is kept of them in quarantine, by what the catalogue says now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.catalogue.shapes import DatabaseRead, FilesRead, WeblogRead
from resources.connectors.context import context_paths, pointer
from resources.connectors.paths import column_access, field_text, json_access
from resources.connectors.row_records import delimited_lines, weblog_lines
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from resources.catalogue.model import Dataset
    from resources.catalogue.shapes import RecordsRead
    from resources.warehouse.engine import Engine

_ROWS = ("csv", "parquet")


def outside(dataset: Dataset) -> list[str]:
    """The paths of a data set's fields that lie outside of the record's own text."""
    return context_paths(dataset, None if _is_json(dataset.read) else [])


def decode_again(engine: Engine, held: Path, records: Path, dataset: Dataset) -> None:
    """Write `records` as `decode` does, and `_since`, out of records in quarantine.

    Args:
        engine: a connection of its own, in memory.
        held: Parquet of `_row`, `_raw`, `_context` and `_since`: when the record was put into quarantine.
        records: the Parquet file to write.
        dataset: the data set.
    """
    engine.run("CREATE TEMP TABLE held AS SELECT * FROM read_parquet($held)", {"held": str(held)})
    found = _access(engine, dataset)
    around = outside(dataset)

    def access(path: str) -> str:
        return f"json_extract_string(_context, {literal(pointer(path))})" if path in around else found(path)

    nulls = dataset.read.null_values
    columns = ", ".join(f"{field_text(key, field.shape, access, nulls)} AS {name(key)}" for key, field in dataset.fields.items())
    chosen = f"SELECT _row, _raw, _broken, _context, _since, {columns} FROM again"
    engine.run(f"COPY ({chosen}) TO {literal(str(records))} (FORMAT parquet, COMPRESSION zstd)")


def _is_json(read: RecordsRead) -> bool:
    """Whether the text of a record is the JSON that the source gave; of a row it is JSON of our own making, or a line."""
    if isinstance(read, FilesRead):
        return read.format not in (*_ROWS, "delimited")
    return not isinstance(read, WeblogRead | DatabaseRead)


def _access(engine: Engine, dataset: Dataset) -> Callable[[str], str]:
    """Make the relation `again` and say how paths are looked up in it."""
    read = dataset.read
    is_delimited = isinstance(read, FilesRead) and read.format == "delimited"
    if isinstance(read, WeblogRead) or is_delimited:
        engine.run("CREATE TEMP VIEW lines AS SELECT CAST(NULL AS VARCHAR) AS _path, _row AS number, _row AS _line, _raw AS text FROM held")
        columns = delimited_lines(engine, dataset, read) if isinstance(read, FilesRead) else weblog_lines(engine)
        listed = ", ".join(f"decoded.{name(column)}" for column in columns)
        engine.run(f"""
            CREATE TEMP VIEW again AS
            SELECT held.*, decoded._broken, {listed} FROM held INNER JOIN decoded ON decoded._row = held._row
        """)
        return column_access(columns)
    engine.run("""
        CREATE TEMP VIEW again AS
        SELECT
          *, CASE WHEN NOT json_valid(_raw) THEN 'is not valid JSON' END AS _broken,
          CASE WHEN json_valid(_raw) THEN CAST(_raw AS JSON) END AS _doc
        FROM held
    """)
    if _is_json(read):
        return json_access()
    return lambda path: f"json_extract_string(_doc, {literal(pointer(path))})"
