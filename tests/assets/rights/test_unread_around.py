"""A record in quarantine whose person is named around it, as a chat's messages are by the chat, is found by whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assets.rights.collect import name_subjects
from assets.rights.holding import Identifier
from assets.rights.unread import unread
from tests.helpers.records import chat
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """A register whose chats have messages; each message is a record, and the chat that holds it says whose it is."""
    made = Small(tmp_path)
    conversations = made.dataset("chats.conversations")
    conversations["read"] = {"files": "*.ndjson", "format": "ndjson", "records": "messages"}
    conversations["fields"]["email"]["from"] = "^visitor.email"
    conversations["fields"]["text"]["pattern"] = "^x"
    made.describe()
    message = chat(1, text="hello")
    made.deliver("chats", [{"visitor": {"email": "aino@koe.example"}, "messages": [message, chat(2, text="from eino@koe.example")]}])
    made.ingest("chats")
    yield made
    made.close()


def _found(small: Small, email: str) -> list[str | None]:
    """The texts of the records that are found of an e-mail address; None for one that is found and not shown."""
    identifier = Identifier("email", email, ("chats",), joins=True, reason=None)
    with small.register.warehouse.reading() as engine:
        name_subjects(engine, {"one": []})
        return [each.text for each in unread(engine, small.register.catalogue, {"one": [identifier]})["one"]]


def test_who_is_named_around_a_record(small: Small) -> None:
    """Both messages are the visitor's and are counted as such; a text that does not itself name its person is not shown."""
    assert _found(small, "aino@koe.example") == [None, None]


def test_who_is_named_in_a_record(small: Small) -> None:
    """What names somebody in its own text is found as before, and nobody else is."""
    assert len(_found(small, "eino@koe.example")) == 1
    assert _found(small, "ulla@koe.example") == []
