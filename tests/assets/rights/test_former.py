"""An identifier whose record has gone still finds what is held of the same person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assets.rights.find import Subject, UnclearError, find
from tests.helpers.records import chat, customer
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EMAIL, PHONE = "aino@koe.example", "040 1234567"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """A customer with an address and a telephone, who chatted and gave the telephone alone; and others."""
    made = Small(tmp_path)
    made.deliver("shop", [customer(1, email=EMAIL, phone=PHONE), customer(2, email="eino@koe.example"), customer(3)])
    made.deliver("chats", [chat(1, phone=PHONE), chat(2, email="eino@koe.example")])
    made.ingest("shop", "chats")
    yield made
    made.close()


def _found(small: Small, *identifiers: tuple[str, str], pepper: str | None = None) -> Subject:
    with small.register.warehouse.reading() as engine:
        return find(engine, small.register.catalogue, identifiers, small.home.pepper if pepper is None else pepper)


def test_an_address_of_a_customer_who_has_gone_finds_the_chat(small: Small) -> None:
    """Once the customer's record has gone, the e-mail address that stood in it alone means the subject of the chat all the same."""
    before = _found(small, ("email", EMAIL))
    assert len(before.persons) == 2
    small.deliver("shop", [customer(2, email="eino@koe.example"), customer(3)])
    small.ingest("shop")
    after = _found(small, ("email", EMAIL.upper()))
    assert (after.id, len(after.persons)) == (before.id, 1)
    assert after == _found(small, ("customer_number", "C1"), ("phone", PHONE))
    assert EMAIL not in repr(small.everything())


def test_nothing_is_found_without_the_key(small: Small) -> None:
    """What is kept of the address is a keyed hash: without the key, it is nobody's."""
    small.deliver("shop", [customer(2, email="eino@koe.example"), customer(3)])
    small.ingest("shop")
    assert _found(small, ("email", EMAIL), pepper="another") == Subject(None, ())


def test_former_and_present_identifiers_of_two_are_unclear(small: Small) -> None:
    """A former address of one person beside a present one of another tells nobody."""
    small.deliver("shop", [customer(2, email="eino@koe.example"), customer(3)])
    small.ingest("shop")
    with pytest.raises(UnclearError):
        _found(small, ("email", EMAIL), ("email", "eino@koe.example"))


def test_nothing_is_left_of_whoever_has_gone_altogether(small: Small) -> None:
    """Once the chat has gone too, the hashes go with it, and the ledger knows the person no more."""
    small.deliver("shop", [customer(2, email="eino@koe.example"), customer(3)])
    small.ingest("shop")
    assert small.rows("SELECT count(DISTINCT former) FROM identity.history") == [(1,)]
    small.at("2027-03-01T03:00:00+02:00")
    small.purge()
    assert small.rows("SELECT * FROM identity.history") == []
    assert _found(small, ("email", EMAIL)) == Subject(None, ())
