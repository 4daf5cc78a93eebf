"""DuckDB connections as Ansvar opens them: session in UTC, nothing fetched from anywhere, errors without data.

An encrypted database needs DuckDB's extension `httpfs`, for its cryptography alone. It comes with Ansvar's dependencies, is loaded from
there, and what else it brings, reading over the network, is switched off.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import cache
from importlib import resources as package_data
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from resources.errors import AnsvarError
from resources.warehouse.dialect import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from resources.warehouse.base import Engine as AnyEngine

_CONFIG = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
_SESSION = ("SET TimeZone = 'UTC'", "SET enable_progress_bar = false")
_CATALOG = "warehouse"
_NETWORK = "HTTPFileSystem,S3FileSystem,HuggingFaceFileSystem"
_FULL = ("No space left", "File too large", "Disk quota exceeded")


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
            raise WarehouseError(described(error, statement)) from None
        return self

    def rows(self, statement: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        self.run(statement, parameters)
        try:
            return self._connection.fetchall()
        except duckdb.Error as error:
            raise WarehouseError(described(error, statement)) from None

    def stream(self, statement: str, parameters: Mapping[str, object] | None = None) -> Iterator[tuple[Any, ...]]:
        """The rows of a large result, some at once; nothing else may be run meanwhile."""
        self.run(statement, parameters)
        try:
            while rows := self._connection.fetchmany(_ROWS_AT_ONCE):
                yield from rows
        except duckdb.Error as error:
            raise WarehouseError(described(error, statement)) from None

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
            raise WarehouseError(described(error, statement)) from None

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

    def attach(self, file: Path, catalog: str, *, key: str | None) -> None:
        """Open another database file, by default a new one, under a name of its own.

        Raises:
            WarehouseError: where it cannot be opened.
        """
        if key is not None:
            load_cryptography(self._connection)
        attach(self._connection, file, catalog, key=key)


def described(error: Exception, statement: str) -> str:
    """What is said of a statement that failed: the step and the kind of error, nothing that may be of a record."""
    words = " ".join(statement.split()[:4])
    left_out = "Its own message is left out, for it may hold data of records."
    full = " The disk is full: make room, and run again; what was published before is as it was." if _is_full(error) else ""
    return f"The warehouse could not carry out '{words} …': {type(error).__name__}.{full} ({left_out})"


def _is_full(error: Exception) -> bool:
    return any(words in str(error) for words in _FULL)


@contextmanager
def engine(
    file: Path | None, temporary: Path, *, read_only: bool = False, key: str | None = None, memory: str | None = None
) -> Iterator[Engine]:
    """A connection to a database file, or to one in memory; it spills into `temporary`.

    Args:
        file: the database file; None for one in memory.
        temporary: the folder for what does not fit into memory; encrypted where the database is.
        read_only: whether nothing may be written.
        key: what the file is encrypted with, or, where it is not there yet, is to be encrypted with; None for a plain one.
        memory: how much memory the engine takes before it spills, as `1GB`; by default most of the machine's.

    Raises:
        WarehouseError: where the file cannot be opened, or not with this key.
    """
    config: dict[str, Any] = _CONFIG | {"temp_directory": str(temporary)} | ({} if memory is None else {"memory_limit": memory})
    if key is not None and _is_checked():
        config["allow_unsigned_extensions"] = "true"  # until the extension is loaded
    connection = duckdb.connect(":memory:", config=config)
    try:
        if key is not None:
            load_cryptography(connection)
        if file is not None:
            attach(connection, file, _CATALOG, read_only=read_only, key=key)
            connection.execute(f"USE {_CATALOG}")
        for statement in _SESSION:
            connection.execute(statement)
        yield Engine(connection)
    finally:
        connection.close()


def attach(connection: duckdb.DuckDBPyConnection, file: Path, catalog: str, *, read_only: bool = False, key: str | None = None) -> None:
    """Open a database file under a name of its own; the key is bound, never a part of the statement.

    Raises:
        WarehouseError: where it cannot be opened.
    """
    options = [*(["READ_ONLY"] if read_only else []), *(["ENCRYPTION_KEY $key"] if key is not None else [])]
    stated = f" ({', '.join(options)})" if options else ""
    try:
        connection.execute(f"ATTACH {literal(str(file))} AS {catalog}{stated}", None if key is None else {"key": key})
    except duckdb.Error as error:
        if "Wrong encryption key" in str(error):
            raise WarehouseError(f"The warehouse at {file} was encrypted with another key than the one that is set.") from None
        full = " The disk is full: make room, and run again." if _is_full(error) else " Is it a DuckDB file that you may read?"
        raise WarehouseError(f"The warehouse at {file} cannot be opened: {type(error).__name__}.{full}") from None


def load_cryptography(connection: duckdb.DuckDBPyConnection) -> None:
    """Let a connection read and write encrypted databases, and encrypt what it spills.

    DuckDB checks the extension's signature when a process first loads it, which takes longer than most of what is done with a connection;
    the same file is not checked again by this process.

    Raises:
        WarehouseError: where the extension is not installed, or not for this version of DuckDB.
    """
    global _checked  # noqa: PLW0603 - what this process has done once
    try:
        state = _state(_extension())
        connection.execute(f"LOAD {literal(str(_extension()))}")
        connection.execute("SET allow_unsigned_extensions = false")
        _checked = state
        connection.execute(f"SET disabled_filesystems = {literal(_NETWORK)}")
        connection.execute("SET temp_file_encryption = true")
    except (duckdb.Error, OSError) as error:
        raise WarehouseError(f"DuckDB's cryptography cannot be loaded: {type(error).__name__}. {_INSTALL}") from None


_checked: tuple[int, ...] | None = None


def _is_checked() -> bool:
    """Whether DuckDB has checked the extension as it is now in this process."""
    with suppress(OSError):
        return _checked is not None and _checked == _state(_extension())
    return False


def _state(file: Path) -> tuple[int, ...]:
    """What is another when a file is."""
    found = file.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


_INSTALL = f"Install duckdb-extension-httpfs {duckdb.__version__}, which is one of Ansvar's dependencies."


@cache
def _extension() -> Path:
    """The extension's file, as its package brings it for this version of DuckDB."""
    try:
        folder = package_data.files("duckdb_extension_httpfs")
    except ModuleNotFoundError:
        raise WarehouseError(f"DuckDB's cryptography is not installed. {_INSTALL}") from None
    return Path(str(folder / "extensions" / f"v{duckdb.__version__}" / "httpfs.duckdb_extension"))


def tables_of(opened: AnyEngine, schema: str) -> Sequence[str]:
    """The tables of a schema, sorted."""
    statement = "SELECT table_name FROM information_schema.tables WHERE table_schema = $schema ORDER BY table_name"
    return [row[0] for row in opened.rows(statement, {"schema": schema})]
