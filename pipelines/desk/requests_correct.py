"""The page on which a field of a record is corrected for the person: at once in the register, by a work order at the source."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from assets.retention.rectify import Wanted, can_be_corrected, rectify
from assets.rights.headings import headings_of
from assets.rights.whom import whom
from pipelines.desk.page import back_to
from pipelines.desk.requests_shared import open_look
from pipelines.desk.requests_steps import step_forms
from pipelines.desk.rooms import FaultError, told
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from starlette.responses import Response

    from assets.retention.rectify import Rectified
    from pipelines.desk.page import Desk, Visit
    from pipelines.desk.rooms import Told
    from resources.catalogue import Dataset
    from resources.ledger import Request

_LONGEST = {"value": 20_000, "proof": 2_000}
_correcting = Lock()
"""One corrects at a time in this process: the writer's lock of the warehouse keeps processes apart, not threads."""


def correct(desk: Desk, visit: Visit, request: Request) -> Response:
    """Say what is right in which field of a record that was looked at, and how that was shown; then who is to be told.

    The record, and the look within which it was found, stand in the address: without them the records are shown first.
    """
    register, table = desk.entrance.register, visit.query.get("table", "")
    dataset = next((each for each in register.catalogue.datasets if each.table == table), None)
    if not step_forms(register, request).correct:
        return back_to(f"/requests/{request.id}")
    if dataset is None or not visit.query.get("record") or not _is_looking(desk, visit, request):
        return back_to(f"/requests/{request.id}/held")
    if not visit.form:
        return _page(desk, visit, request, dataset)
    try:
        made = _correct(desk, visit, request, dataset)
    except AnsvarError as error:
        return _page(desk, visit, request, dataset, error=told(visit, error))
    return _page(desk, visit, request, dataset, made=made)


def link(request: Request, table: str, record: str, looking: tuple[str, str]) -> str:
    """The address of the page for a record, which was found within a look at a data subject, or at the request where there is none."""
    return f"/requests/{request.id}/correct?{urlencode({'look': looking[0], 'subject': looking[1], 'table': table, 'record': record})}"


def _is_looking(desk: Desk, visit: Visit, request: Request) -> bool:
    """Whether the address bears an open look of the visitor's at the person of the request."""
    subject = visit.query.get("subject", "")
    return open_look(desk, visit, "subject", subject) is not None if subject else open_look(desk, visit, "request", request.id) is not None


def _correct(desk: Desk, visit: Visit, request: Request, dataset: Dataset) -> Rectified:
    """Carry it out, unless a run is writing: an officer does not wait for the night's.

    Raises:
        AnsvarError: where something is missing, does not fit, or something else is being written.
    """
    register, form = desk.entrance.register, visit.form
    given = {each: form.get(each, "").strip() for each in _LONGEST}
    if form.get("field") not in can_be_corrected(dataset):
        raise FaultError("request_pick")
    if not given["proof"] or any(len(text) > _LONGEST[each] for each, text in given.items()):
        raise FaultError("request_reason_missing")
    with _correcting:
        if register.warehouse.is_being_written:
            raise FaultError("request_correct_busy")
        wanted = Wanted(dataset.id, form["field"], given["value"] or None, given["proof"], visit.query["record"])
        return rectify(register, request.id, wanted, visit.user.name, whom)


def _page(  # noqa: PLR0913 - what the page shows
    desk: Desk, visit: Visit, request: Request, dataset: Dataset, *, made: Rectified | None = None, error: Told | None = None
) -> Response:
    catalogue, language = desk.entrance.register.catalogue, visit.words.language
    headings = headings_of(dataset, language)
    return desk.render(
        visit,
        "request_correct.html",
        400 if error else 200,
        request=request,
        label=dataset.shape.label.in_language(language),
        fields=[(name, headings[name]) for name in can_be_corrected(dataset)],
        here=link(request, dataset.table, visit.query["record"], (visit.query["look"], visit.query.get("subject", ""))),
        made=made,
        recipients=[catalogue.notice.recipients[each].label.in_language(language) for each in (made.recipients if made else ())],
        given=visit.form,
        error=error,
    )
