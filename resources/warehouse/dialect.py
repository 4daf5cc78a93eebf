"""The few places where SQL differs between engines, or must be pasted: everything else is bound.

Times in the warehouse are naive UTC timestamps; anything in the register's time zone is a local DATE made by `local_date`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resources.calendar import Period

_ISO_ZONED = r"^\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):\d{2}(:\d{2}([.]\d{1,9})?)? ?(Z|[+-](0\d|1[0-5])(:?[0-5]\d)?)$"
_ISO_LOCAL = r"^\d{4}-\d{2}-\d{2}([T ]([01]\d|2[0-3]):\d{2}(:\d{2}([.]\d{1,9})?)?)?$"
_ISO_DATE = r"^\d{4}-\d{2}-\d{2}([T ].*)?$"
_EPOCH = {"seconds": r"^\d{1,11}([.]\d{1,9})?$", "milliseconds": r"^\d{1,14}([.]\d{1,9})?$"}  # to the year 5138
_SECOND = {"seconds": 1_000_000, "milliseconds": 1_000}
_EARLIEST = "1000-01-01"
_FORMULA = r"^[\s\x00-\x1f]*[-=+@\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}\x{2212}]"
_NUMBER = r"^[+-]?[0-9]+([.,][0-9]+)?$"


def name(text: str) -> str:
    """A name out of the catalogue, quoted for SQL."""
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A constant of the catalogue (a pattern, a format, a time zone), quoted for SQL where it cannot be bound."""
    return "'" + text.replace("'", "''") + "'"


def written(value: str, kind: str) -> str:
    """The expression of a value of a field's type as files have it: a decimal without zeros at its end, a moment in ISO 8601, UTC.

    Args:
        value: the expression of the value.
        kind: the type of the field, as the catalogue names it.
    """
    text = f"CAST({value} AS VARCHAR)"
    if kind == "decimal":
        return f"regexp_replace({text}, '[.]?0+$', '')"  # every decimal has its six places
    return f"replace({text}, ' ', 'T') || 'Z'" if kind == "timestamp" else text


def plain_in_spreadsheets(text: str) -> str:
    """The expression of a text with an apostrophe before what a spreadsheet would take for a formula (OWASP, *CSV injection*)."""
    is_formula = f"regexp_matches({text}, {literal(_FORMULA)}) AND NOT regexp_matches({text}, {literal(_NUMBER)})"
    return f"CASE WHEN {is_formula} THEN '''' || {text} ELSE {text} END"


def local_date(timestamp: str, zone: str) -> str:
    """The local date of a naive UTC timestamp in a time zone."""
    return f"CAST(timezone({literal(zone)}, timezone('UTC', {timestamp})) AS DATE)"


def midnight(date: str, zone: str) -> str:
    """The naive UTC timestamp at which a local date begins in a time zone."""
    return _in_zone(f"CAST({date} AS TIMESTAMP)", zone)


def last_day(anchor_date: str, period: Period) -> str:
    """The last local date of a period that runs from an anchor's date; see `Period.last_day`."""
    return f"CAST(({anchor_date}) + to_months({period.months:d}) AS DATE) + {period.days:d}"


def timestamp_of(text: str, zone: str, formats: list[str], epoch: str | None) -> str:
    """A naive UTC timestamp out of text; NULL where it is none. Text without an offset is in `zone`."""
    if epoch is not None:
        whole = f"split_part({text}, '.', 1)"  # to cast more digits than eighteen to a decimal costs a hundred times as much
        part = f"TRY_CAST('0' || substr({text}, length({whole}) + 1) AS DECIMAL(18, 9))"
        micros = f"TRY_CAST({whole} AS BIGINT) * {_SECOND[epoch]:d} + CAST({part} * {_SECOND[epoch]:d} AS BIGINT)"
        return f"CASE WHEN regexp_matches({text}, {literal(_EPOCH[epoch])}) THEN make_timestamp({micros}) END"
    if formats:
        return "coalesce(" + ", ".join(_parsed(text, zone, given) for given in formats) + ", NULL)"
    blankless = f"regexp_replace({text}, ' ([Z+-])', '\\1', 'g')"  # the engine reads no blank there, and wants seconds
    whole = f"regexp_replace({blankless}, '^(.{{16}})([Z+-])', '\\1:00\\2')"
    zoned = f"timezone('UTC', coalesce(TRY_CAST({text} AS TIMESTAMPTZ), TRY_CAST({whole} AS TIMESTAMPTZ)))"
    return (
        f"CASE WHEN regexp_matches({text}, {literal(_ISO_ZONED)}) THEN {zoned} "
        f"WHEN regexp_matches({text}, {literal(_ISO_LOCAL)}) THEN {_in_zone(f'TRY_CAST({text} AS TIMESTAMP)', zone)} END"
    )


def date_of(text: str, formats: list[str]) -> str:
    """A date out of text; NULL where it is none."""
    if formats:
        listed = ", ".join(literal(given) for given in formats)
        return f"CAST({_strptime(text, f'[{listed}]')} AS DATE)"
    return f"CASE WHEN regexp_matches({text}, {literal(_ISO_DATE)}) THEN TRY_CAST(substr({text}, 1, 10) AS DATE) END"


def _parsed(text: str, zone: str, given: str) -> str:
    parsed = _strptime(text, literal(given))
    return f"timezone('UTC', {parsed})" if re.search("%z", given, re.IGNORECASE) else _in_zone(parsed, zone)


def _strptime(text: str, formats: str) -> str:
    """The engine's, less what it takes for a time though it is none: `epoch` and `infinity`, and `%Y` with fewer than four digits."""
    parsed = f"try_strptime({text}, {formats})"
    return f"CASE WHEN regexp_matches({text}, '[0-9]') AND {parsed} >= TIMESTAMP '{_EARLIEST}' THEN {parsed} END"


def _in_zone(local: str, zone: str) -> str:
    return f"timezone('UTC', timezone({literal(zone)}, {local}))"
