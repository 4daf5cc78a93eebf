"""The page on which the bundle of a request is made, at once: it loads itself anew until the bundle is there, by no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.desk.launches import FAILED, UNDER_WAY
from pipelines.desk.page import back_to
from pipelines.desk.requests_steps import step_forms
from resources.errors import AnsvarError
from resources.ledger.bundles import BundleLedger

if TYPE_CHECKING:
    from starlette.responses import Response

    from pipelines.desk.page import Desk, Visit
    from resources.ledger import Request

_SECONDS = "2"


def export(desk: Desk, visit: Visit, request: Request) -> Response:
    """Begin to make the bundle; tell how that stands, and where the bundle is once it is made."""
    if visit.form:
        if not step_forms(desk.entrance.register, request).export:
            return back_to(f"/requests/{request.id}")
        desk.entrance.record(visit.user, "export.asked", request.id)
        try:
            desk.launches.export(visit.user, request.id)
        except AnsvarError as error:
            return desk.render(visit, "request_export.html", 503, request=request, state=FAILED, made=False, still=True, error=str(error))
        return back_to(f"/requests/{request.id}/export")
    state = desk.launches.of_export(request.id)
    still = bool(visit.query.get("still"))
    answer = desk.render(visit, "request_export.html", request=request, state=state, made=_is_made(desk, request), still=still)
    if state == UNDER_WAY and not still:
        answer.headers["Refresh"] = _SECONDS
    return answer


def _is_made(desk: Desk, request: Request) -> bool:
    try:
        BundleLedger(desk.entrance.register.ledger).bundle(request.id)
    except AnsvarError:
        return False
    return True
