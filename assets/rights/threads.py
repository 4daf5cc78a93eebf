"""Messages as a person reads them: those of one conversation together, what all of them say once, and who wrote each."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from assets.rights.holding import Row
    from resources.catalogue import Catalogue, Dataset

YOU, STAFF, OTHER = "you", "staff", "other"


def whole_of(dataset: Dataset) -> list[str]:
    """The fields that name the record of another data set, as a conversation, that a record belongs to."""
    return list(dataset.shape.belongs_to.fields) if dataset.shape.belongs_to is not None else []


def threads(dataset: Dataset, rows: Iterable[Row]) -> list[list[Row]]:
    """Rows that belong to one record of another data set together, in their order."""
    names = whole_of(dataset)
    return [list(some) for _, some in groupby(rows, key=lambda row: [_said(row, name) for name in names])]


def said_once(dataset: Dataset, grouped: Iterable[Sequence[Row]], names: Iterable[str]) -> list[str]:
    """Those of some fields that say the same in all rows of each thread: of whom and when it is, not what is written."""
    tried = [name for name in names if name in dataset.roles_of or name == dataset.shape.anchor]
    for rows in grouped:
        tried = [name for name in tried if all(_said(row, name) == _said(rows[0], name) for row in rows)]
    return tried


def author(catalogue: Catalogue, dataset: Dataset, row: Row) -> str | None:
    """Who wrote a message: the subject, staff of the controller, or another person; None where the row does not tell."""
    stated = dataset.shape.author
    role = stated.roles.get(str(row.values.get(stated.field))) if stated is not None else None
    if role is None:
        return None
    if role in roles_in(dataset, row):
        return YOU
    return STAFF if role in catalogue.staff_roles else OTHER


def roles_in(dataset: Dataset, row: Row) -> Collection[str]:
    """The roles that the subject has in a record."""
    main = list(dataset.shape.persons)[:1] if row.is_main else []
    return {*main, *(each.role for each in row.evidence)}


def _said(row: Row, name: str) -> tuple[object, str | None]:
    return row.values.get(name), row.withheld.get(name)
