"""What Dagster shows behind the entrance in these tests: an asset, requests, a job, a schedule and a sensor."""

import dagster as dg

REQUEST = "r0123456789abcdef0123"


@dg.asset
def table() -> None:
    """An asset."""


@dg.asset(partitions_def=dg.DynamicPartitionsDefinition(name="requests"))
def bundle() -> None:
    """An asset a request."""


daily = dg.define_asset_job("daily", [table])
export = dg.define_asset_job("export_bundle", [bundle])
erasures = dg.define_asset_job("erasures", [table])


@dg.sensor(job=daily)
def watching() -> dg.SkipReason:
    """A sensor."""
    return dg.SkipReason("Nothing came.")


defs = dg.Definitions(
    assets=[table, bundle],
    jobs=[daily, export, erasures],
    schedules=[dg.ScheduleDefinition(name="nightly", job=daily, cron_schedule="0 3 * * *")],
    sensors=[watching],
)
