"""The company's own staff in their role: who, by the register, stands in records in a role of `staff` of the notice.

What names them there, and the names that their addresses are made of, stay in texts. What else is known of them as private persons does
not: a number that stands in none of those fields is taken out as anybody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.ingest.normalise import e164
from assets.rights.inflection import folded, is_form
from assets.rights.patterns import words
from resources.warehouse.dialect import name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine

_LEAST_NAMES, _MOST_NAMES = 2, 4
_NAME_CATEGORIES = ("user.name", "user.name.first", "user.name.last")


@dataclass(frozen=True)
class Staff:
    """Staff's e-mail addresses and other values in lower case, numbers (E.164), and the names of each, folded."""

    values: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    names: tuple[frozenset[str], ...] = ()

    @classmethod
    def of(cls, engine: Engine, catalogue: Catalogue) -> Staff:
        """Read who stands in a role of staff."""
        roles = catalogue.staff_roles
        held: dict[str, set[str]] = {}
        for table, column in engine.rows("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'register'"):
            held.setdefault(table, set()).add(column)
        values, phones, names = set[str](), set[str](), set[frozenset[str]]()
        for dataset in catalogue.datasets:
            for field, kind in _fields(dataset, roles, held.get(dataset.table, set())):
                region = catalogue.sources[dataset.source].shape.region
                for (value,) in engine.rows(
                    f"SELECT DISTINCT {name(field)} FROM register.{name(dataset.table)} WHERE {name(field)} IS NOT NULL"
                ):
                    values.add(str(value).strip().lower())
                    if kind == "email":
                        names.add(_of_address(str(value)))
                    elif kind == "phone" and (number := e164(str(value), region)) is not None:
                        phones.add(number)
            names |= set(_named(engine, dataset, roles, held.get(dataset.table, set())))
        return cls(frozenset(values), frozenset(phones), tuple(sorted(names - {frozenset()}, key=sorted)))

    def has(self, *given: str) -> bool:
        """Whether folded words are all of one name of staff."""
        return any(all(any(is_form(word, each) for each in known) for word in given) for known in self.names)


def _fields(dataset: Dataset, roles: frozenset[str], columns: set[str]) -> Iterator[tuple[str, str | None]]:
    """The fields that name a person of these roles, each with the way in which its values are compared."""
    for field, role in dataset.roles_of.items():
        if role in roles and field in columns:
            yield field, dataset.fields[field].identifies


def _named(engine: Engine, dataset: Dataset, roles: frozenset[str], columns: set[str]) -> Iterator[frozenset[str]]:
    """The names in a data set that is about staff."""
    if next(iter(dataset.shape.persons), None) not in roles:
        return
    fields = [field for field, each in dataset.fields.items() if each.shape.category in _NAME_CATEGORIES and field in columns]
    if fields:
        for row in engine.rows(f"SELECT DISTINCT {', '.join(map(name, fields))} FROM register.{name(dataset.table)}"):
            yield frozenset(folded(word.value) for value in row if value is not None for word in words(str(value)))


def _of_address(email: str) -> frozenset[str]:
    """The words of an e-mail address that is made of a person's names; none where it is made of one word or of more than four."""
    found = [word.value for word in words(folded(email.partition("@")[0]))]
    return frozenset(found) if _LEAST_NAMES <= len(found) <= _MOST_NAMES else frozenset()
