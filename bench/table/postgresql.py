"""PostgreSQL as a peer: a cluster of a turn's own, run by an unprivileged user, with more memory than it takes by itself.

It runs without `fsync`, which is to its advantage.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg

from bench.harness import Contestant
from resources.warehouse.dialect import literal, name
from tests.helpers.postgresql import binaries, cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from bench.harness import Turn
    from resources.warehouse import Engine

_SETTINGS = ("shared_buffers=1GB", "work_mem=256MB", "maintenance_work_mem=1GB", "max_wal_size=8GB")
_TYPES = {
    "VARCHAR": "text",
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "timestamp",
    "DATE": "date",
    "DOUBLE": "double precision",
}
_PIECE = 1 << 20


def contestant(run: Callable[[Turn, psycopg.Connection[Any]], dict[str, Any]], most: float = float("inf")) -> Contestant:
    """PostgreSQL, which takes part where it is installed; its turn is given a connection."""

    def turn(given: Turn) -> dict[str, Any]:
        with connected() as connection:
            return run(given, connection)

    return Contestant("PostgreSQL", turn, "psycopg", most, is_there=lambda: binaries() is not None, is_own=False)


@contextmanager
def connected() -> Iterator[psycopg.Connection[Any]]:
    """A connection to a new cluster, which goes again at the end; every statement is committed."""
    folder = binaries()
    if folder is None:
        raise FileNotFoundError("initdb")
    with cluster(folder, _SETTINGS) as url:
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            yield connection


def copied(opened: Engine, connection: psycopg.Connection[Any], rows: str, table: str, passing: Path) -> None:
    """Make a table of the rows of a SELECT.

    Args:
        opened: where the rows are.
        connection: where the table is made.
        rows: the SELECT.
        table: the table's name.
        passing: a file to write them to on the way.
    """
    described: Mapping[str, str] = dict(row[:2] for row in opened.rows(f"DESCRIBE {rows}"))
    columns = ", ".join(f"{name(column)} {_TYPES.get(kind, 'numeric')}" for column, kind in described.items())
    opened.run(f"COPY ({rows}) TO {literal(str(passing))} (FORMAT csv, HEADER false, NULLSTR '\\N')")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {name(table)} ({columns})".encode())
        with passing.open("rb") as reading, cursor.copy(f"COPY {name(table)} FROM STDIN (FORMAT csv, NULL '\\N')".encode()) as copy:
            while piece := reading.read(_PIECE):
                copy.write(piece)
    passing.unlink()
