"""Where e-mail and network addresses, telephone numbers, codes and words stand in free text. Whose they are is decided in `redact`."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import phonenumbers
from stdnum.fi import ytunnus

from assets.ingest.normalise import e164
from resources.recognise.values import is_card_number, is_hetu, is_iban, is_personnummer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LONGEST_PART = 128
_PART = rf"[^\s<>()\[\]{{}},;:\"“”„»«|\\=&?/@\uff20]{{1,{_LONGEST_PART}}}"
_AT = r"(?:[@\uff20]|%40|\s?[(\[{]\s?(?:at|ät|a|miukumauku|snabel-?a|kissanhäntä|@)\s?[)\]}]\s?)"
_DOT = r"(?:\s?[(\[{]\s?(?:dot|piste|punkt|\.)\s?[)\]}]\s?)"
_EMAIL_SIGN = re.compile(_AT, re.IGNORECASE)
_BACKWARDS = re.compile(_PART)
_DOMAIN = re.compile(rf"{_PART}(?:{_DOT}{_PART})*", re.IGNORECASE)
_SPOKEN_AT = r"[ \t](?:miukumauku|mikumauku|snabel-?a|kissanhäntä|ät)[ \t]"
_SPOKEN_DOT = r"[ \t](?:piste|punkt|dot)[ \t]"
# Possessive and bounded, so that a line of underscores or of dots read out costs no more than any other text.
_NAME = r"[\w+-]++"
_SPOKEN = re.compile(
    rf"(?<![\w.@+-])(?:{_NAME}(?:(?:\.|{_SPOKEN_DOT}){_NAME}){{0,15}}+{_SPOKEN_AT}"
    rf"|(?=[\w+-]+[._][\w+-]){_NAME}(?:\.{_NAME})*+[ \t]at[ \t])"
    rf"({_NAME}(?:(?:\.|{_SPOKEN_DOT}){_NAME})+)|(?<![\w.@+-]){_NAME}[ \t]at[ \t]{_NAME}(?:{_SPOKEN_DOT}{_NAME})+",
    re.IGNORECASE,
)
_SIGN = re.compile(rf"{_AT}|{_SPOKEN_AT}|[ \t]at[ \t]", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_QUOTES = "'’‘`*_~.!…"
_BLANK = r"[ \t\u00a0\u2007\u2009\u202f]"
_NUMBER = re.compile(rf"(?<!\d)[+(]{{0,2}}\d(?:(?:{_BLANK}|[().\u2010\u2011\u2012–\u2212/-]){{0,3}}\d){{6,}}")
_ONE_DATE = r"(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d)(?!\d)"
_HOUR = r"(?:[ T](?:klo |kl\. ?|at )?\d{1,2}[:.]\d\d(?:[:.]\d\d(?:\.\d+)?)?(?!\d))?"
_DATE = re.compile(rf"(?<![\d+])(?<!\d[-./]){_ONE_DATE}{_HOUR}(?:{_BLANK}?[-–]{_BLANK}?{_ONE_DATE}{_HOUR})*")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_ADDRESS = re.compile(rf"(?<![\d.+]){_OCTET}(?:\.{_OCTET}){{3}}(?![\d.]?\d)")
_SIX = re.compile(
    r"(?<![\w:.])(?=[0-9a-f:.%]{0,45}\d)(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4}|\d{1,3}(?:\.\d{1,3}){3})?(?![\w:])", re.IGNORECASE
)
_OF_NOBODY = tuple(
    ipaddress.ip_network(each)
    for each in ("0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3", "::/127")
)
_TIME = re.compile(r"(?<![\d+])\d{1,2}:\d\d(?::\d\d)?(?!\d)")
_THOUSANDS = re.compile(rf"[1-9]\d{{0,2}}(?:{_BLANK}\d{{3}})+(?:[.,]\d\d)?")
_ROUND = re.compile(rf"[1-9]\d{{0,2}}(?:{_BLANK}000)+")
_UNIT = re.compile(rf"{_BLANK}?(?:€|\$|£|%|eur\b|euro|sek\b|kr\b|usd\b|kpl\b|st\b|pcs\b|kwh\b|wh\b|km\b|kg\b)", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(?:tilau\w*|lasku\w*|viite\w*|sopimu\w*|order\w*|invoice|faktura\w*|beställning\w*|avtal\w*|ocr|ref\w*|ticket|case|artikel\w*|part|serial|sarjanumero)"
    r"(?:[ \t]?(?:no|nr|nro|numero|number|nummer|id))?[.:#]*[ \t]*$",
    re.IGNORECASE,
)
_REFERENCE_REACH = 40
_INVOICE_ADDRESS = re.compile(r"0037(\d{8})\d{0,5}")
_EXTENSION = re.compile(rf"{_BLANK}?(?:,{_BLANK}?)?(?:ext|x|alanro|alanumero|anknytning|ankn)\.?{_BLANK}?\d{{1,6}}(?!\d)", re.IGNORECASE)
_LOCAL = re.compile(rf"\d{{3}}(?:{_BLANK}|-)\d{{4}}")
_CODES: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (re.compile(r"(?<!\w)\d{6}[-+A-FU-Ya-fu-y]\d{3}[0-9A-Ya-y](?!\w)"), is_hetu),
    (re.compile(r"(?<!\w)(?:(?:\d\d)?\d{6}[-+]\d{4}|(?:19|20)\d{10})(?!\w)"), is_personnummer),
    (re.compile(rf"(?<![\d+])\d(?:(?:{_BLANK}|-)?\d){{12,18}}(?!\d)"), is_card_number),
)
_IBAN = re.compile(rf"(?<!\w)[A-Z]{{2}}\d\d(?:{_BLANK}?[A-Z0-9]){{11,30}}", re.IGNORECASE)
_SHORTEST_IBAN = 15
_TOKEN = re.compile(r"\w(?:[\w.\-]*\w)?")
_WORD = re.compile(r"[^\W\d_]{2,}")
_BARE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
_LEAST_DIGITS = 7
_LONGEST_PHONE = 100  # with three signs between any two digits it has more of these than a number may have
_LEAST_TOKEN = 4


@dataclass(frozen=True)
class Span:
    """A stretch of a text, and the value that it bears: an e-mail address or a token in lower case, a number, code or word as written."""

    start: int
    end: int
    value: str


def emails(text: str) -> Iterator[Span]:
    """E-mail addresses, also written as `name (at) domain` or as they are read out, `name miukumauku domain piste fi`."""
    if _SIGN.search(text) is None:
        return
    end = 0
    for sign in _EMAIL_SIGN.finditer(text):
        before = _BACKWARDS.match(text[max(end, sign.start() - _LONGEST_PART) : sign.start()][::-1])
        after = _DOMAIN.match(text, sign.end())
        if before is None or after is None or sign.start() < end:
            continue
        local, domain = before[0][::-1].lstrip(_QUOTES), after[0].rstrip(_QUOTES)
        joined = re.sub(_DOT, ".", domain, flags=re.IGNORECASE)
        if local and domain and (sign[0][0] in "@\uff20%" or "." in joined):
            end = end if sign[0][0] == "%" else after.end()
            yield Span(sign.start() - len(local), after.start() + len(domain), f"{local}@{joined}".lower())
    for match in _SPOKEN.finditer(text):
        local, _, domain = (re.sub(_SPOKEN_DOT, ".", part, flags=re.IGNORECASE) for part in _at_sign(match[0]))
        yield Span(match.start(), match.end(), f"{local}@{domain}".lower())


def _at_sign(written: str) -> tuple[str, str, str]:
    """What stands before the word that an address is read out with, that word, and what stands after it."""
    local, sign, domain = re.split(rf"({_SPOKEN_AT}|[ \t]at[ \t])", written, maxsplit=1, flags=re.IGNORECASE)
    return local, sign, domain


def codes(text: str) -> Iterator[Span]:
    """Personal identity codes of Finland and Sweden, bank accounts (IBAN) and payment cards, by their check digits."""
    if _DIGIT.search(text) is None:
        return
    for pattern, is_valid in _CODES:
        for match in pattern.finditer(text):
            if is_valid(re.sub(_BLANK, "", match[0])):
                yield Span(match.start(), match.end(), match[0])
    for match in _IBAN.finditer(text):
        end = _end_of_iban(match[0])
        if end:
            yield Span(match.start(), match.start() + end, match[0][:end])


def _end_of_iban(written: str) -> int:
    """Where the account number ends in a run of letters and digits that it may be followed by; 0 where there is none."""
    ends = [
        place
        for place in range(_SHORTEST_IBAN, len(written) + 1)
        if not written[place : place + 1].isalnum() or written[place - 1].isdigit()
    ]
    return next((end for end in reversed(ends) if is_iban(re.sub(_BLANK, "", written[:end]))), 0)


def addresses(text: str) -> Iterator[Span]:
    """Network addresses, IPv4 and IPv6, in their shortest form; those of a machine's own or of a private network tell of nobody."""
    if _DIGIT.search(text) is None:
        return
    for pattern in (_ADDRESS, _SIX):
        for match in pattern.finditer(text):
            try:
                address = ipaddress.ip_address(match[0])
            except ValueError:
                continue
            if not any(address in network for network in _OF_NOBODY):
                yield Span(match.start(), match.end(), str(address))


def phones(text: str, regions: tuple[str, ...]) -> Iterator[Span]:
    """What looks like a telephone number; `value` is the number as written."""
    if _DIGIT.search(text) is None:
        return
    plain = text
    for pattern in (_DATE, _ADDRESS, _SIX, _TIME):
        plain = pattern.sub(lambda match: "\0" * len(match[0]), plain)
    for match in _NUMBER.finditer(plain):
        if _is_phone_like(match[0], plain[match.end() : match.end() + _REFERENCE_REACH], regions):
            if match[0].isdigit() and _is_reference(match[0], plain[max(0, match.start() - _REFERENCE_REACH) : match.start()]):
                continue
            extension = _EXTENSION.match(plain, match.end())
            yield Span(match.start(), extension.end() if extension else match.end(), match[0])


def _is_reference(digits: str, before: str) -> bool:
    """Whether bare digits are an invoicing address made of a business id, or are called an order, an invoice or the like."""
    invoicing = _INVOICE_ADDRESS.fullmatch(digits)
    if invoicing and ytunnus.is_valid(invoicing[1]):
        return True
    return not digits.startswith("0") and _REFERENCE.search(before) is not None


@lru_cache(maxsize=1 << 14)
def numbers_of(written: str, regions: tuple[str, ...]) -> frozenset[str]:
    """The E.164 forms that a number as written may have: one for each default region."""
    return frozenset(number for region in regions if (number := e164(written, region)) is not None)


def _is_phone_like(written: str, following: str, regions: tuple[str, ...]) -> bool:
    parts = re.split(r"[\u2010\u2011\u2012–\u2212-]", written)
    if all(_ROUND.fullmatch(part.strip()) for part in parts):
        return False
    if _UNIT.match(following) and all(_THOUSANDS.fullmatch(part.strip()) for part in parts):
        return False
    groups = (match.start() for match in re.finditer(r"[+(]*\d+", written))
    return any(_begins_phone(written[start : start + _LONGEST_PHONE], regions) for start in groups)


@lru_cache(maxsize=1 << 14)
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
    if _DIGIT.search(text) is None:
        return
    for match in _TOKEN.finditer(text):
        if _DIGIT.search(match[0]) is None:
            continue
        pieces = [(0, match[0]), (0, match[0].rpartition(".")[0])]
        pieces += [(part.start(), part[0]) for part in re.finditer(r"[^\W_]+", match[0]) if part[0] != match[0]]
        for start, piece in pieces:
            if len(piece) >= _LEAST_TOKEN and any(letter.isdigit() for letter in piece):
                yield Span(match.start() + start, match.start() + start + len(piece), piece.lower())


def words(text: str) -> list[Span]:
    """The words of two letters or more, as written."""
    return [Span(match.start(), match.end(), match[0]) for match in _WORD.finditer(text)]
