"""In what order the rows of a table are written: those of one person beside each other, to be read without reading the others.

What is looked up by an identifier is in the order of the identifiers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.warehouse.dialect import name

if TYPE_CHECKING:
    from resources.warehouse.engine import Engine

_BIG = 122_880  # what DuckDB reads or passes over at once: a smaller table is read whole
_BY = {"identity.persons": ("subject",), "identity.links": ("kind", "value")}
_PERSONS = ("_person", "person")


def copy_tables(opened: Engine, target: str) -> None:
    """Write every table of the open database into another one, which has the tables already; big ones are put in order.

    Args:
        opened: the database, with the other attached.
        target: the name under which the other is attached.
    """
    for schema, table, by, rows in _tables(opened):
        named = f"{name(schema)}.{name(table)}"
        order = f" ORDER BY {', '.join(map(name, by))}" if by and rows > _BIG else ""
        opened.run(f"INSERT INTO {target}.{named} SELECT * FROM {named}{order}")


def _tables(opened: Engine) -> list[tuple[str, str, tuple[str, ...], int]]:
    """Every table with the columns by which its rows are looked up, where there are any, and about how many rows it has."""
    columns: dict[tuple[str, str], set[str]] = {}
    found = opened.rows(
        "SELECT schema_name, table_name, column_name FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal"
    )
    for schema, table, column in found:
        columns.setdefault((schema, table), set()).add(column)
    sizes = opened.rows(
        "SELECT schema_name, table_name, estimated_size FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary"
    )
    return [(schema, table, _by(schema, table, columns[schema, table]), rows) for schema, table, rows in sorted(sizes)]


def _by(schema: str, table: str, columns: set[str]) -> tuple[str, ...]:
    return _BY.get(f"{schema}.{table}") or tuple(column for column in _PERSONS if column in columns)[:1]
