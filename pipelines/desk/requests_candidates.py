"""The page on which somebody says whom an unclear request means: each look at one whom it may mean is recorded first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.identity.show import show
from assets.rights.headings import headings_of
from assets.rights.requests import candidates as bearing
from assets.rights.requests import settle
from assets.rights.wording import Wording
from pipelines.desk.page import back_to
from pipelines.desk.requests_shared import LONGEST_REASON, REASON, identifier_kinds
from pipelines.desk.rooms import FaultError, told
from resources.errors import AnsvarError
from resources.requests.life import UNCLEAR

if TYPE_CHECKING:
    from starlette.responses import Response

    from assets.identity.show import Shown, SourcePerson
    from pipelines.desk.page import Desk, Visit
    from pipelines.desk.rooms import Told
    from resources.catalogue import Dataset
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
        return _page(desk, visit, request, listed, error=told(visit, error))


def _picked(visit: Visit, listed: tuple[str, ...]) -> tuple[str, str]:
    """Who was picked, and the reason.

    Raises:
        AnsvarError: where it is nobody of the list, or no reason is given.
    """
    picked, reason = visit.form.get("subject", ""), visit.form.get(REASON, "").strip()
    if picked not in listed:
        raise FaultError("request_pick")
    if not reason or len(reason) > LONGEST_REASON:
        raise FaultError("request_reason_missing")
    return picked, reason


def _page(  # noqa: PLR0913 - what the page shows
    desk: Desk, visit: Visit, request: Request, listed: tuple[str, ...], *, shown: Shown | None = None, error: Told | None = None
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
        records={each.person: _records(desk, visit, each) for each in shown.persons} if shown else {},
        given=visit.form,
        error=error,
    )


def _records(desk: Desk, visit: Visit, person: SourcePerson) -> list[tuple[str, list[tuple[str, str]]]]:
    """The records about a person, in words: without what is withheld, what is another's, and texts in which others may stand."""
    language, wording = visit.words.language, Wording(visit.words.language, visit.words.zone)
    datasets = {dataset.table: dataset for dataset in desk.entrance.register.catalogue.datasets}
    found = []
    for record in person.records:
        dataset = datasets.get(record.dataset)
        if dataset is not None:
            headings = headings_of(dataset, language)
            shown = [(headings[name], wording.value(value)) for name, value in record.fields.items() if _is_shown(dataset, name)]
            found += [(dataset.shape.label.in_language(language), shown)] if shown else []
    return found


def _is_shown(dataset: Dataset, name: str) -> bool:
    field = dataset.fields.get(name)
    if field is None or not field.is_personal or field.shape.withhold not in {None, "none"} or field.shape.mentions_others:
        return False
    return dataset.roles_of.get(name) in {None, next(iter(dataset.shape.persons), None)}
