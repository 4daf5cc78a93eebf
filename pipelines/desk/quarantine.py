"""The rooms of quarantine: what could not be read in, counted; a record itself once it is recorded who looks at it, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.quarantined import LOOK, Chosen, counts, look, record_of, records
from pipelines.desk.page import back_to
from pipelines.desk.requests_shared import open_look, page_number
from pipelines.desk.rooms import FaultError, NotThereError, need_published, reason, room, told
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from starlette.responses import Response

    from pipelines.desk.page import Desk, Visit

_A_PAGE = 50
_LONGEST = 500


@room
def quarantine(desk: Desk, visit: Visit) -> Response:
    """Counts by source, data set and reason; of one of them, the records by their opaque ids."""
    need_published(desk)
    register, number = desk.entrance.register, page_number(visit)
    named = {each.table: each for each in register.catalogue.datasets}
    language = visit.words.language
    of = {table: dataset.shape.label.in_language(language) for table, dataset in named.items()}
    sources = {table: register.catalogue.sources[dataset.source].shape.label.in_language(language) for table, dataset in named.items()}
    counted, chosen = counts(register), _chosen(visit)
    listed = records(register, chosen, _A_PAGE + 1, (number - 1) * _A_PAGE) if chosen else []
    return desk.render(
        visit,
        "quarantine.html",
        counted=counted,
        total=sum(row[-1] for row in counted),
        of=of,
        sources=sources,
        chosen=chosen,
        listed=listed[:_A_PAGE],
        number=number,
        more=len(listed) > _A_PAGE,
    )


@room
def quarantined(desk: Desk, visit: Visit) -> Response:
    """One record: first the reason of the look, then the record as its source gave it."""
    need_published(desk)
    register, thing = desk.entrance.register, visit.given["record"]
    try:
        found = record_of(register, thing)
    except AnsvarError:
        raise NotThereError("quarantine_no_record") from None
    begun, error = open_look(desk, visit, LOOK, thing), None
    if visit.form:
        try:
            return back_to(f"{visit.path}?look={look(register, thing, visit.user.name, reason(visit))}")
        except FaultError as wrong:
            error = told(visit, wrong)
    shown = found if begun else None
    label = next(
        (each.shape.label.in_language(visit.words.language) for each in register.catalogue.datasets if each.table == found.dataset), ""
    )
    return desk.render(
        visit, "quarantine_record.html", 400 if error else 200, thing=thing, shown=shown, label=label or found.dataset, error=error
    )


def _chosen(visit: Visit) -> Chosen | None:
    """Which records are asked for; None where only counts are."""
    asked = [visit.query.get(each, "")[:_LONGEST] or None for each in ("dataset", "field", "rule", "reason")]
    return Chosen(*asked) if asked[0] else None
