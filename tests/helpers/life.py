"""A small register's life: what a register does, once each, for tests of what holds of all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.outreach.disclose import disclose
from assets.retention.rectify import Wanted, rectify
from assets.rights.export import export_many
from assets.rights.whom import whom
from tests.helpers.bundles import members
from tests.helpers.erasing import erase, keeping
from tests.helpers.holds import connect, end, held, message, subject_of
from tests.helpers.outreach import outreaching, say, told
from tests.helpers.records import call, chat, customer, trader
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from tests.helpers.small import Small

OFFICER = "Dana Officer"
LATER = "2031-01-15T03:00:00+02:00"


def live(small: Small) -> list[dict[str, bytes]]:
    """Read all sources, some twice; then a hold, a correction, a disclosure, outreach, an answer, an erasure, and a purge years later.

    Gives the members of the bundles.
    """
    outreaching(small)
    keeping(small)
    connect(small)
    (small.data / "calls" / "1.wav").write_bytes(b"sound")
    small.deliver("calls", [call(1)], "calls.csv")
    small.deliver("registry", [trader(1)])
    small.deliver("chats", [chat(1, email="c1@koe.example", text="hello"), chat(2, email="bäd@@", user_id="U1")])
    small.deliver("chats", [message(1, "chat-1", email="c1@koe.example")], "messages.csv")
    for visits in ("1", "2", "many"):
        customers = [
            customer(n, email=f"c{n}@koe.example", name="Aino", visits=visits, spent="1.50", phone="040 1234567") for n in (1, 2, 3)
        ]
        small.deliver("shop", [*customers, customer(4, email="C4@Köe.example")])
        say(small, "consents", {"customer_number": "C1", "channel": "email", "decision": "consent", "given_at": "2025-10-01T10:00:00Z"})
        small.ingest(*(("shop", "chats", "calls", "registry") if visits == "1" else ("shop",)))
    end(small, held(small, "subject", subject_of(small, "c2@koe.example")))
    request = file_verified(small.register.ledger, "rectification", "en", [("customer_number", "C1")], small.register.clock.now())
    rectify(small.register, request.id, Wanted("shop.customers", "email", "right@koe.example", "A letter"), OFFICER, whom)
    assert told(small)
    disclose(small.register, "partner", "Trade fair", OFFICER, ["c2@koe.example"])
    asked = [
        file_verified(small.register.ledger, "access", "en", [("customer_number", f"C{n}")], small.register.clock.now()) for n in (1, 2)
    ]
    export_many(small.register, [each.id for each in asked])
    answers = [members(small.register, each.id) for each in asked]
    erase(small, ("customer_number", "C3"))
    small.at(LATER)
    small.deliver("shop", [customer(1, email="c1@koe.example", ended_on="2020-01-01")])
    small.load("shop")
    small.resolve()
    small.purge()
    return answers
