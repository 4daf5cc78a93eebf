"""Run a job in this process, as the CLI does."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from assets.accountability.checks import PROMISES_STEP
from assets.ingest.backfill import backfill_key
from assets.outreach.audience import KEPT
from pipelines.definitions import ERASURES, build
from pipelines.instance import add_partition, open_instance
from pipelines.jobs import DAILY, EXPORT, QUIET, backfill_name
from resources.catalogue import load_register
from resources.register import open_register, register_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from resources.catalogue import Dataset
    from resources.home import Home

_TAGS = {".dagster/repository": "__repository__@ansvar"}  # so that the UI lists the run with its job
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
    return _definitions().resolve_job_def(DAILY)


def export_bundle() -> dg.JobDefinition:
    """The export job of the register that the environment names."""
    return _definitions().resolve_job_def(EXPORT)


def _definitions() -> dg.Definitions:
    folder = register_folder()
    return _built(folder, load_register(folder).digest)


@lru_cache(maxsize=1)  # Dagster asks for a run's job four times over
def _built(folder: Path, digest: str) -> dg.Definitions:
    """The definitions of a register; built anew when its YAML has another digest."""
    del digest
    return build(folder)


def job_named(name: str) -> dg.JobDefinition:
    """The job of a name, of the register that the environment names."""
    return _definitions().resolve_job_def(name)


def run_daily(home: Home, groups: Sequence[str] | None = None) -> Ran:
    """Run the daily job, or the assets of some of its groups."""
    selection = None
    if groups is not None:
        graph = _definitions().resolve_asset_graph()
        selection = [key for group in groups for key in dg.AssetSelection.groups(group).resolve(graph)]
    return _run(daily, home, selection=selection, tags=_TAGS)


def run_export(home: Home, request: str) -> Ran:
    """Write the bundle of a request."""
    opened = open_register(home=home)
    opened.ledger.request(request)
    add_partition(home, request)
    return _run(export_bundle, home, selection=None, tags=_TAGS | {"dagster/partition": request})


def run_backfill(home: Home, dataset: Dataset, days: Iterable[dt.date]) -> list[Ran]:
    """Read days of a data set again: a run for each stretch of days that follow each other, until one fails."""
    job = backfill_name(backfill_key(dataset))
    done: list[Ran] = []
    for first, last in _stretches(days):
        tags = {"dagster/asset_partition_range_start": first.isoformat(), "dagster/asset_partition_range_end": last.isoformat()}
        done.append(_run(job, home, selection=None, tags=_TAGS | tags))
        if not done[-1].success:
            break
    return done


def _stretches(days: Iterable[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """Days, each once, as stretches of days that follow each other: the first and the last of each."""
    found: list[tuple[dt.date, dt.date]] = []
    for day in sorted(set(days)):
        if found and found[-1][1] + dt.timedelta(days=1) == day:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def run_erasures(home: Home) -> Ran:
    """Carry out the erasures that were decided on."""
    return _run(daily, home, selection=[ERASURES], tags=_TAGS)


def run_outreach(home: Home) -> Ran:
    """Work out anew who may be written to."""
    return _run(daily, home, selection=[dg.AssetKey(["outreach", table]) for table in KEPT], tags=_TAGS)


def _run(job: object, home: Home, selection: Sequence[dg.AssetKey] | None, tags: dict[str, str]) -> Ran:
    """Run a job, given by its name or by a function of this module that makes it."""
    if isinstance(job, str):
        made = dg.build_reconstructable_job(__name__, job_named.__name__, reconstructable_args=(job,))
    else:
        made = dg.reconstructable(job)  # type: ignore[arg-type] # the stubs ask for a narrower callable
    with open_instance(home) as instance:
        _settle(instance)
        result = dg.execute_job(
            made,
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
