"""Where e-mail addresses, telephone numbers, codes and words stand in free text. Whose they are is decided in `redact`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import phonenumbers
from stdnum import luhn

from assets.ingest.normalise import e164
from resources.recognise.values import is_hetu, is_iban, is_personnummer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PART = r"[^\s<>()\[\]{},;:\"“”„»«|\\=&?/@\uff20]{1,128}"
_AT = r"(?:[@\uff20]|%40|\s?[(\[{]\s?(?:at|ät|a|miukumauku|snabel-?a|kissanhäntä|@)\s?[)\]}]\s?)"
_DOT = r"(?:\s?[(\[{]\s?(?:dot|piste|punkt|\.)\s?[)\]}]\s?)"
_EMAIL = re.compile(rf"({_PART}){_AT}({_PART}(?:{_DOT}{_PART})*)", re.IGNORECASE)
_QUOTES = "'’‘`*_~.!…"
_BLANK = r"[ \t\u00a0\u2007\u2009\u202f]"
_NUMBER = re.compile(rf"(?<!\d)[+(]{{0,2}}\d(?:(?:{_BLANK}|[().\u2010\u2011\u2012–\u2212/-]){{0,3}}\d){{6,}}")
_ONE_DATE = r"(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d)(?!\d)"
_HOUR = r"(?:[ T](?:klo |kl\. ?|at )?\d{1,2}[:.]\d\d(?:[:.]\d\d(?:\.\d+)?)?(?!\d))?"
_DATE = re.compile(rf"(?<![\d+])(?<!\d[-./]){_ONE_DATE}{_HOUR}(?:{_BLANK}?[-–]{_BLANK}?{_ONE_DATE}{_HOUR})*")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_ADDRESS = re.compile(rf"(?<![\d.+]){_OCTET}(?:\.{_OCTET}){{3}}(?![\d.]?\d)")
_TIME = re.compile(r"(?<![\d+])\d{1,2}:\d\d(?::\d\d)?(?!\d)")
_THOUSANDS = re.compile(rf"[1-9]\d{{0,2}}(?:{_BLANK}\d{{3}})+(?:[.,]\d\d)?")
_ROUND = re.compile(rf"[1-9]\d{{0,2}}(?:{_BLANK}000)+")
_UNIT = re.compile(rf"{_BLANK}?(?:€|\$|£|%|eur\b|euro|sek\b|kr\b|usd\b|kpl\b|st\b|pcs\b|kwh\b|wh\b|km\b|kg\b)", re.IGNORECASE)
_LOCAL = re.compile(rf"\d{{3}}(?:{_BLANK}|-)\d{{4}}")
_CODES: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (re.compile(r"(?<!\w)\d{6}[-+A-FU-Ya-fu-y]\d{3}[0-9A-Ya-y](?!\w)"), is_hetu),
    (re.compile(r"(?<!\w)(?:\d\d)?\d{6}[-+]\d{4}(?!\w)"), is_personnummer),
    (re.compile(rf"(?<!\w)[A-Z]{{2}}\d\d(?:{_BLANK}?[A-Z0-9]){{11,30}}(?!\w)"), is_iban),
    (re.compile(rf"(?<![\d+])\d(?:(?:{_BLANK}|-)?\d){{12,18}}(?!\d)"), lambda code: bool(luhn.is_valid(code.replace("-", "")))),
)
_TOKEN = re.compile(r"\w(?:[\w.\-]*\w)?")
_WORD = re.compile(r"[^\W\d_]{2,}")
_BARE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
_LEAST_DIGITS = 7
_LEAST_TOKEN = 4


@dataclass(frozen=True)
class Span:
    """A stretch of a text, and the value that it bears: an e-mail address or a token in lower case, a number, code or word as written."""

    start: int
    end: int
    value: str


def emails(text: str) -> Iterator[Span]:
    """E-mail addresses, also written as `name (at) domain`."""
    for match in _EMAIL.finditer(text):
        local, domain = match[1].lstrip(_QUOTES), match[2].rstrip(_QUOTES)
        joined = re.sub(_DOT, ".", domain, flags=re.IGNORECASE)
        if local and domain and (match[0][len(match[1])] in "@\uff20%" or "." in joined):
            yield Span(match.end(1) - len(local), match.start(2) + len(domain), f"{local}@{joined}".lower())


def codes(text: str) -> Iterator[Span]:
    """Personal identity codes of Finland and Sweden, bank accounts (IBAN) and payment cards, by their check digits."""
    for pattern, is_valid in _CODES:
        for match in pattern.finditer(text):
            if is_valid(re.sub(_BLANK, "", match[0])):
                yield Span(match.start(), match.end(), match[0])


def phones(text: str, regions: tuple[str, ...]) -> Iterator[Span]:
    """What looks like a telephone number; `value` is the number as written."""
    plain = text
    for pattern in (_DATE, _ADDRESS, _TIME):
        plain = pattern.sub(lambda match: "\0" * len(match[0]), plain)
    for match in _NUMBER.finditer(plain):
        if _is_phone_like(match[0], plain[match.end() :], regions):
            yield Span(match.start(), match.end(), match[0])


def numbers_of(written: str, regions: tuple[str, ...]) -> set[str]:
    """The E.164 forms that a number as written may have: one for each default region."""
    return {number for region in regions if (number := e164(written, region)) is not None}


def _is_phone_like(written: str, following: str, regions: tuple[str, ...]) -> bool:
    parts = re.split(r"[\u2010\u2011\u2012–\u2212-]", written)
    if all(_ROUND.fullmatch(part.strip()) for part in parts):
        return False
    if _UNIT.match(following) and all(_THOUSANDS.fullmatch(part.strip()) for part in parts):
        return False
    groups = [match.start() for match in re.finditer(r"[+(]*\d+", written)]
    return any(_begins_phone(written[start:], regions) for start in groups)


def _begins_phone(written: str, regions: tuple[str, ...]) -> bool:
    digits = re.sub(r"\D", "", written)
    if len(digits) < _LEAST_DIGITS:
        return False
    if written.lstrip("(").startswith(("+", "0")):
        return not re.match(r"0[.,]\d", written)
    return _LOCAL.fullmatch(written) is not None or any(_is_written_bare(written, region) for region in regions)


def _is_written_bare(written: str, region: str) -> bool:
    """Whether digits alone are a number as some write it without a leading 0: any of North America, elsewhere a mobile one."""
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in _BARE


def tokens(text: str) -> Iterator[Span]:
    """What may be an identifier: words with a digit in them, whole, without what follows their last dot, and in parts; in lower case."""
    for match in _TOKEN.finditer(text):
        pieces = [(0, match[0]), (0, match[0].rpartition(".")[0])]
        pieces += [(part.start(), part[0]) for part in re.finditer(r"[^\W_]+", match[0]) if part[0] != match[0]]
        for start, piece in pieces:
            if len(piece) >= _LEAST_TOKEN and any(letter.isdigit() for letter in piece):
                yield Span(match.start() + start, match.start() + start + len(piece), piece.lower())


def words(text: str) -> list[Span]:
    """The words of two letters or more, as written."""
    return [Span(match.start(), match.end(), match[0]) for match in _WORD.finditer(text)]
