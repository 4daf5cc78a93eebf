"""A register on Spark comes to hold what it comes to hold on DuckDB, row for row, and answers persons alike."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from resources.catalogue import load_register
from resources.errors import AnsvarError
from resources.home import Home
from resources.keys import PLAIN_SETTING
from resources.register import open_register
from resources.warehouse.chosen import SETTING, STORAGE_SETTING
from resources.warehouse.dialect import name
from resources.warehouse.engine import tables_of
from resources.warehouse.spark.engine import SparkEngine
from tests.end_to_end import test_adventure_works as adventure_works
from tests.end_to_end.conftest import PERSONS, REPOSITORY
from tests.helpers.life import LATER, live
from tests.helpers.ports import free_port
from tests.helpers.records import chat, customer
from tests.helpers.sail import server, spark
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from resources.register import Register
    from tests.end_to_end.conftest import Demonstration

_SCHEMAS = ("register", "quarantine", "identity", "outreach", "meta")
_OWN = {"batch", "_batch", "run"}  # random ids of readings, of corrections and erasures
_HASHED = {"company", "hash", "key_hash", "former"}  # made with the home's pepper, which is random
_SUBJECTS = """
    SELECT subject, min(person) FROM (
      SELECT subject, person FROM identity.memory UNION ALL SELECT born, person FROM identity.memory
    ) AS known
    GROUP BY subject
"""

pytestmark = pytest.mark.early


class _Lived:
    """A register whose life is over: what it holds, and what it answered."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        small = _small(folder, settings)
        self.answers = live(small)
        self.tables = _everything(small.register)
        small.close()


def _small(folder: Path, settings: dict[str, str]) -> Small:
    small = Small(folder, settings=settings)
    (small.home.path / "pepper.key").write_text("the same on both", encoding="utf-8")
    return small


def _everything(register: Register, without: Collection[str] = _OWN) -> dict[str, list[str]]:
    """Every row of every table that is published, sorted; a subject, whose id is random, is named by a person of it."""
    found = {}
    with register.warehouse.reading() as engine:
        subjects = dict(engine.rows(_SUBJECTS))
        for schema in _SCHEMAS:
            for table in tables_of(engine, schema):
                rows = engine.arrow(f"SELECT * FROM {schema}.{name(table)}")  # noqa: S608 - names of the register's own tables
                kept = rows.select([column for column in rows.column_names if column not in without])
                found[f"{schema}.{table}"] = sorted(repr(_with(row, subjects)) for row in kept.to_pylist())
    return found


def _with(row: dict[str, Any], subjects: dict[str, str]) -> dict[str, Any]:
    return {column: subjects.get(value, value) if isinstance(value, str) else value for column, value in row.items()}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[_Lived, _Lived]]:
    """The same life on DuckDB and on Spark."""
    folder = tmp_path_factory.mktemp("engines")
    (folder / "storage").mkdir()
    with spark() as address:
        yield _Lived(folder / "duckdb", {}), _Lived(folder / "spark", {SETTING: address, STORAGE_SETTING: str(folder / "storage")})


def test_every_table_is_the_same(lived: tuple[_Lived, _Lived]) -> None:
    """Each table of each schema has the same rows, the empty ones among them."""
    duckdb, spark = lived
    assert sorted(duckdb.tables) == sorted(spark.tables)
    assert {table: rows for table, rows in duckdb.tables.items() if rows != spark.tables[table]} == {}
    assert sum(map(len, duckdb.tables.values())) > 0


def test_answers_are_the_same(lived: tuple[_Lived, _Lived]) -> None:
    """A bundle has the same members, and in its tables the same records."""
    duckdb, spark = lived
    for ours, theirs in zip(duckdb.answers, spark.answers, strict=True):
        assert sorted(ours) == sorted(theirs)
        tables = [member for member in ours if member.endswith(".csv")]
        assert tables
        assert {member: ours[member] for member in tables} == {member: theirs[member] for member in tables}


def _deliver(small: Small) -> None:
    small.deliver(
        "shop", [customer(number, email=f"c{number}@koe.example", visits=number) for number in range(4)] + [customer(9, visits="x")]
    )
    small.deliver("chats", [chat(number, email=f"C{number}@koe.example") for number in range(4)])


def _die_at(patched: pytest.MonkeyPatch, process: subprocess.Popen[bytes], number: int) -> None:
    """Let a server be killed when it is to write for the nth time."""
    whole, left = SparkEngine._write, iter(range(1, number))

    def write(engine: SparkEngine, frame: Any, *, temporary: bool) -> Any:
        if next(left, None) is None:
            process.kill()
            process.wait()
        return whole(engine, frame, temporary=temporary)

    patched.setattr(SparkEngine, "_write", write)


def _read(small: Small) -> None:
    for outcome in small.load("shop", "chats").values():
        if outcome.error is not None:
            raise outcome.error


def _purge(small: Small) -> None:
    small.at(LATER)
    small.purge()


def test_what_a_killed_server_leaves_is_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server is killed amid reading, working out who is who, and purging: what is published stays, and the next run does all of it."""
    (tmp_path / "storage").mkdir()
    port = free_port()
    unharmed = _small(tmp_path / "duckdb", {})
    harmed = _small(tmp_path / "spark", {SETTING: f"sc://127.0.0.1:{port}", STORAGE_SETTING: str(tmp_path / "storage")})
    for small in (unharmed, harmed):
        _deliver(small)
    for step, number in ((_read, 4), (Small.resolve, 9), (_purge, 3)):
        with server(port) as (_, process), monkeypatch.context() as patched:
            if step is Small.resolve:
                _read(harmed)
            if step is _purge:
                harmed.ingest("shop", "chats")
                before = _everything(harmed.register)
            _die_at(patched, process, number)
            with pytest.raises(AnsvarError):
                step(harmed)
            harmed.register.warehouse.release(harmed.run)
    with server(port):
        assert before == _everything(harmed.register)
        _purge(harmed)
        unharmed.ingest("shop", "chats")
        _purge(unharmed)
        found = _everything(harmed.register)
        assert _everything(unharmed.register) == found
        assert found["register.chats_conversations"] == []
    for small in (unharmed, harmed):
        small.close()


@pytest.mark.skipif("ANSVAR_TEST_SPARK" not in os.environ, reason="takes minutes: `make spark` runs it")
def test_the_demonstration_is_the_same(demonstration: Demonstration, tmp_path: Path) -> None:
    """The demonstration company's two nights and its answer, on Sail as on DuckDB."""
    (tmp_path / "storage").mkdir()
    catalogue = load_register(REPOSITORY / "register")
    with server() as (address, _), pytest.MonkeyPatch.context() as patched:
        ours = _everything(open_register(catalogue, Home(demonstration.home)), _OWN | _HASHED)
        settings = {SETTING: address, STORAGE_SETTING: str(tmp_path / "storage"), PLAIN_SETTING: "yes"}
        there = replace(demonstration, home=tmp_path / "home", world=tmp_path / "world")
        program = [sys.executable, "-m", "demo", "run", "--persons", str(PERSONS)]
        subprocess.run(program, cwd=REPOSITORY, env=there.environment(**settings), stdout=subprocess.DEVNULL, check=True)
        for key, value in settings.items():
            patched.setenv(key, value)
        assert ours == _everything(open_register(catalogue, Home(there.home)), _OWN | _HASHED)


@pytest.mark.skipif("ANSVAR_TEST_SPARK" not in os.environ, reason="takes minutes: `make spark` runs it")
@pytest.mark.skipif(not adventure_works.DATA.is_dir(), reason=f"the real input is not there: {adventure_works.DATA}")
def test_the_second_register_is_the_same(tmp_path: Path) -> None:
    """AdventureWorks and the rest of the real input, on Sail as on DuckDB."""
    (tmp_path / "storage").mkdir()
    found = []
    with server() as (address, _):
        for home, settings in (("duckdb", {}), ("spark", {SETTING: address, STORAGE_SETTING: str(tmp_path / "storage")})):
            register = adventure_works.empty(tmp_path / home, **{PLAIN_SETTING: "yes"}, **settings)
            (register.home.path / "pepper.key").write_text("the same on both", encoding="utf-8")
            adventure_works.ingest(register, "first")
            found.append(_everything(register))
            register.ledger.close()
    duckdb, spark = found
    assert sorted(duckdb) == sorted(spark)
    assert {table: rows for table, rows in duckdb.items() if rows != spark[table]} == {}
    assert sum(map(len, duckdb.values())) > 0
