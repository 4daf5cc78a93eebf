"""On which line of its file each CSV record begins: what reads CSV does not say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.connectors.files import NOWHERE
from resources.connectors.relation import LONGEST_LINE
from resources.warehouse.dialect import literal

if TYPE_CHECKING:
    from pathlib import Path

    from resources.catalogue.shapes import FilesRead
    from resources.warehouse.engine import Engine


def number_csv_lines(engine: Engine, files: list[Path], read: FilesRead) -> None:
    """The relation `starts` of the records in `rows`: `_path`, `_nth` (from 1, in the order of the file) and `_line` (from 1).

    A line begins a record where it is not blank and the quotes before it pair (RFC 4180), less the header line and the records that were
    rejected. A file in which there are not as many of these as records has none: its quotes do not pair, and a wrong line is worse than
    none.

    Args:
        engine: the connection that the batch is decoded in, with `rows` and the reader's own tables of what it rejected.
        files: the files.
        read: how they are read.
    """
    quotes = f"length(text) - length(replace(text, {literal(read.quote)}, ''))" if read.quote else "0"
    header = 1 if read.columns is None else 0
    engine.run(
        f"""
        CREATE TEMP TABLE starts AS
        WITH all_lines AS (
          SELECT
            filename AS _path, row_number() OVER () AS number, trim(coalesce(text, '')) = '' AS is_blank, coalesce({quotes}, 0) AS quotes
          FROM read_csv(
            $files, columns = {{'text': 'VARCHAR'}}, delim = {literal(NOWHERE)}, quote = '', escape = '', header = false,
            auto_detect = false, strict_mode = false, filename = true, max_line_size = {LONGEST_LINE}
          )
        ),
        numbered AS (
          SELECT
            _path, is_blank, row_number() OVER of_file AS _line,
            sum(quotes) OVER (of_file ROWS UNBOUNDED PRECEDING) - quotes AS quotes_before
          FROM all_lines
          WINDOW of_file AS (PARTITION BY _path ORDER BY number)
        ),
        begun AS (SELECT _path, _line FROM numbered WHERE NOT is_blank AND quotes_before % 2 = 0),
        rejected AS (
          SELECT begun._path, min(begun._line) AS _line
          FROM (SELECT DISTINCT scan.file_path, line FROM reject_errors INNER JOIN reject_scans AS scan USING (scan_id, file_id)) AS errors
          INNER JOIN begun ON begun._path = errors.file_path AND begun._line >= errors.line
          GROUP BY begun._path, errors.line
        ),
        kept AS (
          SELECT begun._path, begun._line, row_number() OVER (PARTITION BY begun._path ORDER BY begun._line) - {header} AS _nth
          FROM begun ANTI JOIN rejected ON rejected._path = begun._path AND rejected._line = begun._line
        ),
        counted AS (
          SELECT kept._path FROM (SELECT _path, count(*) AS records FROM kept WHERE _nth > 0 GROUP BY _path) AS kept
          INNER JOIN (SELECT _path, count(*) AS records FROM rows GROUP BY _path) AS read
            ON read._path = kept._path AND read.records = kept.records
        )
        SELECT kept._path, kept._nth, kept._line FROM kept SEMI JOIN counted ON counted._path = kept._path WHERE kept._nth > 0
        """,
        {"files": [str(file) for file in files]},
    )
