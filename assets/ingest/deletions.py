"""Follow what a source tells of its deletions: a record of a batch that says so takes the row that is held of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.identifiers import forget_identifiers
from resources.warehouse.dialect import name

if TYPE_CHECKING:
    from resources.catalogue import Dataset
    from resources.warehouse import Engine


def mark_deleted(engine: Engine) -> None:
    """Drop from `judged` what is told to be deleted, and make `ended`: the records of which the batch tells that last.

    A record that came back after its deletion stays; one whose key is not known goes to quarantine, for nobody knows what to delete.
    """
    engine.run("""
        CREATE TEMP TABLE ended AS
        SELECT _record FROM (
          SELECT judged._record, landed._deleted
          FROM judged INNER JOIN landed ON landed._row = judged._row
          WHERE judged._record IS NOT NULL
          QUALIFY row_number() OVER (PARTITION BY judged._record ORDER BY judged._row DESC) = 1
        ) AS latest
        WHERE _deleted
    """)
    engine.run("""
        UPDATE judged SET _drop = 'deleted_at_source' FROM landed
        WHERE landed._row = judged._row AND judged._record IS NOT NULL AND landed._deleted
    """)
    engine.run("UPDATE judged SET _drop = 'deleted_at_source' FROM ended WHERE judged._record = ended._record")


def follow_deletions(engine: Engine, dataset: Dataset) -> int:
    """Delete what is in the register of the records in `ended`, with their identifiers and what stands of them in quarantine.

    Gives how many rows went. What a hold keeps (`held`) stays: that the source has deleted it takes nothing away from what must be kept.
    """
    engine.run("DELETE FROM ended USING held WHERE held.id = ended._record AND held.dataset = $table", {"table": dataset.table})
    engine.run(
        """
        DELETE FROM ended USING quarantine.records AS bad, held
        WHERE bad._record = ended._record AND bad.dataset = $table AND held.id = bad._quarantine AND held.dataset = bad.dataset
        """,
        {"table": dataset.table},
    )
    table = f"register.{name(dataset.table)}"
    count = engine.count(f"SELECT count(*) FROM {table} WHERE _record IN (SELECT _record FROM ended)")
    forget_identifiers(engine, "ended")
    for target in (table, "quarantine.records"):
        engine.run(f"DELETE FROM {target} USING ended WHERE {target}._record = ended._record")
    engine.run("DROP TABLE ended")
    return count
