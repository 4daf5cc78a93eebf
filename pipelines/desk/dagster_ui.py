"""Dagster's own web UI, so that its own resolvers ask what the visitor's role may do.

Every name of Dagster's that it does not promise to keep is used here and nowhere else; `tests/pipelines/desk/test_dagster_ui.py` tells
which of them changed. `dagster~=1.13` is pinned.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dagster._cli.proxy_server_manager import ProxyServerManager
from dagster._core.workspace.context import WorkspaceProcessContext, WorkspaceRequestContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._core.workspace.permissions import LOCATION_SCOPED_PERMISSIONS, VIEWER_PERMISSIONS, PermissionResult, Permissions
from dagster_graphql.implementation.utils import ErrorCapture
from dagster_graphql.schema.errors import GraphenePythonError
from dagster_shared.error import SerializableErrorInfo
from dagster_webserver.webserver import DagsterWebserver
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute

from pipelines.desk.operations import RefusedError, asked
from resources.roles import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import dagster as dg
    from graphql import GraphQLError
    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.websockets import WebSocket

    from resources.ledger.sessions import Visitor

PREFIX = "/dagster"
_RUNNING = {
    Permissions.LAUNCH_PIPELINE_EXECUTION,
    Permissions.LAUNCH_PIPELINE_REEXECUTION,
    Permissions.TERMINATE_PIPELINE_EXECUTION,
    Permissions.LAUNCH_PARTITION_BACKFILL,
    Permissions.CANCEL_PARTITION_BACKFILL,
    Permissions.START_SCHEDULE,
    Permissions.STOP_RUNNING_SCHEDULE,
    Permissions.SCHEDULE_DRY_RUN,
    Permissions.EDIT_SENSOR,
    Permissions.SENSOR_DRY_RUN,
    Permissions.RELOAD_REPOSITORY_LOCATION,
    Permissions.RELOAD_WORKSPACE,
}
_NEVER = (
    "logs",
    "notebook",
    "dagit",
    "dagit_info",
    "server_info",
    "download_debug",
    "report_asset_materialization",
    "report_asset_check",
    "report_asset_observation",
)
_OWN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{40}(:[0-9a-f]{40})?|r[0-9a-f]{20}|\d{4}-\d\d-\d\d")
_UNPERMITTED = "Your role may not do that."
_ERROR_BYTES = 6
_log = logging.getLogger("ansvar.desk")


async def _nothing(_: Request) -> Response:
    return PlainTextResponse("There is nothing at that address.", 404)


_CSP = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'none'; img-src 'self' data:; "
    "font-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'nonce-{nonce}' 'strict-dynamic'; worker-src 'self' blob:"
)


class _Context(WorkspaceRequestContext):
    """What one request sees of Dagster; what its visitor may do is asked of the visitor's role."""

    @property
    def _visitor(self) -> Visitor | None:
        return visitor_of(self.source) if self.source is not None else None

    @property
    def permissions(self) -> Mapping[str, PermissionResult]:
        """What is permitted: of all that Dagster knows, what is listed above, to who may run."""
        visitor = self._visitor
        may_run = visitor is not None and visitor.role.may(Right.RUN)
        return {
            each: PermissionResult(enabled=True, disabled_reason=None)
            if may_run and each in _RUNNING
            else PermissionResult(enabled=False, disabled_reason=_UNPERMITTED)
            for each in VIEWER_PERMISSIONS
        }

    def permissions_for_location(self, *, location_name: str) -> Mapping[str, PermissionResult]:
        """The same, everywhere."""
        del location_name
        return {each: result for each, result in self.permissions.items() if each in LOCATION_SCOPED_PERMISSIONS}

    def permissions_for_owner(self, *, owner: str) -> Mapping[str, PermissionResult]:
        """Nothing: who owns an asset may do no more for that."""
        del owner
        return {}

    @property
    def show_instance_config(self) -> bool:
        """Settings stay with who may run."""
        return self._visitor is not None and self._visitor.role.may(Right.RUN)


class Workspace(WorkspaceProcessContext):
    """Dagster's workspace in the web server's process."""

    def create_request_context(self, source: object | None = None) -> _Context:
        """What a request sees; one that comes from nobody may do nothing."""
        return _Context(
            instance=self.instance,
            current_workspace=self.get_current_workspace(),
            process_context=self,
            version=self.version,
            source=source,
            read_only=True,
        )


class Webserver(DagsterWebserver[Workspace, _Context]):
    """Dagster's web server, of which the pages, its GraphQL and nothing else can be reached."""

    def __init__(self, workspace: Workspace, record: Callable[[Visitor, str, str], None]) -> None:
        """Serve a workspace; what visitors change, and what is refused to them, is recorded before it happens."""
        self._record = record
        ErrorCapture.on_exception = staticmethod(_captured)  # as Dagster+ replaces it
        super().__init__(workspace, PREFIX)

    def build_routes(self) -> list[BaseRoute]:
        """The routes: no logs, no notebooks, no downloads, no reports from outside."""
        return [
            Mount(
                PREFIX,
                routes=[
                    Route("/graphql", self.graphql_http_endpoint, methods=["POST"]),
                    WebSocketRoute("/graphql", self.graphql_ws_endpoint),
                    *(Route(f"/{each}{below}", _nothing) for each in _NEVER for below in ("", "/{path:path}")),
                    *self.build_static_routes(),  # type: ignore[no-untyped-call]
                    Route("/{path:path}", self.index_html_endpoint, methods=["GET"]),
                    Route("/", self.index_html_endpoint, methods=["GET"]),
                ],
            )
        ]

    def make_csp_header(self, nonce: str) -> str:
        """As strict as Dagster's pages work with: they style themselves inline."""
        return _CSP.format(nonce=nonce)

    def make_security_headers(self) -> dict[str, str]:
        """None of its own: the guard gives them."""
        return {}

    async def graphql_http_endpoint(self, request: Request) -> Response:
        """Answer one query or mutation in JSON."""
        try:
            data = json.loads(await request.body())
        except ValueError:
            return PlainTextResponse("That is no JSON.", 400)
        if not isinstance(data, dict):
            return PlainTextResponse("One request at a time.", 400)
        query, variables, operation = data.get("query"), data.get("variables"), data.get("operationName")
        if not isinstance(variables, dict | None) or not isinstance(operation, str | None):
            return PlainTextResponse("That is no request.", 400)
        if refusal := await self._looked_at(request, query, variables):
            return JSONResponse({"data": None, "errors": [{"message": refusal.reason}]}, 403)
        return await self.execute_graphql_request(request, query, variables, operation)  # type: ignore[arg-type] # it was parsed

    async def execute_graphql_subscription(
        self, websocket: WebSocket, operation_id: str, query: str, variables: dict[str, Any] | None, operation_name: str | None
    ) -> tuple[Any, Any]:
        """Begin a subscription; a websocket is asked nothing else."""
        if refusal := await self._looked_at(websocket, query, variables, subscription=True):
            return None, {"message": refusal.reason}
        masking: Any = _Masking(websocket)
        return await super().execute_graphql_subscription(masking, operation_id, query, variables, operation_name)

    def handle_graphql_errors(self, errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
        """What is told of errors: of a request's own mistakes all, of what went wrong here that it did."""
        told = []
        for each in errors:
            formatted: dict[str, Any] = dict(each.formatted)
            if each.original_error is not None:
                formatted = {"message": _masked(each.original_error), "path": each.path}
            told.append(formatted)
        return told

    async def _looked_at(
        self, source: HTTPConnection, query: object, variables: object, *, subscription: bool = False
    ) -> RefusedError | None:
        """Why a request is refused, if it is; what it changes, or why it may not, is in the audit chain then."""
        visitor = visitor_of(source)
        try:
            found = asked(query, variables, visitor.role, self._names, subscription=subscription)
        except RefusedError as refusal:
            mutations = self._graphene_schema.graphql_schema.mutation_type
            what = refusal.what if mutations and refusal.what in mutations.fields else "request"  # and no name that a visitor made up
            await run_in_threadpool(self._record, visitor, "refused", f"dagster.{what}")
            return refusal
        for each in found.mutations:
            await run_in_threadpool(self._record, visitor, f"dagster.{each}"[:60], self._named(found.thing))
        return None

    def _named(self, thing: str) -> str:
        """What a mutation is about, as the audit chain has it: an id, or a name that Dagster knows, and none that a visitor made up."""
        return thing if _OWN_ID.fullmatch(thing) or thing in self._names() else "other" if thing else "all"

    def _names(self) -> set[str]:
        """The names of all that is defined, and of its parts."""
        entries = self._process_context.get_current_workspace().code_location_entries
        found = set(entries)
        for repository in (
            one for each in entries.values() if each.code_location for one in each.code_location.get_repositories().values()
        ):
            defined = (repository.get_all_jobs(), repository.get_schedules(), repository.get_sensors(), repository.get_partition_sets())
            found |= {repository.name} | {each.name for kind in defined for each in kind}
            for asset in repository.get_asset_node_snaps():
                found |= {*asset.asset_key.path, *asset.op_names, *asset.job_names}
            for check in repository.get_asset_check_node_snaps():
                found |= {check.name, *check.asset_key.path, *check.job_names}
        return found


class _Masking:
    """A websocket on which nothing is told of what went wrong but that it did."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    def __getattr__(self, name: str) -> Any:
        return getattr(self._websocket, name)

    async def send_json(self, data: dict[str, Any]) -> None:
        """Send a message."""
        payload = data.get("payload")
        if isinstance(payload, dict) and payload.get("errors"):
            data = data | {"payload": payload | {"errors": [{"message": _masked(None)}]}}
        await self._websocket.send_json(data)


def _captured(exc_info: tuple[type[BaseException], BaseException, object]) -> GraphenePythonError:
    """What Dagster's pages show of an error that a field met."""
    return GraphenePythonError(SerializableErrorInfo(_masked(exc_info[1]), [], exc_info[0].__name__))  # type: ignore[no-untyped-call]


def _masked(error: BaseException | None) -> str:
    """What is told of an error, by an id under which its kind and place are printed; its text may hold what nobody is to read."""
    number = secrets.token_hex(_ERROR_BYTES)
    last = traceback.extract_tb(error.__traceback__)[-1:] if error else []
    place = f"{last[0].filename}:{last[0].lineno}" if last else "a subscription"
    _log.error("Dagster's pages (%s): unexpected %s at %s", number, type(error).__name__ if error else "error", place)
    return f"Something went wrong here (error {number}): see what `ansvar serve` printed."


def visitor_of(source: Any) -> Visitor:
    """Who makes a request, as the guard found out.

    Raises:
        KeyError: where it did not pass the guard.
    """
    visitor: Visitor = source.scope["state"]["visitor"]
    return visitor


@contextmanager
def opened_workspace(instance: dg.DagsterInstance, workspace_file: Path) -> Iterator[Workspace]:
    """The workspace of a file, until it is left."""
    with Workspace(instance, WorkspaceFileTarget(paths=[str(workspace_file)]), version="", read_only=True) as workspace:
        yield workspace


@contextmanager
def code_servers(instance: dg.DagsterInstance, workspace_file: Path) -> Iterator[dict[str, Any]]:
    """Start the servers that load the register's code, and start them again when they end; gives a workspace that points at them."""
    with ProxyServerManager(instance, WorkspaceFileTarget(paths=[str(workspace_file)]), code_server_log_level="WARNING") as servers:
        yield {"load_from": servers.get_code_server_specs()}
