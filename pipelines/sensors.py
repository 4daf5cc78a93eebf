"""What is watched between nights: forms of the company that ask for something, and requests whose bundle can be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from assets.declare import Opener, guarded
from assets.rights.assets import REQUESTS
from assets.rights.intake import AT_ONCE, take_in
from pipelines.jobs import EXPORT
from resources.ledger.requests import RequestLedger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.register import Register

_SECONDS = 30
_ENDED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
_UNDER_WAY = [each for each in dg.DagsterRunStatus if each not in _ENDED]
_PARTITION, _FIRST, _LAST = "dagster/partition", "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


def requests_sensor(job: dg.UnresolvedAssetJobDefinition, register: Opener) -> dg.SensorDefinition:
    """Files what the forms wrote, and starts the export of every request for a bundle whose person a named user verified.

    Nothing but opaque ids of requests reaches Dagster: as partitions, and in the keys that let each be started once.
    """

    @dg.sensor(
        name="requests",
        job=job,
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Files the requests that forms of the company wrote, and starts the export of those whose identity was verified.",
    )
    def requests(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        with guarded():
            opened = register("")
            try:
                return _look(opened, context)
            finally:
                opened.ledger.close()

    return requests


def _look(register: Register, context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    taken = take_in(register)
    known = list(context.instance.get_dynamic_partitions(REQUESTS.name or ""))
    busy = _in_the_making(context.instance, known)
    waiting = [each for each in RequestLedger(register.ledger).to_export(AT_ONCE) if each[0] not in busy]
    if not taken.filed and not taken.refused and not waiting:
        return dg.SkipReason("No form was written, and no request waits for its bundle.")
    new = sorted({request for request, _ in waiting}.difference(known))
    context.log.info("Forms filed: %d, put aside: %d; requests to answer: %d.", len(taken.filed), taken.refused, len(waiting))
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=f"{request}-{step}", partition_key=request) for request, step in waiting],
        dynamic_partitions_requests=[REQUESTS.build_add_request(new)] if new else [],
    )


def _in_the_making(instance: dg.DagsterInstance, known: Sequence[str]) -> set[str]:
    """The requests whose bundle somebody makes just now, as by a click: one of its own would take its place behind their back.

    Args:
        instance: Dagster's.
        known: the partitions, in their order.
    """
    busy: set[str] = set()
    for run in instance.get_runs(dg.RunsFilter(job_name=EXPORT, statuses=_UNDER_WAY)):
        first, last = (run.tags.get(tag, run.tags.get(_PARTITION)) for tag in (_FIRST, _LAST))
        if first in known and last in known:
            busy.update(known[known.index(first) : known.index(last) + 1])
    return busy
