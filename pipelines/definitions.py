"""The composition root: every definition, built from the register's catalogue."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import dagster as dg

from assets.accountability.assets import document_assets, promises_asset
from assets.accountability.checks import promise_checks
from assets.accountability.stores import store_specs
from assets.identity.assets import identity_assets
from assets.ingest.assets import ingest_assets, key_of, source_specs
from assets.ingest.backfill import backfill_assets
from assets.lineage import build_lineage
from assets.outreach.assets import outreach_assets
from assets.retention.assets import erasures_asset, retention_assets
from assets.rights.assets import requests_asset, rights_assets
from assets.rights.whom import whom
from pipelines.jobs import EXECUTOR, backfill_jobs, daily_job, erasures_job, export_job, purge_job
from pipelines.publish import publish_if_last
from pipelines.schedules import daily_schedule
from pipelines.sensors import requests_sensor
from resources.catalogue import load_register
from resources.register import Register, open_register, register_folder

ERASURES = dg.AssetKey(["retention", "erasures"])

if TYPE_CHECKING:
    from pathlib import Path

    from resources.clock import Clock
    from resources.home import Home


def build(folder: Path | None = None, home: Home | None = None, clock: Clock | None = None) -> dg.Definitions:
    """The definitions of a register.

    The home is opened when a run begins, so that definitions load, and their errors show, without one.

    Args:
        folder: the register's folder; by default what `ANSVAR_REGISTER` names.
        home: the home; by default what `ANSVAR_HOME` names.
        clock: the clock; by default the home's.

    Raises:
        CatalogueError: where the register's YAML is wrong.
        LineageError: where a column of a table or model has no tags, or cannot be followed.
    """
    catalogue = load_register(folder or register_folder())

    @lru_cache(maxsize=1)
    def register(run: str) -> Register:
        del run  # opened once a run: a run has one clock from its first step to its last
        return open_register(catalogue, home, clock)

    build_lineage(catalogue)
    days = backfill_assets(catalogue, register, publish_if_last)
    tables = {f"register.{dataset.table}": key_of(dataset) for dataset in catalogue.datasets}
    identity = identity_assets(catalogue, register, publish_if_last, tables)
    retention = retention_assets(register, sorted(identity.keys))
    documents = document_assets(catalogue, register, [])
    purged = sorted(key for asset in retention for key in asset.keys)
    checks = promise_checks(catalogue, register, purged)
    daily, export = daily_job(checks), export_job()
    return dg.Definitions(
        assets=[
            *source_specs(catalogue),
            *store_specs(catalogue),
            *ingest_assets(catalogue, register, publish_if_last),
            *days,
            identity,
            *retention,
            erasures_asset(register, whom),
            *outreach_assets(catalogue, register, [ERASURES]),
            *rights_assets(register, [*tables.values(), *sorted(identity.keys)]),
            requests_asset(register),
            *documents,
            promises_asset(catalogue, register, [*purged, *(asset.key for asset in documents)]),
        ],
        asset_checks=[checks],
        jobs=[daily, purge_job(), erasures_job(ERASURES), *backfill_jobs(days), export],
        schedules=[daily_schedule(daily, catalogue.notice.time_zone)],
        sensors=[requests_sensor(export, lambda _: open_register(catalogue, home, clock))],
        executor=EXECUTOR,
    )
