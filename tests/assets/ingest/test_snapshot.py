"""What is missing from a snapshot is deleted, unless the snapshot looks broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.account import Account
from tests.helpers.records import customer

if TYPE_CHECKING:
    from tests.helpers.small import Small


def _numbers(small: Small) -> list[str]:
    return [row[0] for row in small.rows("SELECT customer_number FROM register.shop_customers ORDER BY 1")]


def test_what_is_missing_is_deleted(small: Small) -> None:
    """A row that the snapshot no longer has goes, with its identifiers and its subject."""
    small.deliver("shop", [customer(number, email=f"{number}@koe.example") for number in range(3)])
    small.load("shop")
    small.deliver("shop", [customer(number, email=f"{number}@koe.example") for number in range(2)])
    assert Account(read=2, unchanged=2, deleted=1) == small.account("shop")
    assert _numbers(small) == ["C0", "C1"]
    assert small.rows("SELECT * FROM identity.identifiers WHERE value IN ('C2', '2@koe.example')") == []
    small.resolve()
    assert small.rows("SELECT count(*) FROM identity.subjects") == [(2,)]


def test_a_snapshot_of_half_is_followed(small: Small) -> None:
    """Half of what is held is still a snapshot."""
    small.deliver("shop", [customer(number) for number in range(10)])
    small.load("shop")
    small.deliver("shop", [customer(number) for number in range(5)])
    assert Account(read=5, unchanged=5, deleted=5) == small.account("shop")


def test_a_snapshot_of_less_than_half_deletes_nothing(small: Small) -> None:
    """A source that broke must not empty the register: what would have gone is kept, and counted; what is new is read in all the same."""
    small.deliver("shop", [customer(number) for number in range(10)])
    small.load("shop")
    small.deliver("shop", [customer(1, name="Aino"), customer(2), customer(3), customer(99)])
    assert Account(read=4, inserted=1, updated=1, unchanged=2, kept_back=7) == small.account("shop")
    assert len(_numbers(small)) == 11


def test_an_empty_snapshot_deletes_nothing(small: Small) -> None:
    """Nor does one of no record at all."""
    small.deliver("shop", [customer(1)])
    small.load("shop")
    small.deliver("shop", "")
    assert Account(read=0, kept_back=1) == small.account("shop")
    assert _numbers(small) == ["C1"]


def test_files_of_a_snapshot_are_read_together(small: Small) -> None:
    """A snapshot of several files is their whole; of a key that stands in two the later file's record counts."""
    small.deliver("shop", [customer(1, name="old"), customer(2)], "a.ndjson")
    small.deliver("shop", [customer(1, name="new"), customer(3)], "b.ndjson")
    assert Account(read=4, inserted=3, dropped={"superseded_in_batch": 1}) == small.account("shop")
    assert small.rows("SELECT name FROM register.shop_customers WHERE customer_number = 'C1'") == [("new",)]
