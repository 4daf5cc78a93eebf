"""What Dagster keeps of old runs goes, with all that it would leave of them itself."""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.retention import dagster_storage
from pipelines.instance import open_instance
from tests.helpers.small import Small

MARK = "mark_of_an_old_run"


@pytest.fixture
def ran(tmp_path: Path) -> Iterator[tuple[Small, dg.DagsterInstance, str]]:
    """A register, Dagster's instance in its home, and a run of a job with a check, a partition and a tag."""
    small = Small(tmp_path)

    @dg.asset(check_specs=[dg.AssetCheckSpec("looked", asset="made")])
    def made() -> Iterator[dg.MaterializeResult[None]]:
        yield dg.MaterializeResult(
            metadata={"note": MARK}, check_results=[dg.AssetCheckResult(passed=True, metadata={"note": MARK})], tags={"note": MARK}
        )

    with open_instance(small.home) as instance:
        request = small.register.ledger.new_request("access", "en", [("email", "aino@koe.example")], small.register.clock.now())
        instance.add_dynamic_partitions(dagster_storage.REQUESTS, [request.id, "of_a_request_that_is_gone"])
        result = dg.materialize([made], instance=instance, tags={"note": MARK})
        assert result.success
        yield small, instance, request.id
    small.close()


def _files_with(folder: Path) -> int:
    return sum(MARK.encode() in file.read_bytes() for file in folder.rglob("*") if file.is_file())


def _rows_with(folder: Path) -> int:
    """In how many rows of Dagster's databases the mark stands."""
    found = 0
    for file in folder.rglob("*.db"):
        with sqlite3.connect(file) as connection:
            found += sum(MARK in line for line in connection.iterdump())
        connection.close()
    return found


def test_a_run_stays_through_its_period_and_goes_whole_after_it(ran: tuple[Small, dg.DagsterInstance, str]) -> None:
    """Events, checks, tags and the run's own file go the day after the period; a request that is known keeps its partition."""
    small, instance, request = ran
    folder = small.home.path / "dagster"
    (record,) = instance.get_run_records()
    begun = record.create_timestamp.astimezone(dt.UTC).date()
    last = small.register.catalogue.retention.rules["runs"].limit.last_day(begun, {})
    assert last is not None
    small.at(f"{last}T12:00:00Z")
    gone, left = dagster_storage.purge_in_run(small.register, instance, "first")
    assert (gone.records, left, len(instance.get_run_records())) == (0, 0, 1)
    assert instance.get_dynamic_partitions(dagster_storage.REQUESTS) == [request]
    assert _rows_with(folder) > 3
    assert _files_with(folder) > 1

    small.at(f"{last + dt.timedelta(days=2)}T12:00:00Z")
    gone, left = dagster_storage.purge_in_run(small.register, instance, "second")
    assert (gone.layer, gone.dataset, gone.rule, gone.records, left) == ("dagster", "runs", "runs", 1, 0)
    assert (instance.get_run_records(), _rows_with(folder)) == ([], 0)
    assert not list(folder.rglob(f"{record.dagster_run.run_id}*"))
    assert [(row["layer"], row["records"]) for row in small.register.ledger.purges_of("second")] == [("dagster", 1)]


def test_a_run_that_has_not_ended_stays(ran: tuple[Small, dg.DagsterInstance, str]) -> None:
    """However old it is: it may still be writing."""
    small, instance, _ = ran
    unfinished = instance.create_run_for_job(dg.GraphDefinition(name="waiting").to_job(), status=dg.DagsterRunStatus.STARTED)
    small.at("2036-01-01T12:00:00Z")
    assert unfinished.run_id not in dagster_storage.due(small.register, instance).runs
    dagster_storage.purge_in_run(small.register, instance, "third")
    assert instance.get_run_by_id(unfinished.run_id) is not None
