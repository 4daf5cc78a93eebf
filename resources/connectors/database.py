"""Fetch a table or a query's rows through SQLAlchemy, in pieces of bounded size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy import exc

from resources.connectors.source_error import SourceError

if TYPE_CHECKING:
    from resources.catalogue.shapes import DatabaseRead
    from resources.connectors.landing import Batch, RawFile

_PIECE_ROWS = 50_000


def fetch(source: str, url: str, read: DatabaseRead, batch: Batch) -> list[RawFile]:
    """Write the rows of a table or query into a batch as one Parquet file of text columns.

    Raises:
        SourceError: where the URL is wrong, the server is away, it refuses us, or the table is not there.
    """
    try:
        parsed = sa.make_url(url)
    except exc.ArgumentError:
        raise SourceError(source, "its setting is no database URL: write one as postgresql+psycopg://user:password@host/database") from None
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        parsed = parsed.set(database=f"file:{parsed.database}", query={"mode": "ro", "uri": "true"})
    target = batch.new_file("rows.parquet")
    try:
        engine = sa.create_engine(parsed)
    except (ModuleNotFoundError, exc.NoSuchModuleError):
        raise SourceError(source, f"the driver of '{parsed.drivername}' is not installed: install it beside Ansvar") from None
    try:
        with engine.connect().execution_options(stream_results=True) as connection:
            statement = sa.text(read.query) if read.query else sa.select(sa.text("*")).select_from(_table(read.table or ""))
            _write(pd.read_sql(statement, connection, chunksize=_PIECE_ROWS, dtype_backend="pyarrow"), target)
    except exc.SQLAlchemyError as error:
        reason = type(error.orig).__name__ if isinstance(error, exc.DBAPIError) and error.orig is not None else type(error).__name__
        what = f"table '{read.table}'" if read.table else "query"
        message = (
            f"the database refused the {what} ({reason}): see that the server runs, that the user and password in its settings are right, "
        )
        raise SourceError(source, message + "and that the table is there") from None
    finally:
        engine.dispose()
    return [target]


def _table(name: str) -> sa.TableClause:
    schema, _, table = name.rpartition(".")
    return sa.table(table, schema=schema or None)


def _write(pieces: object, target: RawFile) -> None:
    writer: pq.ParquetWriter | None = None
    try:
        for piece in pieces:  # type: ignore[attr-defined] # pandas' stubs know no iterator of pyarrow-backed frames
            rows = pa.Table.from_pandas(piece, preserve_index=False)
            text = pa.table({name: pc.cast(rows[name], pa.string()) for name in rows.column_names})
            writer = writer or pq.ParquetWriter(target.path, text.schema)
            writer.write_table(text)
    finally:
        if writer is not None:
            writer.close()
