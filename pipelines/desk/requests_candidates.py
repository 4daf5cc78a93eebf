"""The page on which somebody says whom an unclear request means: each look at one whom it may mean is recorded first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.identity.show import show
from assets.rights.requests import candidates as bearing
from assets.rights.requests import settle
from assets.rights.wording import Wording
from pipelines.desk.page import back_to
from pipelines.desk.requests_shared import LONGEST_REASON, REASON, identifier_kinds
from resources.errors import AnsvarError
from resources.requests.life import UNCLEAR

if TYPE_CHECKING:
    from starlette.responses import Response

    from assets.identity.show import Shown
    from pipelines.desk.page import Desk, Visit
    from resources.ledger import Request


def candidates(desk: Desk, visit: Visit, request: Request) -> Response:
    """Whom an unclear request may mean, by opaque ids; one of them as it is held, after a reason; and which of them it is."""
    if request.state != UNCLEAR:
        return back_to(f"/requests/{request.id}")
    register, form = desk.entrance.register, visit.form
    listed = bearing(register, request)
    if not form:
        return _page(desk, visit, request, listed)
    try:
        picked, reason = _picked(visit, listed)
        if form.get("do") == "settle":
            settle(register, request.id, picked, visit.user.name, reason)
            return back_to(f"/requests/{request.id}#state")
        return _page(desk, visit, request, listed, shown=show(register, picked, visit.user.name, reason))
    except AnsvarError as error:
        return _page(desk, visit, request, listed, error=str(error))


def _picked(visit: Visit, listed: tuple[str, ...]) -> tuple[str, str]:
    """Who was picked, and the reason.

    Raises:
        AnsvarError: where it is nobody of the list, or no reason is given.
    """
    picked, reason = visit.form.get("subject", ""), visit.form.get(REASON, "").strip()
    if picked not in listed:
        raise AnsvarError(visit.words.text("request_pick"))
    if not reason or len(reason) > LONGEST_REASON:
        raise AnsvarError(visit.words.text("request_reason_missing"))
    return picked, reason


def _page(  # noqa: PLR0913 - what the page shows
    desk: Desk, visit: Visit, request: Request, listed: tuple[str, ...], *, shown: Shown | None = None, error: str | None = None
) -> Response:
    catalogue, language = desk.entrance.register.catalogue, visit.words.language
    return desk.render(
        visit,
        "request_candidates.html",
        400 if error else 200,
        request=request,
        listed=listed,
        shown=shown,
        kinds=identifier_kinds(desk, visit),
        sources={name: source.shape.label.in_language(language) for name, source in catalogue.sources.items()},
        datasets={dataset.table: dataset for dataset in catalogue.datasets},
        wording=Wording(language, visit.words.zone),
        given=visit.form,
        error=error,
    )
