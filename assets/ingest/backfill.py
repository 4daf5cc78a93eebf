"""Declares the days of data sets that can be read again: one partition a closed day, picked in Dagster's UI."""

import datetime as dt
import warnings
from collections.abc import Iterable

import dagster as dg

from assets.declare import Opener, Publish, guarded
from assets.ingest.assets import GROUP, counts_of, source_key
from assets.ingest.source import Outcome, ingest_days
from resources.catalogue import Catalogue, Dataset
from resources.connectors.pieces import since_by_days
from resources.register import Register

BACKFILL = "backfill"


def backfill_key(dataset: Dataset) -> dg.AssetKey:
    """The asset key of a data set's days."""
    return dg.AssetKey([BACKFILL, dataset.source, dataset.name])


def backfill_assets(catalogue: Catalogue, register: Opener, publish: Publish) -> list[dg.AssetsDefinition]:
    """One asset a data set whose source gives any closed day for itself; the daily job reads none of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)  # of the policy that reads a stretch of days in one run
        return [_days(dataset, catalogue, register, publish) for dataset in catalogue.datasets if since_by_days(dataset) is not None]


def _days(dataset: Dataset, catalogue: Catalogue, register: Opener, publish: Publish) -> dg.AssetsDefinition:
    source, since = catalogue.sources[dataset.source], since_by_days(dataset)

    @dg.asset(
        key=backfill_key(dataset),
        group_name=BACKFILL,
        deps=[source_key(source)],
        kinds={"duckdb", "api"},
        owners=[f"team:{source.shape.team}"],
        partitions_def=dg.DailyPartitionsDefinition(f"{since.start if since else ''}", timezone=source.shape.time_zone),
        backfill_policy=dg.BackfillPolicy.single_run(),
        description=(
            f"Days of {dataset.id} that were read again: pick closed days, and what the source has of them now is merged by its key.\n\n"
            "The daily job reads on where it would have. What was erased, purged or is too old does not come back."
        ),
    )
    def days(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with guarded():
            opened = register(context.run.run_id)
            outcome = _read(opened, dataset, context.run.run_id, context.partition_keys)
            publish(context, opened, GROUP)
        if outcome.error is not None or outcome.account is None:
            raise dg.Failure(str(outcome.error), allow_retries=False)
        counted: dict[str, int | str] = {"days": len(context.partition_keys), "batch": outcome.batch or "", **counts_of(outcome.account)}
        return dg.MaterializeResult(metadata={**counted, **outcome.asked})

    return days


def _read(register: Register, dataset: Dataset, run: str, keys: Iterable[str]) -> Outcome:
    try:
        return ingest_days(register, dataset, run, map(dt.date.fromisoformat, keys))
    except BaseException:
        register.warehouse.release(run)
        raise
