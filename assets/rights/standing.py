"""How requests stand to their deadlines: in counts for those who run the register, and one by one for those who answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assets.rights.intake import put_aside
from resources.ledger.requests import RequestLedger
from resources.requests.life import UNCLEAR, timing

if TYPE_CHECKING:
    from resources.ledger import Request
    from resources.register import Register
    from resources.requests.life import Timing


@dataclass(frozen=True)
class Standing:
    """How many requests are open, by state; how many of them are overdue, soon due, or without a running clock; forms put aside."""

    states: dict[str, int] = field(default_factory=dict)
    overdue: int = 0
    due_soon: int = 0
    stopped: int = 0
    put_aside: int = 0

    @property
    def unclear(self) -> int:
        """How many requests wait for a person to say whom they mean."""
        return self.states.get(UNCLEAR, 0)

    def counts(self) -> dict[str, int]:
        """All of it, flat."""
        told = {"open": sum(self.states.values()), "overdue": self.overdue, "due soon": self.due_soon}
        return told | {"clock stopped": self.stopped, "forms put aside": self.put_aside} | dict(sorted(self.states.items()))


def timing_of(register: Register, request: Request) -> Timing:
    """By when a request must be answered, as the register counts it today."""
    catalogue = register.catalogue
    return timing(request, catalogue.requests, catalogue.notice.time_zone, register.clock.today())


def is_due_soon(register: Register, when: Timing) -> bool:
    """Whether a request is not overdue and near its deadline; one whose clock stands is counted as if it went on today."""
    today = register.clock.today()
    near = register.catalogue.requests.due_soon.last_day(today)
    return when.days_left is not None and when.days_left >= 0 and when.deadline <= near


def standing(register: Register) -> Standing:
    """How the open requests stand today."""
    requests = RequestLedger(register.ledger).open()
    times = [timing_of(register, each) for each in requests]
    return Standing(
        states=dict(Counter(each.state for each in requests)),
        overdue=sum(each.is_overdue for each in times),
        due_soon=sum(is_due_soon(register, each) for each in times),
        stopped=sum(each.stopped for each in times),
        put_aside=len(put_aside(register)),
    )
