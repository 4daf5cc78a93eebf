"""What checks tell of fields, as Markdown tables: names, places and counts, never a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assets.ingest.mismatches import Mismatch
    from assets.ingest.unfit import Unfit
    from resources.connectors.undeclared import Undeclared

_MOST_ROWS = 100


def undeclared_table(found: Iterable[Undeclared]) -> str:
    """Fields that nobody tagged, those in most records first: path, records, proposed category and what the proposal rests on."""
    ranked = sorted(found, key=lambda each: (-each.records, each.path))
    return _table(
        ("path", "records", "proposed tag"),
        [(f"`{each.path}`", f"{each.records:,}", f"{each.category} (by {each.why})" if each.category else "none") for each in ranked],
    )


def mismatch_table(found: Iterable[Mismatch]) -> str:
    """Fields whose tags do not fit their values: the field, where it is declared, its tag, what the values look like and how many do."""
    return _table(
        ("field", "declared at", "tagged", "values look like", "share"),
        [
            (
                f"`{each.field.name}`",
                f"{each.field.file}:{each.field.line}",
                each.field.shape.category,
                f"{each.looks_like} ({each.category})",
                f"{each.share:.0%} of {each.values:,}",
            )
            for each in found
        ],
    )


def unfit_table(found: Iterable[Unfit]) -> str:
    """Fields that hold values which do not identify: the field, where it is declared, what it should be and how many records do."""
    return _table(
        ("field", "declared at", "should be", "records"),
        [
            (
                f"`{each.field.name}`",
                f"{each.field.file}:{each.field.line}",
                each.field.identifies or "",
                f"{each.records:,} of {each.filled:,}",
            )
            for each in found
        ],
    )


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows[:_MOST_ROWS]]
    text = "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
    return text if len(rows) <= _MOST_ROWS else f"{text}\n\nAnd {len(rows) - _MOST_ROWS:,} more: see `ansvar discover`."
