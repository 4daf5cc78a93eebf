"""The one application: the guard, the desk's pages, and Dagster's UI behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router

from pipelines.desk.audit import audit
from pipelines.desk.dagster_ui import PREFIX, Webserver
from pipelines.desk.front import front, promises
from pipelines.desk.guard import CALLBACK, CODE, LOGIN, PROVIDER, Guard
from pipelines.desk.launches import Launches
from pipelines.desk.login import login, logout, password
from pipelines.desk.page import Desk, stylesheet
from pipelines.desk.provider import begin, came_back, code
from pipelines.desk.release import routes as release_routes
from pipelines.desk.requests import routes as requests_routes
from pipelines.desk.users import users
from resources.roles import Right

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp

    from pipelines.desk.dagster_ui import Workspace
    from pipelines.desk.entrance import Entrance


def application(entrance: Entrance, workspace: Workspace) -> ASGIApp:
    """All that is served."""
    routes = [*_desk(entrance, Launches(workspace)), *Webserver(workspace, entrance.record).build_routes()]
    return Guard(ExceptionMiddleware(Router(routes, redirect_slashes=False)), entrance)


def _desk(entrance: Entrance, launches: Launches) -> list[BaseRoute]:
    desk, look = Desk(entrance, launches), stylesheet()

    async def css(_: Request) -> Response:
        return Response(look, media_type="text/css")

    async def no_picture(_: Request) -> Response:
        return Response(status_code=204)

    async def dagster(_: Request) -> Response:
        return RedirectResponse(f"{PREFIX}/", 303)

    asking = ["GET", "POST"]
    by_provider = [
        Route(PROVIDER, desk.page(begin, None), methods=["POST"]),
        Route(CALLBACK, desk.page(came_back, None), methods=["GET"]),
        Route(CODE, desk.page(code, None), methods=asking),
    ]
    return [
        Route(LOGIN, desk.page(login, None), methods=asking),
        *(by_provider if entrance.provider else ()),
        Route("/desk.css", css),
        Route("/favicon.ico", no_picture),
        Route("/logout", desk.page(logout), methods=["POST"]),
        Route("/password", desk.page(password), methods=asking),
        Route("/", desk.page(front)),
        Route("/promises", desk.page(promises)),
        *requests_routes(desk),
        Route("/audit", desk.page(audit, Right.AUDIT)),
        Route("/users", desk.page(users, Right.USERS), methods=asking),
        *release_routes(desk),
        Route(PREFIX, dagster),
    ]
