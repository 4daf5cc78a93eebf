"""Records stand in the order in which a person would tell them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from assets.rights.export import export
from tests.assets.rights.conftest import members_of
from tests.helpers.records import chat
from tests.helpers.requests import file_verified
from tests.helpers.small import Small

if TYPE_CHECKING:
    from pathlib import Path

EMAIL = "aino@koe.example"


def test_messages_of_one_moment_of_their_anchor_follow_their_other_times(tmp_path: Path) -> None:
    """The messages of a conversation that ended at one moment are told as they were sent."""
    small = Small(tmp_path)
    fields = small.described["chats"]["datasets"]["conversations"]["fields"]
    fields["sent_at"] = {"type": "timestamp", "category": "user.behavior", "origin": "service_use", "promise": "held"}
    small.describe()
    small.deliver("chats", [chat(number, email=EMAIL, sent_at=f"2026-10-01T09:{number:02}:00Z") for number in range(20)])
    small.ingest("chats")
    request = file_verified(small.register.ledger, "access", "en", [("email", EMAIL)], small.register.clock.now())
    members = members_of(export(small.register, request.id).path)
    small.close()
    assert [each["id"] for each in json.loads(members["data/chats_conversations.json"])] == [f"chat-{number}" for number in range(20)]
