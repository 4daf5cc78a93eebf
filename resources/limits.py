"""For how long something is kept: a calendar period, while a relation holds, the longest or shortest of several, and what the law demands.

A limit is what a retention rule comes to once its names are resolved. Its SQL is made in `resources.warehouse.last_days`, its words in
`resources.spoken`; which data it applies to is decided elsewhere. A last day of None is one that is not known yet: until then all is kept.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from resources.calendar import Period

Start = Literal["anchor", "end_of_year", "end_of_accounting_year"]
"""What a calendar period runs from: the anchor itself, the end of its calendar year, or of the year in which its financial year ended."""
DECEMBER = 12
_HALF_A_YEAR = 183


@dataclass(frozen=True)
class Calendar:
    """A calendar period from a start; `closes` is the month (1–12) with whose end the financial year ends."""

    period: Period
    start: Start = "anchor"
    closes: int = DECEMBER

    def last_day(self, anchor: dt.date | None, ended: Mapping[str, dt.date | None]) -> dt.date | None:  # noqa: ARG002 - as all limits
        """The last local date on which a record with this anchor is kept."""
        return None if anchor is None else self.period.last_day(self.start_of(anchor))

    def start_of(self, anchor: dt.date) -> dt.date:
        """The local date that the period runs from."""
        if self.start == "anchor":
            return anchor
        later = self.start == "end_of_accounting_year" and anchor.month > self.closes
        return dt.date(anchor.year + later, DECEMBER, 31)

    @property
    def parts(self) -> tuple[Limit, ...]:
        """It is made of nothing else."""
        return ()

    @property
    def nominal_days(self) -> float:
        """About how many days it is: to put limits in order, never to count one."""
        return self.period.nominal_days + (0 if self.start == "anchor" else _HALF_A_YEAR)

    def __str__(self) -> str:
        """As `P6Y`, or `P6Y from end_of_year`."""
        month = f" (month {self.closes})" if self.start == "end_of_accounting_year" and self.closes != DECEMBER else ""
        return str(self.period) + ("" if self.start == "anchor" else f" from {self.start}{month}")


@dataclass(frozen=True)
class Event:
    """While a relation holds, and a period of grace after it; `label` says in each language what holds, to be read after `while`.

    Of a record of which the relation says nothing, the grace runs from the anchor.
    """

    relation: str
    grace: Period
    label: Mapping[str, str] = field(compare=False)

    def last_day(self, anchor: dt.date | None, ended: Mapping[str, dt.date | None]) -> dt.date | None:
        """The last local date of the grace; `ended` has the date on which each relation ended, None while it holds."""
        start = ended.get(self.relation, anchor)
        return None if start is None else self.grace.last_day(start)

    @property
    def parts(self) -> tuple[Limit, ...]:
        """It is made of nothing else."""
        return ()

    @property
    def nominal_days(self) -> float:
        """About how many days the grace is."""
        return self.grace.nominal_days

    def __str__(self) -> str:
        """As `while customer_contact then P1Y`."""
        return f"while {self.relation} then {self.grace}"


@dataclass(frozen=True)
class Longest:
    """The one of several that ends last: one whose end is not known yet keeps the record."""

    parts: tuple[Limit, ...]

    def last_day(self, anchor: dt.date | None, ended: Mapping[str, dt.date | None]) -> dt.date | None:
        """The latest of the last days; None where one of them is not known."""
        days = [part.last_day(anchor, ended) for part in self.parts]
        known = [day for day in days if day is not None]
        return max(known) if len(known) == len(days) else None

    @property
    def nominal_days(self) -> float:
        """About how many days the longest is."""
        return max(part.nominal_days for part in self.parts)

    def __str__(self) -> str:
        """As `longest(P3M; P7M)`."""
        return f"longest({'; '.join(map(str, self.parts))})"


@dataclass(frozen=True)
class Shortest:
    """The one of several that ends first, of those whose end is known."""

    parts: tuple[Limit, ...]

    def last_day(self, anchor: dt.date | None, ended: Mapping[str, dt.date | None]) -> dt.date | None:
        """The earliest of the last days; None where none is known."""
        return min((day for part in self.parts if (day := part.last_day(anchor, ended)) is not None), default=None)

    @property
    def nominal_days(self) -> float:
        """About how many days the shortest is."""
        return min(part.nominal_days for part in self.parts)

    def __str__(self) -> str:
        """As `shortest(P3M; P7M)`."""
        return f"shortest({'; '.join(map(str, self.parts))})"


@dataclass(frozen=True)
class ByLaw:
    """What one wishes, and what the law demands at the least: the law wins where it is longer."""

    wish: Limit
    law: tuple[Calendar, ...]

    def last_day(self, anchor: dt.date | None, ended: Mapping[str, dt.date | None]) -> dt.date | None:
        """The latest of the wish's last day and the law's; None where the wish's is not known."""
        wished = self.wish.last_day(anchor, ended)
        if wished is None:
            return None
        return max([wished, *(day for each in self.law if (day := each.last_day(anchor, ended)) is not None)])

    @property
    def parts(self) -> tuple[Limit, ...]:
        """The wish and the law's periods."""
        return (self.wish, *self.law)

    @property
    def nominal_days(self) -> float:
        """About how many days the longest of them is."""
        return max(part.nominal_days for part in self.parts)

    def __str__(self) -> str:
        """As `P1Y at least P6Y from end_of_year`."""
        return f"{self.wish} at least {' and '.join(map(str, self.law))}"


Limit: TypeAlias = Calendar | Event | Longest | Shortest | ByLaw


def every(limit: Limit) -> Iterator[Limit]:
    """A limit and all that it is made of."""
    yield limit
    for part in limit.parts:
        yield from every(part)


def relations_of(limit: Limit) -> list[str]:
    """The relations that a limit asks about, each once."""
    return list(dict.fromkeys(each.relation for each in every(limit) if isinstance(each, Event)))


def laws_of(limit: Limit) -> tuple[Calendar, ...]:
    """The statutory minima anywhere in a limit."""
    return tuple(dict.fromkeys(law for each in every(limit) if isinstance(each, ByLaw) for law in each.law))
