"""The tags that a field bears: its own, or those of its data set, or those of its source; and where each of them was stated.

Whether they are right is decided in the rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from resources.catalogue.model import SYSTEM
from resources.catalogue.shapes import DatasetShape, FieldShape, TagsShape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.catalogue.positions import Document, Location
    from resources.catalogue.shapes import SourceShape, VocabularyShape

OF_PERSONS = ("origin", "promise", "purposes", "legal_basis", "withhold", "mentions_others")
INHERITED = ("category", "retention", *OF_PERSONS)
OWN = ("identifies", "shared")  # what one field is says nothing of the next
WHERE_DEMANDED = ("withhold", "mentions_others")  # reach only fields of a category that demands them: nothing is withheld by the way
Tagged = TypeVar("Tagged", bound=TagsShape)


@dataclass(frozen=True)
class Effective(Generic[Tagged]):
    """A data set or a field with what it inherits; `stated` says where each tag stands, `unsure` which of them a mistake leaves open."""

    shape: Tagged
    stated: dict[str, Location]
    unsure: frozenset[str]


class Levels:
    """A source, one of its data sets and the fields of it, whose tags override each other."""

    def __init__(self, document: Document, vocabulary: VocabularyShape, source: SourceShape, name: str) -> None:
        """Take a source with its document, and the name of one of its data sets."""
        self.document = document
        self.vocabulary = vocabulary
        self.place: Location = ("datasets", name)
        self._dataset = source.datasets[name]
        self._above: list[tuple[TagsShape, Location]] = [(self._dataset, self.place), (source, ())]

    def dataset(self) -> Effective[DatasetShape]:
        """The data set with the retention rule and the purposes that it inherits: those it cannot be without."""
        return self._effective(self._dataset, [], ("retention", "purposes"), ())

    def field(self, name: str) -> Effective[FieldShape]:
        """A field with all that it inherits."""
        own, place = self._dataset.fields[name], (*self.place, "fields", name)
        category = self._effective(own, [(own, place)], ("category",), ()).shape.category
        demanded = self.vocabulary.categories[category].states if category in self.vocabulary.categories else []
        ends = OF_PERSONS if category == SYSTEM else [tag for tag in WHERE_DEMANDED if tag not in demanded]
        return self._effective(own, [(own, place)], (*INHERITED, *OWN), {*ends, *OWN})

    def _effective(
        self, shape: Tagged, below: list[tuple[TagsShape, Location]], tags: Iterable[str], only_own: Iterable[str]
    ) -> Effective[Tagged]:
        values: dict[str, object] = {}
        stated: dict[str, Location] = {}
        unsure = set()
        for tag in tags:
            for level, place in below if tag in only_own else (*below, *self._above):
                if self.document.is_broken((*place, tag)):
                    unsure.add(tag)
                    break
                if tag in level.model_fields_set and getattr(level, tag) is not None:
                    values[tag], stated[tag] = getattr(level, tag), (*place, tag)
                    break
        return Effective(shape.model_copy(update=values), stated, frozenset(unsure))
