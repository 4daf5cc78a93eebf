"""Declares the daily purge: plan, purge, verify; and the erasures that were decided on."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import dagster as dg

from assets.declare import Opener, guarded
from assets.retention import dagster_storage
from assets.retention.due import Due
from assets.retention.erase import Finder, erase_decided
from assets.retention.forecast import Forecast, forecast, totals
from assets.retention.holds import overdue_reviews
from assets.retention.run import look, purge_in_run, verify
from resources.ledger.corrections import ASKED, CorrectionLedger
from resources.ledger.holds import KINDS
from resources.runs import begin_run

GROUP = "retention"


class PurgeConfig(dg.Config):
    """How the purge is run: a dry run says what would go, and purges nothing."""

    dry_run: bool = False


def erasures_asset(register: Opener, find: Finder) -> dg.AssetsDefinition:
    """The erasures that were decided on; a step of its own after the purge, which has published by then.

    Args:
        register: opens the register.
        find: finds whom a request means.
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
            done = erase_decided(register(context.run.run_id), find)
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
        description="What is past its period today, by layer, data set and rule, and what of it is held back.",
        check_specs=[
            dg.AssetCheckSpec(
                "holds_reviewed",
                asset=[GROUP, "plan"],
                description="No legal hold in force is past the date on which it is to be reviewed.",
            ),
            dg.AssetCheckSpec("plan_approved", asset=[GROUP, "plan"], description="Nothing that is due waits for a named user's approval."),
            dg.AssetCheckSpec(
                "corrections_settled",
                asset=[GROUP, "plan"],
                description="No source says a third thing of what was corrected at a person's request.",
            ),
        ],
    )
    def retention_plan(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with guarded():
            opened = register(context.run.run_id)
            begin_run(opened, context.run.run_id)
            with opened.warehouse.viewing(context.run.run_id) as engine:
                found = look(opened, engine)
                ahead = forecast(engine, opened.catalogue, opened.clock.today())
            reviews, waiting = len(overdue_reviews(opened)), sum(each.waiting.records for each in found if each.waiting is not None)
            asked = len(CorrectionLedger(opened.ledger).corrections(ASKED))
            yield dg.MaterializeResult(
                metadata=_metadata(found) | _ahead(ahead, opened.clock.today()) | {"today": opened.clock.today().isoformat()},
                check_results=[
                    _warning("holds_reviewed", reviews, "`ansvar hold list` shows them; end what is no longer needed."),
                    _warning("plan_approved", waiting, "`ansvar purge plan` shows them, `ansvar purge approve` approves them."),
                    _warning("corrections_settled", asked, "`ansvar correct list` shows them; keep what is right, or withdraw it."),
                ],
            )

    @dg.asset(
        key=[GROUP, "purge"],
        group_name=GROUP,
        deps=[retention_plan],
        kinds={"duckdb"},
        description="What went because its period was past.",
        check_specs=[
            dg.AssetCheckSpec("went_as_planned", asset=[GROUP, "purge"], description="All that was to go went, and nothing else."),
        ],
    )
    def retention_purge(context: dg.AssetExecutionContext, config: PurgeConfig) -> Iterator[dg.MaterializeResult[None]]:
        with guarded():
            opened = register(context.run.run_id)
            done = purge_in_run(opened, context.run.run_id, dry_run=config.dry_run)
            for table, rows in done.rows.items():
                dataset = opened.catalogue.dataset(table)
                key = dg.AssetKey(["ingest", dataset.source, dataset.name])
                context.log_event(dg.AssetObservation(key, metadata={"dagster/row_count": rows}, description="After the purge."))
            meant, went = sum(each.going.records for each in done.due), sum(record.records for record in done.records)
            yield dg.MaterializeResult(
                metadata=_metadata(done.due) | {"audio files": done.files, "dry run": config.dry_run},
                check_results=[
                    dg.AssetCheckResult(
                        check_name="went_as_planned",
                        passed=meant == went,
                        severity=dg.AssetCheckSeverity.ERROR,
                        metadata={"meant": meant, "went": went},
                    )
                ],
            )

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
            dg.AssetCheckSpec(
                "files_match_rows", asset=[GROUP, "verify"], description="No file without a row, no row without its file, in any layer."
            ),
        ],
    )
    def retention_verify(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with guarded():
            found = verify(register(context.run.run_id))
            told = {"nothing_overdue": {"held back": found.held, "waiting for approval": found.waiting}}
            told["files_match_rows"] = {f"files without a row: {layer}": count for layer, count in found.stray.items()}
            told["files_match_rows"] |= {f"rows without a file: {layer}": count for layer, count in found.lost.items()}
            counts = {"nothing_overdue": found.overdue, "every_table_has_a_rule": found.undeclared, "audio_matches_rows": found.orphans}
            counts["files_match_rows"] = sum(found.stray.values()) + sum(found.lost.values())
            yield dg.MaterializeResult(
                metadata=counts | {"held back": found.held, "waiting for approval": found.waiting},
                check_results=[
                    dg.AssetCheckResult(
                        check_name=name,
                        passed=count == 0,
                        severity=dg.AssetCheckSeverity.ERROR,
                        metadata={"found": count} | told.get(name, {}),
                    )
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


def _warning(name: str, count: int, what: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name,
        passed=count == 0,
        severity=dg.AssetCheckSeverity.WARN,
        description=what if count else None,
        metadata={"found": count},
    )


def _metadata(found: list[Due]) -> dict[str, dg.MarkdownMetadataValue | int]:
    """Counts: in all, by data set and rule (so that Dagster plots them), and as a table with the oldest and the newest."""
    plots: Counter[str] = Counter()
    for each in found:
        plots[f"{each.going.dataset}: {each.going.rule}"] += each.going.records
    held: Counter[str] = Counter()
    for each in found:
        held.update(each.held)
    going = [each.going for each in found if each.going.records]
    rows = "\n".join(f"| {each.layer} | {each.dataset} | {each.rule} | {each.records} | {each.oldest} | {each.newest} |" for each in going)
    head = "| layer | data set | rule | records | oldest | newest |\n|---|---|---|---|---|---|\n"
    table = {"due": dg.MetadataValue.md(head + rows)} if going else {}
    kept = {f"held: {kind}": held[kind] for kind in KINDS}
    waiting = sum(each.waiting.records for each in found if each.waiting is not None)
    return {"records": sum(record.records for record in going), "waiting for approval": waiting} | dict(plots) | kept | table
