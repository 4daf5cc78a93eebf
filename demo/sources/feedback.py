"""Answers on customer service, as a survey tool exports them: semicolons, ISO 8859-1, Finnish dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo import texts
from demo.identifiers import email_as_written
from demo.sources.lines import write_csv
from demo.times import finnish, local_date, past
from demo.world import has

if TYPE_CHECKING:
    from pathlib import Path

    from demo.truth import Truth
    from demo.world import Chunk

_DATASET = "feedback.answers"
_HEADER = ("vastaus", "sähköposti", "aika", "kanava", "arvosana", "kommentti")
_BROKEN = (
    ("v-bad-score", "joku@posti.example", "01.10.2026 10.00", "chat", 11, "Arvosana on yli asteikon."),
    ("v-bad-date", "joku@posti.example", "31.02.2026 10.00", "chat", 3, "Tätä päivää ei ole."),
)


def write(chunk: Chunk, folder: Path, truth: Truth) -> None:
    """Write a chunk's answers."""
    rng = chunk.rng("feedback")
    name = chunk.file("vastaukset", "csv")
    rows: list[tuple[object, ...]] = []
    for person in chunk.persons:
        if not has(rng, person, 0.15):
            continue
        key, at = f"v{chunk.index + 1:03d}-{len(rows) + 1:06d}", past(rng, person, "feedback")
        comment = texts.comment(rng, person.language) if has(rng, person, 0.7) else None
        rows.append(
            (key, email_as_written(rng, person), finnish(at), rng.choice(("chat", "puhelin", "sähköposti")), rng.randint(1, 5), comment)
        )
        truth.record(_DATASET, key, person, local_date(at))
    if chunk.index == 0:
        for broken in _BROKEN:
            rows.append(broken)
            truth.broken(_DATASET, f"{name}:{len(rows) + 1}")
    write_csv(folder / name, _HEADER, rows, delimiter=";", encoding="latin-1")
