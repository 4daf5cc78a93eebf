"""The page of one request: how it stands, what was done, and what may be done next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.rights.letters.render import FORMATS
from assets.rights.requests import kinds_to_find_by, related
from assets.rights.standing import is_due_soon, timing_of
from pipelines.desk.page import back_to
from pipelines.desk.requests_letters import fitting
from pipelines.desk.requests_shared import asked_for, identifier_kinds, look, open_look
from pipelines.desk.requests_steps import step_forms, take_step
from pipelines.desk.rooms import told
from resources.errors import AnsvarError
from resources.ledger.bundles import BundleLedger
from resources.ledger.erasures import DONE, ErasureLedger
from resources.ledger.requests import RequestLedger
from resources.requests.life import UNCLEAR
from resources.requests.vocabulary import words

if TYPE_CHECKING:
    from starlette.responses import Response

    from pipelines.desk.page import Desk, Visit
    from pipelines.desk.rooms import Told
    from resources.ledger import Request
    from resources.register import Register

LOOK = "request"
_WORDS = {
    "letter": "request_letter_",
    "answered": "request_answered_",
    "extended": "request_extended_",
    "refused": "request_refused_",
}
_ERASURES = {DONE: "done", UNCLEAR: "unclear"}
_UNDER_WAY = "under_way"
_SECONDS = "5"


def one(desk: Desk, visit: Visit, request: Request) -> Response:
    """A request; what the person gave only within a look, which is recorded with its reason first."""
    if not visit.form:
        return _page(desk, visit, request)
    at, do = f"/requests/{request.id}", visit.form.get("do", "")
    try:
        if do == "look":
            return back_to(f"{at}?look={look(desk, visit, LOOK, request.id)}#given")
        take_step(desk, visit, request, do)
    except AnsvarError as error:
        present = desk.entrance.register.ledger.request(request.id)
        return _page(desk, visit, present, told(visit, error), do)
    return back_to(f"{at}#state")


def _page(desk: Desk, visit: Visit, request: Request, error: Told | None = None, failed: str = "") -> Response:
    register = desk.entrance.register
    when = timing_of(register, request)
    forms = step_forms(register, request)
    looking = open_look(desk, visit, LOOK, request.id)
    steps = RequestLedger(register.ledger).steps(request.id)
    erasure = _erasure(register, request)
    answer = desk.render(
        visit,
        "request.html",
        400 if error else 200,
        request=request,
        asked=asked_for(desk, visit, request),
        article=words().kinds[request.kind].article,
        when=when,
        soon=is_due_soon(register, when),
        steps=[each | {"words": _detail(desk, visit, each)} for each in steps],
        related=related(register).get(request.id, ()) if visit.query.get("related") else None,
        forms=forms,
        methods={name: each.label.in_language(visit.words.language) for name, each in words().methods.items()},
        extensions={name: each.text.in_language(visit.words.language) for name, each in words().extensions.items()},
        refusals=[(name, words().refusals[name].text.in_language(visit.words.language)) for name in forms.refusals],
        erasure=erasure,
        letters=fitting(request),
        formats=FORMATS,
        bundle=_bundle(desk, request),
        making=desk.launches.of_export(request.id) if request.kind in words().by_bundle else None,
        looking=looking,
        kinds=identifier_kinds(desk, visit),
        findable=kinds_to_find_by(register),
        error=error,
        failed=failed,
        given=visit.form,
    )
    if erasure == _UNDER_WAY and not visit.form and not visit.query:
        answer.headers["Refresh"] = _SECONDS
    return answer


def _bundle(desk: Desk, request: Request) -> str | None:
    """Whether the bundle of a request waits or is delivered; None where there is none."""
    try:
        state: str = BundleLedger(desk.entrance.register.ledger).bundle(request.id)["state"]
    except AnsvarError:
        return None
    return state


def _erasure(register: Register, request: Request) -> str | None:
    """How the erasure of the person of a request stands; None where none was decided."""
    found = ErasureLedger(register.ledger).erasures(request=request.id)
    return _ERASURES.get(found[-1]["state"], _UNDER_WAY) if found else None


def _detail(desk: Desk, visit: Visit, step: dict[str, str]) -> str:
    """The word of a step in the visitor's language."""
    word, language = step["detail"], visit.words.language
    if not word:
        return ""
    purposes = desk.entrance.register.catalogue.notice.purposes
    if step["step"] == "verified" and word in words().methods:
        return words().methods[word].label.in_language(language)
    if step["step"] == "filed" and word in words().scopes:
        return words().scopes[word].label.in_language(language)
    if step["step"] == "filed" and word in purposes:
        return purposes[word].label.in_language(language)
    key = f"{_WORDS.get(step['step'], '')}{word}"
    return visit.words.text(key) if visit.words.has(key) else word
