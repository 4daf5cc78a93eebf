"""What the e-mail service reports of each message, in the style of Mailgun's webhooks; some reports are delivered twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo import texts
from demo.identifiers import ip_address
from demo.sources.lines import document, write_lines
from demo.times import DAY, later, local_date, past
from demo.world import chance, has

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from demo.truth import Truth
    from demo.world import Chunk, Person

_DATASET = "mailings.events"
_CUT_AT = 3


def write(chunk: Chunk, folder: Path, truth: Truth) -> None:
    """Write a chunk's reports, and those that the service delivered again into a second file."""
    rng = chunk.rng("mailings")
    lines: list[str] = []
    again: list[str] = []
    for person in chunk.persons:
        for _ in range(2 if person.thorough else rng.randint(1, 3)):
            for event, at, more in _story(rng, person):
                key = f"{chunk.index + 1:03d}{len(lines) + 1:07d}{rng.getrandbits(48):012x}"
                line = document({"event-data": {"id": key, "event": event, "timestamp": at + rng.randrange(1000) / 1000, **more}})
                lines.append(line)
                truth.record(_DATASET, key, person, local_date(at))
                if chance(rng, 0.01):
                    again.append(line)
                    truth.repeated(_DATASET)
    if chunk.index == 0:
        lines.insert(_CUT_AT, lines[_CUT_AT][:60])
        again.append(lines[0])
        truth.broken(_DATASET, f"{chunk.file('events', 'ndjson')}:{_CUT_AT + 1}")
        truth.repeated(_DATASET)
    write_lines(folder / chunk.file("events", "ndjson"), lines)
    write_lines(folder / chunk.file("again", "ndjson"), again)


def _story(rng: random.Random, person: Person) -> list[tuple[str, int, dict[str, object]]]:
    """What happens to one message: each event with its time and further values."""
    subject, kind = texts.mailing(rng, person.language)
    sent = past(rng, person, "mailings")
    recipient = person.email.upper() if person.odd_case else person.email
    common: dict[str, object] = {
        "recipient": recipient,
        "message": {"headers": {"message-id": f"{sent}.{rng.getrandbits(64):016X}@post.aurinkolahti.example", "subject": subject}},
        "user-variables": {"kind": kind},
    }
    story = [("accepted", sent, common)]
    if chance(rng, 0.02) and not person.thorough:
        return [*story, ("failed", _soon(rng, person, sent, 60), common | {"severity": "permanent", "reason": "bounce"})]
    story.append(("delivered", _soon(rng, person, sent, 60), common))
    if has(rng, person, 0.45):
        address = ip_address(rng)
        opened = _soon(rng, person, sent + 60, DAY)
        story.append(("opened", opened, common | {"ip": address}))
        if has(rng, person, 0.3):
            story.append(
                (
                    "clicked",
                    _soon(rng, person, opened, 120),
                    common | {"ip": address, "url": f"https://www.aurinkolahti.example{rng.choice(texts.PAGES)}"},
                )
            )
    if chance(rng, 0.01):
        story.append(("unsubscribed", _soon(rng, person, sent + 60, DAY), common))
    return story


def _soon(rng: random.Random, person: Person, start: int, most: int) -> int:
    return start if person.edge else later(rng, start, most)
