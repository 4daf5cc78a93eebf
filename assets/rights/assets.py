"""Declares the export bundles, one partition a request by its opaque id, and the requests with their deadlines."""

import datetime as dt
import warnings
from collections.abc import Iterator

import dagster as dg

from assets.declare import Opener, guarded
from assets.rights.export import Exported, export_many, verified_of
from assets.rights.standing import standing

GROUP = "rights"
BUNDLES = dg.AssetKey([GROUP, "bundles"])
SENSOR_TAG = "dagster/sensor_name"
REQUESTS = dg.DynamicPartitionsDefinition(name="requests")


def rights_assets(register: Opener, upstream: list[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """The answers to requests for access."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)  # of the policy that answers several requests in one run
        return [_bundles(register, upstream)]


def _bundles(register: Opener, upstream: list[dg.AssetKey]) -> dg.AssetsDefinition:
    @dg.asset(
        key=BUNDLES,
        group_name=GROUP,
        deps=upstream,
        partitions_def=REQUESTS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        kinds={"duckdb", "zip"},
        output_required=False,
        description=(
            "One partition is the export bundle of one request, named by the request's opaque id; it waits for its release. "
            "Several requests are answered together: what is looked up in the register is looked up once for all of them."
        ),
    )
    def bundles(context: dg.AssetExecutionContext) -> Iterator[dg.AssetMaterialization | dg.MaterializeResult[None]]:
        with guarded():
            opened, asked = register(context.run.run_id), context.partition_keys
            if SENSOR_TAG in context.run.tags:
                asked = verified_of(opened, asked)
            if not asked:
                context.log.info("The bundle was made meanwhile: it is not made anew.")
                return
            batch = export_many(opened, asked)
        if not batch.failed:
            for done in batch.done:
                context.add_asset_metadata(_counted(done), partition_key=done.request)
            yield dg.MaterializeResult()
            return
        for done in batch.done:
            yield dg.AssetMaterialization(BUNDLES, partition=done.request, metadata=_counted(done))
        is_one = len(context.partition_keys) == 1
        messages = [str(error) if is_one else f"{request}: {error}" for request, error in batch.failed.items()]
        raise dg.Failure("\n".join(messages), allow_retries=False)

    return bundles


def _counted(done: Exported) -> dict[str, int | str]:
    return {"state": done.state, "records": done.records, "tables": done.tables, "files": done.files, "bytes": done.bytes}


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
