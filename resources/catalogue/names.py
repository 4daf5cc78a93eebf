"""What the names in a register's YAML may refer to, over all its files."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import TYPE_CHECKING

from resources.catalogue.notice_rules import CONTROLLER
from resources.catalogue.positions import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from resources.catalogue.notice_shapes import NoticeShape
    from resources.catalogue.positions import Document, Location
    from resources.catalogue.retention_shapes import RetentionShape, RuleShape
    from resources.catalogue.shapes import VocabularyShape


_OF_A_LIMIT = ("period", "from", "while", "grace", "longest", "shortest", "minimum", "open", "future", "action", "fields", "counts")


class Names:
    """The names that are defined; None where a mistake leaves open which they are: then nothing is said of those who use them."""

    def __init__(
        self, vocabulary: VocabularyShape, notice: tuple[Document, NoticeShape], retention: tuple[Document, RetentionShape]
    ) -> None:
        """Take the vocabulary, and the notice and the retention rules with the documents that they come of."""
        told, shape = notice
        self.vocabulary = vocabulary
        self.purposes = names_of(told, ("purposes",), shape.purposes)
        self.promises = names_of(told, ("promises",), shape.promises)
        self.origins = names_of(told, ("origins",), shape.origins)
        self.rules = names_of(retention[0], ("rules",), retention[1].rules)
        self.processors = _processors(told, shape)
        self.roles = _roles(told, shape)
        self.bases = {name: purpose.legal_basis for name, purpose in shape.purposes.items()}
        self._retention = retention

    def rule(self, name: str) -> RuleShape | None:
        """A retention rule; None for one that is not there, or of which a mistake leaves open how long it keeps."""
        document, shape = self._retention
        unsure = not document.is_whole(("rules", name)) and any(document.is_broken(("rules", name, key)) for key in _OF_A_LIMIT)
        return None if unsure else shape.rules.get(name)


def names_of(document: Document, location: Location, mapping: Mapping[str, object]) -> Collection[str] | None:
    """The names that a mapping of a document defines; None where some of them may be missing."""
    return None if document.is_broken(location) or location in document.unread else mapping.keys()


def is_known(document: Document, place: Location, word: str | None, known: Collection[str] | None, what: str) -> bool:
    """Whether a word is one of those that are known; if it is not, that is reported with the nearest one. What is not stated is not."""
    if word is None or known is None or document.is_broken(place):
        return False
    if word not in known:
        document.report(place, f"'{word}' is no {what}: {nearest(word, known)}")
    return word in known


def _processors(document: Document, notice: NoticeShape) -> Collection[str] | None:
    """Who may operate a source: the controller, and every processor; also who is of no known kind."""
    names = names_of(document, ("recipients",), notice.recipients)
    if names is None:
        return None
    unsure = {name for name in names if document.is_broken(("recipients", name, "kind"))}
    return [*(name for name, recipient in notice.recipients.items() if recipient.kind == "processor" or name in unsure), CONTROLLER]


def _roles(document: Document, notice: NoticeShape) -> Collection[str] | None:
    kinds = names_of(document, ("data_subjects",), notice.data_subjects)
    if kinds is None or not all(document.is_whole(("data_subjects", kind, "roles")) for kind in kinds):
        return None
    return {role for kind in notice.data_subjects.values() for role in kind.roles}


def check_zone(document: Document, place: Location, name: str) -> None:
    """Report a time zone that does not exist."""
    is_known(document, place, name, _zones(), "time zone")


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
