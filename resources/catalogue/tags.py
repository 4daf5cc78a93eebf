"""The tags of a column, whether a field declares them or they are worked out of the columns that it is made of.

How columns are made of each other is worked out in `lineage`; what is declared beside a model is read in `tags_declared`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from resources.catalogue.model import SYSTEM

if TYPE_CHECKING:
    from resources.catalogue.model import Field

Words = frozenset[str]
_NONE: Words = frozenset()
NEEDED = ("categories", "origins", "promises")


@dataclass(frozen=True)
class Tags:
    """What is known of a column: sets, for it may be made of several fields; all empty where nothing is known.

    A column that is not about a person has the one category `system` and nothing else.
    """

    categories: Words = _NONE
    origins: Words = _NONE
    promises: Words = _NONE
    identifies: Words = _NONE
    purposes: Words = _NONE
    legal_bases: Words = _NONE
    retention: Words = _NONE
    withhold: Words = _NONE
    shared: bool = False
    mentions_others: bool = False

    @classmethod
    def of(cls, field: Field) -> Tags:
        """The tags that a field of the catalogue bears."""
        shape = field.shape
        if not field.is_personal:
            return SYSTEM_TAGS
        return cls(
            categories=_words(shape.category),
            origins=_words(shape.origin),
            promises=_words(shape.promise),
            identifies=_words(field.identifies),
            purposes=frozenset(field.purposes),
            legal_bases=frozenset(field.legal_bases),
            retention=_words(field.retention),
            withhold=_words(shape.withhold),
            shared=bool(shape.shared),
            mentions_others=bool(shape.mentions_others),
        )

    def __or__(self, other: Tags) -> Tags:
        """The tags of what is made of both: all of either; what is about a person stays so, whatever it is mixed with."""
        if self.is_personal and not other.is_personal:
            return self
        if other.is_personal and not self.is_personal:
            return other
        return Tags(**{each.name: getattr(self, each.name) | getattr(other, each.name) for each in fields(Tags)})

    @property
    def is_personal(self) -> bool:
        """Whether the column is about a person."""
        return bool(self.categories - {SYSTEM})

    @property
    def missing(self) -> list[str]:
        """The tags that the column cannot do without and has not: none where it is tagged."""
        if not self.categories:
            return [NEEDED[0]]
        return [name for name in NEEDED if not getattr(self, name)] if self.is_personal else []

    def as_dict(self) -> dict[str, list[str] | bool]:
        """The tags that it has, as plain data: sorted lists, and `true` for what is so."""
        found = {each.name: getattr(self, each.name) for each in fields(Tags)}
        return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in found.items() if value}


def _words(word: str | None) -> Words:
    return frozenset() if word in (None, "none") else frozenset({str(word)})


SYSTEM_TAGS = Tags(categories=frozenset({SYSTEM}))
"""What is not about a person."""
