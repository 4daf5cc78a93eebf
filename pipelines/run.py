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
from pipelines.instance import add_partitions, open_instance
from pipelines.jobs import DAILY, EXPORT, QUIET, backfill_name
from pipelines.launch.process import PROCESS_TAG, name_of, number_of
from pipelines.launch.run import ENDED
from resources.catalogue import load_register
from resources.register import open_register, register_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from resources.catalogue import Dataset
    from resources.home import Home

_TAGS = {".dagster/repository": "__repository__@ansvar"}  # so that the UI lists the run with its job
_EVALUATED = dg.DagsterEventType.ASSET_CHECK_EVALUATION


@dataclass(frozen=True)
class Ran:
    """How a run ended: its id, a message for each step that failed, and `promise at asset` for each broken promise of the notice.

    `partitions` are those that it made.
    """

    run: str
    success: bool
    failures: list[str]
    broken: list[str]
    partitions: list[str]


def _definitions() -> dg.Definitions:
    folder = register_folder()
    return _built(folder, load_register(folder).digest)


@lru_cache(maxsize=1)  # a command asks for its definitions, and Dagster for the job of a run
def _built(folder: Path, digest: str) -> dg.Definitions:
    """The definitions of a register; built anew when its YAML has another digest."""
    del digest
    return build(folder)


def job_of(folder: str, digest: str, name: str) -> dg.JobDefinition:
    """The job of a name, of the register in a folder whose YAML has this digest."""
    return _built(Path(folder), digest).resolve_job_def(name)


def run_daily(home: Home, groups: Sequence[str] | None = None) -> Ran:
    """Run the daily job, or the assets of some of its groups."""
    selection = None
    if groups is not None:
        graph = _definitions().resolve_asset_graph()
        selection = [key for group in groups for key in dg.AssetSelection.groups(group).resolve(graph)]
    return _run(DAILY, home, selection=selection, tags=_TAGS)


def run_export(home: Home, requests: Sequence[str]) -> list[Ran]:
    """Write the bundles of requests: a run for each stretch of them that follow each other in Dagster's list of partitions.

    Raises:
        AnsvarError: where there is no request of one of the ids; nothing was done then.
    """
    opened = open_register(home=home)
    for request in requests:
        opened.ledger.request(request)
    known = add_partitions(home, requests)
    places = {request: place for place, request in enumerate(known)}
    stretches = _stretches(places[request] for request in requests)
    return [_run(EXPORT, home, selection=None, tags=_TAGS | _picked(known[first], known[last])) for first, last in stretches]


def _picked(first: str, last: str) -> dict[str, str]:
    """The tags that pick partitions: one by its name, by which Dagster's UI lists the run with it, else from one to another."""
    return {"dagster/partition": first} if first == last else _range_of(first, last)


def _range_of(first: str, last: str) -> dict[str, str]:
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}


def run_backfill(home: Home, dataset: Dataset, days: Iterable[dt.date]) -> list[Ran]:
    """Read days of a data set again: a run for each stretch of days that follow each other, until one fails."""
    job = backfill_name(backfill_key(dataset))
    done: list[Ran] = []
    for first, last in _stretches(day.toordinal() for day in days):
        tags = _range_of(*(dt.date.fromordinal(day).isoformat() for day in (first, last)))
        done.append(_run(job, home, selection=None, tags=_TAGS | tags))
        if not done[-1].success:
            break
    return done


def _stretches(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers, each once, as stretches of those that follow each other: the first and the last of each."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] + 1 == number:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def run_erasures(home: Home) -> Ran:
    """Carry out the erasures that were decided on."""
    return _run(DAILY, home, selection=[ERASURES], tags=_TAGS)


def run_outreach(home: Home) -> Ran:
    """Work out anew who may be written to."""
    return _run(DAILY, home, selection=[dg.AssetKey(["outreach", table]) for table in KEPT], tags=_TAGS)


def _run(job: str, home: Home, selection: Sequence[dg.AssetKey] | None, tags: dict[str, str]) -> Ran:
    """Run a job of the register that the environment names.

    Dagster keeps the job that it made last, by what it was told to make it of: without the digest a process that ran a job of one register
    would run that of another by the first one's catalogue.
    """
    folder = register_folder()
    of_register = (str(folder), load_register(folder).digest, job)
    made = dg.build_reconstructable_job(__name__, job_of.__name__, of_register)  # type: ignore[arg-type] # the stubs take one argument
    with open_instance(home) as instance:
        _settle(instance)
        result = dg.execute_job(
            made,
            instance=instance,
            run_config=QUIET,
            asset_selection=selection,
            tags=tags | {PROCESS_TAG: name_of(os.getpid())},
            raise_on_error=False,
        )
        failures = [_message(event) for event in result.all_events if event.is_step_failure]
        judged = [event for event in result.all_events if event.event_type is _EVALUATED and event.step_key == PROMISES_STEP]
        told = [event.asset_check_evaluation_data for event in judged]
        broken = sorted(f"{each.check_name} at {'/'.join(each.asset_key.path)}" for each in told if not each.passed)
        made_of = [event.partition for event in result.all_events if event.is_step_materialization]
        partitions = [partition for partition in made_of if partition is not None]
        return Ran(result.run_id, result.success, failures, broken, partitions)


def _settle(instance: dg.DagsterInstance) -> None:
    """Mark as failed the runs of earlier commands whose process is gone: Dagster would show them as running for ever."""
    unfinished = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    for run in instance.get_runs(dg.RunsFilter(statuses=unfinished)):
        process = run.tags.get(PROCESS_TAG, "")
        if process != "" and number_of(process) is None:
            instance.report_run_failed(run, ENDED)


def _message(event: dg.DagsterEvent) -> str:
    failure = event.step_failure_data
    if failure.user_failure_data is not None and failure.user_failure_data.description:
        return failure.user_failure_data.description
    return f"{event.step_key} failed; see the run in Dagster's UI"
