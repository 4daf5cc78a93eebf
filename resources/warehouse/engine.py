"""DuckDB connections as Ansvar opens them: session in UTC, nothing fetched from anywhere, errors without data."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb

from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

_CONFIG = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


_ROWS_AT_ONCE = 10_000


class WarehouseError(AnsvarError):
    """A statement failed; says which step and what kind of error, never the engine's message, which may quote data."""


class Engine:
    """A DuckDB connection.

    Every failure is a `WarehouseError` without the engine's own message: that may hold values of records.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Wrap an open connection."""
        self._connection = connection

    def run(self, statement: str, parameters: Mapping[str, object] | None = None) -> Engine:
        """Execute one statement with bound parameters."""
        try:
            self._connection.execute(statement, dict(parameters) if parameters else None)
        except (duckdb.Error, RuntimeError) as error:  # RuntimeError: text that is not text, as half a surrogate pair
            raise WarehouseError(_described(error, statement)) from None
        return self

    def rows(self, statement: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        self.run(statement, parameters)
        try:
            return self._connection.fetchall()
        except duckdb.Error as error:
            raise WarehouseError(_described(error, statement)) from None

    def stream(self, statement: str, parameters: Mapping[str, object] | None = None) -> Iterator[tuple[Any, ...]]:
        """The rows of a large result, some at once; nothing else may be run meanwhile."""
        self.run(statement, parameters)
        try:
            while rows := self._connection.fetchmany(_ROWS_AT_ONCE):
                yield from rows
        except duckdb.Error as error:
            raise WarehouseError(_described(error, statement)) from None

    def scalar(self, statement: str, parameters: Mapping[str, object] | None = None) -> Any:
        """The first column of the first row."""
        rows = self.rows(statement, parameters)
        return rows[0][0] if rows else None

    def count(self, statement: str, parameters: Mapping[str, object] | None = None) -> int:
        """The number of rows that a statement changed, or that it counted."""
        return int(self.scalar(statement, parameters))

    def arrow(self, statement: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """A result as an Arrow table."""
        self.run(statement, parameters)
        try:
            return self._connection.to_arrow_table()
        except duckdb.Error as error:
            raise WarehouseError(_described(error, statement)) from None

    def columns(self, statement: str, parameters: Mapping[str, object] | None = None) -> list[str]:
        """The column names of a result."""
        self.run(statement, parameters)
        return [column[0] for column in self._connection.description or []]

    def register(self, view: str, table: pa.Table) -> None:
        """Make an Arrow table readable under a name, until `unregister`."""
        self._connection.register(view, table)

    def unregister(self, view: str) -> None:
        """Forget a registered table."""
        self._connection.unregister(view)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is done inside, or nothing of it."""
        self.run("BEGIN")
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self.run("COMMIT")

    def close(self) -> None:
        """Close the connection; what was committed is in the file."""
        self._connection.close()


def _described(error: Exception, statement: str) -> str:
    words = " ".join(statement.split()[:4])
    left_out = "Its own message is left out, for it may hold data of records."
    return f"The warehouse could not carry out '{words} …': {type(error).__name__}. ({left_out})"


@contextmanager
def engine(file: Path | None, temporary: Path, *, read_only: bool = False) -> Iterator[Engine]:
    """A connection to a database file, or to one in memory; it spills into `temporary`."""
    config: dict[str, Any] = _CONFIG | {"temp_directory": str(temporary)}
    try:
        connection = duckdb.connect(str(file) if file else ":memory:", read_only=read_only, config=config)
    except duckdb.Error as error:
        raise WarehouseError(
            f"The warehouse at {file} cannot be opened: {type(error).__name__}. Is it a DuckDB file that you may read?"
        ) from None
    opened = Engine(connection)
    opened.run("SET TimeZone = 'UTC'")
    try:
        yield opened
    finally:
        opened.close()


def tables_of(opened: Engine, schema: str) -> Sequence[str]:
    """The tables of a schema, sorted."""
    statement = "SELECT table_name FROM information_schema.tables WHERE table_schema = $schema ORDER BY table_name"
    return [row[0] for row in opened.rows(statement, {"schema": schema})]
