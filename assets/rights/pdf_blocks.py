"""What the report as PDF is made of: headings, paragraphs, terms and tables, as plain data that the typst template lays out."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assets.rights.report import Cell

_NARROWEST, _WIDEST = 8, 120
_LONGEST = 20_000  # letters of one value
_LETTERS_A_LINE = 85
_ENDLESS_WORD = re.compile(r"(\S{75})(?=\S)")
Block = dict[str, Any]


def heading(text: str, level: int = 2) -> Block:
    """A heading of a level."""
    return {"kind": "heading", "level": level, "text": text}


def paragraph(text: str) -> Block:
    """A paragraph."""
    return {"kind": "paragraph", "text": text}


def facts(terms: Sequence[tuple[str, str]]) -> Block:
    """Terms, each with what it is."""
    return {"kind": "facts", "facts": [list(pair) for pair in terms]}


def record(title: str, terms: Sequence[tuple[str, str]], level: int = 4) -> Block:
    """Terms under a small heading: a record, or what the rows of a table have in common."""
    return {"kind": "record", "level": level, "title": cut(title), "facts": [list(map(cut, pair)) for pair in terms]}


def table(caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Block:
    """A table whose columns grow with the area of their longest cells, and hold their longest words: no value is hyphenated."""
    listed = [[cut(cell) for cell in row] for row in rows]
    columns = list(zip(headings, *listed, strict=True))
    areas = [math.sqrt(max(_NARROWEST, *(min(len(cell), _WIDEST) for cell in column))) for column in columns]
    widths = [max(area, _longest_word(column) / 2) for area, column in zip(areas, columns, strict=True)]
    return {"kind": "table", "caption": caption, "headings": list(headings), "rows": listed, "widths": widths}


def fits(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bool:
    """Whether the longest words of a table's columns stand beside each other."""
    columns = zip(headings, *([cell.text for cell in row] for row in rows), strict=True)
    return sum(_longest_word(column) for column in columns) <= _LETTERS_A_LINE


def _longest_word(cells: Iterable[str]) -> int:
    return max((len(word) for cell in cells for word in cell.split()), default=0)


def cut(text: str) -> str:
    """A value that fits: none goes on for ever, nor a word beyond the line; the data files have it whole."""
    return _ENDLESS_WORD.sub("\\1\u200b", text if len(text) <= _LONGEST else f"{text[:_LONGEST]} […]")
