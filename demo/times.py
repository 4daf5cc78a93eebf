"""Instants of the demonstration's world, as epoch seconds, and the ways in which source systems write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from demo.world import LAST_DAY, RULES, ZONE, chance

if TYPE_CHECKING:
    import random

    from demo.world import Person

DAY = 86_400
_LATEST = int(datetime.combine(LAST_DAY, time(23), ZONE).timestamp())
_ON_EDGE = 0.02
_RECENT_DAYS = 60


def instant(day: date, at: time) -> int:
    """The instant of a local date and time of day."""
    return int(datetime.combine(day, at, ZONE).timestamp())


def past(rng: random.Random, person: Person, rule: str) -> int:
    """An anchor for a retention rule: on the edge of its period for the persons who stand there and for some others."""
    if person.edge is not None:
        return instant(person.edge.day(rule), person.edge.at)
    if person.recent:
        return _LATEST - rng.randrange(_RECENT_DAYS * DAY)
    if chance(rng, _ON_EDGE):
        day = RULES[rule].last_kept + timedelta(days=rng.randint(-1, 1))
        return instant(day, time(rng.randint(7, 21), rng.randrange(60), rng.randrange(60)))
    return _LATEST - rng.randrange(RULES[rule].span * DAY)


def past_day(rng: random.Random, person: Person, rule: str) -> date:
    """As `past`, for anchors that are dates."""
    return local_date(past(rng, person, rule))


def later(rng: random.Random, start: int, most: int) -> int:
    """An instant at most `most` seconds after another, and never after the last day."""
    return max(start, min(start + rng.randint(1, most), _LATEST))


def later_day(rng: random.Random, start: date, most: int) -> date:
    """A day at most `most` days after another, and never after the last day."""
    return max(start, min(start + timedelta(days=rng.randint(0, most)), LAST_DAY))


def between(rng: random.Random, start: date, end: date | None) -> date:
    """A day of a span; one that is still going on ends with the last day."""
    return start + timedelta(days=rng.randint(0, max(0, ((end or LAST_DAY) - start).days)))


def at_local_time(rng: random.Random, day: date) -> int:
    """An instant in the daytime of a local date."""
    return instant(day, time(rng.randint(7, 21), rng.randrange(60), rng.randrange(60)))


def local_date(epoch: int) -> date:
    """The date in Helsinki."""
    return datetime.fromtimestamp(epoch, ZONE).date()


def local(epoch: int) -> str:
    """`2026-10-13 09:30:00`, the time in Helsinki without saying so."""
    return datetime.fromtimestamp(epoch, ZONE).strftime("%Y-%m-%d %H:%M:%S")


def utc(epoch: int) -> str:
    """`2026-10-13T06:30:00Z`."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def with_offset(epoch: int) -> str:
    """`2026-10-13T09:30:00+03:00`."""
    return datetime.fromtimestamp(epoch, ZONE).isoformat()


def finnish(epoch: int) -> str:
    """`13.10.2026 09.30`, as spreadsheets in Finland write it."""
    return datetime.fromtimestamp(epoch, ZONE).strftime("%d.%m.%Y %H.%M")


def in_log(epoch: int) -> str:
    """`13/Oct/2026:09:30:00 +0300`, as web servers write it."""
    return datetime.fromtimestamp(epoch, ZONE).strftime("%d/%b/%Y:%H:%M:%S %z")
