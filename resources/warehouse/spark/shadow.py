"""An empty DuckDB with the tables that are held in Spark: it says what columns a statement gives, and of which of DuckDB's types.

So a table that Spark writes has the very types that DuckDB's would have, and what the catalogue says of itself (`information_schema`) is
asked here. No record is ever in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from resources.warehouse.dialect import name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from resources.warehouse.spark.statements import Table

_CONFIG = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "1"}
_ANSWER = "the_answer"
_OF_TABLE = """
    FROM duckdb_columns() WHERE table_name = $table AND schema_name = CASE WHEN $schema = '' THEN 'main' ELSE $schema END
"""
_TYPES: dict[str, pa.DataType] = {}


@dataclass(frozen=True)
class Columns:
    """Columns in order: their names, and DuckDB's types."""

    names: tuple[str, ...]
    types: tuple[str, ...]


class Shadow:
    """The tables of one state of the warehouse, without their rows."""

    def __init__(self, made_by: Iterable[str], temporary: Path) -> None:
        """Make the tables.

        Args:
            made_by: the statements that make schemas and tables.
            temporary: where what is worked out here goes when it does not fit into memory.
        """
        self._config = _CONFIG | {"temp_directory": str(temporary)}
        self._connection = duckdb.connect(":memory:", config=dict(self._config))
        self._connection.execute("SET TimeZone = 'UTC'")
        for statement in made_by:
            self._connection.execute(statement)

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()

    def run(self, statement: str, parameters: Mapping[str, object] | None = None) -> duckdb.DuckDBPyConnection:
        """Carry out a statement that makes, changes or drops tables, or asks what tables there are."""
        return self._connection.execute(statement, dict(parameters) if parameters else None)

    def made_by(self) -> list[str]:
        """The statements that make the tables that there are now, the temporary ones left out."""
        schemas = self.run("SELECT schema_name FROM duckdb_schemas() WHERE NOT internal ORDER BY schema_name").fetchall()
        tables = self.run("SELECT sql FROM duckdb_tables() WHERE NOT temporary ORDER BY schema_name, table_name").fetchall()
        return [*(f"CREATE SCHEMA IF NOT EXISTS {name(schema)}" for (schema,) in schemas), *(sql for (sql,) in tables), *self.views()]

    def views(self) -> list[str]:
        """The statements that make the views that there are now, the temporary ones left out."""
        listed = "SELECT sql FROM duckdb_views() WHERE NOT internal AND NOT temporary ORDER BY view_oid"
        return [sql for (sql,) in self.run(listed).fetchall()]

    def has(self, schema: str, table: str) -> bool:
        """Whether there is a table of a name, or, where the schema is empty, a temporary one."""
        return bool(self.run(f"SELECT 1 {_OF_TABLE}", {"schema": schema, "table": table}).fetchall())

    def defaults(self, schema: str, table: str) -> dict[str, str]:
        """The columns of a table, each with its default in SQL."""
        found = self.run(f"SELECT column_name, column_default {_OF_TABLE} ORDER BY column_index", {"schema": schema, "table": table})
        return {column: default or "NULL" for column, default in found.fetchall()}

    def columns(self, query: str, parameters: Mapping[str, object] | None = None) -> Columns:
        """The columns that a query gives."""
        found = self.run(f"DESCRIBE {query}", parameters).fetchall()
        return Columns(tuple(row[0] for row in found), tuple(row[1] for row in found))

    def schema(self, columns: Columns) -> pa.Schema:
        """The Arrow schema by which columns of DuckDB's types are written and read."""
        return pa.schema([(column, self._arrow_type(kind)) for column, kind in zip(columns.names, columns.types, strict=True)])

    def _arrow_type(self, kind: str) -> pa.DataType:
        if kind not in _TYPES:
            _TYPES[kind] = self.run(f"SELECT CAST(NULL AS {kind}) AS one").to_arrow_table().schema.field(0).type
        return _TYPES[kind]

    def answer(self, rows: pa.Table, columns: Columns) -> duckdb.DuckDBPyConnection:
        """Rows that were read, as DuckDB would have given them."""
        numbered = [f"c{number}" for number in range(len(columns.names))]
        self._connection.register(_ANSWER, rows.rename_columns(numbered))  # until the next answer: it is read when rows are fetched
        wanted = zip(numbered, columns.names, columns.types, strict=True)
        return self.run(f"SELECT {', '.join(f'CAST({each} AS {kind}) AS {name(own)}' for each, own, kind in wanted)} FROM {_ANSWER}")

    def write(self, rows: pa.Table, where: str) -> None:
        """Write rows into a file.

        Args:
            rows: the rows.
            where: how the COPY ends, from the bracket after its query on.
        """
        self._connection.register("copied_rows", rows)
        self.run(f"COPY (SELECT * FROM copied_rows{where}")
        self._connection.unregister("copied_rows")

    def with_rows(self, query: str, parameters: Mapping[str, object], rows: Iterable[tuple[Table, pa.Table]]) -> duckdb.DuckDBPyConnection:
        """What a query gives of some rows, in a database of their own that goes with the answer."""
        memory = duckdb.connect(":memory:", config=dict(self._config))
        memory.execute("SET TimeZone = 'UTC'")
        for table, held in rows:
            memory.register("held_rows", held)
            if table.schema:
                memory.execute(f"CREATE SCHEMA IF NOT EXISTS {name(table.schema)}")
            memory.execute(f"CREATE TABLE {table.quoted} AS SELECT * FROM held_rows")
            memory.unregister("held_rows")
        return memory.execute(query, {key: value for key, value in parameters.items() if f"${key}" in query} or None)

    def register(self, view: str, table: pa.Table) -> Columns:
        """Make the columns of an Arrow table known under a name."""
        self._connection.register(view, table.slice(0, 0))
        return self.columns(f"SELECT * FROM {name(view)}")

    def converted(self, table: pa.Table, columns: Columns) -> pa.Table:
        """An Arrow table with the types that columns of DuckDB's types have."""
        return table.cast(self.schema(columns))

    def unregister(self, view: str) -> None:
        """Forget it."""
        self._connection.unregister(view)
