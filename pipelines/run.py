"""Run a job in this process, as the CLI does."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from assets.accountability.checks import PROMISES_STEP
from pipelines.definitions import build
from pipelines.instance import open_instance
from pipelines.jobs import DAILY, EXPORT, QUIET
from resources.register import open_register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.home import Home

_TAGS = {".dagster/repository": "__repository__@ansvar"}  # so that the UI lists the run with its job
ERASURES = dg.AssetKey(["retention", "erasures"])
_PROCESS = "ansvar/process"
_EVALUATED = dg.DagsterEventType.ASSET_CHECK_EVALUATION


@dataclass(frozen=True)
class Ran:
    """How a run ended: its id, a message for each step that failed, and `promise at asset` for each broken promise of the notice."""

    run: str
    success: bool
    failures: list[str]
    broken: list[str]


def daily() -> dg.JobDefinition:
    """The daily job of the register that the environment names."""
    return build().resolve_job_def(DAILY)


def export_bundle() -> dg.JobDefinition:
    """The export job of the register that the environment names."""
    return build().resolve_job_def(EXPORT)


def run_daily(home: Home, groups: Sequence[str] | None = None) -> Ran:
    """Run the daily job, or the assets of some of its groups."""
    selection = None
    if groups is not None:
        graph = build().resolve_asset_graph()
        selection = [key for group in groups for key in dg.AssetSelection.groups(group).resolve(graph)]
    return _run(daily, home, selection=selection, tags=_TAGS)


def run_export(home: Home, request: str) -> Ran:
    """Write the bundle of a request."""
    opened = open_register(home=home)
    opened.ledger.request(request)
    add_partition(home, request)
    return _run(export_bundle, home, selection=None, tags=_TAGS | {"dagster/partition": request})


def run_erasures(home: Home) -> Ran:
    """Carry out the erasures that were decided on."""
    return _run(daily, home, selection=[ERASURES], tags=_TAGS)


def add_partition(home: Home, request: str) -> None:
    """Let Dagster know of a request, by its opaque id."""
    with open_instance(home) as instance:
        instance.add_dynamic_partitions("requests", [request])


def _run(job: object, home: Home, selection: Sequence[dg.AssetKey] | None, tags: dict[str, str]) -> Ran:
    with open_instance(home) as instance:
        _settle(instance)
        result = dg.execute_job(
            dg.reconstructable(job),  # type: ignore[arg-type] # the stubs ask for a narrower callable
            instance=instance,
            run_config=QUIET,
            asset_selection=selection,
            tags=tags | {_PROCESS: _name_of(os.getpid())},
            raise_on_error=False,
        )
        failures = [_message(event) for event in result.all_events if event.is_step_failure]
        judged = [event for event in result.all_events if event.event_type is _EVALUATED and event.step_key == PROMISES_STEP]
        told = [event.asset_check_evaluation_data for event in judged]
        broken = sorted(f"{each.check_name} at {'/'.join(each.asset_key.path)}" for each in told if not each.passed)
        return Ran(result.run_id, result.success, failures, broken)


def _settle(instance: dg.DagsterInstance) -> None:
    """Mark as failed the runs of earlier commands whose process is gone: Dagster would show them as running for ever."""
    unfinished = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    for run in instance.get_runs(dg.RunsFilter(statuses=unfinished)):
        process = run.tags.get(_PROCESS)
        if process is not None and process != _name_of(int(process.partition(".")[0])):
            instance.report_run_failed(run, "The process of this run ended without a word. What it had not published never happened.")


def _name_of(process: int) -> str:
    """A process by its number and the time it started (in clock ticks since boot), for numbers come again; empty where there is none."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return ""
    return f"{process}.{status.rpartition(')')[2].split()[19]}"


def _message(event: dg.DagsterEvent) -> str:
    failure = event.step_failure_data
    if failure.user_failure_data is not None and failure.user_failure_data.description:
        return failure.user_failure_data.description
    return f"{event.step_key} failed; see the run in Dagster's UI"
