"""A plot of what was measured, as SVG: a bar for each contestant's median, a dot for each turn, on a logarithmic scale of seconds."""

from __future__ import annotations

import math
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.results import Row

PLOTS = Path(__file__).parent / "plots"
_WIDTH, _NAMES, _LINE, _MARGIN = 900, 300, 22, 40
_COLOURS = {"ours": "#1f5fa8", "limit": "#4d4d4d"}
_PEER = "#b5651d"


def plot(title: str, found: Sequence[Row], results: Sequence[dict[str, Any]]) -> str:
    """The plot of one benchmark.

    Args:
        title: what stands above it.
        found: its rows.
        results: its turns.
    """
    seconds = [each["seconds"] for each in results]
    low, high = math.floor(math.log10(max(min(seconds), 1e-4))), math.ceil(math.log10(max(*seconds, 1e-3)))
    high = max(high, low + 1)
    height = _MARGIN + _LINE * len(found) + _MARGIN

    def place(value: float) -> float:
        return _NAMES + (_WIDTH - _NAMES - _MARGIN) * (math.log10(max(value, 10.0**low)) - low) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" role="img" font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="8" y="22" font-weight="bold">{escape(title)}</text>',
    ]
    bottom = height - _MARGIN
    for power in range(low, high + 1):
        at = place(10.0**power)
        parts.append(f'<line x1="{at:.1f}" y1="{_MARGIN - 8}" x2="{at:.1f}" y2="{bottom}" stroke="#cccccc"/>')
        parts.append(f'<text x="{at:.1f}" y="{bottom + 18}" text-anchor="middle">{10.0**power:g} s</text>')
    for number, row in enumerate(found):
        top = _MARGIN + _LINE * number
        colour = _COLOURS.get(row.who, _PEER)
        named = f"{row.size:g} million, {row.who}"
        parts.append(f'<text x="{_NAMES - 8}" y="{top + 14}" text-anchor="end">{escape(named)}</text>')
        width = max(1.0, place(row.seconds) - _NAMES)
        parts.append(f'<rect x="{_NAMES}" y="{top + 3}" width="{width:.1f}" height="{_LINE - 8}" fill="{colour}"/>')
        parts += [
            f'<circle cx="{place(each["seconds"]):.1f}" cy="{top + 10}" r="3" fill="#ffffff" stroke="#000000"/>'
            for each in results
            if (each["size"], each["who"]) == (row.size, row.who)
        ]
    return "\n".join((*parts, "</svg>")) + "\n"
