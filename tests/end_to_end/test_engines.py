"""A register on Spark comes to hold what it comes to hold on DuckDB, row for row, and answers persons alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resources.warehouse.chosen import SETTING, STORAGE_SETTING
from resources.warehouse.dialect import name
from resources.warehouse.engine import tables_of
from tests.helpers.life import live
from tests.helpers.sail import server
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SCHEMAS = ("register", "quarantine", "identity", "outreach", "meta")
_OWN = {"batch", "_batch"}  # each reading's own random id
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
        small = Small(folder, settings=settings)
        (small.home.path / "pepper.key").write_text("the same on both", encoding="utf-8")
        self.answers = live(small)
        self.tables = _everything(small)
        small.close()


def _everything(small: Small) -> dict[str, list[str]]:
    """Every row of every table, sorted; a subject, whose id is random, is named by a person of it."""
    found = {}
    with small.register.warehouse.viewing(small.run) as engine:
        subjects = dict(engine.rows(_SUBJECTS))
        for schema in _SCHEMAS:
            for table in tables_of(engine, schema):
                rows = engine.arrow(f"SELECT * FROM {schema}.{name(table)}")  # noqa: S608 - names of the register's own tables
                kept = rows.select([column for column in rows.column_names if column not in _OWN])
                found[f"{schema}.{table}"] = sorted(repr(_with(row, subjects)) for row in kept.to_pylist())
    return found


def _with(row: dict[str, Any], subjects: dict[str, str]) -> dict[str, Any]:
    return {column: subjects.get(value, value) if isinstance(value, str) else value for column, value in row.items()}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[_Lived, _Lived]]:
    """The same life on DuckDB and on Sail."""
    folder = tmp_path_factory.mktemp("engines")
    (folder / "storage").mkdir()
    with server() as (address, _):
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
