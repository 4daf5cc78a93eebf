"""Dagster's storage in PostgreSQL, by a setting: runs are forked, seen, and go after their period as they do from files."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster_postgres import PostgresEventLogStorage

from assets.retention import dagster_storage
from pipelines.instance import STORAGE, prepare_instance, told_of_own_settings
from pipelines.launch import client
from tests.helpers.postgresql import binaries, cluster
from tests.pipelines.launch.test_launch import Company

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.early


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Engine]:
    """A PostgreSQL of the test's own, which the setting names; the test skips where it is not installed."""
    folder = binaries()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with cluster(folder) as url:
        monkeypatch.setenv(STORAGE, url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False))
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        yield engine
        engine.dispose()


def _rows_with(engine: sa.Engine, text: str) -> int:
    """In how many rows of the database a text stands."""
    with engine.connect() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        line = sa.literal_column("t::text", sa.Text)
        counted = [sa.select(sa.func.count()).select_from(each.alias("t")).where(line.contains(text)) for each in tables.sorted_tables]
        return sum(connection.scalar(each) or 0 for each in counted)


def test_runs_in_postgresql(database: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of a run lies in files; the secret stands in no file; after its period nothing of it is left in the database."""
    company = Company(tmp_path, monkeypatch)
    small, instance = company.small, company.instance
    try:
        assert isinstance(instance.event_log_storage, PostgresEventLogStorage)
        assert told_of_own_settings(small.home) == []
        run = company.launched()
        assert company.process(run)
        assert company.ended(run) is dg.DagsterRunStatus.SUCCESS
        assert _rows_with(database, run) > 3
        assert [file for file in small.home.path.rglob("*.db") if file.name != "ledger.db"] == []
        assert "s3cr3t" not in (company.folder / "dagster.yaml").read_text(encoding="utf-8")
        (record,) = instance.get_run_records()
        small.at(f"{record.create_timestamp.date() + dt.timedelta(days=4000)}T12:00:00Z")
        gone, left = dagster_storage.purge_in_run(small.register, instance, "later")
        assert (gone.records, left, instance.get_run_records()) == (1, 0, [])
        assert _rows_with(database, run) == 0
        monkeypatch.delenv(STORAGE)
        assert "event_log_storage" in (prepare_instance(small.home) / "dagster.yaml").read_text(encoding="utf-8")
    finally:
        client.stop()
        instance.dispose()
        small.close()
