"""What a releaser decided about single texts of an answer: this goes too, or this may stay."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from assets.rights.inflection import folded, is_form
from assets.rights.patterns import Span, words
from resources.ledger.redactions import KEEP, TAKE_OUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from resources.ledger.redactions import Decision


@dataclass(frozen=True)
class Decided:
    """The phrases that go though no rule finds them, and those that stay though one does."""

    out: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    @classmethod
    def of(cls, decisions: Iterable[Decision]) -> Decided:
        """Decisions as the ledger has them, in their order: of two on the same phrase, the later counts."""
        last = {folded(each.phrase): each for each in decisions}
        out, kept = (tuple(each.phrase for each in last.values() if each.what == what) for what in (TAKE_OUT, KEEP))
        return cls(out, kept)

    def taken(self, text: str) -> Iterator[Span]:
        """Where a text has what goes."""
        return _found(text, self.out)

    def staying(self, text: str) -> Iterator[Span]:
        """Where a text has what stays."""
        return _found(text, self.kept)


def _found(text: str, phrases: tuple[str, ...]) -> Iterator[Span]:
    """Where phrases stand in a text as whole words, in any case of letters; those of letters alone, in every form of their words."""
    if not phrases:
        return
    listed = words(text)
    for phrase in phrases:
        wanted = [folded(piece) for piece in phrase.split()]
        if all(piece.isalpha() for piece in wanted):
            yield from _forms(text, listed, wanted)
        else:
            spaced = r"\s+".join(re.escape(piece) for piece in phrase.split())
            for match in re.finditer(rf"(?<!\w){spaced}(?!\w)", text, re.IGNORECASE):
                yield Span(match.start(), match.end(), match[0])


def _forms(text: str, listed: list[Span], wanted: list[str]) -> Iterator[Span]:
    for place in range(len(listed) - len(wanted) + 1):
        met = listed[place : place + len(wanted)]
        apart = all(text[former.end : latter.start].isspace() for former, latter in pairwise(met))
        if apart and all(is_form(folded(word.value), piece) for word, piece in zip(met, wanted, strict=True)):
            yield Span(met[0].start, met[-1].end, text[met[0].start : met[-1].end])
