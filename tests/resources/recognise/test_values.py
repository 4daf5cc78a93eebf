"""One value, whole: what it is recognised as, and what it is not."""

from __future__ import annotations

import re

import duckdb
import pytest

from resources.catalogue.loader import load_vocabulary
from resources.recognise import LIKELY, LONGEST, RECOGNISERS, fits, likeness, recognised

VALUES = [
    ("liisa.lahti@aurinko.example", "FI", "email"),
    ("Liisa+uutiset@AURINKO.example", "FI", "email"),
    ("åsa@bröd.example", "SE", "email"),
    (" liisa@x.fi\n", "FI", "email"),
    ("+358 40 123 4567", "FI", "phone"),
    ("+358401234567", "SE", "phone"),
    ("0401234567", "FI", "phone"),
    ("040-123 4567", "FI", "phone"),
    ("(09) 765 4321", "FI", "phone"),
    ("00358 40 123 4567", "FI", "phone"),
    ("08-123 456 78", "SE", "phone"),
    ("212-555-0142", "US", "phone"),
    ("FI21 1234 5600 0007 85", "FI", "iban"),
    ("SE4550000000058398257466", "FI", "iban"),
    ("131052-308T", "FI", "hetu"),
    ("131052Y308T", "FI", "hetu"),
    ("010594Y9032", "FI", "hetu"),
    ("811218-9876", "SE", "personnummer"),
    ("19811218-9876", "SE", "personnummer"),
    ("198112189876", "SE", "personnummer"),
    ("8112189876", "SE", "personnummer"),
    ("040 123 0009", "FI", "phone"),
    ("192.0.2.17", "FI", "ip_address"),
    ("2001:db8::17", "FI", "ip_address"),
    ("4111 1111 1111 1111", "FI", "card_number"),
    ("5555555555554444", "FI", "card_number"),
    ("378282246310005", "FI", "card_number"),
]
NOTHING = [
    *("", " ", "Liisa", "x@y", "@x.fi", "liisa@", "liisa@x..fi", "<abc@host.example>", "a@b.c", "liisa@x.fi, matti@x.fi", "see liisa@x.fi"),
    *("2026-10-15", "15.10.2026", "01.02.2024", "1-2-1990", "01022024", "20261015", "2026-10-15 03:00:00", "09:30:00"),
    *(
        "00100",
        "02150",
        "123 45",
        "1234567-1",
        "0201256-6",
        "FI12345671",
        "20261015001",
        "1234567",
        "0000012345",
        "401234567",
        "12345678901",
    ),
    *("1.2.3", "256.1.1.1", "10.15", "116.0.5845.96", "12:30", "a:b", "::x"),
    *("131052-308X", "320152-308T", "811218-9877", "FI2112345600000786", "4111111111111112", "9999999999999995", "1111111111111117"),
    *("u-1234567890", "C0000001", "550e8400-e29b-41d4-a716-446655440000", "0x401234567", "+", "+1", "040", "1 000 000", "12 500,00"),
]


@pytest.mark.parametrize(("value", "region", "name"), VALUES)
def test_what_is_recognised(value: str, region: str, name: str) -> None:
    """Addresses, telephone numbers and codes are recognised as what they are, in their usual ways of writing."""
    found = recognised(value, region)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("value", NOTHING)
@pytest.mark.parametrize("region", ["FI", "SE"])
def test_what_is_not(value: str, region: str) -> None:
    """Words, dates, postal codes, numbers of orders and companies, versions, and codes with a wrong check digit are nothing of the kind."""
    found = recognised(value, region)
    assert (value, found and found.name) == (value, None)


@pytest.mark.parametrize(("value", "region", "name"), VALUES)
def test_the_cheap_condition_lets_all_pass(value: str, region: str, name: str) -> None:
    """Whatever is recognised is no longer than the longest and matches the regular expression that the engine filters by."""
    del region, name
    ((matches,),) = duckdb.sql("SELECT regexp_matches($value, $likely)", params={"value": value, "likely": LIKELY}).fetchall()
    assert (matches, len(value) <= LONGEST) == (True, True)


def test_a_long_text_is_nothing() -> None:
    """A value beyond the longest is not looked at."""
    assert recognised("a" * LONGEST + "@x.fi", "FI") is None


def test_most_of_a_sample() -> None:
    """A sample looks like something from four of five on, and the share is of all its values."""
    emails = [f"person{number}@x.fi" for number in range(8)]
    four_of_five = likeness(emails, 10, "FI")
    assert four_of_five is not None
    assert (four_of_five.recogniser.name, four_of_five.share) == ("email", 0.8)
    assert likeness(emails, 11, "FI") is None
    assert likeness([], 0, "FI") is None
    assert likeness(emails + [f"+35840123456{number}" for number in range(8)], 16, "FI") is None


def test_tags_that_go_with_values() -> None:
    """A category that is meant, one that may go with it, and a kind of identifier that may look so are no mistake; others are."""
    email, ip = RECOGNISERS["email"], RECOGNISERS["ip_address"]
    assert fits(email, "user.contact.email", "email")
    assert fits(email, "user.account.username", None)
    assert fits(email, "user.unique_id.pseudonymous", "message_id")
    assert not fits(email, "system", None)
    assert not fits(email, "user.job_title", None)
    assert not fits(ip, "user.contact.email", "email")


def test_the_data_uses_the_vocabulary() -> None:
    """Every category and kind of identifier that a recogniser means stands in the vocabulary."""
    vocabulary, _ = load_vocabulary()
    categories = {category for each in RECOGNISERS.values() for category in (each.category, *each.fits)}
    kinds = {kind for each in RECOGNISERS.values() for kind in (each.identifies, *each.fits_identifiers)} - {"none"}
    assert (categories - set(vocabulary.categories), kinds - set(vocabulary.identifiers)) == (set(), set())
    assert all(re.fullmatch("[a-z_]+", name) for name in RECOGNISERS)
