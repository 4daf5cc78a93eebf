"""What all pages of the desk share: who visits, in which language, whether the role may, and whether a form is one of ours."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import cache
from importlib import resources as package_data
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from ruamel.yaml import YAML
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from assets.page import environment
from resources.catalogue.shapes import Label
from resources.errors import AnsvarError
from resources.roles import Right
from resources.wording import LANGUAGES, Wording

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    from pipelines.desk.entrance import Entrance
    from pipelines.desk.launches import Launches
    from resources.ledger.sessions import Visitor

    Handler = Callable[["Desk", "Visit"], Response]

_LANGUAGE = "ansvar-language"
_A_YEAR = 31_536_000
_NAVIGATION = (("/", "nav_front", Right.SEE), ("/promises", "nav_promises", Right.SEE), ("/dagster/", "nav_dagster", Right.SEE))
_PERSONS = (
    ("/requests", "nav_requests", Right.PERSONS),
    ("/bundles", "bundles_nav", Right.PERSONS),
    ("/review", "review_nav", Right.PERSONS),
    ("/quarantine", "quarantine_nav", Right.PERSONS),
    ("/holds", "holds_nav", Right.PERSONS),
)
_MORE = (("/audit", "nav_audit", Right.AUDIT), ("/users", "nav_users", Right.USERS))


@dataclass(frozen=True)
class Visit:
    """One visit to a page.

    Attributes:
        visitor: who visits; None before the login.
        token: the session's token.
        begun: the cookie of a login that was begun at an OpenID provider.
        origin: under which of the entrance's origins the page is visited.
        address: where the visit comes from.
        path: the page.
        given: what stands in the path, by the name that its route has for it.
        query: what stands behind the question mark.
        form: what was filled in; empty where nothing was sent.
        words: the texts in the visitor's language.
    """

    visitor: Visitor | None
    token: str | None
    begun: str | None
    origin: str
    address: str
    path: str
    given: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    words: Wording

    @property
    def user(self) -> Visitor:
        """Who visits a page that nobody sees without a login."""
        if self.visitor is None:
            raise AnsvarError("Nobody is logged in.")
        return self.visitor

    @property
    def room(self) -> str:
        """The first part of the path; what may be typed after it is somebody's own text."""
        return self.path.strip("/").partition("/")[0] or "front"

    @property
    def csrf(self) -> str:
        """What a form of this session bears, and no other site knows."""
        return hmac.digest((self.token or "").encode(), b"ansvar form", hashlib.sha256).hex()


class Desk:
    """The desk of an entrance: its templates and its checks."""

    def __init__(self, entrance: Entrance, launches: Launches) -> None:
        """Work at an entrance, and begin runs there."""
        self.entrance, self.launches = entrance, launches
        self._templates = environment("pipelines.desk")

    def page(self, handler: Handler, right: Right | None = Right.SEE) -> Callable[[Request], Awaitable[Response]]:
        """A page for roles that have a right; for everybody where none is named.

        A form must bear the session's own mark; that it comes from a page of ours, the guard has seen.
        """

        async def endpoint(request: Request) -> Response:
            visit = await self._visit(request)
            return await run_in_threadpool(self._answer, handler, right, visit)

        return endpoint

    def render(self, visit: Visit, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page from its template."""
        links = [(path, text) for path, text, right in (*_NAVIGATION, *_PERSONS, *_MORE) if visit.visitor and visit.visitor.role.may(right)]
        shared = {"visit": visit, "words": visit.words, "text": visit.words.text, "links": links, "languages": LANGUAGES, "error": None}
        shared["provider"] = self.entrance.provider.settings.label if self.entrance.provider else None
        answer = HTMLResponse(self._templates.get_template(template).render(shared | values), status)
        if visit.query.get("language") == visit.words.language:
            secure = self.entrance.addresses.is_encrypted
            answer.set_cookie(_LANGUAGE, visit.words.language, _A_YEAR, httponly=True, samesite="strict", secure=secure)
        return answer

    def _answer(self, handler: Handler, right: Right | None, visit: Visit) -> Response:
        if right is not None and not (visit.visitor and visit.visitor.role.may(right)):
            if visit.visitor:
                self.entrance.record(
                    visit.visitor, "refused", visit.path.strip("/").partition("/")[0] or "front"
                )  # what is typed below it is kept nowhere
            return self.render(visit, "message.html", 403, title=visit.words.text("refused_title"), message=visit.words.text("refused"))
        if visit.form and visit.visitor and not hmac.compare_digest(visit.form.get("csrf", "").encode(), visit.csrf.encode()):
            self.entrance.record(visit.visitor, "refused", "form")
            return self.render(visit, "message.html", 403, title=visit.words.text("refused_title"), message=visit.words.text("old_form"))
        return handler(self, visit)

    async def _visit(self, request: Request) -> Visit:
        form: dict[str, str] = {}
        if request.method == "POST":
            form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=50)) or {"": ""}
        state = request.state
        return Visit(
            visitor=state.visitor,
            token=state.token,
            begun=state.begun,
            origin=state.origin,
            address=state.address,
            path=request.url.path,
            given=request.path_params,
            query=dict(request.query_params),
            form=form,
            words=Wording(self._language(request), self.entrance.register.catalogue.notice.time_zone, texts()),
        )

    def _language(self, request: Request) -> str:
        """The language that was asked for: on the page, once before, by the browser; else the register's first."""
        accepted = [each.partition(";")[0].strip()[:2].lower() for each in request.headers.get("accept-language", "").split(",")]
        wanted = [request.query_params.get("language"), request.cookies.get(_LANGUAGE), *accepted]
        return next((each for each in wanted if each in LANGUAGES), self.entrance.register.catalogue.notice.languages[0])


def back_to(path: str) -> RedirectResponse:
    """Go on to a page after something was changed."""
    return RedirectResponse(path, 303)


def stylesheet() -> str:
    """The look of the pages."""
    shared = package_data.files("assets.page") / "templates" / "page.css"
    own = package_data.files("pipelines.desk") / "templates" / "desk.css"
    return shared.read_text(encoding="utf-8") + own.read_text(encoding="utf-8")


@cache
def texts() -> dict[str, Label]:
    """Every text of the desk, by its key: one file for each room."""
    found: dict[str, Label] = {}
    for file in sorted((package_data.files("pipelines.desk") / "texts").iterdir(), key=lambda each: each.name):
        data = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
        found |= {key: Label.model_validate(label) for key, label in data.items()}
    return found
