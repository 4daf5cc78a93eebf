"""The ticket system: two files that its server gives out page by page."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from demo import texts
from demo.identifiers import email_as_written, phone_given
from demo.sources.lines import append_lines, document
from demo.sources.staff import agent
from demo.times import DAY, later, local_date, past, utc
from demo.world import chance, has

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from demo.truth import Truth
    from demo.world import Chunk, Person

TICKETS = "tickets.ndjson"
MESSAGES = "messages.ndjson"
_PER_CHUNK = 100_000
_CALLBACK = "callback_number"  # a field that the helpdesk has of late, and that nobody has tagged


def write(chunk: Chunk, folder: Path, truth: Truth) -> None:
    """Add a chunk's tickets and their messages."""
    rng, callbacks = chunk.rng("helpdesk"), chunk.rng("helpdesk callbacks")
    tickets: list[str] = []
    messages: list[str] = []
    for person in chunk.persons:
        if not has(rng, person, 0.45):
            continue
        ticket_id = (chunk.index + 1) * _PER_CHUNK + len(tickets) + 1
        ticket = _ticket(rng, person, ticket_id)
        solved = ticket.pop("_solved")
        anchor = local_date(solved) if solved else None
        ticket[_CALLBACK] = phone_given(callbacks, person, 0.4)
        if ticket[_CALLBACK]:
            truth.undeclared("helpdesk.tickets", _CALLBACK, "user.contact.phone_number")
        tickets.append(document(ticket))
        truth.record("helpdesk.tickets", str(ticket_id), person, anchor)
        for message, other, words in _messages(rng, person, chunk, ticket):
            messages.append(document(message))
            truth.record("helpdesk.messages", message["id"], person, anchor)
            if other is not None:
                truth.mention("helpdesk.messages", message["id"], person, other, words)
    append_lines(folder / TICKETS, tickets)
    append_lines(folder / MESSAGES, messages)


def _ticket(rng: random.Random, person: Person, ticket_id: int) -> dict[str, Any]:
    ended = past(rng, person, "tickets")
    still_open = person.edge is None and chance(rng, 0.08)
    created = ended - rng.randint(DAY // 4, 6 * DAY)
    language = person.language
    return {
        "id": ticket_id,
        "created_at": utc(created),
        "solved_at": None if still_open else utc(ended),
        "status": rng.choice(("open", "pending")) if still_open else rng.choice(("solved", "closed")),
        "priority": rng.choice(("low", "normal", "normal", "high")),
        "subject": texts.subject(rng, language),
        "via": {"channel": rng.choice(("email", "web", "phone"))},
        "requester": {
            "id": int(person.requester_id),
            "name": person.name,
            "email": email_as_written(rng, person),
            "phone": phone_given(rng, person, 0.4),
        },
        "assignee": agent(rng),
        "handling": {
            "resolution": None if still_open else texts.resolution(rng, language),
            "security_remark": rng.choice(texts.SECURITY_REMARKS) if has(rng, person, 0.15) else None,
            "price_remark": rng.choice(texts.PRICE_REMARKS) if has(rng, person, 0.1) else None,
        },
        "_solved": None if still_open else ended,
    }


def _messages(
    rng: random.Random, person: Person, chunk: Chunk, ticket: dict[str, Any]
) -> list[tuple[dict[str, Any], Person | None, list[str]]]:
    """Two to four messages of a ticket, with whom they mention."""
    language = person.language
    found: list[tuple[dict[str, Any], Person | None, list[str]]] = []
    sent = int(datetime.fromisoformat(ticket["created_at"]).timestamp())
    for number in range(rng.randint(2, 4)):
        from_customer = number % 2 == 0
        other: Person | None = None
        words: list[str] = []
        body = texts.question(rng, language) if from_customer else texts.answer(rng, language)
        if from_customer and chance(rng, 0.06):
            other = chunk.another(rng, person)
            sentence, words = texts.mention(rng, language, other)
            body = f"{body}\n\n{sentence}"
        if from_customer:
            body = f"{body}\n\n{person.name}"
        message = {
            "id": f"m{ticket['id']}-{number + 1}",
            "ticket_id": ticket["id"],
            "direction": "from_customer" if from_customer else "to_customer",
            "requester": {"id": ticket["requester"]["id"], "email": ticket["requester"]["email"]},
            "agent": None if from_customer else ticket["assignee"],
            "sent_at": utc(sent),
            "ticket_solved_at": ticket["solved_at"],
            "body": body,
        }
        found.append((message, other, words))
        sent = later(rng, sent, 3600)
    return found
