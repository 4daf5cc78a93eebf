"""When a run's work is published: by its last writing step, so that a run shows all that it did or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.identity.kept import Kept
from assets.identity.resolve import update
from resources.runs import finish_run

if TYPE_CHECKING:
    import dagster as dg

    from resources.register import Register

STAGES = ("ingest", "identity", "retention")


def publish_if_last(context: dg.AssetExecutionContext, register: Register, stage: str) -> bool:
    """Publish, where no later stage of the run will write; gives whether it did.

    A run that ends with `ingest` brings the identities up to date first: what is published is never without them.
    """
    later = set(STAGES[STAGES.index(stage) + 1 :])
    if later & {key.path[0] for key in context.job_def.asset_layer.selected_asset_keys}:
        return False
    if stage == "ingest":
        with register.warehouse.writing(context.run.run_id) as engine:
            update(engine, register.catalogue, Kept.of(register))
    finish_run(register, context.run.run_id)
    return True
