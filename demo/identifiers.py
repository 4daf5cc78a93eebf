"""Fictional identifiers in the shapes that real ones have: business ids, telephone numbers, e-mail addresses, IP addresses.

Business ids lie far above those that are given out, telephone numbers in Finnish ranges that are hardly used; e-mail lies under
`.example` (RFC 2606) and IP addresses in the ranges for documentation (RFC 5737, RFC 3849).
"""

from __future__ import annotations

import unicodedata
from itertools import count
from typing import TYPE_CHECKING

from demo.world import chance, has

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from demo.world import Person

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)
_FIRST_SERIAL = 9_200_000
_MOBILES = 10_000_000
_SWITCHBOARDS = 1_000_000
_ODD_CASE = 0.04


def business_id(serial: int) -> str | None:
    """The Finnish business id of a seven-digit serial number; None for those that can have no check digit.

    The digits are weighted by 7, 9, 10, 5, 8, 4 and 2; what their sum lacks of a multiple of 11 is the check digit.
    """
    remainder = sum(int(digit) * weight for digit, weight in zip(f"{serial:07d}", _WEIGHTS, strict=True)) % 11
    return None if remainder == 1 else f"{serial:07d}-{0 if remainder == 0 else 11 - remainder}"


def business_ids() -> Iterator[str]:
    """Business ids without end, each once."""
    return (found for serial in count(_FIRST_SERIAL) if (found := business_id(serial)) is not None)


def mobile(number: int) -> str:
    """The mobile number of the person of that number, in E.164: different for different persons."""
    return f"+35847{(number * 7_368_787 + 1_234_567) % _MOBILES:07d}"


def second_mobile(number: int) -> str:
    """Another mobile number of the same person."""
    return f"+35848{(number * 7_368_787 + 7_654_321) % _MOBILES:07d}"


def switchboard(number: int) -> str:
    """The switchboard of the company of that number, in E.164."""
    return f"+358753{(number * 736_879 + 123_456) % _SWITCHBOARDS:06d}"


def phone_as_written(rng: random.Random, phone: str) -> str:
    """A telephone number as somebody may write it."""
    prefix, rest = phone[4:6], phone[6:]
    written = (
        phone,
        f"+358 {prefix} {rest[:3]} {rest[3:]}",
        f"0{prefix} {rest}",
        f"0{prefix}-{rest[:3]} {rest[3:]}",
        f"00358{prefix}{rest}",
    )
    return rng.choice(written)


def phone_given(rng: random.Random, person: Person, share: float) -> str | None:
    """The telephone number that a person gives when writing; `share` of all give one."""
    return phone_as_written(rng, person.phone) if not person.reticent and has(rng, person, share) else None


def email_as_written(rng: random.Random, person: Person) -> str:
    """A person's e-mail address as typed: now and then in other letter cases."""
    if person.odd_case or chance(rng, _ODD_CASE):
        return rng.choice((person.email.title(), person.email.upper(), person.email.capitalize()))
    return person.email


def slug(text: str) -> str:
    """Lower-case letters a to z, digits and hyphens, as in an address: `Åke Öhman` gives `ake-ohman`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(letter if letter.isalnum() else " " for letter in plain).split())


def ip_address(rng: random.Random) -> str:
    """An IP address out of the ranges for documentation."""
    if chance(rng, 0.3):
        return f"2001:db8:{rng.randrange(4096):x}:{rng.randrange(4096):x}::{rng.randrange(1, 256):x}"
    return f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randrange(1, 255)}"


def cookie(rng: random.Random) -> str:
    """A cookie's identifier."""
    return f"{rng.getrandbits(64):016x}"
