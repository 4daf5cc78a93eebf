"""Declares the tables that say who is who."""

from collections.abc import Iterator, Mapping

import dagster as dg

from assets.declare import Opener, Publish, guarded, table_metadata
from assets.identity.companies import COMPANY_TABLES
from assets.identity.kept import Kept
from assets.identity.propose import Proposed, propose
from assets.identity.resolve import KEPT, is_stale, update
from assets.lineage import build_lineage
from resources.catalogue import Catalogue
from resources.runs import begin_run

GROUP = "identity"
_TABLES = (*KEPT, *COMPANY_TABLES)


def identity_assets(catalogue: Catalogue, register: Opener, publish: Publish, upstream: Mapping[str, dg.AssetKey]) -> dg.AssetsDefinition:
    """One step, which rebuilds every identity table; `upstream` are the register's tables by their names."""
    assets = {f"{GROUP}.{table}": dg.AssetKey([GROUP, table]) for table in _TABLES} | dict(upstream)
    tables = build_lineage(catalogue).tables

    @dg.multi_asset(
        name="identity",
        specs=[
            dg.AssetSpec(
                [GROUP, table],
                deps=list(upstream.values()),
                description=tables[f"{GROUP}.{table}"].description,
                group_name=GROUP,
                kinds={"duckdb"},
                metadata=table_metadata(catalogue, f"{GROUP}.{table}", assets),
            )
            for table in _TABLES
        ],
        check_specs=[
            dg.AssetCheckSpec(
                "no_contradiction",
                asset=[GROUP, "review"],
                description="No two persons whom a source keeps apart would be joined by the others.",
            ),
            dg.AssetCheckSpec(
                "business_ids_fit",
                asset=[GROUP, "companies"],
                description="Each company has at most one business id, and it is right.",
            ),
        ],
    )
    def identity(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with guarded():
            opened = register(context.run.run_id)
            begin_run(opened, context.run.run_id)
            with opened.warehouse.writing(context.run.run_id) as engine:
                # Records that are as they were resemble each other as they did.
                proposed = propose(engine, opened.catalogue) if is_stale(engine) else None
                counts = update(engine, opened.catalogue, Kept.of(opened))
            publish(context, opened, GROUP)
            check = dg.AssetCheckResult(
                check_name="no_contradiction",
                asset_key=[GROUP, "review"],
                passed=counts["contradictions"] == 0,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"groups that contradict themselves": counts["contradictions"]},
            )
            unfit = {"with a wrong business id": counts["invalid_business_id"], "with several": counts["several_business_ids"]}
            fits = dg.AssetCheckResult(
                check_name="business_ids_fit",
                asset_key=[GROUP, "companies"],
                passed=not any(unfit.values()),
                severity=dg.AssetCheckSeverity.WARN,
                description="These companies stand by themselves: mend the business ids in their source." if any(unfit.values()) else None,
                metadata=unfit,
            )
            checks = {"review": [check], "companies": [fits]}
            extras: dict[str, dict[str, int | str]] = {
                "links": {"values that join nobody": counts["not_joining"]},
                "review": {"groups to review": counts["proposals"], **_estimated(proposed)},
                "subjects": {"former ids": counts["aliases"]},
                "companies": {"joined with a public register": counts["companies_joined"], "customers": counts["customer_companies"]},
                "contact_periods": {"companies that no record describes": counts["not_described"]},
            }
            for table in _TABLES:
                told = {"dagster/row_count": counts[table], **extras.get(table, {})}
                yield dg.MaterializeResult([GROUP, table], metadata=told, check_results=checks.get(table, []))

    return identity


def _estimated(proposed: Proposed | None) -> dict[str, int | str]:
    """How many persons were compared, and why none were proposed by resemblance, where it was not possible."""
    if proposed is None:
        return {}
    counts: dict[str, int | str] = {"persons compared": proposed.persons, "probable pairs": proposed.pairs}
    return counts | ({"not estimated": proposed.reason} if proposed.reason else {})
