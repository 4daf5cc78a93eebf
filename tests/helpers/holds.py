"""A small register with what holds reach: messages that belong to chats, and companies."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from assets.retention.holds import hold
from resources.ledger.holds import HoldLedger
from tests.helpers.described import WORDS
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from resources.ledger import Request
    from tests.helpers.small import Small

OLD = "2026-10-01T10:00:00Z"
PAST = "2027-06-01T03:00:00+03:00"
REVIEW = dt.date(2030, 1, 1)
BUSINESS_ID = "1234567-1"


def connect(small: Small) -> None:
    """Let chats have messages, which name whoever wrote them, and customers a company."""
    datasets: dict[str, Any] = small.described["chats"]["datasets"]
    messages = deepcopy(datasets["conversations"])
    messages |= {"read": {"files": "messages.csv", "format": "csv"}, "belongs_to": {"dataset": "chats.conversations", "by": {"chat": "id"}}}
    messages["fields"]["chat"] = {"type": "text", "required": True, "category": "system", "label": WORDS}
    datasets["messages"] = messages
    customers = small.described["shop"]["datasets"]["customers"]
    customers["company_by"] = "business_id"
    customers["fields"]["business_id"] = {"type": "text", "category": "user.contact.organization", "origin": "derived", "promise": "held"}
    small.describe()


def message(number: int, chat: str, email: str = "", ended_at: str = OLD, text: str = "hello") -> dict[str, Any]:
    """A message of a chat."""
    row = {"id": f"m{number}", "chat": chat, "email": email, "ended_at": ended_at, "text": text}
    return row | dict.fromkeys(("user_id", "phone", "cookie", "agent_email"), "")


def held(small: Small, covers: str, target: str) -> str:
    """Make a legal hold; gives its id."""
    return hold(small.register, (covers, target), "A claim", "Maija", REVIEW)


def end(small: Small, identifier: str) -> None:
    """End a legal hold."""
    HoldLedger(small.register.ledger).end(identifier, "Maija", small.register.clock.now())


def file(small: Small, kind: str, email: str) -> Request:
    """File a request of somebody whose identity is verified."""
    return file_verified(small.register.ledger, kind, "fi", [("email", email)], small.register.clock.now())


def subject_of(small: Small, email: str) -> str:
    """The subject that bears an e-mail address."""
    statement = "SELECT DISTINCT p.subject FROM identity.persons p JOIN identity.links l ON l.person = p.person WHERE l.value = "
    ((subject,),) = small.rows(f"{statement}'{email}'")
    return str(subject)


def ids(small: Small, table: str = "chats_conversations") -> list[str]:
    """The ids of the records that a table has."""
    return [row[0] for row in small.rows(f"SELECT id FROM register.{table} ORDER BY id")]  # noqa: S608 - a name of the test's
