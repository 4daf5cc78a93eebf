"""Dagster's queue of runs, past which goes what a person waits for: exports, and whatever somebody begins by a click."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.run_coordinator import QueuedRunCoordinator, SubmitRunContext
from dagster._core.storage.dagster_run import IN_PROGRESS_RUN_STATUSES
from dagster._core.storage.tags import (
    AUTO_MATERIALIZE_TAG,
    AUTOMATION_CONDITION_TAG,
    BACKFILL_ID_TAG,
    RETRY_NUMBER_TAG,
    SCHEDULE_NAME_TAG,
    SENSOR_NAME_TAG,
)

if TYPE_CHECKING:
    from dagster._config.config_schema import UserConfigSchema
    from dagster._serdes import ConfigurableClassData

LANE_TAG, ON_DEMAND = "ansvar/lane", "on_demand"
_AT_ONCE = 4
_BY_ITSELF = {AUTO_MATERIALIZE_TAG, AUTOMATION_CONDITION_TAG, BACKFILL_ID_TAG, RETRY_NUMBER_TAG, SCHEDULE_NAME_TAG, SENSOR_NAME_TAG}


class LanesRunCoordinator(QueuedRunCoordinator):
    """Runs on demand begin at once, as long as few of them are running; all others, and what is more, stand in the queue.

    On demand is what is tagged so, and, without a tag of a schedule, a sensor or a backfill, what a person began: it is tagged then.
    """

    def __init__(self, *, on_demand_at_once: int = _AT_ONCE, **others: Any) -> None:
        """Take the queue's own settings, and how many runs on demand may be running at once."""
        super().__init__(**others)
        self._on_demand_at_once = on_demand_at_once

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """What dagster.yaml may say of it: all of Dagster's queue, and `on_demand_at_once`."""
        queue = super().config_type()
        own = {"on_demand_at_once": dg.Field(dg.IntSource, is_required=False, default_value=_AT_ONCE)}
        return {**queue, **own} if isinstance(queue, Mapping) else own

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]) -> LanesRunCoordinator:
        """The coordinator that dagster.yaml describes."""
        return cls(inst_data=inst_data, **config_value)

    def submit_run(self, context: SubmitRunContext) -> dg.DagsterRun:
        """Begin a run on demand, or put a run into the queue."""
        run = context.dagster_run
        is_tagged = run.tags.get(LANE_TAG) == ON_DEMAND
        is_on_demand = is_tagged or not _BY_ITSELF & run.tags.keys()
        if not is_on_demand or run.status != dg.DagsterRunStatus.NOT_STARTED or self._is_full():
            return super().submit_run(context)
        if not is_tagged:
            self._instance.add_run_tags(run.run_id, {LANE_TAG: ON_DEMAND})
        return self._instance.launch_run(run.run_id, context.workspace)

    def _is_full(self) -> bool:
        running = dg.RunsFilter(statuses=IN_PROGRESS_RUN_STATUSES, tags={LANE_TAG: ON_DEMAND})
        return self._instance.get_runs_count(running) >= self._on_demand_at_once
