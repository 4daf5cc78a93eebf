"""Take other persons out of free text: marks that say what stood there replace their addresses, numbers, identifiers and names.

What no rule, no record of the register and no model knows (a name that is nowhere in it) is not found here: see `Redactor.suspects`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from assets.rights import patterns
from assets.rights.lookup import look_up
from assets.rights.names import name_of_address, near_words
from assets.rights.own import free_text
from assets.rights.redaction.decided import Decided
from assets.rights.redaction.people import People, Told
from assets.rights.redaction.staff import Staff
from assets.rights.rows import Spooled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from assets.rights.holding import Holding, Row, Table, Unread
    from assets.rights.lookup import LookedUp
    from assets.rights.names import Known
    from assets.rights.own import Own
    from assets.rights.patterns import Span
    from assets.rights.redaction.model import NameModel
    from resources.catalogue import Catalogue, Dataset
    from resources.spool import Spool
    from resources.warehouse import Engine

KINDS = ("code", "email", "ip", "phone", "identifier", "name", "decided")
_LEAST_OTHER = 3


@dataclass(frozen=True)
class Text:
    """A text to redact, the source that it is out of, and identifiers of others who stand in its record."""

    text: str
    source: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """A stretch of a text that goes, and of which of `KINDS` it is."""

    start: int
    end: int
    kind: str


@dataclass
class Redactor:
    """Knows what is the subject's own, which names and identifiers of others stand in its texts, and what a releaser decided on them."""

    own: Own
    known: Known
    identifiers: frozenset[str]
    marks: Mapping[str, str]
    staff: Staff = field(default_factory=Staff)
    decided: Decided = field(default_factory=Decided)
    _told: dict[str, Told] = field(default_factory=lambda: defaultdict(Told))

    @classmethod
    def of(  # noqa: PLR0913 - what is looked up, and what it is looked up for
        cls,
        engine: Engine,
        catalogue: Catalogue,
        own: Own,
        texts: Iterable[Text],
        marks: Mapping[str, str],
        *,
        decided: Decided | None = None,
        names: NameModel | None = None,
    ) -> Redactor:
        """Look up the texts' words in the register.

        Args:
            engine: what is published, with `subject_persons`.
            catalogue: the register's catalogue.
            own: what is the subject's own.
            texts: all texts that are going to be redacted; gone through several times and never kept, so no generator.
            marks: what replaces each of `KINDS`.
            decided: what a releaser decided.
            names: a model of names, where the machine has one.
        """
        found = look_up(engine, catalogue, (normal(each.text) for each in texts), names)
        redactor = cls.by(found, own, marks, decided)
        for each in texts:
            redactor.read(each)
        return redactor

    @classmethod
    def by(cls, found: LookedUp, own: Own, marks: Mapping[str, str], decided: Decided | None = None) -> Redactor:
        """By what was looked up already, of these and maybe other texts."""
        return cls(own, found.known, found.identifiers, marks, found.staff, decided or Decided())

    def read(self, text: Text) -> None:
        """Remember whose full names stand in a text: in texts of the same source, half of such a name is then redacted too."""
        for near in near_words(normal(text.text)):
            names = self.known.names(near)
            if names and not self._is_mine(near.pair):
                self._told[text.source].add(names)

    def redact(self, text: Text) -> tuple[str, Counter[str]]:
        """The text with marks, and how many of each kind."""
        written = normal(text.text)
        pieces, counts, end = [], Counter[str](), 0
        for hit in self.hits(text):
            pieces += [written[end : hit.start], self.marks[hit.kind]]
            counts[hit.kind] += 1
            end = hit.end
        return "".join([*pieces, written[end:]]), counts

    def hits(self, text: Text) -> list[Hit]:
        """What goes out of the text as `normal` writes it, in its order."""
        return _merged(self._hits(text, normal(text.text)))

    def suspects(self, text: Text) -> list[Span]:
        """What may be a name and stays, in the order of the text: for a person to look at."""
        written, taken = normal(text.text), self.hits(text)
        stay = [(span.start, span.end) for span in self.decided.staying(written)]
        found: list[Span] = []
        for span in sorted(self._people.suspects(written), key=lambda each: (each.start, -each.end)):
            is_met = any(hit.start < span.end and span.start < hit.end for hit in taken) or (found and span.start < found[-1].end)
            if not is_met and not any(start <= span.start and span.end <= end for start, end in stay):
                found.append(span)
        return found

    def tells_of_others(self, text: Text) -> bool:
        """Whether an address, number, identifier or code in a text is not the subject's own."""
        return any(hit.kind != "name" for hit in self._hits(text, normal(text.text)))

    @cached_property
    def _people(self) -> People:
        return People(self.own, self.known, self.staff)

    def _hits(self, text: Text, written: str) -> list[Hit]:
        kept = [(span.start, span.end) for span in self.decided.staying(written)]
        hits = [Hit(span.start, span.end, "code") for span in patterns.codes(written) if not self._is_value(span.value)]
        addresses = {other.lower() for other in text.others} - self.staff.values
        for span, is_kept, kind in self._structured(written):
            if is_kept:
                kept.append((span.start, span.end))
            else:
                hits.append(Hit(span.start, span.end, kind))
                if kind == "email":
                    addresses.add(span.value)
        hits += self._others(text, written)
        further = {name for address in addresses if (name := name_of_address(address)) is not None and not self._is_mine(name)}
        contacts = [hit.start for hit in hits if hit.kind in ("email", "phone")]
        hits += [Hit(span.start, span.end, "name") for span in self._people.spans(written, further, self._told[text.source], contacts)]
        hits = [hit for hit in hits if not any(start <= hit.start and hit.end <= end for start, end in kept)]
        return hits + [Hit(span.start, span.end, "decided") for span in self.decided.taken(written)]

    def _structured(self, written: str) -> Iterator[tuple[Span, bool, str]]:
        """Addresses, numbers and identifiers: whether each is the subject's or staff's and so stays, and of which kind it is."""
        for span in patterns.emails(written):
            yield span, span.value in self.own.emails or span.value in self.staff.values, "email"
        for span in patterns.addresses(written):
            yield span, self._is_value(span.value), "ip"
        for span in patterns.phones(written, self.own.regions):
            numbers = patterns.numbers_of(span.value, self.own.regions) if self.staff.phones else frozenset[str]()
            yield span, self.own.has_phone(span.value) or not self.staff.phones.isdisjoint(numbers), "phone"
        for span in patterns.tokens(written):
            is_kept = self._is_value(span.value) or span.value in self.staff.values
            if is_kept or span.value in self.identifiers:
                yield span, is_kept, "identifier"

    def _is_value(self, value: str) -> bool:
        """Whether a code or an identifier is the subject's, however its parts are set apart."""
        lowered = value.lower()
        return lowered in self.own.values or re.sub(r"[\s-]", "", lowered) in self.own.values

    def _others(self, text: Text, written: str) -> Iterator[Hit]:
        for other in text.others:
            if len(other) >= _LEAST_OTHER and other.lower() not in self.own.values | self.own.emails | self.staff.values:
                for match in re.finditer(rf"(?<!\w){re.escape(other)}(?!\w)", written, re.IGNORECASE):
                    yield Hit(match.start(), match.end(), "identifier")

    def _is_mine(self, pair: tuple[str, str]) -> bool:
        return (self.own.has_name(pair[0]) and self.own.has_name(pair[1])) or self.staff.has(*pair)


def normal(text: str) -> str:
    """Text whose letters are each one character, so that words are found whole."""
    return unicodedata.normalize("NFC", text)


def redact(  # noqa: PLR0913 - what is redacted, by what, and where to
    found: LookedUp, own: Own, holding: Holding, marks: Mapping[str, str], spool: Spool, *, decided: Decided | None = None
) -> None:
    """Redact every free text of a holding, and count what was taken out.

    Records that could not be read in lose their whole text where an address, number or identifier in it is another's.

    Args:
        found: what the register knows of the words of its texts.
        own: what is the subject's own.
        holding: what is held; its rows are put aside anew.
        marks: what replaces each of `KINDS`.
        spool: where.
        decided: what a releaser decided.
    """
    redactor = Redactor.by(found, own, marks, decided)
    for text in texts_of(holding):
        redactor.read(text)
    for table in holding.tables:
        fields = free_text(table.dataset)
        if fields:
            table.rows = Spooled(spool, (_redacted(redactor, table.dataset, fields, row, holding.redacted) for row in table.rows))
    for each, text in unread_texts(holding):
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
    yield from (text for *_, text in texts(holding))
    yield from (text for _, text in unread_texts(holding))


def texts(holding: Holding) -> Iterator[tuple[Table, Row, str, Text]]:
    """The free texts of a holding's records: table, row, field, text."""
    for table in holding.tables:
        fields = free_text(table.dataset)
        for row in table.rows if fields else ():
            for name in fields:
                if row.values.get(name) is not None:
                    yield table, row, name, Text(str(row.values[name]), table.dataset.source, row.others)


def unread_texts(holding: Holding) -> Iterator[tuple[Unread, Text]]:
    """The texts of records that could not be read in, as far as they are shown."""
    for each in holding.unread:
        if each.text is not None:
            yield each, Text(each.text, each.dataset.source)


def _merged(hits: Iterable[Hit]) -> list[Hit]:
    """Hits in the order of the text, those that touch made one; it bears the kind that comes first in `KINDS`."""
    merged: list[Hit] = []
    for hit in sorted(hits, key=lambda each: (each.start, each.end)):
        if merged and hit.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = Hit(last.start, max(last.end, hit.end), min(last.kind, hit.kind, key=KINDS.index))
        else:
            merged.append(hit)
    return merged
