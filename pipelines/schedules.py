"""When jobs run by themselves."""

from __future__ import annotations

import dagster as dg


def daily_schedule(job: dg.UnresolvedAssetJobDefinition, time_zone: str) -> dg.ScheduleDefinition:
    """The daily job, at three in the morning of the register's time zone."""
    return dg.ScheduleDefinition(
        name="daily_at_three",
        job=job,
        cron_schedule="0 3 * * *",
        execution_timezone=time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every night: no data is kept a day longer than promised.",
    )
