"""DuckDB's `try_strptime` in Spark's words: a pattern that takes a text apart, and its parts put together as an ISO time.

Spark's own formats are Java's and stricter or laxer by turns; this reads what DuckDB reads: numbers of as many digits as they can have or
fewer, white space of any length for white space, and white space around.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from resources.errors import AnsvarError
_WIDTHS = {"d": 2, "m": 2, "H": 2, "M": 2, "S": 2, "y": 2, "Y": 4, "f": 6}
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_SHORT = tuple(month[:3] for month in _MONTHS)
_NAMED = {"b": _SHORT, "B": _MONTHS}
_SPACE = r"[ \t\n\x0B\f\r]"
_ZONE = "([+-][0-9][0-9](?::?[0-9][0-9])?)"
_PIECE = re.compile(r"%-?([A-Za-z%])|(\s+)|(.)", re.DOTALL)
_LAST_OF_2000 = 68
_SPECIAL = set("\\.+*?()|[]{}^$-&~#")


class FormatError(AnsvarError):
    """A format of times that is not read alike everywhere."""


@dataclass(frozen=True)
class _Format:
    """The pattern that a text has to match, and which of its groups is which part."""

    pattern: str
    groups: dict[str, int]

    def part(self, text: str, letter: str, without: str) -> str:
        """The expression of a part; `without` where the format has none."""
        return f"regexp_extract({text}, {quoted(self.pattern)}, {self.groups[letter]:d})" if letter in self.groups else without


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
    taken = _taken(given)
    date = f"concat_ws('-', {_year(text, taken)}, {_month(text, taken)}, lpad({taken.part(text, 'd', quoted('1'))}, 2, '0'))"
    clock = ", ".join(f"lpad({taken.part(text, letter, quoted('0'))}, 2, '0')" for letter in "HMS")
    whole = f"concat({date}, ' ', concat_ws(':', {clock}), '.', rpad({taken.part(text, 'f', quoted('0'))}, 6, '0'))"
    moment = f"TRY_CAST({whole} AS TIMESTAMP_NTZ)"
    if "z" in taken.groups:
        zone = f"replace({taken.part(text, 'z', '')}, ':', '')"
        seconds = f"(CAST(substring({zone}, 2, 2) AS BIGINT) * 3600 + CAST(rpad(substring({zone}, 4, 2), 2, '0') AS BIGINT) * 60)"
        sign = f"(CASE WHEN substring({zone}, 1, 1) = '-' THEN 1 ELSE -1 END)"
        shifted = f"timestamp_micros(unix_micros(CAST({moment} AS TIMESTAMP)) + {sign} * {seconds} * 1000000)"
        moment = f"CAST({shifted} AS TIMESTAMP_NTZ)"
    return f"CASE WHEN {text} RLIKE {quoted(taken.pattern)} THEN {moment} END"


def is_zoned(given: str) -> bool:
    """Whether a format reads the offset from UTC."""
    return "z" in {found[1] for found in _PIECE.finditer(given) if found[1]}


def _taken(given: str) -> _Format:
    pieces = [(found[1] or "", found[2] or "", found[3] or "") for found in _PIECE.finditer(given)]
    letters = [letter for letter, _, _ in pieces if letter and letter != "%"]
    if len(set(letters)) != len(letters) or {"Y", "y"} <= set(letters) or len({"m", "b", "B"} & set(letters)) > 1:
        raise FormatError(f"The format '{given}' names a part twice.")
    written = "".join(_written(given, pieces, place) for place in range(len(pieces)))
    return _Format(f"^{_SPACE}*{written}{_SPACE}*\\z", {letter: place for place, letter in enumerate(letters, 1)})


def _written(given: str, pieces: list[tuple[str, str, str]], place: int) -> str:
    letter, space, plain = pieces[place]
    follows = pieces[place + 1] if place + 1 < len(pieces) else ("", "", "")
    if letter in _WIDTHS:
        if follows[2].isdigit():
            raise FormatError(f"The format '{given}' has a digit after a number.")
        wide = _WIDTHS[letter]
        return f"([0-9]{{{wide:d}}})" if follows[0] in _WIDTHS else f"([0-9]{{1,{wide:d}}})"
    if letter in _NAMED:
        return "(" + "|".join(map(_of_any_case, _NAMED[letter])) + ")"
    if letter == "z":
        return _ZONE
    if letter and letter != "%":
        raise FormatError(f"The format '{given}' has %{letter}, which is not read alike everywhere. Use %Y %y %m %b %B %d %H %M %S %f %z.")
    return f"{_SPACE}+" if space else _plain(plain or "%")


def _plain(letter: str) -> str:
    return "\\" + letter if letter in _SPECIAL else letter


def _of_any_case(word: str) -> str:
    return "".join(f"[{letter.upper()}{letter}]" for letter in word)


def _year(text: str, taken: _Format) -> str:
    if "y" not in taken.groups:
        return f"lpad({taken.part(text, 'Y', quoted('1900'))}, 4, '0')"
    short = f"lpad({taken.part(text, 'y', '')}, 2, '0')"
    return f"concat(CASE WHEN {short} <= '{_LAST_OF_2000}' THEN '20' ELSE '19' END, {short})"


def _month(text: str, taken: _Format) -> str:
    for letter in _NAMED:
        if letter in taken.groups:
            name = f"lower(substring({taken.part(text, letter, '')}, 1, 3))"
            cases = " ".join(f"WHEN '{short}' THEN '{number:02d}'" for number, short in enumerate(_SHORT, 1))
            return f"(CASE {name} {cases} END)"
    return f"lpad({taken.part(text, 'm', quoted('1'))}, 2, '0')"
