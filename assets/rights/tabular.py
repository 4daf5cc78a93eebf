"""Records as JSON, exact, and as CSV that a spreadsheet opens without taking a value for a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from decimal import Decimal
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from assets.page import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_BYTE_ORDER_MARK = "\ufeff"
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20\u2212")
_PIECE = 1 << 16  # letters
_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?|\+\d[\d ()./-]*\d")


def exact(value: object) -> object:
    """A value as JSON holds it: times in ISO 8601, UTC; a decimal as a number where JSON's can hold it exactly, else as text."""
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="microseconds" if value.microsecond else "seconds") + "Z"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        if value == value.to_integral_value():
            return int(value)
        return float(value) if Decimal(repr(float(value))) == value else format(value.normalize(), "f")
    return value


def json_bytes(value: object) -> bytes:
    """JSON in UTF-8, laid out to be read."""
    return (_laid_out(value) + "\n").encode()


def json_pieces(values: Iterable[object]) -> Iterator[bytes]:
    """A list as JSON, as `json_bytes` lays it out, value by value."""
    begun = False
    for value in values:
        yield ((",\n " if begun else "[\n ") + _laid_out(value, "\n ")).encode()
        begun = True
    yield b"\n]\n" if begun else b"[]\n"


def _laid_out(value: object, before: str = "\n") -> str:
    """What `json.dumps(value, ensure_ascii=False, indent=1)` gives, several times as fast: its own encoder in C does not indent."""
    inner = f"{before} "
    if isinstance(value, dict) and value:
        return "{" + ",".join([f"{inner}{encode_basestring(key)}: {_laid_out(each, inner)}" for key, each in value.items()]) + before + "}"
    if isinstance(value, list | tuple) and value:
        return "[" + ",".join([f"{inner}{_laid_out(each, inner)}" for each in value]) + before + "]"
    return encode_basestring(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def csv_pieces(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """CSV (RFC 4180) in UTF-8 with a byte order mark, by which Excel knows the encoding; row by row, without signs that do harm unseen."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    written.write(_BYTE_ORDER_MARK)
    writer.writerow([guarded(heading) for heading in headings])
    for row in rows:
        if written.tell() > _PIECE:
            yield written.getvalue().encode()
            written.seek(0)
            written.truncate()
        writer.writerow([visible(guarded(_text(value))) for value in row])
    yield written.getvalue().encode()


def csv_bytes(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The same at once."""
    return b"".join(csv_pieces(headings, rows))


def guarded(text: str) -> str:
    """Text with an apostrophe before what a spreadsheet would take for a formula; plain numbers and telephone numbers stay as they are.

    See OWASP, *CSV injection*. Leading blanks and marks that are not seen do not help a formula past.
    """
    bare = re.sub(r"^[\s\u200b-\u200f\u2060\ufeff\x00-\x1f]+", "", text)
    begins = text.startswith(_FORMULA) or bare.startswith(_FORMULA)
    return f"'{text}" if begins and not _PLAIN.fullmatch(text.strip(" ")) else text


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    told = exact(value)
    if told is None:
        return ""
    return str(told).lower() if isinstance(told, bool) else str(told)
