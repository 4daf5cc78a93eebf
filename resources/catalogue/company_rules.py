"""What must hold of the companies that a data set describes, and of who works for which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.catalogue.names import is_known

if TYPE_CHECKING:
    from resources.catalogue.positions import Document, Location
    from resources.catalogue.rules import DatasetRules
    from resources.catalogue.shapes import DatasetShape, SourceShape

_TIMES, _TEXT = ("date", "timestamp"), ("text",)
_OF_COMPANY = {"id": None, "business_id": _TEXT, "name": _TEXT, "customer_from": _TIMES, "customer_until": _TIMES}
_OF_EMPLOYMENT = {"company": None, "from": _TIMES, "until": _TIMES, "role": _TEXT}


def check_companies(document: Document, rules: DatasetRules) -> None:
    """The fields that a data set names in `company` and `employment`, and what these say together."""
    stated = rules.stated
    if stated.company is not None:
        place = (*rules.place, "company")
        for key, kinds in _OF_COMPANY.items():
            _check_named(document, (*place, key), getattr(stated.company, key), kinds, rules)
        _check_public(document, place, stated)
    if stated.employment is not None:
        place, employment = (*rules.place, "employment"), stated.employment
        for key, kinds in _OF_EMPLOYMENT.items():
            _check_named(document, (*place, key), getattr(employment, "from_" if key == "from" else key), kinds, rules)
        if not document.is_broken((*rules.place, "persons")):
            is_known(document, (*place, "person"), employment.person, stated.persons, "role of this data set's persons")
        _check_described(document, (*place, "company"), rules.source)


def _check_named(document: Document, place: Location, name: str | None, kinds: tuple[str, ...] | None, rules: DatasetRules) -> None:
    """A field that is there, and of a type that can say what is asked of it."""
    if name is None or not rules.names_field(place, name) or kinds is None:
        return
    kind = rules.stated.fields[name].type
    if kind not in kinds and not document.is_broken((*rules.place, "fields", name, "type")):
        document.report(place, f"'{name}' must be {'a date or a timestamp' if kinds is _TIMES else 'text'}, not {kind}")


def _check_public(document: Document, place: Location, stated: DatasetShape) -> None:
    if stated.company is None or not stated.company.public_register or document.is_broken((*place, "public_register")):
        return
    for key in ("customer_from", "customer_until"):
        if getattr(stated.company, key) is not None:
            document.report((*place, key), f"a public register does not say who is a customer: remove '{key}' or 'public_register'")


def _check_described(document: Document, place: Location, source: SourceShape) -> None:
    """Some data set of the source must say which company an id means."""
    whole = all(document.is_whole(("datasets", name, "company")) for name in source.datasets) and ("datasets",) not in document.unread
    if whole and not document.is_broken(place) and all(dataset.company is None for dataset in source.datasets.values()):
        hint = "state 'company' in the data set that describes them"
        document.report(place, f"no data set of this source describes companies: {hint}")
