"""What is past its period never enters; what is held and comes to be past it goes by the purge, with its proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.account import Account
from tests.helpers.records import call, chat, customer, trader

if TYPE_CHECKING:
    from tests.helpers.small import Small


def test_records_past_their_period_never_enter(small: Small) -> None:
    """On 15 October 2026 a chat of 15 July is kept and one of 14 July is not, by the register's clock and not by UTC."""
    small.deliver("chats", [chat(1, "2026-07-14T20:59:59Z"), chat(2, "2026-07-14T21:00:00Z"), chat(3, "2026-07-15T00:00:00+03:00")])
    assert Account(read=3, inserted=2, dropped={"past_retention": 1}) == small.account("chats")
    assert small.rows("SELECT id FROM register.chats_conversations ORDER BY 1") == [("chat-2",), ("chat-3",)]


def test_bad_records_past_their_period_are_not_even_quarantined(small: Small) -> None:
    """A record whose end can be read and is past its period is dropped, whatever else is wrong with it."""
    small.deliver("shop", [customer(1, ended_on="2020-01-01", visits="x"), customer(2, ended_on="2026-01-01", visits="x")])
    assert Account(read=2, quarantined=1, dropped={"past_retention": 1}) == small.account("shop")


def test_audio_of_calls_past_their_period_is_not_copied(small: Small) -> None:
    """Of a call that does not enter, no sound is kept."""
    for number in (1, 2):
        (small.data / "calls" / f"{number}.wav").write_bytes(b"sound")
    small.deliver("calls", [call(1, "2026-03-14T12:00:00+02:00"), call(2, "2026-03-15T12:00:00+02:00")], "calls.csv")
    assert Account(read=2, inserted=1, dropped={"past_retention": 1}) == small.account("calls")
    assert sum(file.is_file() for file in small.register.recordings.rglob("*")) == 1


def test_a_held_record_that_ends_is_brought_up_to_date_and_purged(small: Small) -> None:
    """A held record that comes with an end long ago is not dropped unseen: it is updated, and the purge tells that it went."""
    small.deliver("shop", [customer(1), customer(2)])
    small.load("shop")
    small.deliver("shop", [customer(1, ended_on="2020-01-01"), customer(2)])
    assert Account(read=2, updated=1, unchanged=1) == small.account("shop")
    (record,) = small.purge().records
    assert (*list(vars(record).values())[:4], str(record.oldest)) == ("register", "shop_customers", "relation", 1, "2020-01-01")
    assert Account(read=2, unchanged=1, dropped={"past_retention": 1}) == small.account("shop")
    assert small.rows("SELECT customer_number FROM register.shop_customers") == [("C2",)]


def test_a_bad_record_that_ends_does_not_keep_its_row_for_good(small: Small) -> None:
    """A held record's end is followed even where the record breaks a rule: else its row would be kept as if it went on."""
    small.deliver("shop", [customer(1, visits=1), customer(2, visits=2)])
    small.load("shop")
    small.deliver("shop", [customer(1, visits="x", ended_on="2020-01-01"), customer(2, visits="x", ended_on="2026-10-01")])
    assert Account(read=2, quarantined=1, dropped={"past_retention": 1}) == small.account("shop")
    assert [(record.layer, record.records) for record in small.purge().records] == [("register", 1)]
    assert small.rows("SELECT customer_number, ended_on FROM register.shop_customers") == [("C2", None)]


def test_a_later_good_record_outdoes_an_earlier_bad_one_that_ended(small: Small) -> None:
    """Where the same batch tells later that the relation goes on, it goes on."""
    small.deliver("shop", [customer(1, visits="x", ended_on="2020-01-01"), customer(1, visits=1)])
    for expected in (
        Account(read=2, inserted=1, dropped={"past_retention": 1}),
        Account(read=2, unchanged=1, dropped={"past_retention": 1}),
    ):
        assert expected == small.account("shop")
    assert small.purge().records == []


def test_an_open_record_is_kept_or_counted_from_its_ingestion(small: Small) -> None:
    """A record without an end enters, however its rule goes on from there."""
    small.deliver("shop", [customer(1)])
    small.deliver("registry", [trader(1)])
    small.load("shop", "registry")
    small.at("2027-04-16T03:00:00+03:00")
    assert [record.dataset for record in small.purge().records] == ["registry_traders"]
