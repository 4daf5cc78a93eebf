"""One identifier has one form however it is written; text that is none has no form, stays as it is, and is counted."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from assets.ingest.findings import unfit_table
from assets.ingest.normalise import business_id, e164, email, phone, without_plus
from assets.ingest.people import forms
from assets.ingest.unfit import unfit
from resources.catalogue.loader import CatalogueError
from tests.assets.ingest.test_people import PHONES, VALUES
from tests.helpers.records import chat, customer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.helpers.small import Small

EMAILS = [
    ("Aino.Laine@Koe.Example", "aino.laine@koe.example"),
    ("  aino@koe.example\r\n", "aino@koe.example"),
    ("info@ÖLJY.example", "info@öljy.example"),
    ("info@xn--lj-uia8e.example", "info@äljö.example"),
    ("info@\u00f6ljy\u3002example", "info@öljy.example"),
    ("A\u030asa@koe.example", "åsa@koe.example"),
    ("asa@koe.example", "asa@koe.example"),
    ("aino@fa\u00df.example", "aino@faß.example"),
    ("aino@\u2603.example", "aino@\u2603.example"),
    ("aino+uutiset@koe.example", "aino+uutiset@koe.example"),
    ("Aino Laine <Aino@koe.example>", "aino@koe.example"),
    ("<aino@koe.example>", "aino@koe.example"),
    ("\u00c4iti < aino@koe.example >", "aino@koe.example"),
    ("MAILTO:aino@koe.example", "aino@koe.example"),
    ("<mailto:aino@koe.example>", "aino@koe.example"),
    ("<aino@koe.example> <liisa@koe.example>", None),
    ("mailto:aino@koe.example?subject=x", None),
    ("aino@koe.example;", None),
    ("aino@koe.example,liisa", None),
    ("aino@koe..example", None),
    ("aino@koe.example.", None),
    ("aino@koe", None),
    ("ai no@koe.example", None),
    ("aino@öljy", None),
    ("", None),
]
BUSINESS_IDS = [
    ("2077474-0", "FI", "2077474-0"),
    ("20774740", "FI", "2077474-0"),
    ("FI20774740", "FI", "2077474-0"),
    (" fi 2077474-0 ", "FI", "2077474-0"),
    ("2077474\u20130", "FI", "2077474-0"),
    ("112038-9", "FI", "0112038-9"),
    ("0112038-9", "FI", "0112038-9"),
    ("2077474-1", "FI", None),
    ("FI20774741", "FI", None),
    ("0000000-0", "FI", None),
    ("2077474", "FI", None),
    ("556012-5790", "FI", None),
    ("", "FI", None),
    ("FI20774740", "SE", "2077474-0"),
    ("556012-5790", "SE", "556012-5790"),
    (" ", "SE", None),
]


@pytest.mark.parametrize(("written", "expected"), EMAILS)
def test_email_addresses(written: str, expected: str | None) -> None:
    """Letter case and the two ways to write a domain with other letters do not tell addresses apart; å and a do."""
    assert expected == email(written)


@pytest.mark.parametrize(("written", "region", "expected"), BUSINESS_IDS)
def test_business_ids(written: str, region: str, expected: str | None) -> None:
    """A Finnish business id has one form, with its check digit right; those of another country stand as they are."""
    assert expected == business_id(written, region)


def test_what_is_normal_is_normalised_to_itself() -> None:
    """Normalising twice is normalising once, of real spellings, and of such with characters put in, changed and left out."""
    rng = random.Random(1)  # noqa: S311 - a test's chance, the same each time
    given = [*(written for written, _, _ in PHONES + BUSINESS_IDS), *VALUES, *(written for written, _ in EMAILS)]
    letters = "0123456789+()-. /@aAåÄöxXeExtß\u0130\u03a3\u00a0\u200d\uff0b\uff10\u0661\u0307n;=#"
    rules: list[Callable[[str], str | None]] = [
        email,
        *(_in(rule, region) for rule in (phone, business_id) for region in ("FI", "SE", "US")),
    ]
    compared = 0
    for _ in range(4_000):
        text = list(rng.choice(given))
        for _ in range(rng.randrange(3)):
            place = rng.randrange(len(text) + 1)
            text[place : place + rng.randrange(2)] = rng.choice(letters)
        for rule in rules:
            form = rule("".join(text))
            if form is not None:
                assert form == rule(form)
                assert without_plus(without_plus(form)) == without_plus(form)
                compared += 1
    assert compared > 4_000


def _in(rule: Callable[[str, str], str | None], region: str) -> Callable[[str], str | None]:
    return lambda text: rule(text, region)


def test_plus_addresses_are_one_only_where_that_is_stated(small: Small) -> None:
    """What stands behind a plus sign is passed over where the source says so, or the field; else it makes another address."""
    small.described["shop"]["plus_addresses"] = "same"
    small.describe()
    small.deliver("shop", [customer(1, email="Aino+shop@koe.example"), customer(2, email="+aino@koe.example")])
    small.deliver("chats", [chat(1, email="aino@koe.example"), chat(2, email="aino+chat@koe.example")])
    small.load("shop", "chats")
    statement = "SELECT value FROM identity.identifiers WHERE kind = 'email' ORDER BY source, value"
    assert small.rows(statement) == [("aino+chat@koe.example",), ("aino@koe.example",), ("+aino@koe.example",), ("aino@koe.example",)]
    assert small.rows("SELECT email FROM register.shop_customers ORDER BY 1") == [("+aino@koe.example",), ("Aino+shop@koe.example",)]
    assert forms("email", "AINO+x@koe.example", small.register.catalogue) == ("aino+x@koe.example", "aino@koe.example")
    del small.described["shop"]["plus_addresses"]
    small.dataset("chats.conversations")["fields"]["email"]["plus_addresses"] = "same"
    small.describe()
    small.load("shop", "chats")
    assert small.rows(statement) == [("aino@koe.example",), ("aino@koe.example",), ("+aino@koe.example",), ("aino+shop@koe.example",)]


def test_where_plus_addresses_mean_nothing(small: Small) -> None:
    """It is a mistake to say of a field that is no e-mail address, or of a source without one, what plus signs mean in it."""
    small.dataset("shop.customers")["fields"]["phone"]["plus_addresses"] = "same"
    small.described["registry"]["plus_addresses"] = "same"
    small.described["chats"]["plus_addresses"] = "equal"
    with pytest.raises(CatalogueError) as raised:
        small.describe()
    told = {(problem.file, problem.message) for problem in raised.value.problems}
    assert told == {
        ("sources/shop.yaml", "field customers.phone: 'plus_addresses' has no meaning here: it is said of e-mail addresses that identify"),
        ("sources/registry.yaml", "'plus_addresses' reaches no field: the source has no e-mail address that identifies"),
        ("sources/chats.yaml", "'equal' is not a value of 'plus_addresses': one of 'same' or 'apart'"),
    }


def test_addresses_have_one_form_in_bulk_and_alone(small: Small) -> None:
    """What the engine works out of many addresses is what the rule says of each."""
    small.deliver("shop", [customer(number, email=written) for number, (written, _) in enumerate(EMAILS, 1)])
    small.load("shop")
    held = dict(small.rows("SELECT _record, value FROM identity.identifiers WHERE kind = 'email'"))
    rows = small.rows("SELECT _record, CAST(substr(customer_number, 2) AS INTEGER) FROM register.shop_customers")
    assert {number: held.get(record) for record, number in rows} == {number: form for number, (_, form) in enumerate(EMAILS, 1)}


@pytest.mark.parametrize("written", ["0000000000", "1111111111", "+358 999 999 9999", "000-000 000"])
def test_a_digit_over_and_over_is_no_number(written: str) -> None:
    """What is written where nobody gave a number names nobody, so that those who gave none are not one person."""
    assert phone(written, "FI") is None
    assert e164(written, "FI") is None


def test_what_is_no_identifier_is_kept_and_counted(small: Small) -> None:
    """A wrong address or number stays as the source gave it, identifies nobody, and is told of by field with its count."""
    small.deliver(
        "shop",
        [customer(1, email="aino at koe", phone="ask Aino"), customer(2, email="aino@koe.example"), customer(3, phone="040 1, 040 2")],
    )
    outcome = small.load("shop")["shop.customers"]
    assert [(each.field.name, each.records, each.filled) for each in outcome.unfit] == [("email", 1, 2), ("phone", 2, 2)]
    assert small.rows("SELECT email, phone FROM register.shop_customers ORDER BY customer_number")[0] == ("aino at koe", "ask Aino")
    assert small.rows("SELECT value FROM identity.identifiers WHERE kind <> 'customer_number'") == [("aino@koe.example",)]
    told = unfit_table(outcome.unfit)
    assert "| `email` | sources/shop.yaml:" in told
    assert "| email | 1 of 2 |" in told
    assert "Aino" not in told
    with small.register.warehouse.viewing(small.run) as engine:
        assert unfit(engine, small.register.catalogue.dataset("chats_conversations"), small.register.catalogue) == []
