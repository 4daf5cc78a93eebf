"""DuckDB's `try_strptime` in Spark's words: one pattern takes a text apart and writes it as ISO 8601, which is then cast.

Spark's own formats are Java's and stricter or laxer by turns; this reads what DuckDB reads: numbers of as many digits as they can have or
fewer, white space of any length for white space, and white space around.
"""

from __future__ import annotations

import re

from resources.errors import AnsvarError

_WIDTHS = {"d": 2, "m": 2, "H": 2, "M": 2, "S": 2, "y": 2, "Y": 4, "f": 6}
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_NAMED = {"b": tuple(month[:3] for month in _MONTHS), "B": _MONTHS}
_SPACE = r"[ \t\n\x0B\f\r]"
_ZONE = "([+-][0-9]{2}(?::?[0-9]{2})?)"
_OFFSET = f"([+-])([0-9]{{2}}):?([0-9]{{2}})?{_SPACE}*\\z"
_PIECE = re.compile(r"%-?([A-Za-z%])|(\s+)|(.)", re.DOTALL)
_SPECIAL = set("\\.+*?()|[]{}^$-&~#")
_FULL = {
    "=0{0,2}([0-9]{2})=": "$1",
    "<0{0,3}([0-9]{4})>": "$1",
    "~0?([0-5][0-9]|6[0-8])~": "20$1",
    "~0?([0-9]{2})~": "19$1",
}
"""What stands between marks, and how it is written in its full width."""
_ABSENT = {"m": "01", "d": "01", "H": "00", "M": "00", "S": "00"}


class FormatError(AnsvarError):
    """A format of times that is not read alike everywhere."""


def quoted(text: str) -> str:
    """A constant in Spark SQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def parsed(text: str, given: str) -> str:
    """The Spark SQL of a text read by a format; NULL where it does not fit. With `%z` it is in UTC.

    Args:
        text: the Spark SQL of the text.
        given: the format, of `%Y %y %m %b %B %d %H %M %S %f %z %%`.

    Raises:
        FormatError: where the format has something else.
    """
    pieces = [(found[1] or "", found[2] or "", found[3] or "") for found in _PIECE.finditer(given)]
    letters = [letter for letter, _, _ in pieces if letter and letter != "%"]
    if len(set(letters)) != len(letters) or len({"m", "b", "B"} & set(letters)) > 1 or not len({"Y", "y"} & set(letters)) == 1:
        raise FormatError(f"The format '{given}' lacks a year, or names a part twice.")
    pattern = quoted(f"^{_SPACE}*{''.join(_pattern(given, pieces, place) for place in range(len(pieces)))}{_SPACE}*\\z")
    whole = f"regexp_replace({text}, {pattern}, {quoted(_iso({letter: place for place, letter in enumerate(letters, 1)}))})"
    for name in sorted({"b", "B"} & set(letters)):
        for number, month in enumerate(_NAMED[name], 1):
            whole = f"regexp_replace({whole}, {quoted('=' + _of_any_case(month) + '=')}, '{number:02d}')"
    for padded, by in _FULL.items():
        whole = f"regexp_replace({whole}, {quoted(padded)}, '{by}')"
    moment = f"TRY_CAST({whole} AS TIMESTAMP_NTZ)"
    return f"CASE WHEN {text} RLIKE {pattern} THEN {_in_utc(text, moment) if is_zoned(given) else moment} END"


def is_zoned(given: str) -> bool:
    """Whether a format reads the offset from UTC."""
    return "z" in {found[1] for found in _PIECE.finditer(given) if found[1]}


def _in_utc(text: str, moment: str) -> str:
    """A moment less its offset, which stands at the end of the text: of any number of hours, as DuckDB takes it."""
    sign, hours, minutes = (f"regexp_extract({text}, {quoted(_OFFSET)}, {group:d})" for group in (1, 2, 3))
    seconds = f"(CAST({hours} AS BIGINT) * 3600 + CAST(concat('0', {minutes}) AS BIGINT) * 60)"
    east = f"(CASE WHEN {sign} = '-' THEN 1 ELSE -1 END)"
    return f"CAST(timestamp_micros(unix_micros(CAST({moment} AS TIMESTAMP)) + {east} * {seconds} * 1000000) AS TIMESTAMP_NTZ)"


def _pattern(given: str, pieces: list[tuple[str, str, str]], place: int) -> str:
    letter, space, plain = pieces[place]
    follows = pieces[place + 1] if place + 1 < len(pieces) else ("", "", "")
    if letter in _WIDTHS:
        if follows[2].isdigit():
            raise FormatError(f"The format '{given}' has a digit after a number.")
        wide = _WIDTHS[letter]
        return f"([0-9]{{{wide:d}}})" if follows[0] in _WIDTHS else f"([0-9]{{1,{wide:d}}})"
    if letter in _NAMED:
        return "(" + "|".join(map(_of_any_case, _NAMED[letter])) + ")"
    if letter == "z" and place + 1 == len(pieces):
        return _ZONE
    if letter and letter != "%":
        known = "%Y %y %m %b %B %d %H %M %S %f, and %z at its end"
        raise FormatError(f"The format '{given}' has %{letter} where it is not read alike everywhere. Use {known}.")
    return f"{_SPACE}+" if space else _plain(plain or "%")


def _iso(groups: dict[str, int]) -> str:
    """The replacement that writes the parts in ISO's order, each between marks until it has its full width."""
    year = f"<000${groups['Y']:d}>" if "Y" in groups else f"~0${groups['y']:d}~"
    named = next((groups[name] for name in _NAMED if name in groups), None)
    month = f"=${named:d}=" if named is not None else _part(groups, "m")
    clock = ":".join(_part(groups, letter) for letter in "HMS")
    fraction = f".${groups['f']:d}" if "f" in groups else ""
    return f"{year}-{month}-{_part(groups, 'd')} {clock}{fraction}"


def _part(groups: dict[str, int], letter: str) -> str:
    return f"=0${groups[letter]:d}=" if letter in groups else _ABSENT[letter]


def _plain(letter: str) -> str:
    return "\\" + letter if letter in _SPECIAL else letter


def _of_any_case(word: str) -> str:
    return "".join(f"[{letter.upper()}{letter}]" for letter in word)
