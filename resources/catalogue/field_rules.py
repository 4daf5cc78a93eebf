"""What must hold of a field: its tags, its typing, and a period of its own."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import TYPE_CHECKING

import duckdb

from resources.catalogue.inheritance import INHERITED, OF_PERSONS, OWN, WHERE_DEMANDED
from resources.catalogue.model import SYSTEM
from resources.catalogue.names import check_zone, is_known
from resources.limits import ByLaw, Calendar, Event, Longest, Shortest, laws_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.calendar import Period
    from resources.catalogue.inheritance import Effective
    from resources.catalogue.positions import Document, Location
    from resources.catalogue.rules import DatasetRules
    from resources.catalogue.shapes import FieldShape
    from resources.limits import Limit

_FEWEST_DAYS_A_MONTH, _MOST_DAYS_A_MONTH = 28, 31
_FEWEST_DAYS_A_YEAR, _MOST_DAYS_A_YEAR = 365, 366
_MONTHS_A_YEAR = 12
_NUMBERS, _TIMES = ("integer", "decimal"), ("date", "timestamp")
_ONLY = {
    "formats": _TIMES,
    "epoch": ("timestamp",),
    "time_zone": ("timestamp",),
    "min": (*_NUMBERS, *_TIMES),
    "max": (*_NUMBERS, *_TIMES),
    "after": _TIMES,
    "before": _TIMES,
    "repair": ("text",),
    "one_of": ("text", "integer", "file"),
    "meanings": ("text", "integer"),
    "pattern": ("text", "integer", "file"),
}


def check_field(document: Document, place: Location, field: Effective[FieldShape], rules: DatasetRules) -> None:
    """All that must hold of one field, with what it inherits."""
    shape, vocabulary = field.shape, rules.names.vocabulary
    _check_typing(document, place, shape)
    _check_bounds(document, place, shape, rules)
    is_known(document, (*place, "identifies"), shape.identifies, [*vocabulary.identifiers, "none"], "kind of identifier")
    _check_plus_addresses(document, place, shape, rules)
    if shape.retention != rules.dataset.shape.retention and "retention" in field.stated:
        _check_retention(document, place, shape, rules)
    if "category" in field.unsure:
        return
    if "category" not in field.stated:
        document.report((*place, "category"), _missing("category"))
    elif shape.category == SYSTEM:
        for tag in (each for each in (*OF_PERSONS, *OWN) if each in field.stated):
            why = f"'category: system' says that it is not about a person; then '{tag}' has no meaning: remove one"
            document.report((*place, tag), why)
        _check_heading(document, place, shape, rules)
    elif shape.category in vocabulary.categories:
        _check_tags(document, place, field, vocabulary.categories[shape.category].states)


def _check_heading(document: Document, place: Location, field: FieldShape, rules: DatasetRules) -> None:
    """What is given to a person is called something there: a category about persons does that, `system` does not."""
    if field.label is None and rules.stated.persons and document.is_whole((*place, "label")):
        what = "records of this data set are given to the persons in them, and a field of category 'system' has no name there"
        document.report((*place, "label"), f"'label' is missing: {what}: state it in en, sv and fi")


def _check_plus_addresses(document: Document, place: Location, field: FieldShape, rules: DatasetRules) -> None:
    """Whether addresses with a plus sign are one with those without is said of e-mail addresses that identify."""
    kind = rules.names.vocabulary.identifiers.get(field.identifies or "")
    is_open = document.is_broken((*place, "identifies")) or (kind is None and field.identifies not in (None, "none"))
    if field.plus_addresses is not None and not is_open and (kind is None or kind.normalise != "email"):
        document.report((*place, "plus_addresses"), "'plus_addresses' has no meaning here: it is said of e-mail addresses that identify")


def _check_tags(document: Document, place: Location, field: Effective[FieldShape], states: Sequence[str]) -> None:
    wanted = ["origin", "promise", *states]
    wanted += ["shared"] if field.shape.identifies not in (None, "none") else []
    for tag in wanted:
        if tag not in field.stated and tag not in field.unsure:
            document.report((*place, tag), _missing(tag))
    for tag in WHERE_DEMANDED:
        if getattr(field.shape, tag) not in (None, "none", False) and tag not in wanted:
            hint = "use a category for which the vocabulary demands it, so that it cannot be forgotten"
            document.report((*place, tag), f"'{tag}' does not go with category '{field.shape.category}': {hint}")


def _missing(tag: str) -> str:
    return f"the tag '{tag}' is missing: state it" + (", here, on the data set or on the source" if tag in INHERITED else "")


def _check_retention(document: Document, place: Location, field: FieldShape, rules: DatasetRules) -> None:
    """A field of a period of its own goes before its record, so nothing else may hang on it."""
    dataset, name, at = rules.dataset.shape, str(place[-1]), (*place, "retention")
    own, whole = rules.names.rule(field.retention or ""), rules.names.rule(dataset.retention)
    if own is not None and not (isinstance(own.limit, Calendar) and own.limit.start == "anchor" and own.action == "delete"):
        document.report(at, f"rule '{field.retention}' cannot be a field's own: that needs a 'period' from the anchor, without 'action'")
    elif own is not None and whole is not None:
        _check_shorter(document, at, own.limit, whole.limit, (field.retention or "", dataset.retention))
    if name == dataset.anchor:
        document.report(at, "the anchor says when its record goes: it cannot go before it")
    if isinstance(dataset.key, list) and name in dataset.key:
        document.report(at, "a part of the key names its record: it cannot go before it")
    named = any(name in names for names in dataset.persons.values())
    if named and not field.shared and not document.is_broken((*place, "shared")):
        document.report(
            at, "names the record's person, who could not be told after it is gone: only an identifier that is 'shared: true' may go before"
        )
    if dataset.key == "content" and rules.source.connector == "recordings":
        document.report(at, "a recording is kept under its record's id, which is made of its content: name a key")
    _check_open(document, at, field, rules)


def _check_shorter(document: Document, at: Location, own: Limit, whole: Limit, names: tuple[str, str]) -> None:
    """A field's period ends before its record's, and no law demands that the record be kept whole for longer."""
    periods = f"{own} of rule '{names[0]}' is not surely shorter than {whole} of rule '{names[1]}'"
    if not _is_before(own, whole):
        document.report(at, f"{periods}, by which the record goes: a field goes before its record, or with it")
    for law in laws_of(whole):
        if isinstance(own, Calendar) and not _lasts(own, law):
            what = f"the law demands {law} of the record, by rule '{names[1]}', and {own} of rule '{names[0]}' is shorter"
            document.report(at, f"{what}: let the field go with its record")
            break


def _is_before(own: Limit, whole: Limit) -> bool:
    """Whether a calendar period surely ends before a limit does; the grace of an event is compared as if it ran from the anchor."""
    match whole:
        case Calendar():
            return isinstance(own, Calendar) and is_surely_shorter(own.period, whole.period)
        case Event():
            return isinstance(own, Calendar) and is_surely_shorter(own.period, whole.grace)
        case Longest() | ByLaw():
            return any(_is_before(own, part) for part in whole.parts)
        case Shortest():
            return all(_is_before(own, part) for part in whole.parts)


def _lasts(own: Calendar, law: Calendar) -> bool:
    """Whether a period is surely as long as the law's."""
    return law.start == "anchor" and (own.period == law.period or is_surely_shorter(law.period, own.period))


def _check_open(document: Document, at: Location, field: FieldShape, rules: DatasetRules) -> None:
    """Where the anchor may be empty, a field's period must be able to wait for it; and what has no key is known by its content."""
    dataset, own = rules.dataset.shape, rules.names.rule(field.retention or "")
    anchor = dataset.fields.get(dataset.anchor)
    if anchor is None or anchor.required or document.is_broken((*rules.place, "fields", dataset.anchor, "required")):
        return
    if own is not None and own.open != "keep":
        what = f"the anchor '{dataset.anchor}' may be empty, and a field's own period counts from nothing else"
        document.report(at, f"{what}: make the anchor 'required: true', or use a rule with 'open: keep'")
    if dataset.key == "content":
        document.report(
            at,
            f"a record without a key is known by its content, of which this is a part: make the anchor '{dataset.anchor}' 'required: true'",
        )


def is_surely_shorter(period: Period, other: Period) -> bool:
    """Whether a period ends before another one from whatever date both run; months and years are taken at their shortest or longest."""
    months, days = other.months - period.months, other.days - period.days
    years, rest = divmod(abs(months), _MONTHS_A_YEAR)
    if months < 0:
        return days > years * _MOST_DAYS_A_YEAR + rest * _MOST_DAYS_A_MONTH
    return days + years * _FEWEST_DAYS_A_YEAR + rest * _FEWEST_DAYS_A_MONTH > 0


def _check_typing(document: Document, place: Location, field: FieldShape) -> None:
    """Rules that the field's type can obey, a time zone that exists, and regular expressions that can be read."""
    if field.time_zone is not None:
        check_zone(document, (*place, "time_zone"), field.time_zone)
    for key, kinds in _ONLY.items():
        if getattr(field, key) not in (None, [], {}) and field.type not in kinds and not document.is_broken((*place, "type")):
            document.report((*place, key), f"'{key}' has no meaning for type '{field.type}', only for {' and '.join(kinds)}")
    for value in field.meanings if document.is_whole((*place, "one_of")) else ():
        is_known(document, (*place, "meanings", value), value, field.one_of, "value of the field's 'one_of'")
    for key in ("pattern", "remove"):
        pattern = getattr(field, key)
        if pattern is not None and not _can_be_read(pattern):
            document.report((*place, key), f"'{key}' is not a regular expression that can be read (RE2 syntax)")


def _check_bounds(document: Document, place: Location, field: FieldShape, rules: DatasetRules) -> None:
    """What a value is compared with: a number with a number; a day or a time with a day, or with another field that holds one."""
    if document.is_broken((*place, "type")):
        return
    for key in ("min", "max", "after", "before"):
        bound, at = getattr(field, key), (*place, key)
        if bound is None or field.type not in _ONLY[key]:
            continue
        if isinstance(bound, str) and field.type in _TIMES:
            _check_compared(document, at, bound, rules)
        elif isinstance(bound, int | float) != (field.type in _NUMBERS):
            wanted = "a number" if field.type in _NUMBERS else "a day, as 2026-10-01, or a field of this data set"
            document.report(at, f"'{key}' must be {wanted}")
    least, most = field.min, field.max
    numbers = isinstance(least, int | float) and isinstance(most, int | float) and least > most
    if numbers or (isinstance(least, dt.date) and isinstance(most, dt.date) and least > most):
        document.report((*place, "min"), f"no value is at least {least} and at most {most}: mend one of them")


def _check_compared(document: Document, at: Location, name: str, rules: DatasetRules) -> None:
    """Another field of the data set, that holds a day or a time."""
    if not rules.names_field(at, name):
        return
    kind = rules.stated.fields[name].type
    if name == at[-2]:
        document.report(at, f"'{name}' is this field itself: name another one")
    elif kind not in _TIMES and not document.is_broken((*at[:-2], name, "type")):
        document.report(at, f"'{name}' must be a date or a timestamp, not {kind}")


@cache
def _can_be_read(pattern: str) -> bool:
    try:
        re.compile(pattern)
        duckdb.execute("SELECT regexp_matches('', ?)", [pattern])
    except (re.error, duckdb.Error):
        return False
    return True
