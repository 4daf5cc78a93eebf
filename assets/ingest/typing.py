"""The SELECT that types a data set's landed text, and says what is wrong with each record.

Which records go where is decided in `load`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.warehouse.dialect import date_of, literal, local_date, name, timestamp_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from resources.catalogue import Dataset, Field

SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "decimal": "DECIMAL(24, 6)",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "file": "VARCHAR",
}
_INTEGER = r"^[+-]?\d{1,18}$"
_DECIMAL = r"^[+-]?\d{1,18}([.]\d+)?$"
_SHORT_DECIMAL = r"^[+-]?\d{1,11}([.]\d+)?$"  # of eighteen digits, which the engine casts a hundred times as fast
_SECONDS = r"^\d{1,11}([.]\d+)?$"
_BOUNDS = {"min": ("at least", "<"), "max": ("at most", ">"), "after": ("after", "<="), "before": ("before", ">=")}
_WORDS = {"integer": "a whole number", "decimal": "a number", "boolean": "true or false", "date": "a date", "timestamp": "a time"}


@dataclass(frozen=True)
class Fault:
    """A rule of a field, and the condition under which a record breaks it."""

    field: str
    rule: str
    reason: str
    condition: str


def typed(field: Field, zone: str) -> str:
    """The expression that gives a field's value out of its landed text; NULL where the text does not fit."""
    text = f"landed.{name(field.name)}"
    shape = field.shape
    if shape.type == "integer":
        return f"CASE WHEN regexp_matches({text}, {literal(_INTEGER)}) THEN TRY_CAST({text} AS BIGINT) END"
    if shape.type == "decimal":
        return (
            f"CASE WHEN regexp_matches({text}, {literal(_SHORT_DECIMAL)}) THEN CAST(TRY_CAST({text} AS DECIMAL(18, 6)) AS DECIMAL(24, 6)) "
            f"WHEN regexp_matches({text}, {literal(_DECIMAL)}) THEN TRY_CAST({text} AS DECIMAL(24, 6)) END"
        )
    if shape.type == "boolean":
        lowered = f"lower({text})"
        yes, no = "('true', 't', '1', 'yes', 'y')", "('false', 'f', '0', 'no', 'n')"
        return f"CASE WHEN {lowered} IN {yes} THEN true WHEN {lowered} IN {no} THEN false END"
    if shape.type == "date":
        return date_of(text, shape.formats)
    if shape.type == "timestamp":
        if shape.epoch == "seconds":  # more digits are no seconds, and more than a time can hold
            text = f"CASE WHEN regexp_matches({text}, {literal(_SECONDS)}) THEN {text} END"
        return timestamp_of(text, shape.time_zone or zone, shape.formats, shape.epoch)
    return text


def typed_name(field_name: str) -> str:
    """The name of the column that has a field's value, typed, beside its text."""
    return f"_typed_{field_name}"


def typed_value(field_name: str) -> str:
    """The column of `landed` that has a field's value, typed."""
    return f"landed.{name(typed_name(field_name))}"


def faults(dataset: Dataset, zone: str) -> list[Fault]:
    """Every rule that a record of the data set may break, in the order in which they are told.

    A condition reads `landed`, one record's text and, by `typed_value`, its values.

    Args:
        dataset: the data set.
        zone: the time zone of its source, in which a time is compared with a day.
    """
    found = [Fault("", "unreadable", "the record cannot be read", "landed._broken IS NOT NULL")]
    for field in dataset.fields.values():
        found += _faults(field)
        found += _beyond(dataset, field, zone)
    return found


def anchor_faults(dataset: Dataset, zone: str, today: dt.date) -> list[Fault]:
    """What the retention rule sends to quarantine: a record of which nobody can tell when it goes, or whose anchor is a mistake.

    Args:
        dataset: the data set.
        zone: the register's time zone.
        today: the local date.
    """
    anchor, found = dataset.shape.anchor, []
    if dataset.rule.open == "quarantine":
        found.append(Fault(anchor, "open", "must have a value: the record's time runs from it", f"{typed_value(anchor)} IS NULL"))
    if dataset.rule.of_future == "quarantine":
        ahead = f"{anchor_date(dataset, typed_value(anchor), zone)} > CAST({literal(today.isoformat())} AS DATE) + 1"
        found.append(Fault(anchor, "future", "must not be more than a day ahead: the record's time runs from it", ahead))
    return found


def _faults(field: Field) -> list[Fault]:
    text, value, shape = f"landed.{name(field.name)}", typed_value(field.name), field.shape
    given = f"{text} IS NOT NULL"
    found = []
    if shape.required:
        found.append(Fault(field.name, "required", "must have a value", f"{text} IS NULL"))
    if shape.type in _WORDS:
        found.append(Fault(field.name, "type", f"must be {_WORDS[shape.type]}", f"{given} AND {value} IS NULL"))
    if shape.one_of is not None:
        listed = ", ".join(literal(choice) for choice in shape.one_of)
        found.append(Fault(field.name, "one_of", f"must be one of {', '.join(shape.one_of)}", f"{given} AND {text} NOT IN ({listed})"))
    if shape.pattern is not None:
        condition = f"{given} AND NOT regexp_matches({text}, {literal(shape.pattern)})"
        found.append(Fault(field.name, "pattern", f"must match {shape.pattern}", condition))
    if shape.type == "file":
        found.append(Fault(field.name, "file", "the audio file is not beside its metadata", f"{given} AND audio_files.file IS NULL"))
    return found


def _beyond(dataset: Dataset, field: Field, zone: str) -> Iterator[Fault]:
    """The bounds of a field: at least, at most, after, before; what is compared with a field that has no value breaks none."""
    for rule, (words, beyond) in _BOUNDS.items():
        bound = getattr(field.shape, rule)
        if bound is None:
            continue
        value, limit = _compared(dataset, field, bound, zone)
        shown = f"{bound:g}" if isinstance(bound, int | float) else str(bound)
        yield Fault(field.name, rule, f"must be {words} {shown}", f"{value} {beyond} {limit}")


def _compared(dataset: Dataset, field: Field, bound: float | dt.date | str, zone: str) -> tuple[str, str]:
    """A field's value and its bound as they can be compared: two times as they are, anything with a day by local dates."""
    if isinstance(bound, str):
        other = dataset.fields[bound]
        if field.shape.type == other.shape.type:
            return typed_value(field.name), typed_value(bound)
        return _day(field, zone), _day(other, zone)
    if isinstance(bound, int | float):
        return typed_value(field.name), repr(bound)
    return _day(field, zone), f"DATE {literal(bound.isoformat())}"


def _day(field: Field, zone: str) -> str:
    value = typed_value(field.name)
    return value if field.shape.type == "date" else local_date(value, field.shape.time_zone or zone)


def record_id(dataset: Dataset) -> str:
    """The expression of a record's stable 128-bit id, in hex: of source, data set and key; NULL where a part of the key is missing."""
    if dataset.shape.key == "content":
        parts = ["coalesce(landed._raw, '')", "CAST(landed._occurrence AS VARCHAR)"]
    else:
        parts = [f"landed.{name(key)}" for key in dataset.shape.key]
    return f"md5({literal(dataset.id)} || chr(31) || " + " || chr(31) || ".join(parts) + ")"


def anchor_date(dataset: Dataset, column: str, zone: str) -> str:
    """The anchor's local date, out of a column that holds the anchor."""
    kind = dataset.fields[dataset.shape.anchor].shape.type
    return column if kind == "date" else local_date(column, zone)
