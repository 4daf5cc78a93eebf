"""Facts about the subject that more than one field of the sources tells: each value with every origin of it, and where sources disagree.

It is made of what the subject is shown: what is withheld or concerns others is not in it, nor is free text.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from importlib import resources as package_data
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from assets.ingest.normalise import email, phone
from assets.rights.holding import Fact, KnownFrom, Value
from assets.rights.inflection import folded
from assets.rights.patterns import words
from assets.rights.threads import roles_in
from resources.catalogue.shapes import Pick

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from assets.rights.holding import Row, Table
    from resources.catalogue import Catalogue, Dataset, Field

FULL_NAME, FIRST_NAME, LAST_NAME = "user.name", "user.name.first", "user.name.last"
DATE_OF_BIRTH = "user.demographic.date_of_birth"
_Place = tuple[str, tuple[str, ...]]
"""A data set's table, and the fields of it that tell a value."""


@cache
def _described() -> dict[str, Any]:
    text = (package_data.files("assets.rights") / "facts.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return found


def compared() -> dict[str, str]:
    """The data categories that are facts about a person, and how values of each are compared."""
    found: dict[str, str] = _described()["compared"]
    return found


def facts(catalogue: Catalogue, tables: Iterable[Table]) -> list[Fact]:
    """The facts about the subject that at least two fields tell.

    Values are compared in a normal form and given as the source has them, in the form in which a field has them most often. A first and a
    last name of one record are also one name, so that they can be compared with names that are written whole.

    Args:
        catalogue: the register's catalogue.
        tables: what is held of the subject, as it is shown.
    """
    told: dict[str, dict[str, dict[_Place, _Told]]] = defaultdict(lambda: defaultdict(dict))
    fields: dict[_Place, Dataset] = {}
    for table in tables:
        region = catalogue.sources[table.dataset.source].shape.region
        own = [field for field in table.dataset.fields.values() if _is_fact(field)]
        for row in table.rows:
            for category, names, value in _of_row(table.dataset, row, own):
                form = _normal(compared()[category], value, region)
                if form:
                    place = (table.dataset.table, names)
                    fields[place] = table.dataset
                    told[category][form].setdefault(place, _Told()).add(value, row.ingested_at)
    found = []
    for category in compared():
        values = told.get(category, {})
        if len({place for places in values.values() for place in places}) > 1:
            found.append(Fact(category, tuple(_values(values, fields))))
    return found


class _Told:
    """What one field tells of one value: its written forms, and since when at the latest."""

    def __init__(self) -> None:
        self.forms: Counter[str] = Counter()
        self.since: dt.datetime | None = None

    def add(self, value: str, moment: dt.datetime | None) -> None:
        self.forms[value] += 1
        if moment is not None and (self.since is None or moment < self.since):
            self.since = moment

    @property
    def form(self) -> str:
        return min(self.forms, key=lambda each: (-self.forms[each], each))


def _values(values: dict[str, dict[_Place, _Told]], datasets: dict[_Place, Dataset]) -> Iterator[Value]:
    """The values of a fact, those that most fields tell first."""
    for _, places in sorted(values.items(), key=lambda each: (-len(each[1]), each[0])):
        yield Value(
            tuple(
                KnownFrom(datasets[place], place[1], told.form, _origin(datasets[place], place[1]), told.since)
                for place, told in places.items()
            )
        )


def _origin(dataset: Dataset, names: tuple[str, ...]) -> str:
    return next((origin for name in names if (origin := dataset.fields[name].shape.origin)), "")


def _of_row(dataset: Dataset, row: Row, fields: list[Field]) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """The facts that a record tells of the subject: category, fields and value."""
    halves: dict[str, tuple[str, str]] = {}
    for field in fields:
        value = row.values.get(field.name)
        if value is None or not _is_of_subject(dataset, row, field):
            continue
        category, written = field.shape.category, str(value).strip()
        yield category, (field.name,), written
        if category in (FIRST_NAME, LAST_NAME):
            halves.setdefault(category, (field.name, written))
    if len(halves) == 2:  # noqa: PLR2004 - a first name and a last one
        (first, former), (last, latter) = halves[FIRST_NAME], halves[LAST_NAME]
        yield FULL_NAME, (first, last), f"{former} {latter}"


def _is_fact(field: Field) -> bool:
    """Whether a field holds a fact: not free text, nor a date unless the fact is one (since when somebody had a workplace is none)."""
    category = field.shape.category
    is_date = field.shape.type in ("date", "timestamp") and category != DATE_OF_BIRTH
    return category in compared() and not is_date and not field.shape.mentions_others


def _is_of_subject(dataset: Dataset, row: Row, field: Field) -> bool:
    """Whether a value that is shown tells of the subject itself, and not of a company, a telephone of many, or another role's person."""
    if field.shape.shared:
        return False
    if field.name in dataset.roles_of:
        return dataset.roles_of[field.name] in roles_in(dataset, row)
    return row.is_main and not _stems(dataset, field.name).intersection(_stems_of_others(dataset))


def _stems_of_others(dataset: Dataset) -> set[str]:
    """Where the fields of other roles stand that the main role's do not: `agent` of `agent.email` or `agent_email`."""
    main = next(iter(dataset.shape.persons), None)
    own: set[str] = set()
    others: set[str] = set()
    for name, role in dataset.roles_of.items():
        (own if role == main else others).update(_stems(dataset, name))
    return others - own


def _stems(dataset: Dataset, name: str) -> set[str]:
    """What comes before the last step of a field's paths, or the last word of its name."""
    given = dataset.fields[name].shape.from_
    listed = given if isinstance(given, list) else [given or name]
    paths = [path.each if isinstance(path, Pick) else path for path in listed]
    stems = {path.rpartition(".")[0] for path in paths} | {
        each.rpartition("_")[0] for each in (name, *(path for path in paths if "." not in path))
    }
    return stems - {""}


def _normal(how: str, value: str, region: str) -> str:
    """A value as it is compared."""
    if how == "phone":
        return phone(value, region) or folded(value)
    if how == "email":
        return email(value) or value.lower()
    spelt = [folded(span.value) for span in words(value)] if how == "name" else []
    spelt = [word for word in spelt if word not in _described()["left_out_of_names"]]
    return " ".join(sorted(spelt)) or "".join(letter for letter in folded(value) if letter.isalnum())
