"""Declares the export bundles, one partition a request by its opaque id, and the requests with their deadlines."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from assets.declare import Opener, guarded
from assets.rights.export import export
from assets.rights.standing import standing

GROUP = "rights"
REQUESTS = dg.DynamicPartitionsDefinition(name="requests")


def rights_assets(register: Opener, upstream: list[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """The answer to a request for access."""

    @dg.asset(
        key=[GROUP, "bundles"],
        group_name=GROUP,
        deps=upstream,
        partitions_def=REQUESTS,
        kinds={"duckdb", "zip"},
        description="One partition is the export bundle that answers one request, named by the request's opaque id.",
    )
    def bundles(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with guarded():
            done = export(register(context.run.run_id), context.partition_key)
            return dg.MaterializeResult(metadata={"records": done.records, "tables": done.tables, "files": done.files, "bytes": done.bytes})

    return [bundles]


def requests_asset(register: Opener) -> dg.AssetsDefinition:
    """How the open requests stand to their deadlines: looked at every day, be any filed or not."""
    key = dg.AssetKey([GROUP, "requests"])
    told = {
        "none_overdue": ("Every request is answered before its deadline is over.", dg.AssetCheckSeverity.ERROR),
        "none_due_soon": ("No request is about to become overdue.", dg.AssetCheckSeverity.WARN),
        "all_clear": ("Of every request it is clear whom it means.", dg.AssetCheckSeverity.WARN),
        "forms_filed": ("No form waits that could not be filed as a request.", dg.AssetCheckSeverity.WARN),
    }

    @dg.asset(
        key=key,
        group_name=GROUP,
        kinds={"sql"},
        description="Requests of data subjects that are open, by state and by how near their deadline is; counts alone.",
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(hours=36), warn_window=dt.timedelta(hours=26)),
        check_specs=[dg.AssetCheckSpec(name, asset=key, description=text) for name, (text, _) in told.items()],
    )
    def requests(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with guarded():
            found = standing(register(context.run.run_id))
            counts = {
                "none_overdue": found.overdue,
                "none_due_soon": found.due_soon,
                "all_clear": found.unclear,
                "forms_filed": found.put_aside,
            }
            yield dg.MaterializeResult(
                metadata=found.counts(),
                check_results=[
                    dg.AssetCheckResult(
                        check_name=name,
                        passed=count == 0,
                        severity=told[name][1],
                        description="`ansvar request list` shows them." if count and name != "forms_filed" else None,
                        metadata={"found": count},
                    )
                    for name, count in counts.items()
                ],
            )

    return requests
