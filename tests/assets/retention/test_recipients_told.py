"""Who was given the data of an erased person is to be told: GDPR Art. 19."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from resources.ledger.ledger import Disclosure
from tests.helpers.erasing import erase, keeping
from tests.helpers.records import customer

if TYPE_CHECKING:
    from tests.helpers.small import Small

EMAIL = ("email", "aino@koe.example")


CUSTOMERS, CHATS = ({"dataset": each, "fields": ["email"]} for each in ("shop.customers", "chats.conversations"))


@pytest.mark.parametrize(
    ("person", "what", "recipients"),
    [
        ("aino@koe.example", None, ["partner"]),
        ("aino@koe.example", CUSTOMERS, ["partner"]),
        ("aino@koe.example", CHATS, []),
        ("bo@koe.example", None, []),
    ],
)
def test_recipients_are_kept_with_the_erasure(small: Small, person: str, what: dict[str, object] | None, recipients: list[str]) -> None:
    """The erasure keeps to whom the data that go were given, by the recipients' names alone; not to whom other data or another's were."""
    keeping(small)
    small.deliver("shop", [customer(1, email="aino@koe.example"), customer(2, email="bo@koe.example")])
    small.ingest("shop")
    given = hashlib.sha256(f"{small.register.home.pepper}disclosure/email/{person}".encode()).hexdigest()
    small.register.ledger.new_disclosure(
        Disclosure("partner", "partner", "FI", "A contract", None, "Dana", small.register.clock.now(), "relation", what), [given]
    )
    assert erase(small, EMAIL)["summary"]["recipients"] == recipients
