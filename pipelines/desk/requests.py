"""The rooms of requests: the list, by deadline, and where each of the other pages stands."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.convertors import Convertor, register_url_convertor
from starlette.routing import Route

from assets.rights.listed import list_page
from pipelines.desk.requests_candidates import candidates
from pipelines.desk.requests_carry_out import carry_out
from pipelines.desk.requests_correct import correct
from pipelines.desk.requests_export import export
from pipelines.desk.requests_held import held
from pipelines.desk.requests_letters import letter
from pipelines.desk.requests_new import new
from pipelines.desk.requests_one import one
from pipelines.desk.requests_shared import of_request, page_number
from resources.ledger.request_list import Wanted
from resources.requests.life import ENDED, STATES
from resources.requests.vocabulary import words
from resources.roles import Right

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from pipelines.desk.page import Desk, Visit

A_PAGE = 50


class _RequestId(Convertor[str]):
    """The opaque id of a request in a path: what is none is no path of ours, so that nothing else is written down of it."""

    regex = "r[0-9a-f]{20}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


def routes(desk: Desk) -> list[BaseRoute]:
    """The pages of requests, for who may see persons' data."""
    register_url_convertor("request_id", _RequestId())
    asking, at = ["GET", "POST"], "/requests/{request:request_id}"
    return [
        Route("/requests", desk.page(requests, Right.PERSONS)),
        Route("/requests/new", desk.page(new, Right.PERSONS), methods=asking),
        Route(at, desk.page(of_request(one), Right.PERSONS), methods=asking),
        Route(f"{at}/letter", desk.page(of_request(letter), Right.PERSONS), methods=["POST"]),
        Route(f"{at}/held", desk.page(of_request(held), Right.PERSONS), methods=asking),
        Route(f"{at}/candidates", desk.page(of_request(candidates), Right.PERSONS), methods=asking),
        Route(f"{at}/carry-out", desk.page(of_request(carry_out), Right.PERSONS), methods=asking),
        Route(f"{at}/correct", desk.page(of_request(correct), Right.PERSONS), methods=asking),
        Route(f"{at}/export", desk.page(of_request(export), Right.PERSONS), methods=asking),
    ]


def requests(desk: Desk, visit: Visit) -> Response:
    """Requests by their deadline, overdue ones first; nothing that tells who asks."""
    kind, state, which = (visit.query.get(each, "") for each in ("kind", "state", "which"))
    kind, state = (kind if kind in words().kinds else ""), (state if state in STATES else "")
    is_open = which != "all" and state not in ENDED
    wanted = Wanted(kind or None, state or None, is_open)
    shown = list_page(desk.entrance.register, wanted, page_number(visit), A_PAGE)
    chosen = {"which": "open" if is_open else "all", "kind": kind, "state": state}
    links = {each: f"/requests?{urlencode(chosen | {'page': shown.number + step})}" for each, step in (("before", -1), ("after", 1))}
    return desk.render(
        visit,
        "requests.html",
        shown=shown,
        chosen=chosen,
        kinds=[*words().kinds],
        states=STATES,
        before=links["before"],
        after=links["after"],
    )
