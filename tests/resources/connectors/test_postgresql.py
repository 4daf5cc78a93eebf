"""A real PostgreSQL as a source: types, time zones and nulls arrive right, and a million rows in bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from resources.connectors.source_error import SourceError
from tests.helpers.postgresql import PASSWORD, binaries, cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.resources.connectors.conftest import Row, Source

_MEGABYTES = 400
_ROWS = 1_000_000


@pytest.fixture(scope="module")
def server() -> Iterator[sa.URL]:
    """A PostgreSQL of the test's own; the test skips where it is not installed."""
    folder = binaries()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    with cluster(folder) as url:
        yield url


@pytest.fixture
def url(server: sa.URL) -> Iterator[str]:
    """The address of a database with a table `things` of every type."""
    engine = sa.create_engine(server)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS things")
        connection.exec_driver_sql("""
            CREATE TABLE things (
              id bigint, amount numeric(30, 4), share double precision, is_open boolean, day date, local timestamp, moment timestamptz,
              clock time, name text, document jsonb, tags text[], bytes bytea, uuid uuid, nothing text
            )
        """)
        connection.exec_driver_sql("""
            INSERT INTO things VALUES (
              9007199254740993, 12345678901234567890.1234, 0.1, true, '2026-03-29', '2026-03-29 03:30:00.25',
              '2026-10-25 03:30:00+02', '13:45:01', 'Äiti 🎉 ''x''', '{"a": [1, "ä"]}',
              '{x,"y z"}', '\\xff00', '00000000-0000-0000-0000-000000000001', NULL
            ), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, NULL)
        """)
    yield server.render_as_string(hide_password=False)
    engine.dispose()


def _read(source: Source, url: str, fields: Row, **read: object) -> list[Row]:
    return source.read(read or {"table": "things"}, fields, "database", {"url": url}).good


def test_values_of_every_type(source: Source, url: str) -> None:
    """Numbers are whole, times bear their zone where the column has one and none where it has none, nulls are nulls."""
    names = ["id", "amount", "share", "is_open", "day", "local", "moment", "clock", "name", "document", "tags", "bytes", "uuid", "nothing"]
    full, empty = _read(source, url, {name: name for name in names})
    assert full | {"document": json.loads(full["document"]), "tags": json.loads(full["tags"])} == {
        "id": "9007199254740993",
        "amount": "12345678901234567890.1234",
        "share": "0.1",
        "is_open": "true",
        "day": "2026-03-29",
        "local": "2026-03-29 03:30:00.250000",
        "moment": "2026-10-25 01:30:00+00:00",
        "clock": "13:45:01",
        "name": "Äiti 🎉 'x'",
        "document": {"a": [1, "ä"]},
        "tags": ["x", "y z"],
        "bytes": "ff00",
        "uuid": "00000000-0000-0000-0000-000000000001",
        "nothing": None,
    }
    assert set(empty.values()) == {None}


@pytest.mark.parametrize("zone", ["Europe/Helsinki", "Asia/Kolkata"])
def test_the_session_s_zone_changes_no_moment(source: Source, url: str, zone: str) -> None:
    """A moment is the same moment whatever time zone the server shows it in."""
    (row, _) = _read(source, f"{url}?options=-c%20TimeZone%3D{zone}", {"moment": "moment"})
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        same = connection.scalar(sa.text("SELECT CAST(:shown AS timestamptz) = '2026-10-25 01:30:00Z'"), {"shown": row["moment"]})
    engine.dispose()
    assert same is True
    assert not row["moment"].endswith("+00:00")


def test_a_query_with_colons_and_percent_signs(source: Source, url: str) -> None:
    """A query is sent as it stands: its casts and patterns are no parameters."""
    rows = _read(source, url, {"name": "name"}, query="SELECT name::text AS name FROM things WHERE name LIKE 'Ä%' ORDER BY 1")
    assert rows == [{"name": "Äiti 🎉 'x'"}]


@pytest.mark.parametrize("wrong", ["table", "password", "host"])
def test_what_the_server_refuses(source: Source, url: str, wrong: str) -> None:
    """A table that is not there, a wrong password and a server that is away are one clear error, without the password."""
    address = {"password": url.replace(PASSWORD, "wr0ng"), "host": url.replace("127.0.0.1:", "127.0.0.1:1")}.get(wrong, url)
    with pytest.raises(SourceError, match="the database refused the table") as caught:
        source.read({"table": "absent" if wrong == "table" else "things"}, {"name": "name"}, "database", {"url": address})
    assert {word in repr(caught.value) for word in (PASSWORD, "wr0ng", "127.0.0.1")} == {False}


def test_a_million_rows_in_bounded_memory(source: Source, url: str) -> None:
    """A million rows are fetched piece by piece: the reader's memory stays far below theirs."""
    query = f"SELECT n AS id, repeat(md5(n::text), 8) AS name FROM generate_series(1, {_ROWS}) AS n"  # noqa: S608 - of numbers alone
    program = f"""
import pathlib
from resources.catalogue.shapes import DatabaseRead
from resources.connectors import database
from resources.connectors.landing import Landing
batch = Landing(pathlib.Path({str(source.files)!r})).new_batch("shop", "records")
(file,) = database.fetch("shop", {url!r}, DatabaseRead(query={query!r}), batch, pathlib.Path())
import pyarrow.parquet as pq
peak = next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM'))  # its own, not its parent's
print(pq.ParquetFile(file.path).metadata.num_rows, peak // 1024)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    rows, megabytes = map(int, done.stdout.split())
    assert rows == _ROWS
    assert megabytes < _MEGABYTES
