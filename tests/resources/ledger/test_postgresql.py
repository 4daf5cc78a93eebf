"""The ledger in PostgreSQL: the same life of a request, the same chain, nothing told by errors, and no byte of what was deleted."""

from __future__ import annotations

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from resources.ledger import Ledger, tables
from resources.ledger.audit import verify
from tests.helpers.postgresql import binaries, cluster
from tests.helpers.requests import file_verified
from tests.resources.ledger.test_wipe import COUNTED, NOW, _fill

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT_ONCE = 8


@dataclass(frozen=True)
class Kept:
    """A ledger and the folder in which PostgreSQL keeps it."""

    ledger: Ledger
    files: Path

    def found(self) -> set[str]:
        """Everything in any file of a table that looks like a marker."""
        with self.ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")
        contents = [path.read_bytes() for path in self.files.rglob("*") if path.is_file()]
        return {each.decode() for content in contents for each in re.findall(rb"[0-9a-f]{32}", content)}


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    """A ledger in a PostgreSQL of the tests' own; they skip where it is not installed."""
    folder = binaries()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with cluster(folder) as url:
        ledger = Ledger(url.render_as_string(hide_password=False))
        with ledger.engine.connect() as connection:
            data = connection.exec_driver_sql("SHOW data_directory").scalar_one()
        yield Kept(ledger, Path(data) / "base")
        ledger.close()


def test_it_has_the_tables_of_the_design(kept: Kept) -> None:
    """Every table and column is there that the ledger knows."""
    found = sa.inspect(kept.ledger.engine)
    columns = {table: {column["name"] for column in found.get_columns(table)} for table in found.get_table_names()}
    del columns["alembic_version"]
    assert columns == {table.name: set(table.columns.keys()) for table in tables.metadata.sorted_tables}


def test_requests_that_are_filed_at_once(kept: Kept) -> None:
    """Who writes waits for who writes: no request is lost, and the chain is whole."""
    before = len(kept.ledger.requests())

    def file(number: int) -> str:
        return file_verified(kept.ledger, "access", "fi", [("email", f"asko{number}@koti.example")], NOW).id

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        filed = set(pool.map(file, range(2 * _AT_ONCE)))
    assert len(kept.ledger.requests()) - before == len(filed) == 2 * _AT_ONCE
    assert {kept.ledger.request(each).state for each in filed} == {"verified"}
    assert verify(kept.ledger.engine) == []


def test_errors_tell_no_value(kept: Kept) -> None:
    """PostgreSQL's message names the values that broke a rule; the ledger's error is of the same kind and does not."""
    insert = tables.gone.insert().values(hash="virtanen@example.com", dataset="d", run="r", state="done")
    with kept.ledger.engine.begin() as connection:
        connection.execute(insert)
    with pytest.raises(sa.exc.IntegrityError) as caught, kept.ledger.engine.begin() as connection:
        connection.execute(insert)
    assert "UniqueViolation" in str(caught.value)
    assert "virtanen" not in str(caught.value)


def test_no_byte_of_what_was_deleted(kept: Kept) -> None:
    """What went is in no table's file, what stays is; a ledger that was marked and not written anew is by the next purge."""
    made = _fill(kept.ledger, 300)
    gone, stays = made[::2], {marker for _, marker in made[1::2]}
    assert {marker for _, marker in made} <= kept.found()
    kept.ledger.own_gone("run", NOW, COUNTED, bundles=[], requests=[request for request, _ in gone])
    found = kept.found()
    assert {marker for _, marker in gone} & found == set()
    assert stays <= found
    with kept.ledger.engine.begin() as connection:
        connection.execute(tables.request_identifiers.delete())
        connection.exec_driver_sql("COMMENT ON TABLE alembic_version IS '1'")
    kept.ledger.own_gone("run", NOW + dt.timedelta(days=1), [], bundles=[], requests=[])
    assert stays & kept.found() == set()
