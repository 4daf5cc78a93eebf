"""Records that were purged because a relation had ended, and that their source gives again: they stay away while it has ended.

Whether a relation holds of a record can be told only once the record stands beside the others; so they are looked at when they are loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.dates import register_dates
from assets.ingest.identifiers import forget_identifiers
from assets.ingest.relations import relate
from resources.warehouse.dialect import name

if TYPE_CHECKING:
    from assets.ingest.account import Account
    from assets.ingest.load import Load
    from resources.warehouse import Engine


def drop_ended(engine: Engine, what: Load, account: Account) -> None:
    """Take out again what the load inserted (`changed`) and a purge took before, where the relation's grace is still over."""
    dataset = what.dataset
    if not dataset.relations or what.gone.num_rows == 0:
        return
    known = relate(engine, what.catalogue, what.today, dataset.relations)
    engine.register("gone_before", what.gone)
    engine.run(
        f"""
        CREATE TEMP TABLE ended AS
        SELECT dates.id FROM ({register_dates(dataset, what.zone, known)}) AS dates
        INNER JOIN changed ON changed._record = dates.id
        WHERE NOT changed._held AND dates.last_day < $today AND sha256($pepper || dates.id) IN (SELECT hash FROM gone_before)
        """,
        {"today": what.today, "pepper": what.pepper},
    )
    engine.unregister("gone_before")
    ended = engine.count("SELECT count(*) FROM ended")
    if ended:
        account.inserted -= ended
        account.dropped = account.dropped | {"purged_before": account.dropped.get("purged_before", 0) + ended}
        table = f"register.{name(dataset.table)}"
        engine.run(f"DELETE FROM {table} USING ended WHERE {table}._record = ended.id")
        forget_identifiers(engine, "ended", "id")
    engine.run("DROP TABLE ended")
