"""What columns a statement would give, asked of an empty database: no record is ever in it, so its messages may be shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import duckdb

from resources.errors import AnsvarError
from resources.warehouse.dialect import name
from resources.warehouse.models import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class DescribeError(AnsvarError):
    """A statement that the engine refuses; `line` is where in it, and the text is the engine's first sentence."""

    def __init__(self, message: str) -> None:
        """Take the engine's message apart."""
        found = re.search(r"^LINE (\d+):", message, re.MULTILINE)
        self.line = max(int(found[1]), 1) if found else 1
        super().__init__(message.partition("\n")[0])


class Described:
    """An empty database in memory with the tables that every generation has."""

    def __init__(self) -> None:
        """Make it."""
        config = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "1"}
        self._connection = duckdb.connect(":memory:", config=dict(config))
        self._connection.execute("SET TimeZone = 'UTC'")
        for statement in tables():
            self._connection.execute(statement)

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()

    def make(self, table: str, columns: Mapping[str, str]) -> None:
        """Make a table `schema.table` with columns of these SQL types.

        Raises:
            DescribeError: where a type is none.
        """
        schema, _, own = table.partition(".")
        listed = ", ".join(f"{name(column)} {kind}" for column, kind in columns.items())
        self._run(f"CREATE SCHEMA IF NOT EXISTS {name(schema)}")
        self._run(f"CREATE TABLE {name(schema)}.{name(own)} ({listed})")

    def tables(self) -> dict[str, dict[str, str]]:
        """The tables in it, as `schema.table`, each with its columns and their types."""
        listed = "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns()"
        statement = f"{listed} WHERE NOT internal ORDER BY column_index"
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in self._run(statement).fetchall():
            found.setdefault(table, {})[column] = kind
        return found

    def of(self, statement: str, *, schema: str = "main", parameters: Iterable[str] = ()) -> dict[str, str]:
        """The columns of a SELECT with their types; tables without a schema are looked for in `schema`.

        Raises:
            DescribeError: where the engine refuses the statement.
        """
        self._run(f"CREATE SCHEMA IF NOT EXISTS {name(schema)}")
        self._run(f"SET search_path = '{schema}'")
        values = dict.fromkeys(parameters)
        rows = self._run(f"DESCRIBE {statement}", values or None).fetchall()
        return {row[0]: row[1] for row in rows}

    def _run(self, statement: str, values: Mapping[str, object] | None = None) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(statement, values)
        except duckdb.Error as error:
            raise DescribeError(str(error)) from None
