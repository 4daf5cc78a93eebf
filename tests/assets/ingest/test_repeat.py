"""Reading the same again changes nothing; what changed at the source changes its own rows and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.account import Account
from tests.helpers.records import call, chat, customer, trader

if TYPE_CHECKING:
    from tests.helpers.small import Small

TOMORROW = "2026-10-16T03:00:00+03:00"


def _deliver(small: Small) -> None:
    """A batch for every source, with good, bad, repeated and superseded records."""
    small.deliver("shop", [customer(1, email="aino@koe.example", spent=1.5), customer(2, phone="040 123 4567"), customer(3, visits="x")])
    small.deliver("chats", [chat(1, email="aino@koe.example"), chat(1, ended_at="never"), chat(1, email="AINO@koe.example"), chat(2)])
    (small.data / "calls" / "1.wav").write_bytes(b"sound")
    small.deliver("calls", [call(1), call(2)], "calls.csv")
    small.deliver("registry", [trader(1), {"id": "T2"}])


def test_the_same_batch_twice_changes_no_row(small: Small) -> None:
    """Every column of every table is the same after the second reading, the batch and the moment of the first among them."""
    _deliver(small)
    small.ingest("shop", "chats", "calls", "registry")
    before = small.everything()
    small.at(TOMORROW)
    accounts = {table: outcome.account for table, outcome in small.ingest("shop", "chats", "calls", "registry").items()}
    assert before == small.everything()
    assert {
        "shop.customers": Account(read=3, unchanged=2, quarantined=1),
        "chats.conversations": Account(read=4, unchanged=2, dropped={"superseded_in_batch": 2}),
        "calls.recordings": Account(read=2, unchanged=1, quarantined=1),
        "registry.traders": Account(read=2, unchanged=1, quarantined=1),
    } == accounts


def test_the_order_of_the_records_does_not_matter(small: Small) -> None:
    """The same records in another order change no row either."""
    records = [customer(number, email=f"{number}@koe.example") for number in range(5)]
    small.deliver("shop", records)
    small.load("shop")
    before = small.everything()
    small.deliver("shop", reversed(records))
    assert Account(read=5, unchanged=5) == small.account("shop")
    assert before == small.everything()


def test_an_update_changes_its_own_row_alone(small: Small) -> None:
    """The changed record's row gets its values, its batch and its moment; the other row stays as it was to the last column."""
    small.deliver("shop", [customer(1, name="Aino", email="aino@koe.example"), customer(2, name="Eino")])
    small.load("shop")
    rows = "SELECT customer_number, name, _batch, _ingested_at FROM register.shop_customers ORDER BY 1"
    first, second = small.rows(rows)
    small.at(TOMORROW)
    small.deliver("shop", [customer(1, name="Aino Maria"), customer(2, name="Eino")])
    assert Account(read=2, updated=1, unchanged=1) == small.account("shop")
    changed, unchanged = small.rows(rows)
    assert second == unchanged
    assert changed[:2] == ("C1", "Aino Maria")
    assert changed[2] != first[2]
    assert changed[3] > first[3]
    assert small.rows("SELECT kind FROM identity.identifiers WHERE value = 'C1' OR kind = 'email'") == [("customer_number",)]


def test_a_value_that_is_taken_away_is_taken_away(small: Small) -> None:
    """A value that the source no longer has leaves the row."""
    small.deliver("shop", [customer(1, name="Aino", spent="3.50")])
    small.load("shop")
    small.deliver("shop", [customer(1)])
    small.load("shop")
    assert small.rows("SELECT name, spent FROM register.shop_customers") == [(None, None)]


def test_a_mended_record_leaves_quarantine(small: Small) -> None:
    """Once the source mends a record it stands in the table, and no longer in quarantine."""
    small.deliver("chats", [chat(1, ended_at="never"), chat(2, ended_at="never")])
    small.load("chats")
    small.deliver("chats", [chat(1)])
    assert Account(read=1, inserted=1) == small.account("chats")
    assert small.rows("SELECT id FROM register.chats_conversations") == [("chat-1",)]
    assert [row[0].split('"')[3] for row in small.rows("SELECT record FROM quarantine.records")] == ["chat-2"]


def test_a_record_stands_in_quarantine_as_it_came_last(small: Small) -> None:
    """A bad record that comes again, bad in another way or past its period by now, leaves nothing of its former text in quarantine."""
    small.deliver("chats", [chat(1, ended_at="never"), chat(2, ended_at="never")])
    small.load("chats")
    small.deliver("chats", [chat(1, ended_at="ever"), chat(2, ended_at="2020-01-01T00:00:00Z")])
    assert Account(read=2, quarantined=1, dropped={"past_retention": 1}) == small.account("chats")
    assert small.rows("SELECT json_extract_string(record, '$.ended_at') FROM quarantine.records") == [("ever",)]


def test_a_bad_update_keeps_the_row(small: Small) -> None:
    """A record whose newer version breaks a rule keeps the row that it had, in a snapshot too; the new version stands in quarantine."""
    small.deliver("shop", [customer(1, visits=3), customer(2, visits=3)])
    small.load("shop")
    before = small.rows("SELECT * FROM register.shop_customers ORDER BY customer_number")
    small.deliver("shop", [customer(1, visits=500), customer(2, visits=3)])
    assert Account(read=2, unchanged=1, quarantined=1) == small.account("shop")
    assert before == small.rows("SELECT * FROM register.shop_customers ORDER BY customer_number")
    assert small.rows("SELECT field, rule FROM quarantine.records") == [("visits", "max")]


def test_a_mended_snapshot_empties_quarantine(small: Small) -> None:
    """A snapshot's quarantine is that of the latest snapshot."""
    small.deliver("shop", [customer(1), customer(2, visits="x"), customer(3, visits="y")])
    small.load("shop")
    small.deliver("shop", [customer(1), customer(2, visits="x")])
    small.load("shop")
    assert small.rows("SELECT json_extract_string(record, '$.visits') FROM quarantine.records") == [("x",)]


def test_an_appending_source_deletes_nothing(small: Small) -> None:
    """What an appending source no longer delivers stays until its period is past."""
    small.deliver("chats", [chat(1), chat(2), chat(3)])
    small.load("chats")
    small.deliver("chats", [chat(4)])
    assert Account(read=1, inserted=1) == small.account("chats")
    assert len(small.rows("SELECT id FROM register.chats_conversations")) == 4
