"""Web analytics: pages opened, and uses of the web service, by cookie and, once logged in, by user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo import texts
from demo.identifiers import cookie
from demo.sources.lines import document, write_lines
from demo.sources.web import REFERRERS
from demo.times import later, local_date, past
from demo.world import chance, has

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping
    from pathlib import Path

    from demo.truth import Truth
    from demo.world import Chunk, Person

_VIEWS = "analytics.page_views"
_USES = "analytics.service_events"
_BROWSERS = ("Firefox", "Chrome", "Safari", "Edge")
_FUNCTIONS = ("tuotanto/päivä", "tuotanto/kuukausi", "laskut/lataa", "asetukset/tallenna", "vikailmoitus/lähetä")
_STRANGERS = 0.1


class _Events:
    """A chunk's events, numbered in the order of their making."""

    def __init__(self, chunk: Chunk, truth: Truth) -> None:
        self.chunk = chunk
        self.rng = chunk.rng("analytics")
        self.truth = truth
        self.lines: list[str] = []

    def add(self, dataset: str, person: Person | None, at: int, event: Mapping[str, object]) -> None:
        key = f"e{self.chunk.index + 1:03d}-{len(self.lines) + 1:07d}"
        milliseconds = at * 1000 + self.rng.randrange(1000)
        line = document({"id": key, "type": "page_view" if dataset == _VIEWS else "service_use", "at": milliseconds, **event})
        self.lines.append(line)
        self.truth.record(dataset, key, person, local_date(at))
        if chance(self.rng, 0.003):
            self.lines.append(line)
            self.truth.repeated(dataset)


def write(chunk: Chunk, folder: Path, truth: Truth) -> None:
    """Write a chunk's events."""
    events = _Events(chunk, truth)
    for person in chunk.persons:
        for each in person.cookies:
            _visit(events, person, each)
    for _ in range(int(len(chunk.persons) * _STRANGERS)):
        mark = cookie(events.rng)
        stranger = chunk.persons[-1]
        for _ in range(events.rng.randint(1, 3)):
            events.add(_VIEWS, None, past(events.rng, stranger, "analytics"), _view(events.rng, mark, None))
    write_lines(folder / chunk.file("events", "ndjson"), events.lines)


def _visit(events: _Events, person: Person, mark: str) -> None:
    """Pages opened before logging in name the cookie alone; those after it name the user, too."""
    rng = events.rng
    for _ in range(rng.randint(1, 4)):
        at = past(rng, person, "analytics")
        events.add(_VIEWS, person, at, _view(rng, mark, None))
        if person.user_id is None or not has(rng, person, 0.5):
            continue
        after = at if person.edge else later(rng, at, 900)
        events.add(_VIEWS, person, after, _view(rng, mark, person.user_id))
        use = {"cookie": mark if chance(rng, 0.8) else None, "user": person.user_id, "service": {"function": rng.choice(_FUNCTIONS)}}
        events.add(_USES, person, after, use)


def _view(rng: random.Random, mark: str, user_id: str | None) -> dict[str, object]:
    referrer, server = rng.choice(REFERRERS)
    return {
        "cookie": mark,
        "user": user_id,
        "page": {"path": rng.choice(texts.PAGES), "referrer": referrer, "server": server},
        "device": {"browser": rng.choice(_BROWSERS), "language": rng.choice(("fi-FI", "sv-FI", "en-GB"))},
    }
