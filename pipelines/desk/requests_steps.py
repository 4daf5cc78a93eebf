"""The steps of a request that a form of its page takes, by the functions that the commands call; and which of them may follow now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assets.retention.rectify import KIND as RECTIFICATION
from assets.rights.ending import Said, answered_by_hand, check_answer_by_hand, check_refusal, refuse
from assets.rights.letters.compose import EXTENSION
from assets.rights.requests import identify, is_anonymous
from assets.rights.requests import start as started
from pipelines.desk.rooms import FaultError
from pipelines.letters import written
from resources.errors import AnsvarError
from resources.ledger.erasures import ErasureLedger
from resources.ledger.holds import LIFTING_LETTER, RESTRICTION, HoldLedger
from resources.ledger.objections import KINDS
from resources.ledger.requests import RequestLedger, Step
from resources.requests.life import ANSWERED, ENDED, UNCLEAR, check_extension, may_follow
from resources.requests.vocabulary import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.desk.page import Desk, Visit
    from resources.ledger import Request
    from resources.register import Register

    Take = Callable[[Desk, Visit, Request], object]

CARRIED_OUT = ("erasure", "restriction", "objection", "withdrawal")
_LONGEST_NOTE, _LONGEST_FINDING = 2_000, 20_000


@dataclass(frozen=True)
class StepForms:
    """What may be done about a request now; `refusals` are the grounds that fit.

    `correct` is for rectifications, `at_source` the answer to one that was made at its source alone, `finding` that to a complaint; `erase`
    is what an objection or a withdrawal that is followed left without a ground, and something kept back then; `tell` that the person
    must be told before a restriction is lifted.
    """

    ask: bool
    verify: bool
    start: bool
    extend: bool
    refusals: list[str]
    settle: bool
    identify: bool
    export: bool
    carry_out: bool
    erase: bool
    answered: bool
    at_source: bool
    finding: bool
    correct: bool
    close: bool
    tell: bool
    lift: bool

    @property
    def any(self) -> bool:
        """Whether there is anything to do."""
        return any(vars(self).values())


def step_forms(register: Register, request: Request) -> StepForms:
    """What may be done about a request now: what is not offered, the ledger would refuse."""
    is_open = request.state not in ENDED
    is_verified = request.verified_at is not None or words().kinds[request.kind].anyone
    erasing = bool(ErasureLedger(register.ledger).erasures(request=request.id))
    erases = register.catalogue.retention.own.erasures is not None
    in_force, told = request.kind == RESTRICTION and request.state == ANSWERED, False
    if in_force:
        done = [(each["step"], each["detail"]) for each in RequestLedger(register.ledger).steps(request.id)]
        in_force, told = "lifted" not in dict(done), ("letter", LIFTING_LETTER) in done
    can_carry_out = is_open and is_verified and request.state != UNCLEAR
    return StepForms(
        ask=may_follow(request, "asked"),
        verify=may_follow(request, "verified"),
        start=may_follow(request, "started") and not erasing,
        extend=not erasing and _passes(lambda: _check_extension(register, request)),
        refusals=_refusals(register, request) if may_follow(request, "refused") and not erasing else [],
        settle=request.state == UNCLEAR and not is_anonymous(request),
        identify=may_follow(request, "identified"),
        export=can_carry_out and request.kind in words().by_bundle,
        carry_out=can_carry_out and request.kind in CARRIED_OUT and not erasing and (request.kind != "erasure" or erases),
        erase=request.kind in KINDS and request.state == ANSWERED and not erasing and erases,
        answered=_passes(lambda: check_answer_by_hand(register, request, Said())),
        at_source=_passes(lambda: check_answer_by_hand(register, request, Said(at_source="said in the form"))),
        finding=_passes(lambda: check_answer_by_hand(register, request, Said(finding="said in the form"))),
        correct=can_carry_out and request.kind == RECTIFICATION,
        close=may_follow(request, "closed") and not erasing,
        tell=in_force and not told,
        lift=in_force and told,
    )


def take_step(desk: Desk, visit: Visit, request: Request, step: str) -> None:
    """Take a step of a request that a form names.

    Raises:
        AnsvarError: where there is none of that name, it cannot follow, or what it needs was not filled in.
    """
    take = _STEPS.get(step)
    if take is None:
        raise FaultError("request_no_step")
    take(desk, visit, request)


def _passes(check: Callable[[], object]) -> bool:
    try:
        check()
    except AnsvarError:
        return False
    return True


def _check_extension(register: Register, request: Request) -> None:
    catalogue = register.catalogue
    check_extension(request, catalogue.requests, catalogue.notice.time_zone, register.clock.today())


def _refusals(register: Register, request: Request) -> list[str]:
    return [name for name in words().refusals if _passes(lambda name=name: check_refusal(register, request, name))]  # type: ignore[misc] # bound now


def _step(desk: Desk, visit: Visit, request: Request, step: str, detail: str | None = None, note: str | None = None) -> None:  # noqa: PLR0913, PLR0917 - what a step has
    register = desk.entrance.register
    RequestLedger(register.ledger).step(request.id, Step(step, visit.user.name, register.clock.now(), detail, note))


def _chosen(visit: Visit, name: str, known: object) -> str:
    """What was picked in a form.

    Raises:
        AnsvarError: where it is none of what can be.
    """
    picked = visit.form.get(name, "")
    if not isinstance(known, (dict, list)) or picked not in known:
        raise FaultError("request_pick")
    return picked


def _note(visit: Visit, *, needed: bool, longest: int = _LONGEST_NOTE) -> str | None:
    written_down = visit.form.get("note", "").strip()
    if (needed and not written_down) or len(written_down) > longest:
        raise FaultError("request_reason_missing")
    return written_down or None


def _ask(desk: Desk, visit: Visit, request: Request) -> None:
    _step(desk, visit, request, "asked")


def _verify(desk: Desk, visit: Visit, request: Request) -> None:
    _step(desk, visit, request, "verified", _chosen(visit, "how", words().methods))


def _identify(desk: Desk, visit: Visit, request: Request) -> None:
    kind, value = visit.form.get("kind", ""), visit.form.get("value", "").strip()
    if not value or len(value) > _LONGEST_NOTE:
        raise FaultError("request_fault_identifiers")
    identify(desk.entrance.register, request.id, [(kind, value)], visit.user.name)


def _start(desk: Desk, visit: Visit, request: Request) -> None:
    started(desk.entrance.register, request.id, visit.user.name)


def _extend(desk: Desk, visit: Visit, request: Request) -> None:
    """Extend the time; the notice that the person must get is composed first, so that none is extended that cannot be told."""
    register, ground = desk.entrance.register, _chosen(visit, "ground", words().extensions)
    _check_extension(register, request)
    written(register, replace(request, extended_at=register.clock.now()), EXTENSION, "txt", ground)
    _step(desk, visit, request, "extended", ground)


def _refuse(desk: Desk, visit: Visit, request: Request) -> None:
    ground, note = _chosen(visit, "ground", words().refusals), _note(visit, needed=False)
    refuse(desk.entrance.register, request.id, ground, visit.user.name, note)


def _answered(desk: Desk, visit: Visit, request: Request) -> None:
    answered_by_hand(desk.entrance.register, request.id, visit.user.name, Said())


def _at_source(desk: Desk, visit: Visit, request: Request) -> None:
    answered_by_hand(desk.entrance.register, request.id, visit.user.name, Said(at_source=_note(visit, needed=True)))


def _finding(desk: Desk, visit: Visit, request: Request) -> None:
    found = _note(visit, needed=True, longest=_LONGEST_FINDING)
    answered_by_hand(desk.entrance.register, request.id, visit.user.name, Said(finding=found))


def _close(desk: Desk, visit: Visit, request: Request) -> None:
    _step(desk, visit, request, "closed", note=_note(visit, needed=True))


def _lift(desk: Desk, visit: Visit, request: Request) -> None:
    register = desk.entrance.register
    HoldLedger(register.ledger).lift(request.id, visit.user.name, register.clock.now())


_STEPS: dict[str, Take] = {
    "ask": _ask,
    "verify": _verify,
    "identify": _identify,
    "start": _start,
    "extend": _extend,
    "refuse": _refuse,
    "answered": _answered,
    "at_source": _at_source,
    "finding": _finding,
    "close": _close,
    "lift": _lift,
}
