"""Dagster's launcher of runs: each in a process forked from one that has everything loaded; where there is none, as Dagster's own does."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster import DagsterRun, DefaultRunLauncher
from dagster._core.launcher.base import CheckRunHealthResult, LaunchRunContext, WorkerStatus

from pipelines.launch.client import PATIENCE_SECONDS, UnavailableError, fork
from pipelines.launch.process import PROCESS_TAG, number_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagster._config.config_schema import UserConfigSchema
    from dagster._serdes import ConfigurableClassData

_ORDINARY = "No process could be forked for this run: it is started in the ordinary way, which takes some seconds more."


class ForkingRunLauncher(DefaultRunLauncher):
    """Launches a run within a fraction of a second; see `pipelines.launch.server`."""

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS, inst_data: ConfigurableClassData | None = None) -> None:
        """Wait so long for a process to fork from that is being started."""
        super().__init__(inst_data)
        self._patience = patience_seconds

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """What dagster.yaml may say of it."""
        return {"patience_seconds": dg.Field(float, is_required=False, default_value=PATIENCE_SECONDS)}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> ForkingRunLauncher:
        """The launcher that dagster.yaml describes."""
        return cls(inst_data=inst_data, **config_value)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Begin a run."""
        run, folder = context.dagster_run.run_id, Path(self._instance.root_directory)
        try:
            fork(folder, run, lambda process: self._instance.add_run_tags(run, {PROCESS_TAG: process}), self._patience)
        except UnavailableError:
            self._instance.add_run_tags(run, {PROCESS_TAG: ""})
            self._instance.report_engine_event(_ORDINARY, context.dagster_run, cls=self.__class__)
            super().launch_run(context)

    def terminate(self, run_id: str) -> bool:
        """Interrupt a run; whether it was running."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        if not run.tags.get(PROCESS_TAG):
            return bool(super().terminate(run_id))  # type: ignore[no-untyped-call] # Dagster does not say its types
        self._instance.report_run_canceling(run)
        process = number_of(run.tags[PROCESS_TAG])
        if process is None:
            return False
        os.kill(process, signal.SIGINT)
        return True

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Whether Dagster may ask if a run's process is still there."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Whether a run's process is still there; of one that was started in the ordinary way, Dagster's own server takes care."""
        process = run.tags.get(PROCESS_TAG, "")
        is_gone = process != "" and number_of(process) is None
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND if is_gone else WorkerStatus.RUNNING)
