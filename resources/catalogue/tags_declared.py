"""What stands beside the SQL models in `sql/<stage>/columns.yaml`: what each table and column is, and tags that lineage cannot give.

Tags are declared only where a column is made of nothing that bears tags, or where those are not true of its value (a count of persons is no
identifier); each with its reason.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from resources.catalogue.model import SYSTEM
from resources.catalogue.notice_rules import DUTIES
from resources.catalogue.positions import nearest, read
from resources.catalogue.shapes import Shape, Text
from resources.catalogue.tags import SYSTEM_TAGS, Tags
from resources.catalogue.validation import shaped

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from resources.catalogue.positions import Document, Location
    from resources.catalogue.shapes import VocabularyShape

_ONE = {
    "category": "categories",
    "origin": "origins",
    "promise": "promises",
    "identifies": "identifies",
    "legal_basis": "legal_bases",
    "retention": "retention",
    "withhold": "withhold",
}
_FLAGS = ("shared", "mentions_others")


class DeclaredTags(Shape):
    """Tags that are true of a column's value, whatever it is made of; what is not said here stays as lineage gives it.

    `when_personal`: they hold where lineage gives something about persons; else the column is of the system.
    """

    category: Text | None = None
    origin: Text | None = None
    promise: Text | None = None
    identifies: Text | None = None
    legal_basis: Text | None = None
    retention: Text | None = None
    withhold: Literal["none", "trade_secret", "security"] | None = None
    shared: bool | None = None
    mentions_others: bool | None = None
    when_personal: bool = False
    why: Text

    def over(self, made_of: Tags) -> Tags:
        """The tags of a column that is made of what bears `made_of`."""
        if self.category == SYSTEM or (self.when_personal and not made_of.is_personal):
            return SYSTEM_TAGS
        given = {target: getattr(self, key) for key, target in _ONE.items() if getattr(self, key) is not None}
        changed: dict[str, Any] = {key: frozenset({value} - {"none"}) for key, value in given.items()}
        changed |= {key: getattr(self, key) for key in _FLAGS if getattr(self, key) is not None}
        known = made_of if made_of.is_personal or self.category is None else Tags()
        return replace(known, **changed)


class ColumnDescription(Shape):
    """A column: what it is; its SQL type and what it is made of where no SQL says so; and its tags where lineage does not."""

    description: Text
    type: Text | None = None
    from_: Annotated[list[Text], Field(min_length=1)] | None = Field(default=None, alias="from")
    declared: DeclaredTags | None = None


class Answer(Shape):
    """The file of an export bundle that shows columns of a table to the data subject."""

    file: Text
    columns: Annotated[list[Text], Field(min_length=1)]


class TableDescription(Shape):
    """A table: what one row is, and its columns; `refines` names the table whose rows a model works over again."""

    description: Text
    refines: Text | None = None
    answer: Answer | None = None
    columns: Annotated[dict[str, ColumnDescription], Field(min_length=1)]


class TablesShape(Shape):
    """`columns.yaml`."""

    tables: dict[str, TableDescription]


def read_described(path: Path, name: str, vocabulary: VocabularyShape) -> tuple[Document, dict[str, TableDescription]]:
    """The tables that one file describes; what is wrong with it stands in the document's problems."""
    document = read(path, name)
    shape = shaped(document, TablesShape) if not document.problems else None
    tables = shape.tables if shape is not None else {}
    for table, description in tables.items():
        for column, described in description.columns.items():
            if described.declared is not None:
                _check(document, ("tables", table, "columns", column, "declared"), described.declared, vocabulary)
        for index, column in enumerate(description.answer.columns if description.answer is not None else []):
            _known(document, ("tables", table, "answer", "columns", index), column, description.columns, f"column of {table}")
    return document, tables


def _check(document: Document, place: Location, declared: DeclaredTags, vocabulary: VocabularyShape) -> None:
    _known(document, (*place, "category"), declared.category, vocabulary.categories, "category of the vocabulary")
    _known(document, (*place, "origin"), declared.origin, vocabulary.origins, "origin")
    _known(document, (*place, "promise"), declared.promise, DUTIES, "promise that every notice makes")
    _known(document, (*place, "identifies"), declared.identifies, [*vocabulary.identifiers, "none"], "kind of identifier")
    _known(document, (*place, "legal_basis"), declared.legal_basis, vocabulary.legal_bases, "legal basis")
    given = [key for key in (*_ONE, *_FLAGS) if getattr(declared, key) is not None]
    if declared.category == SYSTEM and (len(given) > 1 or declared.when_personal):
        document.report(place, "'category: system' says that it is not about a person: then no other tag has a meaning, remove them")
    if not given:
        document.report(place, "declares no tag: state one, or leave 'declared' out")


def _known(document: Document, place: Location, word: str | None, known: Iterable[str], what: str) -> None:
    names = list(known)
    if word is not None and word not in names:
        document.report(place, f"'{word}' is no {what}: {nearest(word, names)}")
