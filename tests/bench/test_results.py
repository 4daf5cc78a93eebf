"""The table and the plot of what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from bench.harness import require_agreement
from bench.plot import plot
from bench.results import growth, read, rows, table, write
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from pathlib import Path


def _turn(who: str, number: int, seconds: float, size: float = 1, **told: Any) -> dict[str, Any]:
    turn = {"benchmark": "sum", "size": size, "round": number, "who": who, "seconds": seconds, "load": float(number), "answer": {"sum": 7}}
    return turn | told


TURNS = [
    _turn("limit", 0, 1.0, processor_seconds=1.0, peak_mb=10),
    _turn("limit", 1, 4.0, processor_seconds=1.0, peak_mb=30),
    _turn("limit", 2, 2.0, processor_seconds=1.0, peak_mb=20),
    _turn("ours", 0, 3.0, processor_seconds=2.0, peak_mb=40),
    _turn("ours", 1, 4.0, processor_seconds=2.0, peak_mb=40),
    _turn("ours", 2, 4.0, processor_seconds=2.0, peak_mb=40),
    _turn("server", 0, 0.5),
    _turn("ours", 0, 20.0, size=10, processor_seconds=20.0, peak_mb=80),
]


def test_medians_are_of_turns_and_ratios_of_pairs() -> None:
    """What ours takes of the limit is the median of the rounds' ratios, not the ratio of the medians; ours stands first."""
    ours, limit, server, larger = rows(TURNS, ["sum"])
    assert (ours.who, limit.who, server.who, larger.size) == ("ours", "limit", "server", 10)
    assert (limit.seconds, limit.peak, limit.rounds, limit.load) == (2.0, 20, 3, (0.0, 2.0))
    assert limit.ratio == 2.0
    assert limit.processor_ratio == 2.0
    assert (server.ratio, server.processor, server.peak) == (6.0, None, None)


def test_table_and_growth_name_what_was_measured(tmp_path: Path) -> None:
    """Results are kept as lines, and the table made of them names a benchmark once; who was left out is in no row."""
    write([*TURNS, {"left_out": "dlt", "why": "not installed"}], tmp_path / "sum-1.jsonl")
    found = rows(read(tmp_path), ["sum"])
    lines = table(found, {"sum": "sums"}).splitlines()
    assert lines[2] == "| sums | 1 | ours | 4.00 | 2.00 | 40 MB |  |  | 3 | 0 to 2 |"
    assert lines[3] == "|  |  | limit | 2.00 | 1.00 | 20 MB | 2.00 × | 2.00 × | 3 | 0 to 2 |"
    assert lines[4] == "|  |  | server | 0.500 | – | – | 6.00 × | – | 1 | 0 to 0 |"
    assert growth(found, {"sum": "sums"}) == [
        "- sums, ours, 1 to 10 million: 10 times the records: 5.0 times the time, 10.0 times the processor's, 2.0 times the peak"
    ]


def test_plot_has_a_bar_for_each_row_and_a_dot_for_each_turn() -> None:
    """The plot is well-formed SVG."""
    root = ET.fromstring(plot("sums < all", rows(TURNS, ["sum"]), TURNS))  # noqa: S314 - our own text
    parts = [each.tag.rpartition("}")[2] for each in root]
    assert parts.count("circle") == len(TURNS)
    assert parts.count("rect") == 5  # the background, and four rows
    assert root[0].text == "sums < all"


def test_answers_must_agree() -> None:
    """Who answers otherwise is named; a question that one alone answers is nobody else's."""
    require_agreement([*TURNS, _turn("peer", 0, 1.0, answer={"other": 1})])
    with pytest.raises(AnsvarError, match="limit and peer do not agree on 'sum'"):
        require_agreement([*TURNS, _turn("peer", 0, 1.0, answer={"sum": 8})])
