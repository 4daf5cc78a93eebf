"""Quarantine: where bad records are kept with the rule that they break, until they or the rule are mended or their period is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.warehouse.dialect import name

if TYPE_CHECKING:
    from assets.ingest.load import Load
    from resources.catalogue import Dataset
    from resources.warehouse import Engine


def broken_rules(engine: Engine) -> list[tuple[str | None, str, int]]:
    """The rules that the batch's records (`judged`) break: field, rule and how many records, the most first."""
    return [
        (row[0], row[1], int(row[2]))
        for row in engine.rows("""
            SELECT faults.field, faults.rule, count(*) FROM judged INNER JOIN faults ON faults.number = judged._fault
            WHERE _drop IS NULL GROUP BY faults.field, faults.rule ORDER BY count(*) DESC, faults.field, faults.rule
        """)
    ]


def drop_outdone(engine: Engine, dataset: Dataset) -> None:
    """Drop of the records that come out of quarantine those of which a newer one was read meanwhile, that could not be known as theirs."""
    engine.run(f"""
        UPDATE judged SET _drop = 'superseded_since'
        FROM landed, register.{name(dataset.table)} AS held
        WHERE landed._row = judged._row AND held._record = judged._record AND judged._drop IS NULL AND held._ingested_at > landed._since
    """)


def quarantine(engine: Engine, what: Load) -> None:
    """Put the bad records into quarantine; what was there of the same records before goes.

    A record that is there already keeps the batch and the time of its first coming, and is told by the rule that it breaks now.
    """
    table = {"table": what.dataset.table}
    engine.run(
        f"""
        CREATE TEMP TABLE quarantined AS
        SELECT
          _quarantine, _record, $table AS dataset, faults.field, faults.rule, coalesce(_broken, faults.reason) AS reason, _raw AS record,
          CAST({name(what.dataset.shape.anchor)} AS TIMESTAMP) AS anchor, $batch AS _batch,
          CAST($now AS TIMESTAMP) AS _quarantined_at, _context
        FROM judged INNER JOIN faults ON faults.number = judged._fault
        WHERE _drop IS NULL
        ORDER BY _row
        """,
        table | {"batch": what.batch, "now": what.now},
    )
    engine.run(
        """
        CREATE OR REPLACE TEMP TABLE mended AS
        SELECT DISTINCT before._quarantine
        FROM quarantine.records AS before
        SEMI JOIN judged ON judged._record = before._record
        ANTI JOIN quarantined ON quarantined._quarantine = before._quarantine
        WHERE before.dataset = $table
        """,
        table,
    )
    engine.run("DELETE FROM quarantine.records USING mended WHERE quarantine.records._quarantine = mended._quarantine")
    engine.run("DROP TABLE mended")
    if what.is_release:
        engine.run("""
            CREATE OR REPLACE TEMP TABLE let_go AS
            SELECT released._quarantine FROM released ANTI JOIN quarantined ON quarantined._quarantine = released._quarantine
        """)
        engine.run("DELETE FROM quarantine.records USING let_go WHERE quarantine.records._quarantine = let_go._quarantine")
        engine.run("DROP TABLE let_go")
    engine.run("""
        UPDATE quarantine.records
        SET field = present.field, rule = present.rule, reason = present.reason, anchor = present.anchor, _record = present._record,
          _context = present._context
        FROM quarantined AS present
        WHERE quarantine.records._quarantine = present._quarantine
    """)
    engine.run("""
        INSERT INTO quarantine.records BY NAME
        SELECT * FROM quarantined WHERE _quarantine NOT IN (SELECT _quarantine FROM quarantine.records)
    """)
    engine.run("DROP TABLE quarantined")
