"""The composition root: every definition, built from the register's catalogue."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import dagster as dg

from assets.identity.assets import identity_assets
from assets.ingest.assets import ingest_assets, key_of, source_specs
from assets.retention.assets import retention_assets
from assets.rights.assets import rights_assets
from pipelines.jobs import EXECUTOR, daily_job, export_job
from pipelines.publish import publish_if_last
from pipelines.schedules import daily_schedule
from resources.catalogue import load_register
from resources.register import Register, open_register, register_folder

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
    """
    catalogue = load_register(folder or register_folder())

    @lru_cache(maxsize=1)
    def register(run: str) -> Register:
        del run  # opened once a run: a run has one clock from its first step to its last
        return open_register(catalogue, home, clock)

    tables = [key_of(dataset) for dataset in catalogue.datasets]
    identity = identity_assets(register, publish_if_last, tables)
    daily = daily_job()
    return dg.Definitions(
        assets=[
            *source_specs(catalogue),
            *ingest_assets(catalogue, register, publish_if_last),
            identity,
            *retention_assets(register, sorted(identity.keys)),
            *rights_assets(register, [*tables, *sorted(identity.keys)]),
        ],
        jobs=[daily, export_job()],
        schedules=[daily_schedule(daily, catalogue.notice.time_zone)],
        executor=EXECUTOR,
    )
