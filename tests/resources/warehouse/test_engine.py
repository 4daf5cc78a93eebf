"""DuckDB as Ansvar opens it: in UTC, fetching nothing, all or nothing, and with errors that hold no data."""

from __future__ import annotations

import datetime as dt
import traceback
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from resources.warehouse.engine import Engine, WarehouseError, engine, tables_of
from resources.warehouse.models import model, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECRET = "virtanen@example.com"  # noqa: S105 - what must not be seen


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Engine]:
    """A database in memory with one table."""
    with engine(None, tmp_path) as memory:
        memory.run("CREATE TABLE persons (id INTEGER PRIMARY KEY, email VARCHAR NOT NULL CHECK (email <> ''))")
        memory.run("INSERT INTO persons VALUES (1, 'x')")
        yield memory


def test_what_statements_give(opened: Engine) -> None:
    """Rows, one value, a count, an Arrow table and the columns' names."""
    assert opened.rows("SELECT id, email FROM persons WHERE id = $id", {"id": 1}) == [(1, "x")]
    assert (opened.scalar("SELECT email FROM persons"), opened.scalar("SELECT 1 WHERE false")) == ("x", None)
    assert opened.count("INSERT INTO persons VALUES (2, 'y'), (3, 'z')") == 2
    assert opened.count("SELECT count(*) FROM persons") == 3
    assert opened.arrow("SELECT id FROM persons ORDER BY id").to_pydict() == {"id": [1, 2, 3]}
    assert opened.columns('SELECT id, email AS "e-mail" FROM persons') == ["id", "e-mail"]


def test_registered_tables(opened: Engine) -> None:
    """An Arrow table is readable under its name until it is forgotten."""
    opened.register("given", pa.table({"a": [1, 2]}))
    assert opened.count("SELECT sum(a) FROM given") == 3
    opened.unregister("given")
    with pytest.raises(WarehouseError):
        opened.run("SELECT 1 FROM given")


def test_the_session_is_in_utc(opened: Engine) -> None:
    """Times with a zone are shown in UTC, wherever the machine stands."""
    assert opened.scalar("SELECT CAST(TIMESTAMPTZ '2024-07-01 12:00:00+03:00' AS VARCHAR)") == "2024-07-01 09:00:00+00"
    assert opened.scalar("SELECT CAST(TIMESTAMPTZ '2024-07-01 12:00:00+03:00' AS TIMESTAMP)") == dt.datetime.fromisoformat(
        "2024-07-01T09:00"
    )


def test_nothing_is_fetched(opened: Engine) -> None:
    """Extensions are neither installed nor loaded by themselves."""
    settings = opened.rows("SELECT value FROM duckdb_settings() WHERE name LIKE 'auto%known_extensions'")
    assert settings == [("false",), ("false",)]
    with pytest.raises(WarehouseError):
        opened.run("SELECT 1 FROM read_csv('https://127.0.0.1:9/x.csv')")


@pytest.mark.parametrize(
    "fail",
    [
        lambda opened: opened.run("SELECT CAST($text AS INTEGER)", {"text": SECRET}),
        lambda opened: opened.rows("SELECT CAST($text AS DATE)", {"text": SECRET}),
        lambda opened: opened.scalar("SELECT CAST(email || $text AS INTEGER) FROM persons", {"text": SECRET}),
        lambda opened: opened.arrow("SELECT CAST($text AS TIMESTAMP)", {"text": SECRET}),
        lambda opened: opened.columns("SELECT CAST($text AS INTEGER)", {"text": SECRET}),
        lambda opened: opened.count("SELECT CAST($text AS BIGINT)", {"text": SECRET}),
        lambda opened: opened.run("INSERT INTO persons VALUES (1, $text)", {"text": SECRET}),
        lambda opened: opened.run("INSERT INTO persons VALUES ($text, 'x')", {"text": SECRET}),
        lambda opened: opened.run("INSERT INTO persons VALUES (5, nullif($text, $text))", {"text": SECRET}),
        lambda opened: opened.run("SELECT error($text)", {"text": SECRET}),
        lambda opened: opened.run("SELECT regexp_matches('x', $text)", {"text": f"({SECRET}"}),
        lambda opened: opened.run("SELECT strptime($text, '%Y')", {"text": SECRET}),
        lambda opened: opened.run("SELECT json_extract($text, '$.a')", {"text": SECRET}),
        lambda opened: opened.run("SELECT $other", {"text": SECRET}),
        lambda opened: opened.run("SELECT $text", {"text": f"{SECRET}\ud800"}),
        lambda opened: opened.run("SELECT $text", {"text": _Strange()}),
    ],
)  # fmt: skip
def test_errors_hold_no_data(opened: Engine, fail: Callable[[Engine], object]) -> None:
    """Whatever fails, the error says what kind it is and shows no value, neither by itself nor in its trace."""
    with pytest.raises(WarehouseError, match=r"^The warehouse could not carry out '.* …': \w+[.] \(Its own message is left out") as caught:
        fail(opened)
    assert SECRET not in repr(caught.value) + "".join(traceback.format_exception(caught.value))


class _Strange:
    """A value that no engine knows."""

    def __repr__(self) -> str:
        return SECRET


def test_a_statement_after_an_error(opened: Engine) -> None:
    """A statement that failed leaves the connection usable."""
    with pytest.raises(WarehouseError):
        opened.run("INSERT INTO persons VALUES (1, 'again')")
    assert opened.rows("SELECT id, email FROM persons") == [(1, "x")]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, WarehouseError])
def test_a_transaction_is_all_or_nothing(opened: Engine, error: type[BaseException]) -> None:
    """Whatever ends a transaction early, nothing of it stays, and the next one begins as if it had not been."""

    def fail() -> None:
        with opened.transaction():
            opened.run("DELETE FROM persons")
            opened.run("CREATE TABLE other (a INTEGER)")
            if error is WarehouseError:
                opened.run("SELECT 1 FROM nowhere")
            raise error

    with pytest.raises(error):
        fail()
    assert (opened.rows("SELECT id FROM persons"), tables_of(opened, "main")) == ([(1,)], ["persons"])
    with opened.transaction():
        opened.run("INSERT INTO persons VALUES (2, 'y')")
    assert opened.count("SELECT count(*) FROM persons") == 2


def test_what_was_committed_stays(tmp_path: Path) -> None:
    """What was committed is there when the file is opened again; what was not is not."""
    file = tmp_path / "it's a file.duckdb"
    with engine(file, tmp_path) as first:
        first.run("CREATE TABLE t AS SELECT 1 AS a")
        first.run("BEGIN")
        first.run("INSERT INTO t VALUES (2)")
    with engine(file, tmp_path, read_only=True) as again:
        assert again.rows("SELECT a FROM t") == [(1,)]
        with pytest.raises(WarehouseError):
            again.run("INSERT INTO t VALUES (3)")


@pytest.mark.parametrize("kind", ["absent", "other", "folder"])
def test_files_that_cannot_be_opened(tmp_path: Path, kind: str) -> None:
    """A file that is missing, or is none of DuckDB's, is said to be so, without its content."""
    file = tmp_path / "x.duckdb"
    if kind == "other":
        file.write_text(SECRET * 1000, encoding="utf-8")
    if kind == "folder":
        file.mkdir()
    with pytest.raises(WarehouseError, match=r"^The warehouse at .*x[.]duckdb cannot be opened: \w+[.] Is it a DuckDB file") as caught:
        engine(file, tmp_path, read_only=True).__enter__()
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_the_fixed_tables(tmp_path: Path) -> None:
    """The tables that every generation has are made, and made again without harm."""
    with engine(None, tmp_path) as memory:
        for statement in (*tables(), *tables()):
            memory.run(statement)
        assert "generations" in tables_of(memory, "meta")
        assert "records" in tables_of(memory, "quarantine")
        assert {"identifiers", "persons", "record_persons", "subjects"} <= set(tables_of(memory, "identity"))


def test_models_are_read_as_they_stand() -> None:
    """A model is the text of its file, a single SELECT."""
    assert "SELECT" in model("identity/evidence")
