"""Fetch a table or a query's rows through SQLAlchemy, in pieces of bounded size."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy import exc

from resources.connectors.source_error import SourceError
from resources.connectors.sqlite_file import is_quiet, read_only, state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from resources.catalogue.shapes import DatabaseRead
    from resources.connectors.landing import Batch, RawFile

_PIECE_ROWS = 20_000


def fetch(source: str, url: str, read: DatabaseRead, batch: Batch, folder: Path) -> list[RawFile]:
    """Write the rows of a table or query into a batch as one Parquet file of text columns.

    Args:
        source: the source's name.
        url: an SQLAlchemy URL.
        read: the table or the query.
        batch: where the rows go.
        folder: the register's folder, to which the path of an SQLite file is relative.

    Raises:
        SourceError: where the URL is wrong, the server is away, it refuses us, or the table is not there.
    """
    try:
        parsed = sa.make_url(url)
    except (exc.ArgumentError, ValueError):
        raise SourceError(source, "its setting is no database URL: write one as postgresql+psycopg://user:password@host/database") from None
    target = batch.new_file("rows.parquet")
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        _fetch(source, parsed, read, target)
        return [target]
    file = folder / parsed.database
    quiet = is_quiet(file)
    before = state(file)
    _fetch(source, read_only(parsed, file, quiet=quiet), read, target)
    if quiet and state(file) != before:  # somebody began to write meanwhile: what was read as a file at rest may be torn
        _fetch(source, read_only(parsed, file, quiet=False), read, target)
    return [target]


def _fetch(source: str, url: sa.URL, read: DatabaseRead, target: RawFile) -> None:
    try:
        engine = sa.create_engine(url)
    except (ModuleNotFoundError, exc.NoSuchModuleError):
        raise SourceError(source, f"the driver of '{url.drivername}' is not installed: install it beside Ansvar") from None
    try:
        with engine.connect().execution_options(yield_per=_PIECE_ROWS) as connection:
            _write(source, _result(connection, read), target)
    except exc.SQLAlchemyError as error:
        reason = type(error.orig).__name__ if isinstance(error, exc.DBAPIError) and error.orig is not None else type(error).__name__
        what = f"table '{read.table}'" if read.table else "query"
        message = (
            f"the database refused the {what} ({reason}): see that the server runs, that the user and password in its settings are right, "
        )
        raise SourceError(source, message + "and that the table is there") from None
    finally:
        engine.dispose()


def _result(connection: sa.Connection, read: DatabaseRead) -> sa.CursorResult[Any]:
    if read.query:  # as it stands: its colons and percent signs name no parameters
        return connection.exec_driver_sql(read.query, execution_options={"no_parameters": True})
    schema, _, table = (read.table or "").rpartition(".")
    return connection.execute(sa.select(sa.text("*")).select_from(sa.table(table, schema=schema or None)))


def _write(source: str, result: sa.CursorResult[Any], target: RawFile) -> None:
    names = list(result.keys())
    if len({name.lower() for name in names}) != len(names):
        raise SourceError(source, "its query names two columns alike: name each by 'AS' in the YAML")
    schema = pa.schema([(name, pa.string()) for name in names])
    with pq.ParquetWriter(target.path, schema) as writer:
        for piece in result.partitions(_PIECE_ROWS):  # stated, for a query sent as it stands does not take it from its connection
            columns = [
                [None if value is None else _AS_TEXT.get(type(value), _text)(value) for value in column]
                for column in zip(*piece, strict=True)
            ]
            writer.write_table(pa.table(columns, schema=schema))


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _bytes(value: bytes) -> str:
    try:
        return bytes(value).decode()
    except UnicodeDecodeError:
        return bytes(value).hex()


def _text(value: Any) -> str:
    """A value as the text that typing reads again, by what it is where its own type is not known."""
    for kind, as_text in _AS_TEXT.items():
        if isinstance(value, kind):
            return as_text(value)
    return str(value)


_AS_TEXT: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "true" if value else "false",
    int: str,
    str: str,
    float: _number,
    Decimal: lambda value: format(value, "f"),
    dt.datetime: lambda value: value.isoformat(" "),
    dt.date: dt.date.isoformat,
    dt.time: dt.time.isoformat,
    bytes: _bytes,
    memoryview: _bytes,
    dict: lambda value: json.dumps(value, ensure_ascii=False, default=str),
    list: lambda value: json.dumps(value, ensure_ascii=False, default=str),
}
