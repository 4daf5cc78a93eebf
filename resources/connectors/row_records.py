"""Records out of rows: Parquet, CSV, lines with a delimiter, and access logs in the combined log format."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from resources.connectors.csv_lines import number_csv_lines
from resources.connectors.relation import LONGEST_LINE, Relation, reason_broken, text_lines
from resources.connectors.source_error import SourceError
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from pathlib import Path

    from resources.catalogue.model import Dataset
    from resources.catalogue.shapes import FilesRead
    from resources.warehouse.engine import Engine

LOG_LINE = (
    r'^(\S+) (\S+) (\S+) \[([^\]]+)\] "(([A-Z]+) (\S+) (HTTP/[0-9.]+)|(?:[^"\\]|\\.)*)" (\d{3}) (\d+|-) '
    r'"((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"\s*$'
)
LOG_NAMES = ["host", "ident", "user", "time", "request", "method", "path", "protocol", "status", "bytes", "referrer", "user_agent"]


def parquet_rows(engine: Engine, files: list[Path]) -> Relation:
    """The relation `decoded` of Parquet files, every column as text."""
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
    return Relation.of_columns(columns)


def _packed(columns: list[str]) -> str:
    return "struct_pack(" + ", ".join(f"{name(column)} := CAST({name(column)} AS VARCHAR)" for column in columns) + ")"


def csv_rows(engine: Engine, dataset: Dataset, read: FilesRead, files: list[Path]) -> Relation:
    """The relation `decoded` of CSV files (RFC 4180), with the lines that do not fit as broken records.

    Raises:
        SourceError: where the files' header lines differ or cannot be used.
    """
    columns = read.columns or _header(dataset, read, files)
    engine.run(
        f"""
        CREATE TEMP TABLE rows AS
        SELECT * FROM read_csv(
          $files, columns = $columns, delim = $delimiter, quote = $quote, escape = $quote, header = $header, auto_detect = false,
          filename = '_path', store_rejects = true, rejects_limit = 0, null_padding = false, max_line_size = {LONGEST_LINE}
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
    number_csv_lines(engine, files, read)
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
          SELECT
            rows._order, rows._path, starts._line, {raw} AS _raw, {reason_broken(raw)}, {", ".join(name(column) for column in columns)}
          FROM (SELECT *, rowid AS _order, row_number() OVER (PARTITION BY _path ORDER BY rowid) AS _nth FROM rows) AS rows
          LEFT JOIN starts ON starts._path = rows._path AND starts._nth = rows._nth
          UNION ALL
          SELECT
            NULL, file_path, CAST(line AS BIGINT), csv_line, 'does not have the columns of the others (' || errors || ')', {nothing}
          FROM rejected
        )
        SELECT row_number() OVER (ORDER BY _order NULLS LAST, _path, _line) AS _row, *, CAST(NULL AS BIGINT) AS _index FROM together
    """)
    return Relation.of_columns(columns)


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


def delimited_rows(engine: Engine, dataset: Dataset, read: FilesRead, files: list[Path]) -> Relation:
    """The relation `decoded` of lines that are split at a delimiter of any length, nothing being quoted.

    Raises:
        SourceError: where the YAML names no columns.
    """
    text_lines(engine, files)
    return Relation.of_columns(delimited_lines(engine, dataset, read))


def delimited_lines(engine: Engine, dataset: Dataset, read: FilesRead) -> list[str]:
    """Make the relation `decoded` out of `lines`; gives its columns, as `delimited_rows` has it.

    Raises:
        SourceError: where the YAML names no columns.
    """
    if read.columns is None:
        raise SourceError(dataset.source, f"{dataset.id} has 'format: delimited' but no 'columns': name them in the YAML")
    end = read.record_end or ""
    parts = ", ".join(f"parts[{number}] AS {name(column)}" for number, column in enumerate(read.columns, start=1))
    broken = reason_broken(
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
    return read.columns


def weblog_rows(engine: Engine, files: list[Path]) -> Relation:
    """The relation `decoded` of access logs (https://httpd.apache.org/docs/2.4/logs.html#combined); a dash is no value."""
    text_lines(engine, files)
    return Relation.of_columns(weblog_lines(engine))


def weblog_lines(engine: Engine) -> list[str]:
    """Make the relation `decoded` out of `lines`; gives its columns, as `weblog_rows` has it."""
    line, names = literal(LOG_LINE), ", ".join(literal(column) for column in LOG_NAMES)
    columns = ", ".join(f"nullif(nullif(found.{name(column)}, '-'), '') AS {name(column)}" for column in LOG_NAMES)
    broken = reason_broken("text", "WHEN NOT fits THEN 'is not a line of the combined log format'")
    engine.run(f"""
        CREATE TEMP VIEW decoded AS
        WITH matched AS (
          SELECT *, regexp_matches(text, {line}) AS fits, regexp_extract(text, {line}, [{names}]) AS found FROM lines
        )
        SELECT number AS _row, _path, _line, CAST(NULL AS BIGINT) AS _index, text AS _raw, {broken}, {columns} FROM matched
    """)
    return LOG_NAMES
