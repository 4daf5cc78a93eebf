"""What decoding in every format has in common: lines of text, why a record is broken, and how paths are looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.connectors.files import NOWHERE, UNDECODABLE
from resources.connectors.paths import column_access
from resources.warehouse.dialect import literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from resources.warehouse.engine import Engine

LONGEST_LINE = 16 << 20
"""No line is longer, in bytes."""


@dataclass(frozen=True)
class Relation:
    """How paths are looked up in `decoded`: columns by their names, else JSON, whose documents hold the records at `records`."""

    access: Callable[[str], str]
    columns: list[str] | None = None
    records: str | None = None

    @classmethod
    def of_columns(cls, columns: list[str]) -> Relation:
        """Records that are rows of named columns."""
        return cls(column_access(columns), columns)


def text_lines(engine: Engine, files: list[Path]) -> None:
    """The relation `lines`: `_path`, `_line` (from 1) and `text`, without blank lines."""
    engine.run(
        f"""
        CREATE TEMP TABLE all_lines AS
        SELECT filename AS _path, row_number() OVER () AS number, text, trim(coalesce(text, '')) = '' AS is_blank
        FROM read_csv(
          $files, columns = {{'text': 'VARCHAR'}}, delim = {literal(NOWHERE)}, quote = '', escape = '', header = false,
          auto_detect = false, strict_mode = false, filename = true, max_line_size = {LONGEST_LINE}
        )
        """,
        {"files": [str(file) for file in files]},
    )
    engine.run("CREATE TEMP TABLE first_lines AS SELECT _path, min(number) AS first FROM all_lines GROUP BY _path")
    engine.run("""
        CREATE TEMP VIEW lines AS
        SELECT _path, all_lines.number, all_lines.number - first_lines.first + 1 AS _line, all_lines.text
        FROM all_lines INNER JOIN first_lines USING (_path)
        WHERE NOT all_lines.is_blank
    """)


def reason_broken(text: str, *conditions: str) -> str:
    """The expression of why a record cannot be read: undecodable text first, then the conditions."""
    undecodable = f"WHEN contains({text}, {literal(UNDECODABLE)}) THEN 'is not text in the stated encoding'"
    return f"CASE {' '.join((undecodable, *conditions))} END AS _broken"
