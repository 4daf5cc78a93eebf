"""The page on which a restriction, an objection, a withdrawal of consent or an erasure is carried out, after what it does was shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assets.identity.objected import ended_by
from assets.outreach.follow import follow, restrict, scopes_to_follow
from assets.retention.answer import ground_in_words
from assets.retention.erase import decide, preview
from assets.retention.grounds import UNLAWFUL, Choices
from assets.retention.rectify import told
from assets.rights.whom import whom
from pipelines.desk.page import back_to
from pipelines.desk.requests_shared import asked_for
from pipelines.desk.requests_steps import step_forms
from pipelines.desk.rooms import FaultError
from pipelines.desk.rooms import told as in_words
from resources.errors import AnsvarError
from resources.ledger.objections import KINDS
from resources.requests.life import ANSWERED
from resources.requests.vocabulary import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from assets.retention.erase import Preview
    from pipelines.desk.page import Desk, Visit
    from pipelines.desk.rooms import Told
    from resources.ledger import Request
    from resources.register import Register


@dataclass(frozen=True)
class _Foreseen:
    """What carrying out a request would do: purposes that end; who is to be told; of an erasure what goes and stays."""

    purposes: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    erasure: Preview | None = None

    def must_wait(self, request: Request) -> bool:
        """Whether there is nothing that could be done now: all of it is an erasure that something keeps back, or of nothing."""
        if self.erasure is None or not (request.kind == "erasure" or request.state == ANSWERED):
            return False
        return self.erasure.kept_back > 0 or (request.state == ANSWERED and not self.erasure.takes)


def carry_out(desk: Desk, visit: Visit, request: Request) -> Response:
    """Show what would be done, in counts; do it once it is confirmed."""
    register = desk.entrance.register
    forms = step_forms(register, request)
    if not (forms.carry_out or forms.erase):
        return back_to(f"/requests/{request.id}")
    try:
        foreseen = _foreseen(register, request, _choices(register, visit))
        if not visit.form:
            return _page(desk, visit, request, foreseen)
        if foreseen.must_wait(request):
            return _page(desk, visit, request, foreseen, 409)
        (_erase if forms.erase else _WAYS[request.kind])(desk, visit, request)
    except AnsvarError as error:
        return _page(desk, visit, register.ledger.request(request.id), None, 409, in_words(visit, error))
    return back_to(f"/requests/{request.id}#state")


def _choices(register: Register, visit: Visit) -> Choices:
    """What was chosen for the data sets of an erasure; of one without a choice what is proposed holds."""
    chosen = {each.table: visit.form.get(f"choice-{each.table}", "") for each in register.catalogue.datasets}
    unlawful = frozenset(table for table, choice in chosen.items() if choice == UNLAWFUL)
    return Choices(unlawful, {table: choice for table, choice in chosen.items() if choice not in ("", UNLAWFUL)})


def _foreseen(register: Register, request: Request, choices: Choices) -> _Foreseen:
    purposes: list[str] = []
    if request.kind in KINDS and request.state != ANSWERED:
        scopes_to_follow(register, request)
        purposes = ended_by(register.catalogue, request)
    if request.kind != "restriction" and register.catalogue.retention.own.erasures is not None:
        found = preview(register, request.id, whom, choices=choices)
        return _Foreseen(purposes, [*found.recipients], found)
    with register.warehouse.reading() as engine:
        meant = whom(engine, register, request)
        return _Foreseen(purposes, told(engine, register, meant) if request.kind == "restriction" else [])


def _restrict(desk: Desk, visit: Visit, request: Request) -> None:
    ground = visit.form.get("ground", "")
    if ground not in words().restrictions:
        raise FaultError("request_pick")
    restrict(desk.entrance.register, request.id, visit.user.name, ground)
    _publish(desk, visit)


def _follow(desk: Desk, visit: Visit, request: Request) -> None:
    """Follow an objection; what no other ground is left for goes with it, unless something keeps it for now."""
    register = desk.entrance.register
    follow(register, request.id, visit.user.name, whom)
    _publish(desk, visit)
    if register.catalogue.retention.own.erasures is not None:
        choices = _choices(register, visit)
        found = preview(register, request.id, whom, choices=choices)
        if (found.takes or choices.keep) and not found.kept_back:
            _erase(desk, visit, request)


def _erase(desk: Desk, visit: Visit, request: Request) -> None:
    register = desk.entrance.register
    decide(register, request.id, visit.user.name, whom, choices=_choices(register, visit))
    desk.launches.erasures(visit.user)


def _publish(desk: Desk, visit: Visit) -> None:
    """Who may be written to is worked out anew, without waiting for the night."""
    if desk.entrance.register.catalogue.outreach is not None:
        desk.launches.outreach(visit.user)


_WAYS: dict[str, Callable[[Desk, Visit, Request], None]] = {
    "restriction": _restrict,
    "objection": _follow,
    "withdrawal": _follow,
    "erasure": _erase,
}


def _page(  # noqa: PLR0913, PLR0917 - what the page shows
    desk: Desk, visit: Visit, request: Request, foreseen: _Foreseen | None, status: int = 200, error: Told | None = None
) -> Response:
    catalogue, language = desk.entrance.register.catalogue, visit.words.language
    return desk.render(
        visit,
        "request_carry_out.html",
        status,
        request=request,
        asked=asked_for(desk, visit, request),
        foreseen=foreseen,
        purposes={name: each.label.in_language(language) for name, each in catalogue.notice.purposes.items()},
        datasets={dataset.table: dataset.shape.label.in_language(language) for dataset in catalogue.datasets},
        ground=lambda name: ground_in_words(name, language),
        recipients={name: each.label.in_language(language) for name, each in catalogue.notice.recipients.items()},
        restrictions={name: each.text.in_language(language) for name, each in words().restrictions.items()},
        error=error,
    )
