"""Dagster's event log with connections that stay open: the same events in the same files as Dagster's own."""

from __future__ import annotations

import shutil
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from pipelines.event_log import KeptOpenEventLogStorage
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
RUNS = 10  # more than are kept open


@dg.asset
def numbers() -> None:
    """An asset with nothing in it."""


JOB = dg.Definitions(assets=[numbers], jobs=[dg.define_asset_job("all")]).resolve_job_def("all")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the instance's settings that are shipped."""
    shutil.copyfile(ROOT / "dagster.yaml", tmp_path / "dagster.yaml")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    """The instance that the shipped settings make."""
    with dg.DagsterInstance.from_config(str(home)) as opened:
        yield opened


def _types(storage: SqliteEventLogStorage, run: str) -> list[dg.DagsterEventType | None]:
    events = [event.dagster_event for event in storage.get_logs_for_run(run)]
    return [event.event_type for event in events if event is not None]


def test_dagsters_own_reads_the_same(instance: dg.DagsterInstance, home: Path) -> None:
    """Of each of many runs, Dagster's own event log reads the same events, while they are held open and after they were closed."""
    kept = instance.event_log_storage
    assert isinstance(kept, KeptOpenEventLogStorage)
    runs = [JOB.execute_in_process(instance=instance).run_id for _ in range(RUNS)]
    folder = home / "history" / "runs"
    assert {path.stem for path in folder.glob("*.db")} == {"index", *runs}
    expected = [_types(kept, run) for run in runs]
    assert all({dg.DagsterEventType.RUN_START, dg.DagsterEventType.RUN_SUCCESS} <= set(each) for each in expected)
    own = SqliteEventLogStorage(str(folder))
    own.register_instance(instance)
    assert list(folder.glob("*-wal"))
    assert [_types(own, run) for run in runs] == expected
    instance.dispose()
    assert list(folder.glob("*-wal")) == []
    assert [_types(own, run) for run in runs] == expected
    materialized = own.fetch_materializations(dg.AssetKey("numbers"), limit=2 * RUNS).records
    assert {record.run_id for record in materialized} == set(runs)


def test_whoever_watches_a_run_hears_of_its_events(instance: dg.DagsterInstance) -> None:
    """A watcher in the UI is told of a run's events while the run's file is held open."""
    run = instance.create_run_for_job(JOB)
    heard = Event()
    instance.watch_event_logs(run.run_id, None, lambda *_: heard.set())
    instance.report_engine_event("under way", run)
    assert heard.wait(60)


def test_nothing_is_left_of_what_is_wiped(instance: dg.DagsterInstance) -> None:
    """When the event log is wiped, the open runs are, too, and another run can be stored."""
    first = JOB.execute_in_process(instance=instance).run_id
    instance.event_log_storage.wipe()
    second = JOB.execute_in_process(instance=instance).run_id
    assert (instance.all_logs(first), bool(instance.all_logs(second))) == ([], True)


def test_where_it_lies_must_be_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a folder for Dagster there is an error that says what to name; a folder that is configured is taken."""
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    with pytest.raises(AnsvarError, match="DAGSTER_HOME is not set: name the folder"):
        KeptOpenEventLogStorage.from_config_value(None, {})
    KeptOpenEventLogStorage.from_config_value(None, {"base_dir": str(tmp_path / "log")}).dispose()
    assert (tmp_path / "log" / "index.db").is_file()
