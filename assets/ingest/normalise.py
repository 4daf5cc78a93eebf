"""The normal form of an identifier: what all spellings of one have in common; text that is no such identifier has none.

A record keeps what its source gave. The normal form is what identifies, and is worked out once for each distinct text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import idna
import phonenumbers
import pyarrow as pa
from stdnum.exceptions import ValidationError
from stdnum.fi import alv, ytunnus

from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from resources.warehouse import Engine

VERSION = 3
"""Raised whenever a rule of this module changes what it gives, so that identifiers that are held are worked out again."""
_IN_DOMAIN = r"[^@\s<>()\[\]{},;:\"\\/?=&.]+"
EMAIL = rf"^[^@\s<>()\[\],;:\"\\]+@{_IN_DOMAIN}(?:[.]{_IN_DOMAIN})+$"
_AROUND = r"<|^\s*mailto:"
_WITHIN = re.compile(r"(?:[^<>]*<)?\s*(?:mailto:)?([^<>]*?)\s*>?")
_BLANKS = "".join(character for character in map(chr, range(0x3001)) if character.isspace())
_UNBLANK = r"^[!-~]([ -~]*[!-~])?$"  # visible ASCII at both ends
_PUNYCODE = "xn--"
_PLAIN = r"^[\x00-\x7F]*$"
_PLUS = r"^([^@+]+)[+][^@]*@"
_AT_ONCE = 100_000
# One number, what may stand before and after it, and a line behind it: blanks and signs alone part its digits.
_WRITTEN = re.compile(
    r"[^\d+\uff0b]*?(?P<number>[(]?[+\uff0b]*[(]?\d(?:[^\w+\uff0b#,;]*\d)*)[)]?"
    r"(?:[\s,;]*(?:ext(?:ension)?\b|x|#|ankn(?:ytning)?\b|alan(?:umero|ro)\b)[\s.:=]*(?P<line>\d{1,7}))?"
    r"\D*",
    re.IGNORECASE,
)
_LONGEST_NUMBER = 250
_PLACEHOLDER = re.compile(r"(\d)\1*")
_WITHOUT_ZERO = re.compile(r"\d{6}-\d")
_FINLAND = "FI"


def e164(number: str, region: str) -> str | None:
    """A telephone number in E.164 form (ITU-T E.164), without the line behind it; None for what is not one possible number.

    One of a single digit over and over (`0000000000`) stands for no number, and would make one person of all who gave none.

    Args:
        number: the number as written. Words around it are passed over; letters are no digits.
        region: the country (ISO 3166-1) that a number without a country code belongs to.
    """
    return _number(number, region)[0]


def phone(number: str, region: str) -> str | None:
    """A telephone number as it identifies: in E.164 form, with the line behind it if there is one (`;ext=12`, RFC 3966).

    Behind one number of a company there are many lines, of as many people.
    """
    found, line = _number(number, region)
    return f"{found};ext={line.lstrip('0') or '0'}" if found and line else found


def _number(text: str, region: str) -> tuple[str | None, str | None]:
    """A telephone number in E.164 form, and the line behind it."""
    written = _WRITTEN.fullmatch(text) if len(text) <= _LONGEST_NUMBER else None
    if written is None:
        return None, None
    try:
        parsed = phonenumbers.parse(written["number"], region)
    except phonenumbers.NumberParseException:
        return None, None
    if not phonenumbers.is_possible_number(parsed) or _PLACEHOLDER.fullmatch(str(parsed.national_number)):
        return None, None
    found: str | None = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if parsed.italian_leading_zero and found != written["number"]:  # right in Italy; elsewhere a 0 too many, as in +46 (00)8
        found = _number(found or "", region)[0]
    return found, written["line"] or parsed.extension


def email(text: str) -> str | None:
    """An e-mail address in lower case, its domain as people read it (`öljy.example`, not `xn--ljy-rna.example`; RFC 5891, UTS 46).

    A domain that is no internationalised name stays as it is. A name before the address, angle brackets around it (RFC 5322, section 3.4)
    and `mailto:` are passed over. None for what is not one address.
    """
    found = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).lower())
    within = _WITHIN.fullmatch(found)
    found = within[1] if within else found
    if not found.isascii() or _PUNYCODE in found:
        local, _, domain = found.rpartition("@")
        found = f"{local}@{_domain(domain)}"
    return found if re.fullmatch(EMAIL, found) else None


def _domain(domain: str) -> str:
    try:
        return idna.decode(idna.encode(domain, uts46=True))
    except idna.IDNAError:
        return domain


def without_plus(address: str) -> str:
    """A normalised e-mail address without what stands between a plus sign and the @."""
    return re.sub(_PLUS, r"\1@", address)


def business_id(text: str, region: str) -> str | None:
    """A business id in one form, the Finnish one as `2077474-0`; None for one whose check digit is wrong.

    A Finnish id is written with or without its hyphen, without the zero that old ones begin with, or as a VAT number (`FI20774740`).
    In a source of another country an id that is not a Finnish VAT number is compared as it stands, for its rule is not known here.
    The check digit: https://www.vero.fi (Tarkistusmerkin laskenta), by python-stdnum.
    """
    given = text.strip()
    written = given.upper()
    if region != _FINLAND and not written.startswith(_FINLAND):
        return given or None
    try:
        compact = alv.validate(f"0{written}" if _WITHOUT_ZERO.fullmatch(written) else written)
    except ValidationError:
        return None if region == _FINLAND else given
    return str(ytunnus.format(compact)) if int(compact) else None


def by_text(texts: Iterable[str], rule: Callable[[str], str | None]) -> pa.Table:
    """Distinct texts (`text`) with their normal form (`value`)."""
    given = list(texts)
    return pa.table({"text": pa.array(given, pa.string()), "value": pa.array([rule(text) for text in given], pa.string())})


RULES: dict[str, tuple[str, Callable[[str, str], str | None]]] = {
    "phone": ("phones", phone),
    "email": ("emails", lambda text, _region: email(text)),
    "business_id": ("business_ids", business_id),
}
"""Of each way to normalise that SQL has not, the table that holds texts with their normal forms, and the rule by text and region."""
LOOKUPS = tuple(table for table, _ in RULES.values())


def make_lookup(engine: Engine, how: str, columns: Iterable[str], relation: str, region: str) -> None:
    """Make the temporary table of one way to normalise (`text`, `value`) for the texts in columns of a relation.

    Distinct texts alone are worked out, some at a time; of e-mail addresses only those that the engine cannot lower by itself.
    """
    table, rule = RULES[how]
    hard = {"email": "WHERE {0} IS NOT NULL AND NOT " + is_plain("{0}")}.get(how, "WHERE {0} IS NOT NULL")
    selects = [f"SELECT {column} AS text FROM {relation} {hard.format(column)}" for column in map(name, columns)]
    engine.run(f"CREATE OR REPLACE TEMP TABLE {table} (text VARCHAR, value VARCHAR)")
    if not selects:
        return
    distinct = f"SELECT DISTINCT text FROM ({' UNION ALL '.join(selects)}) AS texts"
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE given_texts AS SELECT text, row_number() OVER (ORDER BY text) AS number FROM ({distinct}) AS texts"
    )
    for start in range(0, engine.count("SELECT count(*) FROM given_texts"), _AT_ONCE):
        part = engine.arrow(
            "SELECT text FROM given_texts WHERE number > $start AND number <= $end", {"start": start, "end": start + _AT_ONCE}
        )
        engine.register("some_texts", by_text(part["text"].to_pylist(), lambda text: rule(text, region)))
        engine.run(f"INSERT INTO {table} SELECT text, value FROM some_texts")
        engine.unregister("some_texts")
    engine.run("DROP TABLE given_texts")


def stripped(text: str) -> str:
    """The expression of text without the blanks, tabs and line ends around it.

    To take each of them away costs ten times as much as to see that there is none.
    """
    return f"CASE WHEN regexp_matches({text}, {literal(_UNBLANK)}) THEN {text} ELSE trim({text}, {literal(_BLANKS)}) END"


def is_plain(text: str) -> str:
    """The condition that an e-mail address needs no more than lower case."""
    lower = f"lower({text})"
    around = f"regexp_matches({lower}, {literal(_AROUND)})"
    return f"(regexp_matches({text}, {literal(_PLAIN)}) AND NOT contains({lower}, {literal(_PUNYCODE)}) AND NOT {around})"


def email_value(text: str, looked_up: str, *, joins_plus: bool) -> str:
    """The expression of an e-mail address's normal form, out of the text and of what `make_lookup` made of it."""
    cleaned = f"lower({stripped(text)})"
    found = f"CASE WHEN {is_plain(text)} THEN CASE WHEN regexp_matches({cleaned}, {literal(EMAIL)}) THEN {cleaned} END ELSE {looked_up} END"
    return f"regexp_replace({found}, {literal(_PLUS)}, '\\1@')" if joins_plus else found
