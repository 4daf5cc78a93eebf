"""Whether one value, whole, is an e-mail address, a telephone number, or a code with check digits."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re

import phonenumbers
from stdnum import iban, luhn
from stdnum.exceptions import ValidationError
from stdnum.fi import hetu
from stdnum.se import personnummer

_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}")
_SEPARATED = re.compile(r"[ \u00a0\u202f()./\u2010-\u2013-]+")
_SEPARATORS = 2
_PHONE = re.compile(r"[+(]{0,2}\d(?:[ \u00a0\u202f()./\u2010-\u2013-]{0,3}\d){6,16}")
_DATE = re.compile(r"(?:(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)?\d\d)")
_BUSINESS_ID = re.compile(r"\d{7}-\d")
_MOMENT = ("%d%m%Y", "%Y%m%d", "%y%m%d%H%M")
_PERSONNUMMER = re.compile(r"(?:\d\d)?\d{6}[-+]\d{4}|\d{12}|[1-9]\d{9}")
_CARD = re.compile(r"\d(?:[ -]?\d){11,18}")
# Issuer identification numbers: the range of the first digits, and how many digits a number has
# (https://en.wikipedia.org/wiki/Payment_card_number#Issuer_identification_number_(IIN)).
_ISSUERS = (
    ("4", "4", (13, 16, 19)),
    ("51", "55", (16,)),
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("300", "305", (14,)),
    ("36", "36", (14,)),
    ("38", "39", (14,)),
    ("3528", "3589", (16,)),
    ("6011", "6011", (16,)),
    ("62", "62", (16, 17, 18, 19)),
    ("644", "659", (16,)),
)


def is_email(value: str) -> bool:
    """Whether a value is an e-mail address with a domain of at least two parts."""
    return _EMAIL.fullmatch(value) is not None


def is_phone(value: str, region: str) -> bool:
    """Whether a value is a valid telephone number and is written as one: with a country code, a leading 0 or separators.

    Mere digits are ids, dates and order numbers more often than numbers to call, so they do not count.

    Args:
        value: the value as written.
        region: the country (ISO 3166-1) that a number without a country code belongs to.
    """
    if _PHONE.fullmatch(value) is None or _DATE.fullmatch(value) or _BUSINESS_ID.fullmatch(value) or is_ip_address(value):
        return False
    if not value.startswith(("+", "(", "0")) and not _is_grouped(value, region):
        return False
    if value.isdigit() and _is_moment(value):
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(value, region))
    except phonenumbers.NumberParseException:
        return False


def _is_grouped(value: str, region: str) -> bool:
    """Whether a number without a leading 0 is in three groups or more, in a country whose numbers are written without one."""
    return phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) != "0" and len(_SEPARATED.findall(value)) >= _SEPARATORS


def _is_moment(digits: str) -> bool:
    for form in _MOMENT:
        try:
            dt.datetime.strptime(digits, form)  # noqa: DTZ007 - no moment is made of it
        except ValueError:
            continue
        return True
    return False


def is_iban(value: str) -> bool:
    """Whether a value is a bank account number (IBAN, ISO 13616) with right check digits."""
    return bool(iban.is_valid(value))


def is_hetu(value: str) -> bool:
    """Whether a value is a Finnish personal identity code, whichever sign of the century it has (Decree 690/2022)."""
    return bool(hetu.is_valid(value, allow_temporary=True))


def is_personnummer(value: str) -> bool:
    """Whether a value is a Swedish personal identity number, of 10 or 12 digits, with right check digit and a date that exists.

    Ten digits that begin with 0 and have no sign among them are taken for a telephone number.
    """
    if _PERSONNUMMER.fullmatch(value) is None:
        return False
    try:
        personnummer.validate(value)
    except (ValidationError, ValueError):
        return False
    return True


def is_ip_address(value: str) -> bool:
    """Whether a value is an IP address, version 4 or 6."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def is_card_number(value: str) -> bool:
    """Whether a value is a payment card's number: of a known issuer, of its length, with right check digit (ISO/IEC 7812)."""
    if _CARD.fullmatch(value) is None:
        return False
    digits = re.sub(r"\D", "", value)
    known = any(first <= digits[: len(first)] <= last and len(digits) in lengths for first, last, lengths in _ISSUERS)
    return known and bool(luhn.is_valid(digits))
