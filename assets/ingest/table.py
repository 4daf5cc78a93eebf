"""A data set's register table: made and kept as the catalogue declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.typing import SQL_TYPES
from resources.warehouse.dialect import name

if TYPE_CHECKING:
    from resources.catalogue import Dataset
    from resources.warehouse import Engine

OWN_COLUMNS = {"_record": "VARCHAR", "_person": "VARCHAR", "_batch": "VARCHAR", "_ingested_at": "TIMESTAMP"}
COUNTS = "counts"
"""The schema of the tables that count what has gone."""
NUMBER = "records"


def columns_of(dataset: Dataset) -> dict[str, str]:
    """The columns of a data set's table with their SQL types: our own, then its fields."""
    return OWN_COLUMNS | {key: SQL_TYPES[field.shape.type] for key, field in dataset.fields.items()}


def columns_of_counts(dataset: Dataset) -> dict[str, str]:
    """The columns of the table that counts a data set's records, with their SQL types; empty where none does."""
    counts = dataset.rule.counts
    if counts is None:
        return {}
    kinds = {key: dataset.fields[key].shape.type for key in counts.by}
    return {key: "DATE" if kind == "timestamp" else SQL_TYPES[kind] for key, kind in kinds.items()} | {NUMBER: "BIGINT"}


def prepare_table(engine: Engine, dataset: Dataset) -> None:
    """Make the table, or bring it to what the catalogue now declares.

    A column that is no longer declared goes with its data: what the catalogue does not cover is not held.
    """
    table = f"register.{name(dataset.table)}"
    wanted = columns_of(dataset)
    held = dict(
        engine.rows(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'register' AND table_name = $table",
            {"table": dataset.table},
        )
    )
    if not held:
        columns = ", ".join(f"{name(column)} {kind}" for column, kind in wanted.items())
        engine.run(f"CREATE TABLE {table} ({columns})")
        return
    for column in held.keys() - wanted.keys():
        engine.run(f"ALTER TABLE {table} DROP COLUMN {name(column)}")
    for column, kind in wanted.items():
        if column not in held:
            engine.run(f"ALTER TABLE {table} ADD COLUMN {name(column)} {kind}")
        elif held[column].replace(" ", "") != kind.replace(" ", ""):
            engine.run(f"ALTER TABLE {table} ALTER COLUMN {name(column)} TYPE {kind} USING TRY_CAST({name(column)} AS {kind})")
