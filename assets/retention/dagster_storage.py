"""What Dagster itself keeps of runs that are past their period: runs, their events, tags and checks, backfills, and ticks of schedules.

`DagsterInstance.delete_run` (https://docs.dagster.io/api/dagster/internals#dagster.DagsterInstance.delete_run) leaves the tags, the
executions of checks, the last materialisation and the files of a run. What it leaves is deleted here by the tables' own names, which are
private to Dagster: this module alone knows them. Snapshots of jobs stay: they hold definitions, and a new run may need one.
"""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, AssetKeyTable
from dagster._core.storage.runs.schema import BulkActionsTable, RunTagsTable

from assets.retention.own import is_past
from resources.clock import local_date
from resources.ledger import PurgeRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.register import Register

REQUESTS = "requests"
"""The partitions of the answers: opaque ids of requests."""
_AT_ONCE = 500
_OVER = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


@dataclass(frozen=True)
class Due:
    """Runs that are due, by their id with the local date; partitions of requests that are no more; and since when ticks are kept."""

    runs: dict[str, dt.date]
    partitions: list[str]
    before: dt.datetime | None

    def record(self, rule: str) -> PurgeRecord:
        """What is due, as the layer `dagster`."""
        days = sorted(self.runs.values())
        return PurgeRecord("dagster", "runs", rule, len(days), days[0] if days else None, days[-1] if days else None)


def due(register: Register, instance: dg.DagsterInstance) -> Due:
    """What is past its period today, nothing changed. A run that has not ended stays, however old it is."""
    own, zone, today = register.catalogue.retention.own, register.catalogue.notice.time_zone, register.clock.today()
    rule = register.catalogue.retention.rules[own.runs]
    found: dict[str, dt.date] = {}
    before = None
    for record in _ended(instance, dt.datetime.combine(today, dt.time(), dt.UTC)):
        begun = record.create_timestamp.astimezone(dt.UTC).replace(tzinfo=None)
        if is_past(rule, local_date(begun, zone), today):
            found[record.dagster_run.run_id] = local_date(begun, zone)
            before = max(before or begun, begun)
    known = {row["request"] for row in register.ledger.requests()}
    return Due(found, [each for each in instance.get_dynamic_partitions(REQUESTS) if each not in known], before)


def purge(instance: dg.DagsterInstance, found: Due) -> None:
    """Delete what is due, with what Dagster would leave of it, and the ticks and backfills that are as old."""
    runs = list(found.runs)
    for run in runs:
        instance.delete_run(run)
    for start in range(0, len(runs), _AT_ONCE):
        some = runs[start : start + _AT_ONCE]
        with instance.run_storage.connect() as connection:  # type: ignore[attr-defined] # every SQL storage has it
            connection.execute(RunTagsTable.delete().where(RunTagsTable.c.run_id.in_(some)))
        with instance.event_log_storage.index_connection() as connection:  # type: ignore[attr-defined] # every SQL storage has it
            connection.execute(AssetCheckExecutionsTable.delete().where(AssetCheckExecutionsTable.c.run_id.in_(some)))
            last = AssetKeyTable.update().where(AssetKeyTable.c.last_run_id.in_(some))
            connection.execute(last.values(last_materialization=None, last_run_id=None, cached_status_data=None))
    for partition in found.partitions:
        instance.delete_dynamic_partition(REQUESTS, partition)
    if found.before is not None:
        with instance.run_storage.connect() as connection:  # type: ignore[attr-defined] # every SQL storage has it
            connection.execute(BulkActionsTable.delete().where(BulkActionsTable.c.timestamp <= found.before))
        for state in instance.all_instigator_state():
            instance.purge_ticks(state.instigator_origin_id, state.selector_id, found.before.replace(tzinfo=dt.UTC).timestamp())
    root = Path(instance.root_directory)
    for run in runs:
        shutil.rmtree(root / "storage" / run, ignore_errors=True)
        for file in (root / "history" / "runs").glob(f"{run}.db*"):
            file.unlink()


def purge_in_run(register: Register, instance: dg.DagsterInstance, run: str) -> tuple[PurgeRecord, int]:
    """Delete what is due, and count it in the ledger; gives what went, and how many runs are due after it."""
    rule, found = register.catalogue.retention.own.runs, due(register, instance)
    gone = found.record(rule)
    purge(instance, found)
    register.ledger.own_gone(run, register.clock.now(), [gone] if gone.records else [], bundles=(), requests=())
    return gone, len(due(register, instance).runs)


def _ended(instance: dg.DagsterInstance, before: dt.datetime) -> Iterator[dg.RunRecord]:
    cursor = None
    filters = dg.RunsFilter(statuses=_OVER, created_before=before)
    while page := instance.get_run_records(filters, limit=_AT_ONCE, cursor=cursor):
        yield from page
        cursor = page[-1].dagster_run.run_id
