"""Declares the daily purge: plan, purge, verify."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from assets.declare import Opener, guarded
from assets.retention import dagster_storage
from assets.retention.forecast import Forecast, forecast, totals
from assets.retention.run import due, purge_in_run, verify
from resources.ledger import PurgeRecord
from resources.runs import begin_run

GROUP = "retention"


def retention_assets(register: Opener, upstream: list[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """What is past its period, its purge, and the proof."""

    @dg.asset(
        key=[GROUP, "plan"],
        group_name=GROUP,
        deps=upstream,
        kinds={"duckdb"},
        description="What is past its period today, by layer, data set and rule.",
    )
    def retention_plan(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with guarded():
            opened = register(context.run.run_id)
            begin_run(opened, context.run.run_id)
            with opened.warehouse.viewing(context.run.run_id) as engine:
                records = due(opened, engine)
                ahead = forecast(engine, opened.catalogue, opened.clock.today())
            metadata = _metadata(records) | _ahead(ahead, opened.clock.today()) | {"today": opened.clock.today().isoformat()}
            return dg.MaterializeResult(metadata=metadata)

    @dg.asset(
        key=[GROUP, "purge"],
        group_name=GROUP,
        deps=[retention_plan],
        kinds={"duckdb"},
        description="What went because its period was past.",
    )
    def retention_purge(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with guarded():
            opened = register(context.run.run_id)
            done = purge_in_run(opened, context.run.run_id)
            for table, rows in done.rows.items():
                dataset = opened.catalogue.dataset(table)
                key = dg.AssetKey(["ingest", dataset.source, dataset.name])
                context.log_event(dg.AssetObservation(key, metadata={"dagster/row_count": rows}, description="After the purge."))
            return dg.MaterializeResult(metadata=_metadata(done.records) | {"audio files": done.files})

    @dg.asset(
        key=[GROUP, "verify"],
        group_name=GROUP,
        deps=[retention_purge],
        kinds={"duckdb"},
        description="Nothing past its period is left in what readers see, and every table has a rule.",
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(hours=36), warn_window=dt.timedelta(hours=26)),
        check_specs=[
            dg.AssetCheckSpec("nothing_overdue", asset=[GROUP, "verify"], description="No record is held past its period, in any layer."),
            dg.AssetCheckSpec(
                "every_table_has_a_rule", asset=[GROUP, "verify"], description="No table is held that the catalogue does not declare."
            ),
            dg.AssetCheckSpec(
                "audio_matches_rows", asset=[GROUP, "verify"], description="No audio file without a row, no row without its audio file."
            ),
        ],
    )
    def retention_verify(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with guarded():
            found = verify(register(context.run.run_id))
            counts = {"nothing_overdue": found.overdue, "every_table_has_a_rule": found.undeclared, "audio_matches_rows": found.orphans}
            yield dg.MaterializeResult(
                metadata=counts,
                check_results=[
                    dg.AssetCheckResult(check_name=name, passed=count == 0, severity=dg.AssetCheckSeverity.ERROR, metadata={"found": count})
                    for name, count in counts.items()
                ],
            )

    @dg.asset(
        key=[GROUP, "runs"],
        group_name=GROUP,
        deps=[retention_verify],
        kinds={"dagster"},
        description="What Dagster keeps of runs that are past their period goes: events, tags, checks, ticks and backfills.",
        check_specs=[dg.AssetCheckSpec("no_old_runs", asset=[GROUP, "runs"], description="Dagster keeps no run past its period.")],
    )
    def retention_runs(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with guarded():
            opened = register(context.run.run_id)
            gone, left = dagster_storage.purge_in_run(opened, context.instance, context.run.run_id)
            yield dg.MaterializeResult(
                metadata={"runs": gone.records, "oldest": str(gone.oldest), "newest": str(gone.newest)},
                check_results=[dg.AssetCheckResult(check_name="no_old_runs", passed=left == 0, metadata={"found": left})],
            )

    return [retention_plan, retention_purge, retention_verify, retention_runs]


def _ahead(forecasts: list[Forecast], today: dt.date) -> dict[str, dg.MarkdownMetadataValue | int]:
    """The forecast as a table, and what falls due in the months ahead as numbers."""
    months = totals(forecasts, today)
    head = f"| layer | data set | rule | {' | '.join(f'{day:%Y-%m}' for day in months)} |\n|{'---|' * (3 + len(months))}\n"
    rows = "\n".join(f"| {each.layer} | {each.dataset} | {each.rule} | {' | '.join(map(str, each.records))} |" for each in forecasts)
    table = {"forecast": dg.MetadataValue.md(head + rows)} if forecasts else {}
    return {f"due in month {number}": count for number, count in enumerate(months.values())} | table


def _metadata(records: list[PurgeRecord]) -> dict[str, dg.MarkdownMetadataValue | int]:
    due = [record for record in records if record.records]
    rows = "\n".join(f"| {each.layer} | {each.dataset} | {each.rule} | {each.records} | {each.oldest} | {each.newest} |" for each in due)
    head = "| layer | data set | rule | records | oldest | newest |\n|---|---|---|---|---|---|\n"
    table = {"due": dg.MetadataValue.md(head + rows)} if due else {}
    return {"records": sum(record.records for record in due)} | table
