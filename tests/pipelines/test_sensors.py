"""The sensor: forms become requests, verified requests become runs, and Dagster is told nothing of any person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from pipelines.definitions import build
from pipelines.instance import open_instance, prepare_instance
from pipelines.jobs import EXPORT
from resources.home import write_private
from resources.ledger.bundles import BundleLedger
from tests.helpers.records import customer
from tests.helpers.requests import verified
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARK = "aino.m4rker"
_RANGE = {"start": "r0", "end": "r2"}
EMAIL = f"{MARK}@koe.example"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """A register of one customer."""
    made = Small(tmp_path)
    prepare_instance(made.home)
    made.deliver("shop", [customer(1, email=EMAIL)])
    made.ingest("shop")
    yield made
    made.close()


def _tick(small: Small, instance: dg.DagsterInstance) -> dg.SensorResult | dg.SkipReason:
    defs = build(small.folder / "register", small.home, small.register.clock)
    (sensor,) = defs.sensors or []
    assert isinstance(sensor, dg.SensorDefinition)
    with dg.build_sensor_context(instance=instance, definitions=defs) as context:
        found = sensor(context)
    assert isinstance(found, dg.SensorResult | dg.SkipReason)
    return found


def _deliver(small: Small, name: str, **form: object) -> None:
    given = {"id": name, "kind": "access", "identifiers": [{"kind": "email", "value": EMAIL}]} | form
    (small.register.intake / f"{name}-{EMAIL}.json").write_text(json.dumps(given), encoding="utf-8")


def _found(small: Small) -> set[str]:
    """Where in Dagster's storage anything of the person stands."""
    folder = small.home.path / "dagster"
    return {path.name for path in folder.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()}


def test_from_a_form_to_a_bundle(small: Small) -> None:
    """A form is filed and waits; once its person is verified, a run is asked for, under the opaque id alone, and writes the bundle."""
    _deliver(small, "one")
    _deliver(small, "two", kind="nonsense")
    with open_instance(small.home) as instance:
        waiting = _tick(small, instance)
        assert isinstance(waiting, dg.SensorResult)
        assert waiting.run_requests == []
        (row,) = small.register.ledger.requests()
        assert isinstance(_tick(small, instance), dg.SkipReason)
        verified(small.register.ledger, row["request"], small.register.clock.now())
        found = _tick(small, instance)
        assert isinstance(found, dg.SensorResult)
        (asked,) = found.run_requests or []
        assert (asked.partition_key, asked.run_key) == (row["request"], f"{row['request']}-2")
        (added,) = found.dynamic_partitions_requests or []
        assert added.partition_keys == [row["request"]]
        again = _tick(small, instance)
        assert isinstance(again, dg.SensorResult)
        assert [each.run_key for each in again.run_requests or []] == [asked.run_key]
        instance.add_dynamic_partitions("requests", [row["request"]])
        defs = build(small.folder / "register", small.home, small.register.clock)
        assert defs.resolve_job_def(EXPORT).execute_in_process(instance=instance, partition_key=row["request"]).success
        assert isinstance(_tick(small, instance), dg.SkipReason)
    assert [each["state"] for each in BundleLedger(small.register.ledger).bundles()] == ["waiting"]
    assert _found(small) == set()


def test_no_bundle_is_made_behind_the_back_of_who_makes_one(small: Small) -> None:
    """While somebody's run is under way none is asked for; one that was asked for before that makes nothing once a bundle waits."""
    _deliver(small, "one")
    with open_instance(small.home) as instance:
        _tick(small, instance)
        (row,) = small.register.ledger.requests()
        request = row["request"]
        verified(small.register.ledger, request, small.register.clock.now())
        instance.add_dynamic_partitions("requests", ["r0", request, "r2"])
        job = build(small.folder / "register", small.home, small.register.clock).resolve_job_def(EXPORT)
        for tags in ({"dagster/partition": request}, {f"dagster/asset_partition_range_{end}": which for end, which in _RANGE.items()}):
            run = instance.create_run_for_job(job, tags=tags, status=dg.DagsterRunStatus.STARTED)
            assert isinstance(_tick(small, instance), dg.SkipReason)
            instance.report_run_failed(run, "ended")
            assert isinstance(_tick(small, instance), dg.SensorResult)
        by_click = job.execute_in_process(instance=instance, partition_key=request)
        made = BundleLedger(small.register.ledger).bundle(request)["sha256"]
        by_sensor = job.execute_in_process(instance=instance, partition_key=request, tags={"dagster/sensor_name": "requests"})
        assert (by_click.success, by_sensor.success) == (True, True)
    assert BundleLedger(small.register.ledger).bundle(request)["sha256"] == made


def test_requests_in_batches(small: Small) -> None:
    """Many verified requests are many runs of one tick; what is asked for by other kinds is none."""
    for number in range(5):
        _deliver(small, str(number), kind="access" if number else "erasure")
    with open_instance(small.home) as instance:
        _tick(small, instance)
        for row in small.register.ledger.requests():
            verified(small.register.ledger, row["request"], small.register.clock.now())
        found = _tick(small, instance)
    assert isinstance(found, dg.SensorResult)
    wanted = {row["request"] for row in small.register.ledger.requests() if row["kind"] == "access"}
    assert {each.partition_key for each in found.run_requests or []} == wanted
    assert len(wanted) == 4


def test_a_tick_that_fails_tells_nothing_personal(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's mistake is told in full, anything else by its kind and place, without its text and without what led to it."""
    settings = small.home.path / "settings.env"
    before = settings.read_text(encoding="utf-8")
    write_private(settings, before + f"ANSVAR_INTAKE_URL=sqlite:////nowhere/{MARK}.db\n")
    with open_instance(small.home) as instance:
        with pytest.raises(dg.Failure, match="see the settings ANSVAR_INTAKE_URL") as told:
            _tick(small, instance)
        assert MARK not in str(told.value.description)
        write_private(settings, before)
        monkeypatch.setattr("pipelines.sensors.take_in", _fail)
        with pytest.raises(dg.Failure) as unexpected:
            _tick(small, instance)
    assert MARK not in str(unexpected.value.description)
    assert unexpected.value.__suppress_context__


def _fail(_: object) -> None:
    raise ValueError(EMAIL)


def test_the_daily_job_looks_at_deadlines_and_makes_no_bundle(small: Small) -> None:
    """The asset of requests is one of the daily job and none of the export's; bundles are the other way round."""
    defs = build(small.folder / "register", small.home, small.register.clock)
    selected = {name: defs.resolve_job_def(name).asset_layer.selected_asset_keys for name in ("daily", EXPORT)}
    requests, bundles = dg.AssetKey(["rights", "requests"]), dg.AssetKey(["rights", "bundles"])
    assert [requests in selected["daily"], bundles in selected["daily"]] == [True, False]
    assert [requests in selected[EXPORT], bundles in selected[EXPORT]] == [False, True]


def test_deadlines_as_dagster_sees_them(small: Small) -> None:
    """An overdue request fails its check, a near one and an unclear one warn, and nothing but counts is told."""
    ledger, given = small.register.ledger, [("email", EMAIL)]
    small.at("2026-10-15T09:00:00+03:00")
    ledger.new_request("erasure", "fi", given, small.register.clock.now())
    small.at("2026-11-12T09:00:00+02:00")
    with open_instance(small.home) as instance:
        assert _checks(small, instance) == {"none_overdue": True, "none_due_soon": False, "all_clear": True, "forms_filed": True}
        small.at("2026-11-17T09:00:00+02:00")
        _deliver(small, "bad", kind="nonsense")
        _tick(small, instance)
        assert _checks(small, instance) == {"none_overdue": False, "none_due_soon": True, "all_clear": True, "forms_filed": False}
    assert _found(small) == set()


def _checks(small: Small, instance: dg.DagsterInstance) -> dict[str, bool]:
    defs = build(small.folder / "register", small.home, small.register.clock)
    selection = [dg.AssetKey(["rights", "requests"])]
    done = defs.resolve_job_def("daily").execute_in_process(instance=instance, asset_selection=selection)
    return {each.check_name: each.passed for each in done.get_asset_check_evaluations()}
