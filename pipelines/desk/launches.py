"""Runs that a page of the desk begins: the jobs that commands and schedules run, past the queue, asked of Dagster as its own pages do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio
import dagster as dg
from dagster_graphql.schema import create_schema

from assets.outreach.audience import KEPT
from pipelines.instance import REQUESTS
from pipelines.jobs import DAILY, ERASURES, EXPORT, QUIET
from pipelines.launch.coordinator import LANE_TAG, ON_DEMAND
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.desk.dagster_ui import Workspace
    from resources.ledger.sessions import Visitor

PARTITION = "dagster/partition"
UNDER_WAY, FAILED, DONE = "under_way", "failed", "done"
_WHERE = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } pipelines { name } } } } }"
_LAUNCH = "mutation ($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename } }"


@dataclass(frozen=True)
class _Asked:
    """A request to Dagster that no browser sent: it is asked for a visitor, so that Dagster asks what the visitor may do."""

    scope: dict[str, dict[str, Visitor]]


class Launches:
    """Begins runs for visitors, and tells how they stand."""

    def __init__(self, workspace: Workspace) -> None:
        """Begin them in a workspace."""
        self._workspace = workspace
        self._schema = create_schema()
        self._places: dict[str, dict[str, str]] = {}

    def know(self, request: str) -> None:
        """Let Dagster know of a request, by its opaque id."""
        self._workspace.instance.add_dynamic_partitions(REQUESTS, [request])

    def export(self, visitor: Visitor, request: str) -> None:
        """Begin to make the bundle of a request, unless that is under way.

        Raises:
            AnsvarError: where Dagster does not begin it.
        """
        if self.of_export(request) != UNDER_WAY:
            self.know(request)
            self._launch(visitor, EXPORT, {PARTITION: request})

    def erasures(self, visitor: Visitor) -> None:
        """Begin to carry out the erasures that were decided.

        Raises:
            AnsvarError: where Dagster does not begin it.
        """
        self._launch(visitor, ERASURES)

    def outreach(self, visitor: Visitor) -> None:
        """Begin to work out anew who may be written to.

        Raises:
            AnsvarError: where Dagster does not begin it.
        """
        self._launch(visitor, DAILY, {LANE_TAG: ON_DEMAND}, [["outreach", table] for table in KEPT])

    def of_export(self, request: str) -> str | None:
        """How the last run that makes the bundle of a request stands; None where there was none."""
        found = self._workspace.instance.get_runs(dg.RunsFilter(job_name=EXPORT, tags={PARTITION: request}), limit=1)
        if not found:
            return None
        if not found[0].is_finished:
            return UNDER_WAY
        return DONE if found[0].is_success else FAILED

    def _launch(self, visitor: Visitor, job: str, tags: dict[str, str] | None = None, assets: Sequence[list[str]] = ()) -> None:
        launched = anyio.from_thread.run(self._begin, visitor, job, tags or {}, [{"path": each} for each in assets])
        if launched != "LaunchRunSuccess":
            raise AnsvarError(f"Dagster did not begin the job '{job}' ({launched}): see its pages, and that its code is loaded.")

    async def _begin(self, visitor: Visitor, job: str, tags: dict[str, str], assets: list[dict[str, list[str]]]) -> str:
        if job not in self._places:
            nodes = (await self._ask(visitor, _WHERE))["repositoriesOrError"].get("nodes", [])
            where = next((each for each in nodes if job in {one["name"] for one in each["pipelines"]}), None)
            if where is None:
                return "there is no such job"
            self._places[job] = {"repositoryLocationName": where["location"]["name"], "repositoryName": where["name"], "jobName": job}
        selector: dict[str, Any] = dict(self._places[job])
        given = {
            "selector": selector | ({"assetSelection": assets} if assets else {}),
            "runConfigData": json.dumps(QUIET),
            "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
        }
        name: str = (await self._ask(visitor, _LAUNCH, p=given))["launchRun"]["__typename"]
        return name

    async def _ask(self, visitor: Visitor, document: str, **variables: object) -> dict[str, Any]:
        context = self._workspace.create_request_context(_Asked({"state": {"visitor": visitor}}))
        answer = await self._schema.execute_async(document, variables=variables, context=context)
        if answer.errors or answer.data is None:
            raise AnsvarError("Dagster did not answer as it should: see its pages, and that its code is loaded.")
        data: dict[str, Any] = answer.data
        return data
