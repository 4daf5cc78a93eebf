"""How commands print tables: for people in a terminal, or as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDE = 200


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str | None = None) -> None:
    """Print rows under headings; numbers stand to the right."""
    shown = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="bold")
    for position, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[position], int) for row in rows)
        shown.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) if cell is not None else "–" for cell in row))
    console = Console(highlight=False)
    (console if console.is_terminal else Console(width=_WIDE, highlight=False)).print(shown)


def as_json(value: object) -> None:
    """Print JSON; dates and times as ISO 8601."""
    click.echo(json.dumps(value, indent=1, ensure_ascii=False, default=str))
