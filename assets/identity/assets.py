"""Declares the tables that say who is who."""

from collections.abc import Iterator, Mapping

import dagster as dg

from assets.declare import Opener, Publish, guarded, table_metadata
from assets.identity.resolve import KEPT, resolve
from assets.lineage import build_lineage
from resources.catalogue import Catalogue
from resources.runs import begin_run

GROUP = "identity"


def identity_assets(catalogue: Catalogue, register: Opener, publish: Publish, upstream: Mapping[str, dg.AssetKey]) -> dg.AssetsDefinition:
    """One step, which rebuilds every identity table; `upstream` are the register's tables by their names."""
    assets = {f"{GROUP}.{table}": dg.AssetKey([GROUP, table]) for table in KEPT} | dict(upstream)
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
            for table in KEPT
        ],
        check_specs=[
            dg.AssetCheckSpec(
                "no_contradiction",
                asset=[GROUP, "review"],
                description="No two persons whom a source keeps apart would be joined by the others.",
            )
        ],
    )
    def identity(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with guarded():
            opened = register(context.run.run_id)
            begin_run(opened, context.run.run_id)
            with opened.warehouse.writing(context.run.run_id) as engine:
                counts = resolve(engine, opened.catalogue)
            publish(context, opened, GROUP)
            check = dg.AssetCheckResult(
                check_name="no_contradiction",
                asset_key=[GROUP, "review"],
                passed=counts["proposals"] == 0,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"groups to review": counts["proposals"]},
            )
            for table in KEPT:
                extra = {"values that join nobody": counts["not_joining"]} if table == "links" else {}
                results = [check] if table == "review" else []
                yield dg.MaterializeResult([GROUP, table], metadata={"dagster/row_count": counts[table]} | extra, check_results=results)

    return identity
