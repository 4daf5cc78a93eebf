"""What is the subject's own in a text, and so stays: its identifiers, its names, and what its own records show elsewhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.rights.find import given_values, regions
from assets.rights.holding import Identifier
from assets.rights.inflection import folded, is_form
from assets.rights.patterns import numbers_of, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assets.rights.holding import Table
    from resources.catalogue import Catalogue, Dataset

NAMES = ("user.name", "user.name.first", "user.name.last")


@dataclass(frozen=True)
class Own:
    """The subject's own e-mail addresses, numbers (E.164), other values in lower case, and words of its names, folded."""

    emails: frozenset[str]
    phones: frozenset[str]
    values: frozenset[str]
    names: frozenset[str]
    regions: tuple[str, ...]

    def has_phone(self, written: str) -> bool:
        """Whether a number as written is one of the subject's."""
        return written.lower() in self.values or not self.phones.isdisjoint(numbers_of(written, self.regions))

    def has_name(self, word: str) -> bool:
        """Whether a folded word is a form of a word of the subject's names."""
        return any(is_form(word, each) for each in self.names)


def own(catalogue: Catalogue, identifiers: Iterable[Identifier], tables: Iterable[Table]) -> Own:
    """The subject's own values, out of its identifiers and of the records that are about it."""
    kinds = catalogue.vocabulary.identifiers
    by_form: dict[str, set[str]] = {"email": set(), "phone": set(), "text": set()}
    for each in identifiers:
        how = kinds[each.kind].normalise
        by_form[how if how in by_form else "text"].add(each.value if how == "phone" else each.value.lower())
    names: set[str] = set()
    for table in tables:
        free = free_text(table.dataset)
        for row in table.rows:
            for field, value in row.values.items():
                if value is None or isinstance(value, dt.datetime) or field in free or not row.is_main:
                    continue  # a moment is no word of a text
                by_form["text"].add(str(value).strip().lower())
                if table.dataset.fields[field].shape.category in NAMES:
                    names |= {folded(word.value) for word in words(str(value))}
    return Own(
        emails=frozenset(by_form["email"]),
        phones=frozenset(by_form["phone"]),
        values=frozenset(by_form["text"]),
        names=frozenset(names),
        regions=regions(catalogue),
    )


def free_text(dataset: Dataset) -> list[str]:
    """The fields of a data set in which third persons may stand."""
    return [name for name, field in dataset.fields.items() if field.shape.mentions_others and field.shape.type in ("text", "file")]


def given(catalogue: Catalogue, identifiers: Sequence[tuple[str, str]]) -> list[Identifier]:
    """The identifiers of a request that nobody bears, as far as one person alone may have them: to search what could not be read in."""
    kinds, mailboxes = catalogue.vocabulary.identifiers, catalogue.vocabulary.role_mailboxes
    return [
        Identifier(kind, value, (), joins=True, reason=None)
        for _, kind, value in given_values(catalogue, identifiers)
        if kinds[kind].joins and not (kind == "email" and value.partition("@")[0] in mailboxes)
    ]
