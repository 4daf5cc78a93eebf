"""The life of a request: which step may follow which, and by when there must be an answer. Pure: nothing is read or written here.

received → (verifying) → verified → in_progress → answered | refused | closed; `unclear` where the identifiers do not tell who the person
is; `erased` once the person was erased and is still to be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.calendar import deadline
from resources.clock import local_date
from resources.errors import AnsvarError
from resources.requests.vocabulary import words

if TYPE_CHECKING:
    import datetime as dt

    from resources.catalogue.request_shapes import RequestsShape
    from resources.ledger.requests import Request

RECEIVED, VERIFYING, VERIFIED, IN_PROGRESS, UNCLEAR, ERASED = "received", "verifying", "verified", "in_progress", "unclear", "erased"
ANSWERED, REFUSED, CLOSED = "answered", "refused", "closed"
ENDED = (ANSWERED, REFUSED, CLOSED)
STATES = (RECEIVED, VERIFYING, VERIFIED, IN_PROGRESS, UNCLEAR, ERASED, *ENDED)
_WORKED_ON = (RECEIVED, VERIFYING, VERIFIED, IN_PROGRESS, UNCLEAR)
# Each step, the states that it may follow, and the state that it leads to; None where `_state_after` tells.
STEPS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "asked": ((RECEIVED, UNCLEAR), None),
    "verified": ((RECEIVED, VERIFYING, UNCLEAR), None),
    "started": ((VERIFIED,), IN_PROGRESS),
    "extended": (_WORKED_ON, None),
    "unclear": ((RECEIVED, VERIFYING, VERIFIED, IN_PROGRESS), UNCLEAR),
    "settled": ((UNCLEAR,), None),
    "identified": ((UNCLEAR,), None),
    "erased": ((VERIFIED, IN_PROGRESS, UNCLEAR), ERASED),
    "answered": ((*_WORKED_ON, ERASED), ANSWERED),
    "refused": (_WORKED_ON, REFUSED),
    "closed": (_WORKED_ON, CLOSED),
}
_MONTH, _EXTENDED = 1, 3


@dataclass(frozen=True)
class Timing:
    """By when a request must be answered.

    Attributes:
        deadline: the last local date; while the clock stands, what it would be if it went on today.
        stopped: whether the clock stands, for the person has not shown who asks.
        days_left: how many days are left, below 0 once it is over; None for a request that has ended.
    """

    deadline: dt.date
    stopped: bool
    days_left: int | None

    @property
    def is_overdue(self) -> bool:
        """Whether the last day is over and there is no answer."""
        return self.days_left is not None and self.days_left < 0 and not self.stopped


def after(request: Request, step: str) -> str:
    """The state of a request after a step.

    Raises:
        AnsvarError: where the step cannot follow.
    """
    before, state = STEPS[step]
    if step == "started" and words().kinds[request.kind].anyone:
        before = (RECEIVED, VERIFYING, VERIFIED)  # nobody has to show who asks
    if request.state not in before:
        reason = f"it is {request.state.replace('_', ' ')}, and that follows only {_listed(before)}"
        raise AnsvarError(f"The request cannot be {_DONE.get(step, step)}: {reason}. `ansvar request show` tells what was done.")
    _check(request, step)
    return state or _state_after(request, step)


def may_follow(request: Request, step: str) -> bool:
    """Whether a step can follow."""
    try:
        after(request, step)
    except AnsvarError:
        return False
    return True


_WITHOUT_EXTENSION = (
    "Art. 12(3) GDPR is of requests under Art. 15 to 22 alone, and an objection to marketing is followed at once (Art. 21(3)); carry "
    "it out, or answer it"
)
_DONE = {"asked": "asked to show identity", "verified": "verified", "started": "started on"}


def _check(request: Request, step: str) -> None:
    """What a step needs beside the state that it follows."""
    if step == "asked" and request.asked_at is not None:
        raise AnsvarError("The person was asked already to show who asks.")
    if step == "verified" and request.verified_at is not None:
        raise AnsvarError("The identity of who asks was verified already.")
    if step == "extended" and request.extended_at is not None:
        raise AnsvarError("The time for answering was extended already: the law allows that once (GDPR Art. 12(3)).")
    if step == "extended" and not any(each.is_of(request.kind, request.scope) for each in words().extensions.values()):
        raise AnsvarError(f"The time for answering {_named(request)} cannot be extended: {_WITHOUT_EXTENSION}.")
    needs_identity = request.state != ERASED and not words().kinds[request.kind].anyone
    if step == "answered" and request.verified_at is None and needs_identity:
        raise AnsvarError("The identity of who asks was not verified: `ansvar request verify` records that it was, and how.")


def _state_after(request: Request, step: str) -> str:
    is_told = step in ("settled", "identified")
    if step == "extended" or (request.state == UNCLEAR and not is_told):
        return request.state
    if step == "verified" or (is_told and request.verified_at is not None):
        return VERIFIED
    return VERIFYING if step == "asked" or request.asked_at is not None else RECEIVED


def timing(request: Request, settings: RequestsShape, zone: str, today: dt.date) -> Timing:
    """By when a request must be answered: GDPR Art. 12(3).

    A calendar month from receipt, or three where it was extended, moved by the days on which the clock stood: from the day on which the
    person was asked who asks, to the day on which that was shown (EDPB Guidelines 01/2022, section 5.3). It stands only if the register
    says so, and only if the person was asked without undue delay: within `asked_within` of receipt.

    Args:
        request: the request.
        settings: what the register says of requests.
        zone: the register's time zone.
        today: the local date.
    """
    received = local_date(request.received_at, zone)
    days, stopped = _stood(request, settings, zone, today)
    last = deadline(received, _MONTH if request.extended_at is None else _EXTENDED, days)
    return Timing(last, stopped, None if request.state in ENDED else (last - today).days)


def _stood(request: Request, settings: RequestsShape, zone: str, today: dt.date) -> tuple[int, bool]:
    """On how many days the clock stood, and whether it stands now."""
    if settings.clock_stops != "identity" or request.asked_at is None:
        return 0, False
    asked = local_date(request.asked_at, zone)
    if asked > settings.asked_within.last_day(local_date(request.received_at, zone)):
        return 0, False
    shown = request.verified_at or request.ended_at
    until = local_date(shown, zone) if shown is not None else today
    return max(0, (until - asked).days), shown is None


def check_extension(request: Request, settings: RequestsShape, zone: str, today: dt.date) -> None:
    """That the time for answering can still be extended today.

    Raises:
        AnsvarError: where the deadline has passed, or the request is not one to be extended.
    """
    after(request, "extended")
    if timing(request, settings, zone, today).is_overdue:
        raise AnsvarError("The deadline has passed: the time for answering can be extended only before it (GDPR Art. 12(3)).")


def check_ground(request: Request, ground: str) -> None:
    """That a ground of refusal is one for what was asked.

    Raises:
        AnsvarError: where it is not.
    """
    if ground not in words().refusals:
        raise AnsvarError(f"A refusal needs its ground, one of {_listed(tuple(words().refusals))}.")
    shape = words().refusals[ground]
    if shape.kinds and request.kind not in shape.kinds:
        raise AnsvarError(f"'{ground}' is no ground to refuse a request of {request.kind}: it is one of {_listed(tuple(shape.kinds))}.")
    if request.scope in shape.not_scopes:
        raise AnsvarError(
            f"'{ground}' is no ground to refuse an objection to {request.scope}: it is always granted (GDPR Art. 21(2) and (3)). "
            f"`ansvar request carry-out {request.id} --by NAME` follows it."
        )
    if shape.after_asking and request.asked_at is None:
        raise AnsvarError(
            f"'{ground}' is no ground before the person was asked to show who asks: `ansvar request ask {request.id} --by NAME` records "
            "that, and `ansvar request letter --kind identity` writes the letter."
        )


def _named(request: Request) -> str:
    return f"an {request.kind} to {request.scope.replace('_', ' ')}" if request.scope else f"a {request.kind}"


def _listed(names: tuple[str, ...]) -> str:
    *first, last = [each.replace("_", " ") for each in names]
    return f"{', '.join(first)} or {last}" if first else last
