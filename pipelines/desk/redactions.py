"""The room of redactions: the texts of an answer as they are held and as they go out, and what is decided on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.rights.redact import KINDS
from assets.rights.redaction.decide import decide
from assets.rights.redaction.review import SUSPECT, page_of
from assets.rights.wording import Wording
from pipelines.desk.bundles import kind_of
from pipelines.desk.page import back_to
from pipelines.desk.requests_shared import open_look, page_number
from pipelines.desk.rooms import FaultError, NotThereError, reason, room, told
from resources.errors import AnsvarError
from resources.ledger.redactions import KEEP, LOOK, TAKE_OUT, RedactionLedger
from resources.requests.vocabulary import words

if TYPE_CHECKING:
    from starlette.responses import Response

    from pipelines.desk.page import Desk, Visit
    from resources.ledger import Request

TEXTS_A_PAGE = 25
_MOST_PHRASES = 100


@room
def redactions(desk: Desk, visit: Visit) -> Response:
    """Ask for the reason of the look; then show the texts page by page, and take decisions on them."""
    register, request = desk.entrance.register, _request(desk, visit)
    look, error = open_look(desk, visit, LOOK, request.id), None
    if visit.form:
        try:
            if look is None:
                look = RedactionLedger(register.ledger).looked(request.id, visit.user.name, reason(visit), register.clock.now())
                return back_to(f"{visit.path}?look={look}")
            _decide(desk, visit, request)
            return back_to(f"{visit.path}?look={look}&page={page_number(visit)}")
        except AnsvarError as wrong:
            error = told(visit, wrong)
    shared = {"request": request, "kind": kind_of(visit, request.kind), "error": error}
    status = 400 if error else 200
    if look is None:
        return desk.render(visit, "redactions_reason.html", status, **shared)
    page = page_of(register, request.id, page_number(visit), visit.words.language, TEXTS_A_PAGE)
    rights = Wording(visit.words.language, register.catalogue.notice.time_zone)
    kinds = [(rights.text(f"what_{kind}"), page.found.taken[kind]) for kind in KINDS if page.found.taken[kind]]
    return desk.render(visit, "redactions.html", status, **shared, look=look, page=page, kinds=kinds, suspect=SUSPECT)


def _request(desk: Desk, visit: Visit) -> Request:
    try:
        request = desk.entrance.register.ledger.request(visit.given["request"])
    except AnsvarError:
        raise NotThereError("bundles_no_request") from None
    if request.kind not in words().by_bundle:
        raise NotThereError("bundles_no_request")
    return request


def _decide(desk: Desk, visit: Visit, request: Request) -> None:
    """Record what was decided: on the words of one place, on those that were typed, or to take a decision back.

    Raises:
        AnsvarError: where there is nothing to decide on, or it cannot be decided so.
    """
    register, form = desk.entrance.register, visit.form
    ledger, by = RedactionLedger(register.ledger), visit.user.name
    if "undo" in form:
        if form["undo"] not in {each.redaction for each in ledger.decisions(request.id)}:
            raise FaultError("redactions_no_decision")
        ledger.undo(form["undo"], by, register.clock.now())
        return
    for one, what in (("keep", KEEP), ("take_out", TAKE_OUT)):
        if one in form:
            decide(register, request.id, what, [form[one]], by)
            return
    do, phrases = form.get("do"), [line for line in form.get("words", "").splitlines() if line.strip()]
    if do not in (KEEP, TAKE_OUT):
        raise FaultError("rooms_nothing_to_do")
    if not any(letter.isalnum() for letter in "".join(phrases)) or len(phrases) > _MOST_PHRASES:
        raise FaultError("redactions_no_words")
    decide(register, request.id, do, phrases, by)
