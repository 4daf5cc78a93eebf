"""A table follows its description: what is no longer described is no longer held."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from assets.ingest.account import Account
from resources.connectors.undeclared import Undeclared
from tests.helpers.records import chat, customer

if TYPE_CHECKING:
    from tests.helpers.small import Small

TEXT = {"type": "text", "category": "user", "origin": "derived", "promise": "held"}


def _columns(small: Small) -> list[str]:
    return [row[0] for row in small.rows("SELECT column_name FROM information_schema.columns WHERE table_name = 'shop_customers'")]


def test_a_field_that_leaves_takes_its_data_along(small: Small) -> None:
    """A field that is no longer described goes with its column, without changing what else is in the rows, and is told as undeclared."""
    small.deliver("shop", [customer(1, name="Aino"), customer(2)])
    small.load("shop")
    kept = small.everything(without=["name"])
    del small.dataset("shop.customers")["fields"]["name"]
    small.describe()
    left = Undeclared("name", 1, category="user.name", why="name")
    assert Account(read=2, unchanged=2, undeclared=[left]) == small.account("shop")
    assert "name" not in _columns(small)
    assert kept == small.everything()


def test_a_new_field_fills(small: Small) -> None:
    """A new field's column is filled in the rows whose records have a value, and those alone change."""
    small.deliver("shop", [customer(1, nickname="Ainokki"), customer(2)])
    small.load("shop")
    small.dataset("shop.customers")["fields"]["nickname"] = TEXT
    small.describe()
    assert Account(read=2, updated=1, unchanged=1) == small.account("shop")
    assert small.rows("SELECT customer_number, nickname FROM register.shop_customers ORDER BY 1") == [("C1", "Ainokki"), ("C2", None)]


def test_types_change_with_their_values(small: Small) -> None:
    """A field of another type keeps its values where they fit, and is read anew; what no longer fits goes to quarantine, its row stays."""
    small.deliver("shop", [customer(1, visits=7, name="12", seen_at="2026-01-01T23:30:00Z"), customer(2, visits=8, name="Eino")])
    small.load("shop")
    fields = small.dataset("shop.customers")["fields"]
    fields["visits"], fields["name"]["type"], fields["seen_at"]["type"] = TEXT, "integer", "date"
    small.describe()
    assert Account(read=2, unchanged=1, quarantined=1) == small.account("shop")
    assert [("C1", "7", 12, dt.date(2026, 1, 1)), ("C2", "8", None, None)] == small.rows(
        "SELECT customer_number, visits, name, seen_at FROM register.shop_customers ORDER BY 1"
    )
    assert small.rows("SELECT field, rule FROM quarantine.records") == [("name", "type")]


def test_an_identifier_that_leaves_is_no_longer_known(small: Small) -> None:
    """A field that is no longer described stays nowhere as an identifier either, though its records did not change."""
    small.deliver("shop", [customer(1, email="aino@koe.example")])
    small.deliver("chats", [chat(1, email="aino@koe.example")])
    small.ingest("shop", "chats")
    assert small.rows("SELECT count(*) FROM identity.subjects") == [(1,)]
    del small.dataset("shop.customers")["fields"]["email"]
    small.dataset("shop.customers")["persons"]["customer"].remove("email")
    small.describe()
    small.ingest("shop", "chats")
    assert small.rows("SELECT source FROM identity.identifiers WHERE value = 'aino@koe.example'") == [("chats",)]
    assert small.rows("SELECT count(*) FROM identity.subjects") == [(2,)]


def test_an_identifier_declared_shared_parts_whom_it_joined(small: Small) -> None:
    """Declaring a field shared parts those whom its values have joined, though no record changed; taking it back joins them again."""
    small.deliver("shop", [customer(1, phone="040 123 4567")])
    small.deliver("chats", [chat(1, phone="+358 40 123 4567")])
    subjects = []
    for shared in (False, True, False):
        small.dataset("shop.customers")["fields"]["phone"]["shared"] = shared
        small.describe()
        small.ingest("shop", "chats")
        subjects += small.rows("SELECT count(*) FROM identity.subjects")
    assert subjects == [(1,), (2,), (1,)]


def test_who_is_named_first_changes_the_persons_that_are_held(small: Small) -> None:
    """Another order of a role's fields names the persons anew, of records that are no longer delivered too."""
    small.deliver("chats", [chat(1, user_id="U1", email="aino@koe.example"), chat(2, user_id="U2", email="aino@koe.example")])
    small.load("chats")
    persons = "SELECT count(DISTINCT _person), count(DISTINCT person) FROM register.chats_conversations, identity.identifiers"
    assert small.rows(persons) == [(2, 2)]
    small.dataset("chats.conversations")["persons"]["visitor"] = ["email", "user_id", "phone", "cookie"]
    small.describe()
    small.deliver("chats", [chat(3, email="aino@koe.example")])
    small.load("chats")
    assert small.rows(persons) == [(1, 1)]


def test_another_region_reads_the_same_numbers_otherwise(small: Small) -> None:
    """Telephone numbers that are held without a country code follow the source's region."""
    small.deliver("shop", [customer(1, phone="08-123 456 78")])
    small.load("shop")
    small.described["shop"]["region"] = "SE"
    small.describe()
    assert Account(read=1, unchanged=1) == small.account("shop")
    assert small.rows("SELECT value FROM identity.identifiers WHERE kind = 'phone'") == [("+46812345678",)]
