"""Declares the export bundles: one partition a request, by its opaque id."""

import dagster as dg

from assets.declare import Opener, guarded
from assets.rights.export import export

GROUP = "rights"
REQUESTS = dg.DynamicPartitionsDefinition(name="requests")


def rights_assets(register: Opener, upstream: list[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """The answer to a request for access."""

    @dg.asset(
        key=[GROUP, "bundles"],
        group_name=GROUP,
        deps=upstream,
        partitions_def=REQUESTS,
        kinds={"duckdb", "zip"},
        description="One partition is the export bundle of one request, named by the request's opaque id; it waits for its release.",
    )
    def bundles(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with guarded():
            done = export(register(context.run.run_id), context.partition_key)
            return dg.MaterializeResult(
                metadata={"state": done.state, "records": done.records, "tables": done.tables, "files": done.files, "bytes": done.bytes}
            )

    return [bundles]
