"""What the pages of requests share: the request of a path, looks at a person's data, and words."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from pipelines.desk.rooms import FaultError
from resources.errors import AnsvarError
from resources.ledger.request_list import look_of
from resources.requests.vocabulary import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from pipelines.desk.page import Desk, Visit
    from resources.ledger import Request

    OfRequest = Callable[[Desk, Visit, Request], Response]

REASON = "reason"
LONGEST_REASON = 500
_LOOK_LASTS = dt.timedelta(minutes=15)
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


def of_request(handler: OfRequest) -> Callable[[Desk, Visit], Response]:
    """A page of one request, which is read out of the path; where there is none of that id, a page that says so."""

    def page(desk: Desk, visit: Visit) -> Response:
        try:
            request = desk.entrance.register.ledger.request(visit.given["request"])
        except AnsvarError:
            say = visit.words.text
            return desk.render(visit, "message.html", 404, title=say("request_none_title"), message=say("request_none"))
        return handler(desk, visit, request)

    return page


def page_number(visit: Visit) -> int:
    """The page of a list that the address names; the first where it names none."""
    given = visit.query.get("page", "")
    return int(given) if _NUMBER.fullmatch(given) else 1


def look(desk: Desk, visit: Visit, kind: str, thing: str) -> str:
    """Record that the visitor looks at something about a person, for the reason in the form; gives the look's id.

    Raises:
        AnsvarError: where no reason is given, or too long a one.
    """
    reason = visit.form.get(REASON, "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise FaultError("request_reason_missing")
    register = desk.entrance.register
    return register.ledger.record_look(kind, thing, visit.user.name, reason, register.clock.now())


def open_look(desk: Desk, visit: Visit, kind: str, thing: str, sha256: str | None = None) -> str | None:
    """The look that the address names, if it is the visitor's own, at this very thing, and was begun not long ago.

    A look at a bundle is at the one that it began at: `sha256` is the checksum of what is there now.
    """
    register, named = desk.entrance.register, visit.query.get("look", "")
    found = look_of(register.ledger, named, visit.user.name, register.clock.now() - _LOOK_LASTS) if named else None
    if found is None or (found["kind"], found["thing"]) != (kind, thing):
        return None
    return named if sha256 in (None, found["sha256"]) else None


def asked_for(desk: Desk, visit: Visit, request: Request) -> str:
    """What a request asks for, in words: its kind, and what it is about."""
    say, purposes = visit.words.text, desk.entrance.register.catalogue.notice.purposes
    kind = say(f"request_kind_{request.kind}")
    if request.scope is not None:
        return f"{kind}: {words().scopes[request.scope].label.in_language(visit.words.language)}"
    if request.purpose is not None and request.purpose in purposes:
        return f"{kind}: {purposes[request.purpose].label.in_language(visit.words.language)}"
    return kind


def identifier_kinds(desk: Desk, visit: Visit) -> dict[str, str]:
    """What the kinds of identifiers are called."""
    kinds = desk.entrance.register.catalogue.vocabulary.identifiers
    return {name: shape.label.in_language(visit.words.language) for name, shape in kinds.items()}
