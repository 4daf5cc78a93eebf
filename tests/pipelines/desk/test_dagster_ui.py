"""What the entrance takes of Dagster's that Dagster does not promise to keep: where it changed, these tests say what."""

from __future__ import annotations

import inspect

import pytest
from dagster._cli.proxy_server_manager import ProxyServerManager
from dagster._core.remote_representation.external import RemoteRepository
from dagster._core.workspace.context import WorkspaceProcessContext, WorkspaceRequestContext
from dagster._core.workspace.permissions import LOCATION_SCOPED_PERMISSIONS, VIEWER_PERMISSIONS, Permissions
from dagster_graphql.implementation.utils import ErrorCapture, capture_error
from dagster_graphql.schema import create_schema
from dagster_graphql.schema.errors import GraphenePythonError
from dagster_webserver.graphql import GraphQLServer, _handle_async_results, _send_message
from dagster_webserver.webserver import DagsterWebserver

from pipelines.desk.operations import ALLOWED

ROUTES = {
    "/server_info",
    "/dagit_info",
    "/graphql",
    "/logs/{path:path}",
    "/notebook",
    "/dagit/notebook",
    "/download_debug/{run_id:str}",
    "/report_asset_materialization/{asset_key:path}",
    "/report_asset_check/{asset_key:path}",
    "/report_asset_observation/{asset_key:path}",
    "/{path:path}",
    "/",
}
FORBIDDEN = {
    *("addDynamicPartition", "deleteDynamicPartitions"),  # partitions are requests: the register adds them, and nobody types text
    *("reportRunlessAssetEvents", "reportAssetCheckEvaluations", "wipeAssets"),  # what happened is not for people to write
    *("deleteRun", "deletePipelineRun"),  # runs go by their period
    *("setSensorCursor", "logTelemetry", "setNuxSeen", "setConcurrencyLimit", "deleteConcurrencyLimit"),  # text of one's own
    *("freeConcurrencySlots", "freeConcurrencySlotsForRun", "setAutoMaterializePaused", "shutdownRepositoryLocation"),
    *("setAppManagedComponent", "deleteAppManagedComponent", "refreshComponentState"),
}


@pytest.mark.parametrize(
    ("owner", "name", "arguments"),
    [
        (WorkspaceProcessContext, "__init__", {"instance", "workspace_load_target", "version", "read_only"}),
        (WorkspaceProcessContext, "create_request_context", {"source"}),
        (WorkspaceProcessContext, "get_current_workspace", set()),
        (
            WorkspaceRequestContext,
            "__init__",
            {"instance", "current_workspace", "process_context", "version", "source", "read_only"},
        ),
        (WorkspaceRequestContext, "permissions_for_location", {"location_name"}),
        (WorkspaceRequestContext, "permissions_for_owner", {"owner"}),
        (WorkspaceRequestContext, "has_permission", {"permission"}),
        (DagsterWebserver, "__init__", {"process_context", "app_path_prefix"}),
        (DagsterWebserver, "build_static_routes", set()),
        (DagsterWebserver, "make_csp_header", {"nonce"}),
        (DagsterWebserver, "make_security_headers", set()),
        (DagsterWebserver, "index_html_endpoint", {"request"}),
        (DagsterWebserver, "graphql_ws_endpoint", {"websocket"}),
        (DagsterWebserver, "execute_graphql_request", {"request", "query", "variables", "operation_name"}),
        (DagsterWebserver, "execute_graphql_subscription", {"websocket", "operation_id", "query", "variables", "operation_name"}),
        (DagsterWebserver, "handle_graphql_errors", {"errors"}),
        (GraphenePythonError, "__init__", {"error_info"}),
        (ErrorCapture, "default_on_exception", {"exc_info"}),
        (RemoteRepository, "get_all_jobs", set()),
        (RemoteRepository, "get_schedules", set()),
        (RemoteRepository, "get_sensors", set()),
        (RemoteRepository, "get_partition_sets", set()),
        (RemoteRepository, "get_asset_node_snaps", set()),
        (RemoteRepository, "get_asset_check_node_snaps", set()),
        (ProxyServerManager, "__init__", {"instance", "workspace_load_target", "code_server_log_level"}),
        (ProxyServerManager, "get_code_server_specs", set()),
    ],
)
def test_what_is_overridden_or_called_is_as_it_was(owner: type, name: str, arguments: set[str]) -> None:
    """Each method is there and takes what it took."""
    assert arguments <= set(inspect.signature(getattr(owner, name)).parameters)


def test_permissions_are_asked_where_they_were() -> None:
    """A request's context is asked by these names, and answers from `permissions`."""
    for name in ("permissions", "show_instance_config", "source", "instance", "version"):
        assert isinstance(inspect.getattr_static(WorkspaceRequestContext, name), property), name
    assert "self.permissions" in inspect.getsource(WorkspaceRequestContext.has_permission)
    assert "permissions_for_location" in inspect.getsource(WorkspaceRequestContext.has_permission_for_location) + inspect.getsource(
        super(WorkspaceRequestContext, WorkspaceRequestContext).has_permission_for_location
    )
    assert set(VIEWER_PERMISSIONS) == set(Permissions)
    assert set(LOCATION_SCOPED_PERMISSIONS) <= set(Permissions)


def test_errors_go_where_they_went() -> None:
    """What fields meet is shown by one function, and what a websocket is told is sent as JSON with `errors` in it."""
    assert "ErrorCapture.on_exception(sys.exc_info())" in inspect.getsource(capture_error)
    assert 'payload["errors"]' in inspect.getsource(_handle_async_results)
    assert "websocket.send_json(data)" in inspect.getsource(_send_message)


def test_the_schema_is_where_it_was() -> None:
    """The server holds its schema by this name."""
    assert "self._graphene_schema = self.build_graphql_schema()" in inspect.getsource(GraphQLServer.__init__)


def test_dagster_s_routes_are_those_that_were_looked_at() -> None:
    """A route that Dagster adds is not served; whether it should be is for people to decide, here."""
    server = DagsterWebserver.__new__(DagsterWebserver)
    server._app_path_prefix = ""
    static = {route.path for route in server.build_static_routes()}  # type: ignore[no-untyped-call]
    served = server.build_routes()  # type: ignore[no-untyped-call]
    assert {route.path for route in served} - static == ROUTES


def test_dagster_s_mutations_are_those_that_were_looked_at() -> None:
    """A mutation that Dagster adds is refused to all; whether it should be is for people to decide, here."""
    mutations = create_schema().graphql_schema.mutation_type
    assert mutations is not None
    assert set(mutations.fields) == set(ALLOWED) | FORBIDDEN
    assert set(ALLOWED).isdisjoint(FORBIDDEN)


def test_what_is_locked_is_the_dagster_that_was_looked_at() -> None:
    """The pin allows no Dagster but 1.13."""
    from importlib.metadata import version  # noqa: PLC0415 - here alone

    assert version("dagster").startswith("1.13.")
    assert version("dagster-webserver").partition(".")[2].startswith("13.")
