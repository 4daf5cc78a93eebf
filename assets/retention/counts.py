"""What is kept of records that go where their rule counts them: how many there were, in a table of the schema `counts`.

Nothing in it can be led back to a record, so it has no period: what is counted by identifies nobody (the catalogue sees to that), and small
numbers are not kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.table import COUNTS, NUMBER, columns_of_counts
from resources.warehouse.dialect import local_date, name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine


def count_due(engine: Engine, dataset: Dataset, zone: str) -> None:
    """Add the rows of a data set that are in the table `due` to its counts, inside the caller's transaction.

    Args:
        engine: the run's working copy.
        dataset: a data set whose rule counts.
        zone: the register's time zone, in whose days times are counted.
    """
    counts = dataset.rule.counts
    if counts is None:
        return
    table, columns = f"{COUNTS}.{name(counts.table)}", columns_of_counts(dataset)
    listed = ", ".join(name(key) for key in counts.by)
    values = ", ".join(f"{_value(dataset, key, zone)} AS {name(key)}" for key in counts.by)
    engine.run(f"CREATE SCHEMA IF NOT EXISTS {COUNTS}")
    engine.run(f"CREATE TABLE IF NOT EXISTS {table} ({', '.join(f'{name(key)} {kind}' for key, kind in columns.items())})")
    engine.run(f"""
        CREATE OR REPLACE TEMP TABLE counted AS
        SELECT {listed}, count(*) AS {NUMBER} FROM (
          SELECT {values} FROM register.{name(dataset.table)} AS held INNER JOIN due ON due.id = held._record
        ) AS going
        GROUP BY {listed} HAVING count(*) >= {counts.least:d}
    """)
    engine.run(f"""
        CREATE OR REPLACE TABLE {table} AS
        SELECT {listed}, CAST(sum({NUMBER}) AS BIGINT) AS {NUMBER}
        FROM (SELECT {listed}, {NUMBER} FROM {table} UNION ALL SELECT {listed}, {NUMBER} FROM counted) AS counted
        GROUP BY {listed}
    """)
    engine.run("DROP TABLE counted")


def undeclared_counts(engine: Engine, catalogue: Catalogue) -> Iterator[str]:
    """Tables of counts that no rule declares, as `counts.visits`."""
    declared = {dataset.rule.counts.table for dataset in catalogue.datasets if dataset.rule.counts is not None}
    return (f"{COUNTS}.{table}" for table in tables_of(engine, COUNTS) if table not in declared)


def _value(dataset: Dataset, key: str, zone: str) -> str:
    column = f"held.{name(key)}"
    return local_date(column, zone) if dataset.fields[key].shape.type == "timestamp" else column
