"""Take other persons out of free text: marks that say what stood there replace their addresses, numbers, identifiers and names.

What no rule and no record of the register knows (a name that is nowhere in it) is not found here.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assets.rights import patterns
from assets.rights.inflection import folded, is_form
from assets.rights.names import is_before, is_name, name_of_address, near_words
from assets.rights.own import free_text
from assets.rights.rows import Spooled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from assets.rights.holding import Holding, Row
    from assets.rights.lookup import LookedUp
    from assets.rights.names import Known, Pair
    from assets.rights.own import Own
    from resources.catalogue import Dataset
    from resources.spool import Spool

KINDS = ("code", "email", "phone", "identifier", "name")
_LEAST_OTHER = 3


@dataclass(frozen=True)
class Text:
    """A text to redact, the source that it is out of, and identifiers of others who stand in its record."""

    text: str
    source: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Hit:
    start: int
    end: int
    kind: str


@dataclass
class Redactor:
    """Knows what is the subject's own, and which names and identifiers of others stand in its texts."""

    own: Own
    known: Known
    identifiers: frozenset[str]
    marks: Mapping[str, str]
    _told: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def read(self, text: Text) -> None:
        """Remember whose full names stand in a text: in texts of the same source, half of such a name is then redacted too."""
        for near in near_words(normal(text.text)):
            if not self._is_own(near.pair):
                self._told[text.source] |= {word for name in self.known.names(near) for word in name}

    def redact(self, text: Text) -> tuple[str, Counter[str]]:
        """The text with marks, and how many of each kind."""
        written = normal(text.text)
        pieces, counts, end = [], Counter[str](), 0
        for hit in _merged(self._hits(text, written)):
            pieces += [written[end : hit.start], self.marks[hit.kind]]
            counts[hit.kind] += 1
            end = hit.end
        return "".join([*pieces, written[end:]]), counts

    def tells_of_others(self, text: Text) -> bool:
        """Whether an address, number, identifier or code in a text is not the subject's own."""
        return any(hit.kind != "name" for hit in self._hits(text, normal(text.text)))

    def _hits(self, text: Text, written: str) -> list[_Hit]:
        kept: list[tuple[int, int]] = []
        hits = [_Hit(span.start, span.end, "code") for span in patterns.codes(written) if span.value.lower() not in self.own.values]
        addresses = {other.lower() for other in text.others}
        for span in patterns.emails(written):
            if span.value in self.own.emails:
                kept.append((span.start, span.end))
            else:
                addresses.add(span.value)
                hits.append(_Hit(span.start, span.end, "email"))
        for span in patterns.phones(written, self.own.regions):
            if self.own.has_phone(span.value):
                kept.append((span.start, span.end))
            else:
                hits.append(_Hit(span.start, span.end, "phone"))
        for span in patterns.tokens(written):
            if span.value in self.own.values:
                kept.append((span.start, span.end))
            elif span.value in self.identifiers:
                hits.append(_Hit(span.start, span.end, "identifier"))
        hits += self._others(text, written)
        further = {name for address in addresses if (name := name_of_address(address)) is not None}
        contacts = [hit.start for hit in hits if hit.kind in ("email", "phone")]
        hits += self._names(written, further, self._told[text.source], contacts)
        return [hit for hit in hits if not any(start <= hit.start and hit.end <= end for start, end in kept)]

    def _others(self, text: Text, written: str) -> Iterator[_Hit]:
        for other in text.others:
            if len(other) >= _LEAST_OTHER and other.lower() not in self.own.values | self.own.emails:
                for match in re.finditer(rf"(?<!\w){re.escape(other)}(?!\w)", written, re.IGNORECASE):
                    yield _Hit(match.start(), match.end(), "identifier")

    def _names(self, written: str, further: set[Pair], told: set[str], contacts: list[int]) -> Iterator[_Hit]:
        for near in near_words(written):
            is_further = near.are_capitalised and is_name(near, further)
            is_named = is_further or self.known.names(near) or any(is_before(written, near, start) for start in contacts)
            if is_named and not self._is_own(near.pair):
                yield _Hit(near.start, near.end, "name")
        halves = told | {word for name in further for word in name}
        for span in patterns.words(written):
            word = folded(span.value)
            if span.value[0].isupper() and any(is_form(word, half) for half in halves) and not self.own.has_name(word):
                yield _Hit(span.start, span.end, "name")

    def _is_own(self, pair: Pair) -> bool:
        return self.own.has_name(pair[0]) and self.own.has_name(pair[1])


def normal(text: str) -> str:
    """Text whose letters are each one character, so that words are found whole."""
    return unicodedata.normalize("NFC", text)


def redact(found: LookedUp, own: Own, holding: Holding, marks: Mapping[str, str], spool: Spool) -> None:
    """Redact every free text of a holding, and count what was taken out.

    Records that could not be read in lose their whole text where an address, number or identifier in it is another's.

    Args:
        found: what the register knows of the words of its texts.
        own: what is the subject's own.
        holding: what is held; its rows are put aside anew.
        marks: what replaces each of `KINDS`.
        spool: where.
    """
    redactor = Redactor(own, found.known, found.identifiers, marks)
    for text in texts_of(holding):
        redactor.read(text)
    for table in holding.tables:
        fields = free_text(table.dataset)
        if fields:
            table.rows = Spooled(spool, (_redacted(redactor, table.dataset, fields, row, holding.redacted) for row in table.rows))
    for each in holding.unread:
        if each.text is not None:
            text = Text(each.text, each.dataset.source)
            each.text = None if redactor.tells_of_others(text) else redactor.redact(text)[0]


def _redacted(redactor: Redactor, dataset: Dataset, fields: list[str], row: Row, counted: Counter[tuple[str, str, str]]) -> Row:
    """A row whose texts are redacted."""
    for name in fields:
        if row.values.get(name) is not None:
            row.values[name], counts = redactor.redact(Text(str(row.values[name]), dataset.source, row.others))
            for kind, number in counts.items():
                counted[dataset.table, name, kind] += number
    return row


def texts_of(holding: Holding) -> Iterator[Text]:
    """Every text of a holding that is going to be redacted."""
    for table in holding.tables:
        fields = free_text(table.dataset)
        for row in table.rows if fields else ():
            yield from (
                Text(str(row.values[name]), table.dataset.source, row.others) for name in fields if row.values.get(name) is not None
            )
    yield from (Text(each.text, each.dataset.source) for each in holding.unread if each.text is not None)


def _merged(hits: Iterable[_Hit]) -> list[_Hit]:
    """Hits in the order of the text, those that touch made one; it bears the kind that comes first in `KINDS`."""
    merged: list[_Hit] = []
    for hit in sorted(hits, key=lambda each: (each.start, each.end)):
        if merged and hit.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = _Hit(last.start, max(last.end, hit.end), min(last.kind, hit.kind, key=KINDS.index))
        else:
            merged.append(hit)
    return merged
