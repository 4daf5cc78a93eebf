"""Decode a batch's raw files into records: Parquet, every field as text, every unreadable record with the reason.

This is the only place that parses JSON, CSV or log lines; it runs in DuckDB whatever engine holds the warehouse.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.catalogue.shapes import DatabaseRead, FilesRead, RestRead, WeblogRead
from resources.connectors.files import UNDECODABLE
from resources.connectors.paths import column_access, field_text, json_access, json_path
from resources.connectors.source_error import SourceError
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from resources.catalogue.model import Dataset
    from resources.connectors.landing import Batch, RawFile
    from resources.warehouse.engine import Engine

_LONGEST_LINE = 16 << 20
_LOG = (
    r'^(\S+) (\S+) (\S+) \[([^\]]+)\] "(([A-Z]+) (\S+) (HTTP/[0-9.]+)|(?:[^"\\]|\\.)*)" (\d{3}) (\d+|-) '
    r'"((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"\s*$'
)
_LOG_NAMES = ["host", "ident", "user", "time", "request", "method", "path", "protocol", "status", "bytes", "referrer", "user_agent"]


@dataclass(frozen=True)
class Decoded:
    """How many records were read, and how many of them `where` left out."""

    read: int
    left_out: int


def decode(engine: Engine, batch: Batch, files: list[RawFile], dataset: Dataset) -> Decoded:
    """Write `records.parquet` of a batch: `_row`, `_raw`, `_broken`, and each field as text.

    Args:
        engine: a connection of its own, in memory.
        batch: the batch; its raw files are read.
        files: the raw files with their names at the source.
        dataset: the data set, which says how records stand in the files.

    Raises:
        SourceError: where files lack what the catalogue says they have.
    """
    names = {str(file.path): file.name for file in files}
    access = _relation(engine, dataset, [file.path for file in files])
    engine.run("CREATE TEMP TABLE names AS SELECT unnest($paths) AS _path, unnest($names) AS _file", {"paths": [*names], "names": [*names.values()]})
    engine.run("CREATE TEMP VIEW named AS SELECT * FROM decoded LEFT JOIN names USING (_path)")
    read = engine.count("SELECT count(*) FROM decoded")
    chosen = " AND ".join(_matches(access(path), values) for path, values in dataset.read.where.items()) or "true"
    columns = [f"{field_text(key, field.shape, access, dataset.read.null_values)} AS {name(key)}" for key, field in dataset.fields.items()]
    records = f"SELECT _row, _raw, _broken, {', '.join(columns)} FROM named WHERE _broken IS NOT NULL OR ({chosen})"  # noqa: S608 - names and constants of the catalogue, quoted
    kept = engine.count(f"COPY ({records}) TO {literal(str(batch.records))} (FORMAT parquet, COMPRESSION zstd)")
    return Decoded(read, read - kept)


def _matches(text: str, values: str | list[str]) -> str:
    listed = ", ".join(literal(value) for value in ([values] if isinstance(values, str) else values))
    return f"coalesce({text} IN ({listed}), false)"


def _relation(engine: Engine, dataset: Dataset, files: list[Path]) -> Callable[[str], str]:
    """Make the relation `decoded` and say how paths are looked up in it."""
    read = dataset.read
    if isinstance(read, RestRead):
        return _documents(engine, files, read.records)
    if isinstance(read, DatabaseRead):
        return _parquet(engine, files)
    if isinstance(read, WeblogRead):
        return _weblog(engine, files)
    if not isinstance(read, FilesRead):
        raise TypeError(read)
    if read.format == "json":
        return _documents(engine, files, read.records)
    if read.format in ("ndjson", "audio"):
        return _json_lines(engine, files, read.records)
    if read.format == "csv":
        return _csv(engine, dataset, read, files)
    if read.format == "delimited":
        return _delimited(engine, dataset, read, files)
    return _parquet(engine, files)


def _lines(engine: Engine, files: list[Path]) -> None:
    """The relation `lines`: `_path`, `_line` (from 1) and `text`, without blank lines."""
    engine.run(
        f"CREATE TEMP TABLE lines AS WITH all_lines AS (SELECT filename AS _path, row_number() OVER () AS number, text FROM read_csv($files, "  # noqa: S608 - one number
        "columns = {'text': 'VARCHAR'}, delim = chr(1), quote = '', escape = '', header = false, auto_detect = false, strict_mode = false, "
        f"filename = true, max_line_size = {_LONGEST_LINE})) "
        "SELECT _path, number, number - min(number) OVER (PARTITION BY _path) + 1 AS _line, text FROM all_lines QUALIFY trim(coalesce(text, '')) <> ''",
        {"files": [str(file) for file in files]},
    )


def _undecodable(text: str) -> str:
    return f"contains({text}, {literal(UNDECODABLE)})"


def _json_lines(engine: Engine, files: list[Path], records: str | None) -> Callable[[str], str]:
    _lines(engine, files)
    engine.run(
        "CREATE TEMP VIEW documents AS SELECT _path, number, _line, text, "  # noqa: S608 - constants
        f"CASE WHEN {_undecodable('text')} THEN 'is not text in the stated encoding' WHEN NOT json_valid(text) THEN 'is not valid JSON' END AS _broken FROM lines"
    )
    return _elements(engine, records)


def _documents(engine: Engine, files: list[Path], records: str | None) -> Callable[[str], str]:
    """The relation `documents`: each file's document, or the elements of it where it is a list."""
    engine.run(
        "CREATE TEMP TABLE documents AS WITH contents AS (SELECT filename AS _path, content AS text, "  # noqa: S608 - constants
        f"CASE WHEN {_undecodable('content')} THEN 'is not text in the stated encoding' WHEN NOT json_valid(content) THEN 'is not valid JSON' END AS _broken "
        "FROM read_text($files)), "
        "listed AS (SELECT _path, CASE WHEN _broken IS NOT NULL THEN [text] WHEN json_type(text) = 'ARRAY' THEN json_extract(text, '$[*]')::VARCHAR[] "
        "ELSE [text] END AS texts, _broken FROM contents), "
        "single AS (SELECT _path, unnest(texts) AS text, generate_subscripts(texts, 1) AS place, _broken FROM listed) "
        "SELECT _path, row_number() OVER (ORDER BY _path, place) AS number, place AS _line, text, _broken FROM single",
        {"files": [str(file) for file in files]},
    )
    return _elements(engine, records)


def _elements(engine: Engine, records: str | None) -> Callable[[str], str]:
    """The relation `decoded` out of `documents`: each is a record, or holds a list of them."""
    if records is None:
        engine.run(
            "CREATE TEMP VIEW decoded AS SELECT number AS _row, _path, _line, CAST(NULL AS BIGINT) AS _index, text AS _raw, _broken, "
            "CASE WHEN _broken IS NULL THEN CAST(text AS JSON) END AS _doc, CAST(NULL AS JSON) AS _above FROM documents"
        )
        return json_access()
    path = literal(json_path(records) + "[*]")
    engine.run(
        "CREATE TEMP TABLE decoded AS WITH listed AS (SELECT *, CASE WHEN _broken IS NULL THEN "  # noqa: S608 - a path of the catalogue, quoted
        f"json_extract(text, {path}) END AS elements FROM documents), "
        "unnested AS (SELECT *, unnest(elements) AS element, generate_subscripts(elements, 1) - 1 AS _index FROM listed WHERE _broken IS NULL "
        "UNION ALL SELECT *, NULL, NULL FROM listed WHERE _broken IS NOT NULL) "
        "SELECT row_number() OVER (ORDER BY number, _index) AS _row, _path, _line, _index, CASE WHEN _broken IS NULL THEN CAST(element AS VARCHAR) ELSE text END AS _raw, "
        "_broken, element AS _doc, CASE WHEN _broken IS NULL THEN CAST(text AS JSON) END AS _above FROM unnested"
    )
    return json_access()


def _parquet(engine: Engine, files: list[Path]) -> Callable[[str], str]:
    parameters = {"files": [str(file) for file in files]}
    columns = [column for column in engine.columns("SELECT * FROM read_parquet($files) LIMIT 0", parameters)]
    text = ", ".join(f"CAST({name(column)} AS VARCHAR) AS {name(column)}" for column in columns)
    engine.run(
        "CREATE TEMP TABLE decoded AS SELECT row_number() OVER () AS _row, filename AS _path, CAST(NULL AS BIGINT) AS _line, CAST(NULL AS BIGINT) AS _index, "  # noqa: S608 - quoted names
        f"CAST(to_json({_packed(columns)}) AS VARCHAR) AS _raw, CAST(NULL AS VARCHAR) AS _broken, {text} FROM read_parquet($files, filename = true)",
        parameters,
    )
    return column_access(columns)


def _packed(columns: list[str]) -> str:
    return "struct_pack(" + ", ".join(f"{name(column)} := CAST({name(column)} AS VARCHAR)" for column in columns) + ")"


def _csv(engine: Engine, dataset: Dataset, read: FilesRead, files: list[Path]) -> Callable[[str], str]:
    columns = read.columns or _header(dataset, read, files)
    engine.run(
        "CREATE TEMP TABLE rows AS SELECT * FROM read_csv($files, columns = $columns, delim = $delimiter, quote = $quote, escape = $quote, header = $header, "
        f"auto_detect = false, filename = '_path', store_rejects = true, rejects_limit = 0, null_padding = false, max_line_size = {_LONGEST_LINE})",
        {
            "files": [str(file) for file in files],
            "columns": dict.fromkeys(columns, "VARCHAR"),
            "delimiter": read.delimiter,
            "quote": read.quote,
            "header": read.columns is None,
        },
    )
    nothing = ", ".join(f"CAST(NULL AS VARCHAR) AS {name(column)}" for column in columns)
    raw = f"CAST(to_json({_packed(columns)}) AS VARCHAR)"
    engine.run(
        "CREATE TEMP TABLE decoded AS SELECT row_number() OVER () AS _row, *, CAST(NULL AS BIGINT) AS _index FROM ("  # noqa: S608 - quoted names
        f"SELECT _path, CAST(NULL AS BIGINT) AS _line, {raw} AS _raw, CASE WHEN {_undecodable(raw)} THEN 'is not text in the stated encoding' END AS _broken, "
        f"{', '.join(name(column) for column in columns)} FROM rows UNION ALL "
        "SELECT scan.file_path, line, any_value(csv_line), 'does not have the columns of the others (' || lower(string_agg(DISTINCT CAST(error_type AS VARCHAR), ', ')) || ')', "
        f"{nothing} FROM reject_errors JOIN reject_scans AS scan USING (scan_id, file_id) GROUP BY scan.file_path, line)"
    )
    return column_access(columns)


def _header(dataset: Dataset, read: FilesRead, files: list[Path]) -> list[str]:
    headers = set()
    for file in files:
        with file.open(encoding="utf-8", newline="") as opened:
            headers.add(tuple(next(csv.reader(opened, delimiter=read.delimiter, quotechar=read.quote or None), [])))
    if len(headers) != 1:
        raise SourceError(dataset.source, f"the files of {dataset.id} have different header lines: give each kind its own data set")
    columns = list(headers.pop())
    if len(set(columns)) != len(columns) or "" in columns or not columns:
        raise SourceError(dataset.source, f"the header line of {dataset.id} is empty or names a column twice: state 'columns' in the YAML")
    return columns


def _delimited(engine: Engine, dataset: Dataset, read: FilesRead, files: list[Path]) -> Callable[[str], str]:
    if read.columns is None:
        raise SourceError(dataset.source, f"{dataset.id} has 'format: delimited' but no 'columns': name them in the YAML")
    _lines(engine, files)
    end = read.record_end or ""
    parts = ", ".join(f"parts[{number}] AS {name(column)}" for number, column in enumerate(read.columns, start=1))
    engine.run(
        "CREATE TEMP VIEW decoded AS WITH split AS (SELECT *, string_split(substr(text, 1, length(text) - "  # noqa: S608 - constants of the catalogue, quoted
        f"CASE WHEN ends_with(text, {literal(end)}) THEN {len(end)} ELSE 0 END), {literal(read.delimiter)}) AS parts FROM lines) "
        f"SELECT number AS _row, _path, _line, CAST(NULL AS BIGINT) AS _index, text AS _raw, CASE WHEN {_undecodable('text')} THEN 'is not text in the stated encoding' "
        f"WHEN NOT ends_with(text, {literal(end)}) THEN 'does not end as a record must' "
        f"WHEN len(parts) <> {len(read.columns)} THEN 'does not have the columns of the others' END AS _broken, {parts} FROM split"
    )
    return column_access(read.columns)


def _weblog(engine: Engine, files: list[Path]) -> Callable[[str], str]:
    _lines(engine, files)
    names = ", ".join(literal(column) for column in _LOG_NAMES)
    columns = ", ".join(f"nullif(nullif(found.{name(column)}, '-'), '') AS {name(column)}" for column in _LOG_NAMES)
    engine.run(
        "CREATE TEMP VIEW decoded AS WITH matched AS (SELECT *, "  # noqa: S608 - constants
        f"regexp_matches(text, {literal(_LOG)}) AS fits, regexp_extract(text, {literal(_LOG)}, [{names}]) AS found FROM lines) "
        f"SELECT number AS _row, _path, _line, CAST(NULL AS BIGINT) AS _index, text AS _raw, CASE WHEN {_undecodable('text')} THEN 'is not text in the stated encoding' "
        f"WHEN NOT fits THEN 'is not a line of the combined log format' END AS _broken, {columns} FROM matched"
    )
    return column_access(_LOG_NAMES)
