"""What the report as PDF is made of: headings, paragraphs, terms and tables, as plain data that the typst template lays out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from assets.rights.pdf_widths import BOLD, broken, widest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assets.rights.report import Cell

_NARROWEST, _WIDEST = 8, 120
_LONGEST = 20_000  # letters of one value
# In em: a line of text without its hanging indent, a line of a table, and what stands beside the text of a cell; as in the template.
_LINE, _TABLE, _BESIDE = 43.0, 52.0, 0.9
_FOR_WORDS = 0.9  # of the room of a table whose words break: the rest is for the columns of many words
Block = dict[str, Any]


def heading(text: str, level: int = 2) -> Block:
    """A heading of a level."""
    return {"kind": "heading", "level": level, "text": text}


def paragraph(text: str) -> Block:
    """A paragraph."""
    return {"kind": "paragraph", "text": text}


def facts(terms: Sequence[tuple[str, str]]) -> Block:
    """Terms, each with what it is."""
    return {"kind": "facts", "facts": [list(map(cut, pair)) for pair in terms]}


def record(title: str, terms: Sequence[tuple[str, str]], level: int = 4) -> Block:
    """Terms under a small heading: a record, or what the rows of a table have in common."""
    return {
        "kind": "record",
        "level": level,
        "title": broken(_shortened(title), _LINE / BOLD),
        "facts": [list(map(cut, pair)) for pair in terms],
    }


def table(caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Block:
    """A table whose columns grow with the area of their longest cells, and hold their longest words: no value is hyphenated.

    Where all the longest words cannot stand beside each other, those of the widest columns go on in the next line.
    """
    listed = [[_shortened(cell) for cell in row] for row in rows]
    columns = list(zip(*listed, strict=True)) or [()] * len(headings)
    areas = [
        math.sqrt(max(_NARROWEST, *(min(len(cell), _WIDEST) for cell in (heading, *column))))
        for heading, column in zip(headings, columns, strict=True)
    ]
    room = _TABLE - _BESIDE * len(columns)
    widths = _grown(_least([_widest(heading, column) for heading, column in zip(headings, columns, strict=True)], room), areas, room)
    return {
        "kind": "table",
        "caption": caption,
        "headings": [broken(each, limit / BOLD) for each, limit in zip(headings, widths, strict=True)],
        "rows": [[broken(cell, limit) for cell, limit in zip(row, widths, strict=True)] for row in listed],
        "widths": [each + _BESIDE for each in widths],
    }


def fits(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bool:
    """Whether the longest words of a table's columns stand beside each other."""
    columns = zip(headings, *([cell.text for cell in row] for row in rows), strict=True)
    return sum(_widest(heading, cells) + _BESIDE for heading, *cells in columns) <= _TABLE


def _widest(heading: str, cells: Iterable[str]) -> float:
    return max(BOLD * widest([heading]), widest(cells))


def cut(text: str) -> str:
    """A value that fits: none goes on for ever, nor a word beyond the line; the data files have it whole."""
    return broken(_shortened(text), _LINE)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} […]"


def _least(words: list[float], room: float) -> list[float]:
    """How wide columns are at the least: as their widest words; where these have no room, the widest are alike, and words break in them."""
    if sum(words) <= room:
        return words
    left, narrower = room * _FOR_WORDS, sorted(words)
    for place, width in enumerate(narrower):
        share = left / (len(words) - place)
        if width > share:
            return [min(each, share) for each in words]
        left -= width
    return words


def _grown(least: list[float], wished: list[float], most: float) -> list[float]:
    """Widths in the proportions that are wished, together as wide as can be, and none narrower than its least."""
    held: set[int] = set()
    while len(held) < len(least):
        rest = most - sum(least[place] for place in held)
        parts = sum(wish for place, wish in enumerate(wished) if place not in held)
        found = [least[place] if place in held else rest * wish / parts for place, wish in enumerate(wished)]
        narrow = {place for place, width in enumerate(found) if width < least[place]}
        if not narrow - held:
            return found
        held |= narrow
    return least
