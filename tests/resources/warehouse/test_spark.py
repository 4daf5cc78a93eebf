"""The engine over Spark Connect, on Sail: what it says is what DuckDB would say, and a run shows all that it did or nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from resources.errors import AnsvarError
from resources.home import Home, write_private
from resources.keys import PLAIN_SETTING
from resources.warehouse import Engine, WarehouseError
from resources.warehouse.chosen import SETTING, STORAGE_SETTING, warehouse_of
from resources.warehouse.engine import engine
from tests.helpers.sail import server, spark, warehouse_in
from tests.resources.warehouse.runs import publish, state, write

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from resources.warehouse.spark.generations import SparkWarehouse

MOMENT = dt.datetime.fromisoformat("2026-01-01T02:03:04.000005")
CANARY = "canary-5f1c"
KINDS = (
    "text VARCHAR, number BIGINT, huge HUGEINT, exact DECIMAL(24, 6), at_time TIMESTAMP, on_day DATE, sure BOOLEAN, many VARCHAR[], id UUID"
)
ROW = ("å", 1, 2, Decimal("1.500000"), MOMENT, dt.date(2026, 2, 28), True, ["b", "a"], "00000000-0000-0000-0000-00000000000a")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server for the tests of this file."""
    with spark() as found:
        yield found


@pytest.fixture
def warehouse(tmp_path: Path, address: str) -> SparkWarehouse:
    """A warehouse with nothing in it."""
    return warehouse_in(tmp_path, address)


def _statements(opened: Engine) -> list[Any]:
    """A table made, filled and changed in every way; what each step told."""
    told: list[Any] = []
    opened.run(f"CREATE TABLE register.x ({KINDS})")
    opened.run("INSERT INTO register.x VALUES ($a, $b, $c, $d, $e, $f, $g, $h, $i)", dict(zip("abcdefghi", ROW, strict=True)))
    opened.register("given_rows", pa.table({"text": ["ä", None], "number": [2, 3], "other": [MOMENT, None]}))
    told.append(opened.count("INSERT INTO register.x (number, text, at_time) SELECT number, text, other FROM given_rows"))
    opened.run("INSERT INTO register.x BY NAME SELECT 4 AS number, 'ö' AS text")
    opened.unregister("given_rows")
    told.append(opened.rows("SELECT * FROM register.x ORDER BY number"))
    told.append(opened.arrow("SELECT * FROM register.x ORDER BY number"))
    opened.run("CREATE TEMP TABLE due AS SELECT number AS id, text || '!' AS said FROM register.x WHERE number IN (1, 3)")
    told.append(opened.count("DELETE FROM register.x USING due WHERE register.x.number = due.id AND due.said IS NULL"))
    told.append(opened.count("UPDATE register.x SET text = due.said, sure = NULL FROM due WHERE register.x.number = due.id"))
    told.append(opened.count("UPDATE register.x SET number = number + $more WHERE text = 'ö' AND sure IS NULL", {"more": 10}))
    told.append(opened.count("DELETE FROM register.x WHERE text IS NULL AND number NOT IN (SELECT id FROM due)"))
    opened.run("CREATE OR REPLACE TEMP VIEW known AS SELECT number, exact FROM register.x")
    opened.run("ALTER TABLE register.x ADD COLUMN fresh BOOLEAN DEFAULT true")
    opened.run("ALTER TABLE register.x DROP COLUMN many")
    opened.run("ALTER TABLE register.x ALTER COLUMN exact TYPE VARCHAR USING TRY_CAST(exact AS VARCHAR)")
    opened.run("INSERT INTO register.x (number) VALUES (20)")
    told.append(opened.rows("SELECT number FROM known ORDER BY number"))
    opened.run("ALTER TABLE register.x RENAME TO y")
    told.append(list(opened.stream("SELECT * FROM register.y ORDER BY number")))
    told.append(opened.rows("SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'register' ORDER BY 1"))
    opened.run("CREATE OR REPLACE TABLE register.y AS SELECT sum(number) AS total, count(*) AS rows FROM register.y")
    told.append((opened.rows("SELECT * FROM register.y"), opened.columns("SELECT total, 1 AS one FROM register.y")))
    opened.run("DROP TABLE due")
    told.append(
        opened.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'register' AND table_name = $n", {"n": "y"})
    )
    return told


def test_what_it_tells_is_what_duckdb_tells(tmp_path: Path, warehouse: SparkWarehouse) -> None:
    """Rows, types, counts and columns are the same after each kind of statement."""
    with engine(None, tmp_path) as duckdb:
        duckdb.run("CREATE SCHEMA register")
        expected = _statements(duckdb)
    with warehouse.writing("one") as opened:
        assert expected == _statements(opened)


def _half(opened: Engine) -> None:
    opened.run("INSERT INTO register.first VALUES (2)")
    opened.run("CREATE TABLE register.third AS SELECT 1 AS number")
    opened.run("DELETE FROM register.second")
    raise ValueError("stop")


def test_a_transaction_that_fails_leaves_nothing(warehouse: SparkWarehouse) -> None:
    """Tables and rows are as before it."""
    write(warehouse, "one", 1)
    with pytest.raises(ValueError, match="stop"), warehouse.writing("one") as opened:
        _half(opened)
    warehouse.publish("one", MOMENT)
    assert state(warehouse) == ([1], [1], ["one"])
    with warehouse.reading() as opened, pytest.raises(WarehouseError):
        opened.rows("SELECT * FROM register.third")


def test_an_error_tells_no_data(warehouse: SparkWarehouse, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither the error nor what is printed or logged holds a value, be it the server's error or the translation's."""
    with warehouse.writing("one") as opened:
        opened.run("CREATE TABLE register.x AS SELECT $value AS text", {"value": CANARY})
        with pytest.raises(WarehouseError) as unfit:
            opened.rows("SELECT CAST(text AS INTEGER) FROM register.x")
        with pytest.raises(WarehouseError) as unread:
            opened.run(f"PIVOT '{CANARY}'")
    assert CANARY not in str(unfit.value) + str(unread.value) + "".join(capfd.readouterr())


def test_what_is_published_is_not_written(warehouse: SparkWarehouse) -> None:
    """A reader's temporary tables are its own; the register's it cannot change."""
    publish(warehouse, "one", 1)
    with warehouse.reading() as opened:
        opened.run("CREATE TEMP TABLE own AS SELECT number + 1 AS number FROM register.first")
        assert opened.rows("SELECT * FROM own") == [(2,)]
        with pytest.raises(WarehouseError, match="published"):
            opened.run("DELETE FROM register.first")
    assert state(warehouse) == ([1], [1], ["one"])


def _bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def test_what_was_deleted_leaves_no_byte(warehouse: SparkWarehouse) -> None:
    """After the publication no file holds it, be it of the table, of what was made of it, or of a temporary table.

    Its bytes are looked for plain, which they are in a file whose rows are not compressed: one row of some letters is not.
    """
    folder = warehouse.folder.parent
    with warehouse.writing("one") as opened:
        opened.run("CREATE TABLE register.x AS SELECT $value AS text UNION ALL SELECT 'stays'", {"value": CANARY})
    warehouse.publish("one", MOMENT)
    assert CANARY.encode() in _bytes(folder)
    with warehouse.writing("two") as opened:
        opened.run("CREATE TEMP TABLE due AS SELECT text FROM register.x WHERE text <> 'stays'")
        opened.run("CREATE TABLE register.copied AS SELECT * FROM register.x")
        assert opened.count("DELETE FROM register.x USING due WHERE register.x.text = due.text") == 1
        assert opened.count("DELETE FROM register.copied USING due WHERE register.copied.text = due.text") == 1
    assert CANARY.encode() in _bytes(folder)
    warehouse.publish("two", MOMENT)
    assert (CANARY.encode() in _bytes(folder), b"stays" in _bytes(folder)) == (False, True)
    assert {file.name for file in warehouse.folder.iterdir()} == {"current", "generation-two.json", "writer.lock"}


def test_a_reader_keeps_its_generation(warehouse: SparkWarehouse) -> None:
    """What is published meanwhile is for the next; the superseded rows go when the last reader has gone."""
    publish(warehouse, "one", 1)
    with warehouse.reading() as opened:
        with warehouse.writing("two") as written:
            written.run("DELETE FROM register.first")
        warehouse.publish("two", MOMENT + dt.timedelta(days=9))
        assert opened.rows("SELECT number FROM register.first") == [(1,)]
        assert (warehouse.folder / "generation-one.json").exists()
    assert state(warehouse) == ([], [1], ["one", "two"])
    assert not (warehouse.folder / "generation-one.json").exists()
    assert len(list(warehouse.storage.glob("*/*"))) == 3  # the rows that stay, and the two runs of `meta.generations`


def test_rows_that_came_bit_by_bit_are_gathered(warehouse: SparkWarehouse) -> None:
    """A table whose rows lie in many folders has one when the run is published, with the same rows."""
    with warehouse.writing("one") as opened:
        opened.run("CREATE TABLE register.x (number INTEGER)")
        for number in range(17):
            opened.run("INSERT INTO register.x VALUES ($number)", {"number": number})
    assert len(list(warehouse.storage.glob("*/*"))) == 17
    warehouse.publish("one", MOMENT)
    assert len(list(warehouse.storage.glob("*/*"))) == 2  # with that of `meta.generations`
    with warehouse.reading() as opened:
        assert opened.rows("SELECT number FROM register.x ORDER BY number") == [(number,) for number in range(17)]


def test_a_run_that_was_given_up_leaves_nothing(warehouse: SparkWarehouse) -> None:
    """Its rows go when the next run begins, and so do the temporary tables of a connection that was killed."""
    publish(warehouse, "one", 1)
    write(warehouse, "two", 2)
    warehouse.release("two")
    (warehouse.storage / "scratch-left" / "rows").mkdir(parents=True)
    (warehouse.folder / "session-left").touch()
    warehouse.begin("three")
    assert {folder.name for folder in warehouse.storage.iterdir()} == {"working-one"}
    assert not (warehouse.folder / "session-left").exists()
    warehouse.release("three")


def _without_server(opened: Engine, process: subprocess.Popen[bytes]) -> None:
    opened.run("INSERT INTO register.first VALUES (2)")
    process.kill()
    process.wait()
    opened.run("INSERT INTO register.second VALUES (2)")


def test_a_server_that_is_killed(tmp_path: Path) -> None:
    """What is being written fails with a clear error; what is published stays, and the next run goes on with another server."""
    with server() as (address, process):
        warehouse = warehouse_in(tmp_path, address)
        publish(warehouse, "one", 1)
        with pytest.raises(WarehouseError, match="could not carry out"), warehouse.writing("two") as opened:
            _without_server(opened, process)
        with pytest.raises(AnsvarError, match="does not answer"), warehouse.reading():
            pass
        warehouse.release("two")
    with server() as (address, _):
        again = warehouse_in(tmp_path, address)
        publish(again, "three", 3)
        assert state(again) == ([1, 3], [1, 3], ["one", "three"])


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({SETTING: "postgresql://x"}, SETTING),
        ({SETTING: "sc://host:15002"}, PLAIN_SETTING),
        ({SETTING: "sc://host:15002", PLAIN_SETTING: "yes"}, STORAGE_SETTING),
        ({SETTING: "sc://host:15002", PLAIN_SETTING: "yes", STORAGE_SETTING: "/nowhere"}, STORAGE_SETTING),
    ],
)
def test_settings_that_lack_something(tmp_path: Path, settings: dict[str, str], word: str) -> None:
    """A warehouse on Spark is one that is said to be plain here, on a storage that is there."""
    home = Home(tmp_path / "home")
    home.create()
    write_private(home.path / "settings.env", "".join(f"{key}={value}\n" for key, value in settings.items()))
    with pytest.raises(AnsvarError, match=word):
        warehouse_of(home)
