"""The page of what is held of the person of a request: counts at once, records only within a look."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from assets.retention.rectify import can_be_corrected
from assets.rights.headings import headings_of
from assets.rights.held import counted, record_page
from assets.rights.report import cell
from assets.rights.wording import Wording
from pipelines.desk.page import back_to
from pipelines.desk.requests_correct import link
from pipelines.desk.requests_shared import look, open_look, page_number
from pipelines.desk.requests_steps import step_forms
from pipelines.desk.rooms import told
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from starlette.responses import Response

    from assets.rights.held import Counted, RecordPage
    from pipelines.desk.page import Desk, Visit
    from pipelines.desk.rooms import Told
    from resources.ledger import Request

A_PAGE = 20


def held(desk: Desk, visit: Visit, request: Request) -> Response:
    """How much is held by data set; what is held, after a reason was given, as the person is shown it."""
    try:
        found = counted(desk.entrance.register, request)
    except AnsvarError as error:
        return _page(desk, visit, request, status=409, reason=str(error))
    thing = ("subject", found.subject) if found.subject else ("request", request.id)
    if visit.form:
        try:
            begun = look(desk, visit, *thing)
        except AnsvarError as error:
            return _page(desk, visit, request, found, status=400, error=told(visit, error))
        return back_to(_link(request, begun, visit.form.get("table", "")))
    looking, table = open_look(desk, visit, *thing), visit.query.get("table", "")
    if looking is None:
        desk.entrance.record(visit.user, "request.counted", request.id)
    if looking is None or table not in {dataset.table for dataset, _ in found.tables}:
        return _page(desk, visit, request, found, looking=looking)
    return _records(desk, visit, request, found, (looking, table))


def _link(request: Request, looking: str, table: str, page: int = 1) -> str:
    return f"/requests/{request.id}/held?{urlencode({'look': looking, 'table': table, 'page': page})}"


def _records(desk: Desk, visit: Visit, request: Request, found: Counted, at: tuple[str, str]) -> Response:
    shown = record_page(desk.entrance.register, request, at[1], page_number(visit), A_PAGE)
    turns = {name: _link(request, *at, shown.number + step) for name, step in (("before", -1), ("after", 1))}
    return _page(desk, visit, request, found, looking=at[0], shown=shown, turns=turns)


def _page(  # noqa: PLR0913 - what the page shows
    desk: Desk,
    visit: Visit,
    request: Request,
    found: Counted | None = None,
    *,
    status: int = 200,
    reason: str | None = None,
    error: Told | None = None,
    looking: str | None = None,
    shown: RecordPage | None = None,
    turns: dict[str, str] | None = None,
) -> Response:
    language = visit.words.language
    sources = desk.entrance.register.catalogue.sources
    counts = [
        (
            *(dataset.table, dataset.shape.label.in_language(language), sources[dataset.source].shape.label.in_language(language)),
            *(number, _link(request, looking, dataset.table) if looking else None),
        )
        for dataset, number in (found.tables if found else ())
    ]
    headings, rows = _written(visit, shown) if shown else ([], [])
    corrects = [""] * len(rows)
    if shown and looking and found and step_forms(desk.entrance.register, request).correct and can_be_corrected(shown.dataset):
        at = (looking, found.subject or "")
        corrects = [link(request, shown.dataset.table, row.record, at) if row.is_main else "" for row in shown.rows]
    return desk.render(
        visit,
        "request_held.html",
        status,
        request=request,
        found=found,
        counts=counts,
        reason=reason,
        error=error,
        looking=looking,
        shown=shown,
        label=shown.dataset.shape.label.in_language(language) if shown else "",
        headings=headings,
        rows=[*zip(rows, corrects, strict=True)],
        corrects=any(corrects),
        turns=turns,
    )


def _written(visit: Visit, shown: RecordPage) -> tuple[list[str], list[list[object]]]:
    """The headings and cells of the fields that the person is told of and that are filled in some record of the page."""
    fields = [name for name, field in shown.dataset.fields.items() if field.is_personal or field.shape.label is not None]
    filled = [name for name in fields if any(row.values.get(name) is not None or name in row.withheld for row in shown.rows)]
    headings = headings_of(shown.dataset, visit.words.language)
    wording = Wording(visit.words.language, visit.words.zone)
    return [headings[name] for name in filled], [[cell(wording, shown.dataset, row, name) for name in filled] for row in shown.rows]
