"""Decode a batch's raw files into records: Parquet, every field as text, every unreadable record with the reason.

This is the only place that parses JSON, CSV or log lines; it runs in DuckDB whatever engine holds the warehouse.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.catalogue.shapes import FilesRead, RestRead, WeblogRead
from resources.connectors.files import NOWHERE, UNDECODABLE
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
    access = _relation(engine, dataset, [file.path for file in files])
    names = {"paths": [str(file.path) for file in files], "names": [file.name for file in files]}
    engine.run("CREATE TEMP TABLE names AS SELECT unnest($paths) AS _path, unnest($names) AS _file", names)
    engine.run("CREATE TEMP VIEW named AS SELECT * FROM decoded LEFT JOIN names USING (_path)")
    read = engine.count("SELECT count(*) FROM decoded")
    nulls = dataset.read.null_values
    columns = ", ".join(f"{field_text(key, field.shape, access, nulls)} AS {name(key)}" for key, field in dataset.fields.items())
    chosen = " AND ".join(_matches(access(path), values) for path, values in dataset.read.where.items()) or "true"
    records = f"SELECT _row, _raw, _broken, {columns} FROM named WHERE _broken IS NOT NULL OR ({chosen})"
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
    if isinstance(read, WeblogRead):
        return _weblog(engine, files)
    if not isinstance(read, FilesRead):
        return _parquet(engine, files)
    formats: dict[str, Callable[[], Callable[[str], str]]] = {
        "json": lambda: _documents(engine, files, read.records),
        "ndjson": lambda: _json_lines(engine, files, read.records),
        "audio": lambda: _json_lines(engine, files, None),
        "csv": lambda: _csv(engine, dataset, read, files),
        "delimited": lambda: _delimited(engine, dataset, read, files),
        "parquet": lambda: _parquet(engine, files),
    }
    return formats[read.format]()


def _lines(engine: Engine, files: list[Path]) -> None:
    """The relation `lines`: `_path`, `_line` (from 1) and `text`, without blank lines."""
    engine.run(
        f"""
        CREATE TEMP TABLE lines AS
        WITH all_lines AS (
          SELECT filename AS _path, row_number() OVER () AS number, text
          FROM read_csv(
            $files, columns = {{'text': 'VARCHAR'}}, delim = {literal(NOWHERE)}, quote = '', escape = '', header = false,
            auto_detect = false, strict_mode = false, filename = true, max_line_size = {_LONGEST_LINE}
          )
        )
        SELECT _path, number, number - min(number) OVER (PARTITION BY _path) + 1 AS _line, text
        FROM all_lines
        QUALIFY trim(coalesce(text, '')) <> ''
        """,
        {"files": [str(file) for file in files]},
    )


def _broken(text: str, *conditions: str) -> str:
    """The expression of why a record cannot be read: undecodable text first, then the conditions."""
    undecodable = f"WHEN contains({text}, {literal(UNDECODABLE)}) THEN 'is not text in the stated encoding'"
    return f"CASE {' '.join((undecodable, *conditions))} END AS _broken"


def _json_lines(engine: Engine, files: list[Path], records: str | None) -> Callable[[str], str]:
    _lines(engine, files)
    broken = _broken("text", "WHEN NOT json_valid(text) THEN 'is not valid JSON'")
    engine.run(f"CREATE TEMP VIEW documents AS SELECT _path, number, _line, text, {broken} FROM lines")
    return _elements(engine, records)


def _documents(engine: Engine, files: list[Path], records: str | None) -> Callable[[str], str]:
    """The relation `documents`: each file's document, or the elements of it where it is a list."""
    engine.run(
        f"""
        CREATE TEMP TABLE documents AS
        WITH contents AS (
          SELECT filename AS _path, content AS text, {_broken("content", "WHEN NOT json_valid(content) THEN 'is not valid JSON'")}
          FROM read_text($files)
        ),
        listed AS (
          SELECT
            _path,
            CASE
              WHEN _broken IS NOT NULL THEN [text]
              WHEN json_type(text) = 'ARRAY' THEN CAST(json_extract(text, '$[*]') AS VARCHAR[])
              ELSE [text]
            END AS texts,
            _broken
          FROM contents
        ),
        single AS (SELECT _path, unnest(texts) AS text, generate_subscripts(texts, 1) AS place, _broken FROM listed)
        SELECT _path, row_number() OVER (ORDER BY _path, place) AS number, place AS _line, text, _broken FROM single
        """,
        {"files": [str(file) for file in files]},
    )
    return _elements(engine, records)


def _elements(engine: Engine, records: str | None) -> Callable[[str], str]:
    """The relation `decoded` out of `documents`: each is a record, or holds a list of them."""
    if records is None:
        engine.run("""
            CREATE TEMP VIEW decoded AS
            SELECT
              number AS _row, _path, _line, CAST(NULL AS BIGINT) AS _index, text AS _raw, _broken,
              CASE WHEN _broken IS NULL THEN CAST(text AS JSON) END AS _doc, CAST(NULL AS JSON) AS _above
            FROM documents
        """)
        return json_access()
    kind = "'ARRAY'" if "[*]" in records else f"json_type(CASE WHEN _broken IS NULL THEN text END, {literal(json_path(records))})"
    reason = literal(f"has no list at '{records}'")
    no_list = f"CASE WHEN {kind} NOT IN ('ARRAY', 'NULL') THEN {reason} ELSE _broken END"
    engine.run(f"""
        CREATE TEMP TABLE decoded AS
        WITH checked AS (
          SELECT _path, number, _line, text, {no_list} AS _broken FROM documents
        ),
        listed AS (
          SELECT *, CASE WHEN _broken IS NULL THEN json_extract(text, {literal(json_path(records) + "[*]")}) END AS elements
          FROM checked
        ),
        unnested AS (
          SELECT *, unnest(elements) AS element, generate_subscripts(elements, 1) - 1 AS _index FROM listed WHERE _broken IS NULL
          UNION ALL
          SELECT *, NULL, NULL FROM listed WHERE _broken IS NOT NULL
        ),
        raw AS (
          SELECT * EXCLUDE (_broken), coalesce(CAST(element AS VARCHAR), text) AS _raw, {_broken("_raw", "ELSE _broken")} FROM unnested
        )
        SELECT
          row_number() OVER (ORDER BY number, _index) AS _row, _path, _line, _index, _raw, _broken,
          CASE WHEN _broken IS NULL THEN element END AS _doc, CASE WHEN _broken IS NULL THEN CAST(text AS JSON) END AS _above
        FROM raw
    """)
    return json_access()


def _parquet(engine: Engine, files: list[Path]) -> Callable[[str], str]:
    parameters = {"files": [str(file) for file in files]}
    columns = engine.columns("SELECT * FROM read_parquet($files) LIMIT 0", parameters)
    text = ", ".join(f"CAST({name(column)} AS VARCHAR) AS {name(column)}" for column in columns)
    engine.run(
        f"""
        CREATE TEMP TABLE decoded AS
        SELECT
          row_number() OVER () AS _row, filename AS _path, CAST(NULL AS BIGINT) AS _line, CAST(NULL AS BIGINT) AS _index,
          CAST(to_json({_packed(columns)}) AS VARCHAR) AS _raw, CAST(NULL AS VARCHAR) AS _broken, {text}
        FROM read_parquet($files, filename = true)
        """,
        parameters,
    )
    return column_access(columns)


def _packed(columns: list[str]) -> str:
    return "struct_pack(" + ", ".join(f"{name(column)} := CAST({name(column)} AS VARCHAR)" for column in columns) + ")"


def _csv(engine: Engine, dataset: Dataset, read: FilesRead, files: list[Path]) -> Callable[[str], str]:
    columns = read.columns or _header(dataset, read, files)
    engine.run(
        f"""
        CREATE TEMP TABLE rows AS
        SELECT * FROM read_csv(
          $files, columns = $columns, delim = $delimiter, quote = $quote, escape = $quote, header = $header, auto_detect = false,
          filename = '_path', store_rejects = true, rejects_limit = 0, null_padding = false, max_line_size = {_LONGEST_LINE}
        )
        """,
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
    engine.run(f"""
        CREATE TEMP TABLE decoded AS
        WITH rejected AS (
          SELECT
            scan.file_path, line, any_value(csv_line) AS csv_line,
            lower(string_agg(DISTINCT CAST(error_type AS VARCHAR), ', ')) AS errors
          FROM reject_errors INNER JOIN reject_scans AS scan USING (scan_id, file_id)
          GROUP BY scan.file_path, line
        ),
        together AS (
          SELECT _path, CAST(NULL AS BIGINT) AS _line, {raw} AS _raw, {_broken(raw)}, {", ".join(name(column) for column in columns)}
          FROM rows
          UNION ALL
          SELECT file_path, line, csv_line, 'does not have the columns of the others (' || errors || ')', {nothing}
          FROM rejected
        )
        SELECT row_number() OVER () AS _row, *, CAST(NULL AS BIGINT) AS _index FROM together
    """)
    return column_access(columns)


def _header(dataset: Dataset, read: FilesRead, files: list[Path]) -> list[str]:
    headers = set()
    for file in files:
        with file.open(encoding="utf-8", newline="") as opened:
            headers.add(tuple(next(csv.reader(opened, delimiter=read.delimiter, quotechar=read.quote or None), [])))
    if len(headers) != 1:
        raise SourceError(dataset.source, f"the files of {dataset.id} have different header lines: give each kind its own data set")
    columns = list(headers.pop())
    if len({column.lower() for column in columns}) != len(columns) or "" in columns or not columns:
        raise SourceError(dataset.source, f"the header line of {dataset.id} is empty or names a column twice: state 'columns' in the YAML")
    return columns


def _delimited(engine: Engine, dataset: Dataset, read: FilesRead, files: list[Path]) -> Callable[[str], str]:
    if read.columns is None:
        raise SourceError(dataset.source, f"{dataset.id} has 'format: delimited' but no 'columns': name them in the YAML")
    _lines(engine, files)
    end = read.record_end or ""
    parts = ", ".join(f"parts[{number}] AS {name(column)}" for number, column in enumerate(read.columns, start=1))
    broken = _broken(
        "text",
        f"WHEN NOT ends_with(text, {literal(end)}) THEN 'does not end as a record must'",
        f"WHEN len(parts) <> {len(read.columns)} THEN 'does not have the columns of the others'",
    )
    engine.run(f"""
        CREATE TEMP VIEW decoded AS
        WITH ended AS (
          SELECT *, substr(text, 1, length(text) - CASE WHEN ends_with(text, {literal(end)}) THEN {len(end)} ELSE 0 END) AS body
          FROM lines
        ),
        split AS (SELECT *, string_split(body, {literal(read.delimiter)}) AS parts FROM ended)
        SELECT number AS _row, _path, _line, CAST(NULL AS BIGINT) AS _index, text AS _raw, {broken}, {parts} FROM split
    """)
    return column_access(read.columns)


def _weblog(engine: Engine, files: list[Path]) -> Callable[[str], str]:
    _lines(engine, files)
    names = ", ".join(literal(column) for column in _LOG_NAMES)
    columns = ", ".join(f"nullif(nullif(found.{name(column)}, '-'), '') AS {name(column)}" for column in _LOG_NAMES)
    broken = _broken("text", "WHEN NOT fits THEN 'is not a line of the combined log format'")
    engine.run(f"""
        CREATE TEMP VIEW decoded AS
        WITH matched AS (
          SELECT *, regexp_matches(text, {literal(_LOG)}) AS fits, regexp_extract(text, {literal(_LOG)}, [{names}]) AS found FROM lines
        )
        SELECT number AS _row, _path, _line, CAST(NULL AS BIGINT) AS _index, text AS _raw, {broken}, {columns} FROM matched
    """)
    return column_access(_LOG_NAMES)
