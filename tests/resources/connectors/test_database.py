"""A database as a source: read as it is, never written, and every fault said without its secrets."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from resources.connectors.source_error import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.resources.connectors.conftest import Read, Row, Source

FIELDS: Row = {"a": "a", "b": "b"}


@pytest.fixture
def database(source: Source) -> Path:
    """A SQLite file at the source."""
    return source.files / "shop.sqlite"


def _run(database: Path, *statements: str, journal: str = "delete") -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def _read(source: Source, database: Path, fields: Row = FIELDS, **read: object) -> Read:
    url = sa.URL.create("sqlite", database=str(database)).render_as_string()
    return source.read(read or {"table": "things"}, fields, "database", {"url": url})


def _fault(source: Source, url: str, read: Row | None = None) -> str:
    with pytest.raises(SourceError) as caught:
        source.read(read or {"table": "things"}, FIELDS, "database", {"url": url})
    assert "s3cr3t" not in repr(caught.value)
    assert list((source.home.path / "landing" / "shop" / "records").iterdir()) == []
    return str(caught.value).removeprefix("The source 'shop' cannot be read: ")


def test_values_of_every_type(source: Source, database: Path) -> None:
    """Numbers, texts and nulls come as the text that typing reads again: long numbers whole, also beside nulls."""
    _run(
        database,
        "CREATE TABLE things (a INTEGER, b REAL, c TEXT, d NUMERIC, e, f DATETIME)",
        "INSERT INTO things VALUES (1, 1.0, 'ä', 12, 'x', '2024-01-01 10:20:30.5')",
        "INSERT INTO things VALUES (NULL, NULL, NULL, NULL, NULL, NULL)",
        "INSERT INTO things VALUES (9007199254740993, 0.1, '', 0.25, 7, '')",
        "INSERT INTO things VALUES (-9223372036854775808, 1e20, ' x ', '1.10x', 2.5, 'two\nlines')",
    )
    read = _read(source, database, {name: name for name in "abcdef"})
    assert read.account == (4, 4, 0)
    assert [tuple(row.values()) for row in read.good] == [
        ("1", "1", "ä", "12", "x", "2024-01-01 10:20:30.5"),
        (None,) * 6,
        ("9007199254740993", "0.1", None, "0.25", "7", None),
        ("-9223372036854775808", "100000000000000000000", " x ", "1.10x", "2.5", "two\nlines"),
    ]


def test_columns_of_mixed_types(source: Source, database: Path) -> None:
    """A column that holds numbers in some rows and text in others, as SQLite allows, is read row by row."""
    _run(database, "CREATE TABLE things (a, b)", "INSERT INTO things VALUES (1, 'x'), ('Virtanen', 2), (2.5, NULL), (NULL, 3)")
    assert [tuple(row.values()) for row in _read(source, database).good] == [("1", "x"), ("Virtanen", "2"), ("2.5", None), (None, "3")]


def test_bytes(source: Source, database: Path) -> None:
    """Bytes that are text are that text; others are given in hex."""
    _run(database, "CREATE TABLE things (a, b)", "INSERT INTO things VALUES (x'C3A4', x'FF00')")
    assert _read(source, database).good == [{"a": "ä", "b": "ff00"}]


def test_an_empty_table(source: Source, database: Path) -> None:
    """A table without rows has no record, and that is no mistake."""
    _run(database, "CREATE TABLE things (a, b)")
    assert _read(source, database).account == (0, 0, 0)


def test_more_rows_than_a_piece_holds(source: Source, database: Path) -> None:
    """Rows are read in pieces, each once; a column may be empty in one piece and of another type in the next."""
    rows = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 120000) "
    rows += "SELECT i, CASE WHEN i > 100000 THEN 'late' WHEN i > 60000 THEN i END FROM n"
    _run(database, "CREATE TABLE things (a, b)", "INSERT INTO things " + rows)
    read = _read(source, database)
    assert read.account == (120_001, 120_001, 0)
    assert read.column("a") == [str(number) for number in range(120_001)]
    assert [read.column("b")[row] for row in (0, 60_000, 60_001, 100_001)] == [None, None, "60001", "late"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT a, upper(b) AS b FROM things WHERE a > 1 ORDER BY a", [("2", "Y"), ("3", ":Z")]),
        ("SELECT a, b FROM things WHERE b = ':z'", [("3", ":z")]),
        ("SELECT a, '10:20' AS b FROM things WHERE b LIKE '%z'", [("3", "10:20")]),
        ("SELECT a, b FROM things -- all of :them\nWHERE a = 1;", [("1", "x")]),
    ],
)
def test_queries(source: Source, database: Path, query: str, found: list[tuple[str, str]]) -> None:
    """A query is handed over as it stands: its colons and percent signs are its own."""
    _run(database, "CREATE TABLE things (a, b)", "INSERT INTO things VALUES (1, 'x'), (2, 'y'), (3, ':z')")
    assert [(row["a"], row["b"]) for row in _read(source, database, query=query).good] == found


def test_names_that_must_be_quoted(source: Source, database: Path) -> None:
    """Tables and columns may bear names of any letters."""
    _run(database, 'CREATE TABLE "Order Lines" ("select" TEXT, "ä b" TEXT)', "INSERT INTO \"Order Lines\" VALUES ('1', '2')")
    assert _read(source, database, {"a": "select", "b": "ä b"}, table="Order Lines").good == [{"a": "1", "b": "2"}]


def test_a_table_of_a_schema(source: Source, database: Path) -> None:
    """A table is named with its schema where it has one."""
    _run(database, "CREATE TABLE things (a, b)", "INSERT INTO things VALUES (1, 2)")
    assert _read(source, database, table="main.things").account == (1, 1, 0)


def test_columns_of_one_name(source: Source, database: Path) -> None:
    """A query that names two columns alike is an error: one of them would be lost."""
    _run(database, "CREATE TABLE things (a, b)", "INSERT INTO things VALUES (1, 2)")
    said = _fault(source, f"sqlite:///{database}", {"query": "SELECT a, b AS A FROM things"})
    assert said == "its query names two columns alike: name each by 'AS' in the YAML."


def test_where_and_no_values(source: Source, database: Path) -> None:
    """Conditions and texts that mean no value hold for tables, too."""
    _run(database, "CREATE TABLE things (a, b)", "INSERT INTO things VALUES (1, 'x'), (2, 'y'), (1, 'NULL')")
    read = _read(source, database, table="things", where={"a": 1}, null_values=["NULL"])
    assert (read.column("b"), read.extraction.decoded.left_out) == (["x", None], 1)


@pytest.mark.parametrize("name", ["with space.sqlite", "a#b.sqlite", "a%20b.sqlite", "a?b.sqlite", "ä'\".sqlite"])
def test_files_of_any_name(source: Source, name: str) -> None:
    """The database's file may bear a name of any letters."""
    _run(source.files / name, "CREATE TABLE things (a, b)", "INSERT INTO things VALUES (1, 2)")
    assert _read(source, source.files / name).account == (1, 1, 0)


def test_the_source_is_not_changed(source: Source, database: Path) -> None:
    """Reading leaves the file as it was and makes no other beside it."""
    _run(database, "CREATE TABLE things (a, b)", "INSERT INTO things VALUES (1, 2)")
    before = (list(source.files.iterdir()), database.read_bytes(), database.stat().st_mtime_ns)
    assert _read(source, database).account == (1, 1, 0)
    assert (list(source.files.iterdir()), database.read_bytes(), database.stat().st_mtime_ns) == before


def test_a_database_with_a_write_ahead_log_is_not_changed(source: Source, database: Path) -> None:
    """Reading one leaves the file as it was; SQLite's own lock files, empty of data, are all that may come to stand beside it."""
    _run(database, "CREATE TABLE things (a, b)", "INSERT INTO things VALUES (1, 2)", journal="wal")
    before = (database.read_bytes(), database.stat().st_mtime_ns)
    assert _read(source, database).account == (1, 1, 0)
    assert (database.read_bytes(), database.stat().st_mtime_ns) == before
    assert {path.name for path in source.files.iterdir()} <= {"shop.sqlite", "shop.sqlite-shm", "shop.sqlite-wal"}
    assert sum(path.stat().st_size for path in source.files.glob("*-wal")) == 0


def test_a_database_that_is_being_written(source: Source, database: Path) -> None:
    """What its own application has committed is read while that goes on; what it has not is not."""
    _run(database, "CREATE TABLE things (a, b)", "INSERT INTO things VALUES (1, 2)", journal="wal")
    with closing(sqlite3.connect(database, isolation_level=None)) as writing:
        writing.execute("INSERT INTO things VALUES (3, 4)")
        writing.execute("BEGIN IMMEDIATE")
        writing.execute("INSERT INTO things VALUES (5, 6)")
        assert _read(source, database).column("a") == ["1", "3"]


@pytest.mark.parametrize("query", ["DELETE FROM things", "INSERT INTO things VALUES (9, 9)", "DROP TABLE things", "CREATE TABLE other (a)"])
def test_nothing_can_be_written(source: Source, database: Path, query: str) -> None:
    """A query that would change the source is refused by the database."""
    _run(database, "CREATE TABLE things (a, b)", "INSERT INTO things VALUES (1, 2)")
    before = database.read_bytes()
    assert _fault(source, f"sqlite:///{database}", {"query": query}).startswith("the database refused the query (OperationalError)")
    assert database.read_bytes() == before


def test_a_wrong_table(source: Source, database: Path) -> None:
    """A table that is not there is named; the file stays as it is."""
    _run(database, "CREATE TABLE other (a)")
    said = _fault(source, f"sqlite:///{database}")
    assert said.startswith("the database refused the table 'things' (OperationalError): see that the server runs")


def test_a_file_that_is_not_there(source: Source, database: Path) -> None:
    """A missing file is an error, and is not made."""
    assert _fault(source, f"sqlite:///{database}").startswith("the database refused the table 'things' (OperationalError)")
    assert list(source.files.iterdir()) == []


def test_a_file_that_is_no_database(source: Source, database: Path) -> None:
    """Another file is an error, and what it holds is not quoted."""
    database.write_text("s3cr3t" * 1000, encoding="utf-8")
    assert _fault(source, f"sqlite:///{database}").startswith("the database refused the table 'things' (DatabaseError)")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3cr3t", "its setting is no database URL: write one as postgresql+psycopg://user:password@host/database."),
        ("", "its setting is no database URL: write one as postgresql+psycopg://user:password@host/database."),
        (
            "postgresql://user:s3cr3t@host:port/db",
            "its setting is no database URL: write one as postgresql+psycopg://user:password@host/database.",
        ),
        ("oracle+oracledb://user:s3cr3t/x@host/db", "the driver of 'oracle+oracledb' is not installed: install it beside Ansvar."),
        ("klingon://user:s3cr3t@host/db", "the driver of 'klingon' is not installed: install it beside Ansvar."),
        ("mssql+pymssql://user:s3cr3t@host/db", "the driver of 'mssql+pymssql' is not installed: install it beside Ansvar."),
    ],
)
def test_urls_that_are_none(source: Source, url: str, said: str) -> None:
    """What is no URL, and a driver that is not there, are said so; the URL, which may hold a password, is not shown."""
    (source.home.path / "settings.env").write_text(f"TEST_SHOP_URL={url}\n", encoding="utf-8")
    assert said == _fault(source, "${TEST_SHOP_URL}")


def test_a_path_relative_to_the_register(source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is relative to the register's folder, wherever the command is started."""
    _run(source.register / "shop.sqlite", "CREATE TABLE things (a, b)", "INSERT INTO things VALUES (1, 2)")
    monkeypatch.chdir(tmp_path)
    assert source.read({"table": "things"}, FIELDS, "database", {"url": "sqlite:///shop.sqlite"}).good == [{"a": "1", "b": "2"}]


def test_nothing_is_left_beside_a_database_in_wal_mode(source: Source, database: Path) -> None:
    """Reading a database in WAL mode that nobody has open leaves no file beside it, and changes none."""
    _run(database, "CREATE TABLE things (a, b)", "INSERT INTO things VALUES (1, 2)", journal="wal")
    before = database.read_bytes()
    assert _read(source, database).good == [{"a": "1", "b": "2"}]
    assert ([file.name for file in source.files.iterdir()], database.read_bytes() == before) == ([database.name], True)


def test_what_stands_in_the_write_ahead_log_is_read(source: Source, database: Path) -> None:
    """Rows that another program committed and did not yet move into the file are read, while it has the database open."""
    with closing(sqlite3.connect(database)) as writer:
        writer.execute("PRAGMA journal_mode = wal")
        writer.execute("CREATE TABLE things (a, b)")
        writer.execute("INSERT INTO things VALUES (1, 2)")
        writer.commit()
        assert _read(source, database).good == [{"a": "1", "b": "2"}]
