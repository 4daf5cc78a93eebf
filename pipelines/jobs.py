"""The jobs: the daily run, days that are read again, and the export on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from pipelines.launch.coordinator import LANE_TAG, ON_DEMAND

if TYPE_CHECKING:
    from collections.abc import Iterable

DAILY = "daily"
EXPORT = "export_bundle"
PURGE = "purge"
ERASURES = "erasures"
REQUESTS = dg.AssetKey(["rights", "requests"])
# A source that cannot be read fails its own step after handing on what was held of it: all else goes on, and the run ends as failed.
# Nothing on the terminal: the UI and the command say what happened.
QUIET: dict[str, object] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_GO_ON = {"step_dependency_config": {"require_upstream_step_success": False}}
EXECUTOR = dg.in_process_executor.configured(_GO_ON, name="in_process")


def daily_job(promises: dg.AssetChecksDefinition) -> dg.UnresolvedAssetJobDefinition:
    """Read every source, work out who is who, purge what is past its period, say who may be written to, look at deadlines and promises."""
    return dg.define_asset_job(
        DAILY,
        selection=dg.AssetSelection.groups("ingest", "identity", "retention", "outreach", "accountability")
        | dg.AssetSelection.assets(REQUESTS)
        | dg.AssetSelection.checks(promises),
        description="Reads every source, works out who is who, purges what is past its period, says who may be written to, checks promises",
        executor_def=EXECUTOR,
        config=QUIET,
    )


def backfill_jobs(days: Iterable[dg.AssetsDefinition]) -> list[dg.UnresolvedAssetJobDefinition]:
    """For each data set that can be read day by day, read picked days of it again; its partitions are the days."""
    return [
        dg.define_asset_job(
            backfill_name(asset.key),
            selection=dg.AssetSelection.assets(asset),
            description="Reads picked days of the data set again; the daily job goes on where it would have.",
            executor_def=EXECUTOR,
            config=QUIET,
        )
        for asset in days
    ]


def backfill_name(key: dg.AssetKey) -> str:
    """The job of an asset of days."""
    return "_".join(key.path)


def purge_job() -> dg.UnresolvedAssetJobDefinition:
    """Plan, purge and verify by hand; with `dry_run: true` in the configuration of the purge nothing goes."""
    return dg.define_asset_job(
        PURGE,
        selection=dg.AssetSelection.assets(*(["retention", step] for step in ("plan", "purge", "verify"))),
        description="Purges what is past its period, now. A dry run: set `dry_run` of `retention__purge` to true.",
        executor_def=EXECUTOR,
        config=QUIET | {"ops": {"retention__purge": {"config": {"dry_run": False}}}},
    )


def erasures_job(erasures: dg.AssetKey) -> dg.UnresolvedAssetJobDefinition:
    """Carry out by hand the erasures that named users decided."""
    return dg.define_asset_job(
        ERASURES,
        selection=dg.AssetSelection.assets(erasures),
        tags={LANE_TAG: ON_DEMAND},
        description="Erases the persons whose erasure a named user decided (`ansvar erase REQUEST --by NAME --later`), now.",
        executor_def=EXECUTOR,
        config=QUIET,
    )


def export_job() -> dg.UnresolvedAssetJobDefinition:
    """Write the bundle that answers a request; its partition is the request's opaque id.

    Whether promises are kept is judged by the daily job, and whenever somebody asks: nobody waits for it here.
    """
    return dg.define_asset_job(
        EXPORT,
        selection=(dg.AssetSelection.groups("rights") - dg.AssetSelection.assets(REQUESTS)).without_checks(),
        tags={LANE_TAG: ON_DEMAND},
        description="Writes the export bundle that answers one request; the partition is the id that `ansvar request new` gives.",
        executor_def=EXECUTOR,
        config=QUIET,
    )
