"""What was measured, as JSON lines, and the table that is made of it."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RESULTS = Path(__file__).parent / "results"
_HEADINGS = ("benchmark", "size", "who", "seconds", "processor seconds", "peak memory", "ours takes", "of its processor", "rounds", "load")


@dataclass(frozen=True)
class Row:
    """What a contestant did at one size: medians, and the medians of ours' time and processor time in its own, round by round."""

    benchmark: str
    size: float
    who: str
    seconds: float
    processor: float | None
    peak: float | None
    ratio: float | None
    processor_ratio: float | None
    rounds: int
    load: tuple[float, float]


def file_of(benchmark: str, size: float, folder: Path = RESULTS) -> Path:
    """Where the results of a benchmark at one size stand."""
    return folder / f"{benchmark}-{size:g}.jsonl"


def write(results: Iterable[dict[str, Any]], file: Path) -> None:
    """Keep results, one a line, in place of those before."""
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(json.dumps(each) + "\n" for each in results), encoding="utf-8")


def read(folder: Path = RESULTS) -> list[dict[str, Any]]:
    """All results that are kept, of turns that were taken."""
    lines = (line for file in sorted(folder.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines())
    return [each for each in map(json.loads, lines) if "who" in each]


def rows(results: Sequence[dict[str, Any]], order: Sequence[str], ours: str = "ours") -> list[Row]:
    """One row a benchmark, size and contestant, in the order of the benchmarks, ours first.

    Args:
        results: of turns.
        order: the names of the benchmarks.
        ours: whom the others are compared with.
    """
    groups: dict[tuple[str, float, str], dict[int, dict[str, Any]]] = {}
    for each in results:
        groups.setdefault((each["benchmark"], each["size"], each["who"]), {})[each["round"]] = each
    found = []
    for (benchmark, size, who), turns in groups.items():
        own = groups.get((benchmark, size, ours), {})
        pairs = [(own[number], turn) for number, turn in turns.items() if number in own]
        loads = [turn["load"] for turn in turns.values()]
        found.append(
            Row(
                benchmark,
                size,
                who,
                _median(turns.values(), "seconds") or 0.0,
                _median(turns.values(), "processor_seconds"),
                _median(turns.values(), "peak_mb"),
                _ratio(pairs, "seconds"),
                _ratio(pairs, "processor_seconds"),
                len(turns),
                (min(loads), max(loads)),
            )
        )
    known = {name: place for place, name in enumerate(order)}
    return sorted(found, key=lambda row: (known.get(row.benchmark, len(known)), row.benchmark, row.size, row.who != ours))


def table(found: Sequence[Row], titles: dict[str, str]) -> str:
    """The rows as a table in Markdown; a benchmark is named once."""
    lines = [" | ".join(("", *_HEADINGS, "")).strip(), "|" + "---|" * len(_HEADINGS)]
    last = ("", 0.0)
    for row in found:
        is_new = (row.benchmark, row.size) != last
        last = (row.benchmark, row.size)
        ratios = ("", "") if row.who == "ours" else (_times(row.ratio), _times(row.processor_ratio))
        told = (titles.get(row.benchmark, row.benchmark) if is_new else "", f"{row.size:g}" if is_new else "", row.who)
        measured = (_digits(row.seconds), _digits(row.processor), "–" if row.peak is None else f"{row.peak:,.0f} MB")
        lines.append("| " + " | ".join((*told, *measured, *ratios, str(row.rounds), f"{row.load[0]:g} to {row.load[1]:g}")) + " |")
    return "\n".join(lines) + "\n"


def growth(found: Sequence[Row], titles: dict[str, str]) -> list[str]:
    """How many times as long each takes at a size as at the next smaller one, a line each."""
    lines = []
    for smaller in found:
        larger = [row for row in found if (row.benchmark, row.who) == (smaller.benchmark, smaller.who) and row.size > smaller.size]
        if larger and smaller.seconds:
            next_one = min(larger, key=lambda row: row.size)
            title = titles.get(smaller.benchmark, smaller.benchmark)
            times = f"{next_one.size / smaller.size:g} times the records: {next_one.seconds / smaller.seconds:.1f} times the time"
            if smaller.processor and next_one.processor:
                times += f", {next_one.processor / smaller.processor:.1f} times the processor's"
            if smaller.peak and next_one.peak:
                times += f", {next_one.peak / smaller.peak:.1f} times the peak"
            lines.append(f"- {title}, {smaller.who}, {smaller.size:g} to {next_one.size:g} million: {times}")
    return lines


def _median(turns: Iterable[dict[str, Any]], key: str) -> float | None:
    values = [turn[key] for turn in turns if key in turn]
    return float(statistics.median(values)) if values else None


def _ratio(pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]], key: str) -> float | None:
    ratios = [own[key] / other[key] for own, other in pairs if own.get(key) is not None and other.get(key)]
    return statistics.median(ratios) if ratios else None


def _times(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.2f} ×"


def _digits(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{seconds:.1f}" if seconds >= 10 else f"{seconds:.2f}" if seconds >= 1 else f"{seconds:.3f}"  # noqa: PLR2004 - three digits
