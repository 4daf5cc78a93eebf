r"""Regular expressions that RE2 (DuckDB), Java (Spark) and Rust (Sail) read alike.

The three differ silently: `\d`, `\s` and `\w` are ASCII in RE2 and of all alphabets in Rust; `$` also stands before a last line break in
Java; `.` leaves out one character in RE2 and five in Java; in a class, `[`, `&&`, `--` and `~~` are operators in Java and Rust.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETS = {"d": "0-9", "s": r"\t\n\f\r ", "w": "0-9A-Za-z_"}
_CONTROLS = {"t": r"\t", "n": r"\n", "r": r"\r", "f": r"\f", "v": r"\x0B"}
_META = set("\\.+*?()|[]{}^$-&~#")
_GROUPS = {"(?:": "(?:", "(?i)": "(?iu)"}
_REPEATED = re.compile(r"\{\d+(,\d*)?\}")
_CODE = re.compile(r"x(\{[0-9A-Fa-f]{1,6}\}|[0-9A-Fa-f]{2})|[pP](\{[A-Z][a-z]?\}|[LMNPSZC])")


class PatternError(AnsvarError):
    """A pattern that not every engine reads, or not alike."""


def alike(pattern: str) -> str:
    """A pattern of RE2's as one that Java and Rust read as RE2 does.

    Raises:
        PatternError: where it holds what they lack or read otherwise: look-around, references, word boundaries, flags but `(?i)`.
    """
    return "".join(_pieces(pattern))


def replaces_once(pattern: str) -> bool:
    """Whether a pattern can match a text but once, so that replacing the first match and replacing every match are the same."""
    at_start = pattern.startswith("^") and "|" not in pattern
    return at_start or (pattern.endswith("$") and not pattern.endswith(r"\$") and "|" not in pattern and re.fullmatch(pattern, "") is None)


def _pieces(pattern: str) -> Iterator[str]:
    at = 0
    while at < len(pattern):
        piece, at = _piece(pattern, at)
        yield piece


def _piece(pattern: str, at: int) -> tuple[str, int]:
    match pattern[at]:
        case "\\":
            return _escaped(pattern, at, in_class=False)
        case "[":
            return _class(pattern, at)
        case ".":
            return r"[^\n]", at + 1
        case "$":
            return r"\z", at + 1
        case "(" if pattern.startswith("(?", at):
            return _group(pattern, at)
        case letter:
            repeated = _REPEATED.match(pattern, at)
            plain = ("\\" + letter if letter in "{}" else letter), at + 1
            return plain if repeated is None else (repeated[0], repeated.end())


def _group(pattern: str, at: int) -> tuple[str, int]:
    for group, written in _GROUPS.items():
        if pattern.startswith(group, at):
            return written, at + len(group)
    raise PatternError(f"The pattern {pattern!r} has a group that engines read differently. Use (…), (?:…) or (?i).")


def _escaped(pattern: str, at: int, *, in_class: bool) -> tuple[str, int]:
    letter = pattern[at + 1 : at + 2]
    if letter.lower() in _SETS and letter.isascii():
        if letter.islower():
            return _SETS[letter] if in_class else f"[{_SETS[letter]}]", at + 2
        if not in_class:
            return f"[^{_SETS[letter.lower()]}]", at + 2
    elif letter in _CONTROLS:
        return _CONTROLS[letter], at + 2
    elif (found := _CODE.match(pattern, at + 1)) is not None:
        return "\\" + found[0], found.end()
    elif letter in {"A", "z"} and not in_class:
        return "\\" + letter, at + 2
    elif letter and not letter.isalnum():
        return ("\\" + letter if letter in _META else letter), at + 2
    raise PatternError(f"The pattern {pattern!r} has '\\{letter}', which engines lack or read differently.")


def _class(pattern: str, start: int) -> tuple[str, int]:
    """A character class from its opening bracket on, and where it ends."""
    negated = pattern.startswith("^", start + 1)
    at = start + (2 if negated else 1)
    pieces = ["[^" if negated else "["]
    first = True
    while at < len(pattern) and (first or pattern[at] != "]"):
        letter = pattern[at]
        if letter == "\\":
            piece, at = _escaped(pattern, at, in_class=True)
        elif pattern.startswith(("[:", "[.", "[=", "--"), at):
            raise PatternError(f"The pattern {pattern!r} has a class that engines read differently: write its characters.")
        else:
            piece, at = ("\\" + letter if letter in "[]&~^" else letter), at + 1
        pieces.append(piece)
        first = False
    if at >= len(pattern):
        raise PatternError(f"The pattern {pattern!r} has a class that does not end.")
    return "".join(pieces) + "]", at + 1
