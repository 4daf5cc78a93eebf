"""The first page, and the page of promises: what everybody who is in may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.accountability.promises.page import promises_page
from assets.accountability.promises.status import status_of
from resources.errors import AnsvarError
from resources.roles import Right

if TYPE_CHECKING:
    from starlette.responses import Response

    from pipelines.desk.page import Desk, Visit


def front(desk: Desk, visit: Visit) -> Response:
    """Who is in, and what the role may do."""
    rights = [f"right_{each.value}" for each in Right if visit.user.role.may(each)]
    return desk.render(visit, "front.html", rights=rights)


def promises(desk: Desk, visit: Visit) -> Response:
    """Every promise of the notice, judged now: counts and states, nobody's data."""
    register = desk.entrance.register
    try:
        status = status_of(register)
    except AnsvarError:
        return desk.render(visit, "message.html", title=visit.words.text("nav_promises"), message=visit.words.text("nothing_yet"))
    return desk.render(visit, "promises.html", page=promises_page(status, register.catalogue, visit.words.language))
