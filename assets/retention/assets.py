"""Declares the daily purge: plan, purge, verify; and the erasures that were decided on."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from assets.declare import Opener, guarded
from assets.retention.erase import Finder, KeptBack, erase_decided, kept_back
from assets.retention.run import due, purge_in_run, verify
from resources.ledger import PurgeRecord
from resources.runs import begin_run

GROUP = "retention"


def erasures_asset(register: Opener, find: Finder, held: KeptBack = kept_back) -> dg.AssetsDefinition:
    """The erasures that were decided on; a step of its own after the purge, which has published by then.

    Args:
        register: opens the register.
        find: finds whom a request means.
        held: tells how many records of a person something keeps back, as a legal hold; such a person is left for the next time.
    """

    @dg.asset(
        key=[GROUP, "erasures"],
        group_name=GROUP,
        deps=[[GROUP, "verify"]],
        kinds={"duckdb"},
        description="Persons whose erasure a named user decided, and who are gone but for what a stated ground keeps.",
    )
    def retention_erasures(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with guarded():
            done = erase_decided(register(context.run.run_id), find, held)
            told = {"persons erased": done.erased, "kept back": done.kept_back, "unclear": done.unclear}
            return dg.MaterializeResult(metadata=told | {"records erased": done.records, "records kept on a ground": done.stays})

    return retention_erasures


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
            return dg.MaterializeResult(metadata=_metadata(records) | {"today": opened.clock.today().isoformat()})

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
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26)),
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

    return [retention_plan, retention_purge, retention_verify]


def _metadata(records: list[PurgeRecord]) -> dict[str, dg.MarkdownMetadataValue | int]:
    due = [record for record in records if record.records]
    rows = "\n".join(f"| {each.layer} | {each.dataset} | {each.rule} | {each.records} | {each.oldest} | {each.newest} |" for each in due)
    head = "| layer | data set | rule | records | oldest | newest |\n|---|---|---|---|---|---|\n"
    table = {"due": dg.MetadataValue.md(head + rows)} if due else {}
    return {"records": sum(record.records for record in due)} | table
