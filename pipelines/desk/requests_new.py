"""The page on which a request is filed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from assets.identity.objected import consented
from assets.rights.requests import FilingError, file, kinds_to_find_by, received_on
from pipelines.desk.page import back_to
from pipelines.desk.requests_shared import identifier_kinds
from resources.ledger.requests import Filing
from resources.requests.vocabulary import words
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from pipelines.desk.page import Desk, Visit

IDENTIFIERS = 5
_FIRST = ("email", "phone", "customer_number")
_LONGEST_VALUE, _LONGEST_MESSAGE = 320, 20_000


def new(desk: Desk, visit: Visit) -> Response:
    """Ask what is to be filed, and file it as the command does."""
    if not visit.form:
        return _page(desk, visit, {"received": desk.entrance.register.clock.today().isoformat()})
    try:
        filing, places = _filing(desk, visit)
    except FilingError as error:
        return _page(desk, visit, visit.form, (error.fault, error.number))
    try:
        request = file(desk.entrance.register, filing)
    except FilingError as error:
        return _page(desk, visit, visit.form, (error.fault, None if error.number is None else places[error.number]))
    if request.kind in words().by_bundle:
        desk.launches.know(request.id)
    return back_to(f"/requests/{request.id}")


def _filing(desk: Desk, visit: Visit) -> tuple[Filing, list[int]]:
    """What was filled in, and in which row of the form each identifier stands.

    Raises:
        FilingError: where the day is none, or a text is too long.
    """
    form, register = visit.form, desk.entrance.register
    given = [(place, form.get(f"kind-{place}", ""), form.get(f"value-{place}", "").strip()) for place in range(IDENTIFIERS)]
    filled = [each for each in given if each[2]]
    for place, _, value in filled:
        if len(value) > _LONGEST_VALUE:
            raise FilingError("identifier", "An identifier is too long.", place)
    message = form.get("message", "").strip()
    if len(message) > _LONGEST_MESSAGE:
        raise FilingError("message", "The message is too long.")
    try:
        received = received_on(register, dt.date.fromisoformat(form["received"]) if form.get("received") else None)
    except (ValueError, OverflowError):
        raise FilingError("day", "That is no day.") from None
    filing = Filing(
        kind=form.get("kind", ""),
        language=form.get("language", ""),
        identifiers=tuple((kind, value) for _, kind, value in filled),
        received_at=received,
        scope=form.get("scope") or None,
        purpose=form.get("purpose") or None,
        message=message or None,
        by=visit.user.name,
    )
    return filing, [place for place, _, _ in filled]


def _page(desk: Desk, visit: Visit, given: Mapping[str, str], fault: tuple[str, int | None] | None = None) -> Response:
    register, language = desk.entrance.register, visit.words.language
    named, findable = identifier_kinds(desk, visit), kinds_to_find_by(register)
    return desk.render(
        visit,
        "request_new.html",
        400 if fault else 200,
        given=given,
        fault=fault[0] if fault else None,
        place=fault[1] if fault else None,
        kinds=words().kinds,
        scopes={name: each.label.in_language(language) for name, each in words().scopes.items()},
        purposes={name: register.catalogue.notice.purposes[name].label.in_language(language) for name in consented(register.catalogue)},
        identifiers={kind: named[kind] for kind in findable},
        first=[kind for kind in _FIRST if kind in findable],
        rows=range(IDENTIFIERS),
        answers=LANGUAGES,
        present=register.catalogue.notice.languages[0],
        today=register.clock.today().isoformat(),
    )
