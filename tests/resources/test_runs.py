"""A run over both stores: the ledger first, then the warehouse, then the ledger again, wherever it may stop."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from whenever import Instant

from resources.catalogue import load_register
from resources.clock import Clock
from resources.errors import AnsvarError
from resources.home import Home
from resources.register import Register, open_register, register_folder
from resources.runs import begin_run, finish_run
from tests.resources.catalogue.conftest import SMALL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def register(home: Home) -> Iterator[Register]:
    """The small register in a new home, on a day that stands still."""
    opened = open_register(load_register(SMALL), home, Clock("Europe/Helsinki", Instant("2026-10-15T00:00:00Z")))
    yield opened
    for run in ("one", "two"):
        opened.warehouse.release(run)
    opened.ledger.close()


def _land(register: Register, run: str) -> None:
    """A batch that lands, and is loaded into the run's working copy."""
    begin_run(register, run)
    batch = register.landing.new_batch("shop", "orders")
    register.ledger.batch_landed(batch.id, "shop", "orders", run, register.clock.now())
    with register.warehouse.writing(run) as engine:
        engine.run("CREATE TABLE IF NOT EXISTS register.shop_orders (run VARCHAR)")
        engine.run("INSERT INTO register.shop_orders VALUES ($run)", {"run": run})
    register.ledger.batch_loaded(batch.id, {"read": 1})


def _state(register: Register) -> tuple[set[str], dict[str, str], bool]:
    """The published runs, the state of each run's batch, and whether anything is left in landing."""
    batches = {batch["run"]: batch["state"] for batch in register.ledger.batches()}
    return register.warehouse.published_runs(), batches, any(register.landing.folder.iterdir())


def test_a_run_from_its_beginning_to_its_end(register: Register) -> None:
    """A run that ends is published and confirmed, at the clock's time, and its landing files are gone."""
    _land(register, "one")
    finish_run(register, "one")
    assert _state(register) == ({"one"}, {"one": "done"}, False)
    with register.warehouse.reading() as engine:
        assert engine.rows("SELECT run, published_at FROM meta.generations") == [("one", dt.datetime.fromisoformat("2026-10-15T00:00:00"))]


def test_a_run_that_stops_before_it_is_published(register: Register) -> None:
    """What it meant never happened: the next run finds its batch void, its work and its landing files gone."""
    _land(register, "one")
    assert _state(register) == (set(), {"one": "loaded"}, True)
    begin_run(register, "two")
    assert _state(register) == (set(), {"one": "void"}, False)
    finish_run(register, "two")
    assert _state(register)[0] == {"two"}


def test_a_run_that_stops_after_it_is_published(register: Register) -> None:
    """What it did is done, though it never came to say so: the next run confirms it."""
    _land(register, "one")
    register.warehouse.publish("one", register.clock.now())
    assert _state(register) == ({"one"}, {"one": "loaded"}, True)
    begin_run(register, "two")
    assert _state(register) == ({"one"}, {"one": "done"}, False)


def test_the_steps_of_one_run(register: Register) -> None:
    """A later step of the same run settles nothing and clears nothing."""
    _land(register, "one")
    begin_run(register, "one")
    assert _state(register) == (set(), {"one": "loaded"}, True)


def test_where_things_lie(register: Register) -> None:
    """All that a register keeps lies in its home."""
    home = register.home.path
    assert (register.recordings, register.outbox, register.landing.folder) == (home / "recordings", home / "outbox", home / "landing")
    assert (register.warehouse.folder, register.warehouse.temporary) == (home / "warehouse", home / "temporary")
    assert register.ledger.url == f"sqlite:///{home}/ledger.db"


def test_a_register_without_a_home(tmp_path: Path) -> None:
    """A register is not opened where there is no home."""
    with pytest.raises(AnsvarError, match="There is no home"):
        open_register(load_register(SMALL), Home(tmp_path / "absent"))


def test_the_register_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: Home) -> None:
    """`ANSVAR_REGISTER` and `ANSVAR_HOME` say what is opened; without the former it is `register` here."""
    monkeypatch.setenv("ANSVAR_REGISTER", str(SMALL))
    monkeypatch.setenv("ANSVAR_HOME", str(home.path))
    opened = open_register()
    assert (opened.catalogue.folder, opened.home.path, opened.clock.zone) == (SMALL.resolve(), home.path, "Europe/Helsinki")
    monkeypatch.delenv("ANSVAR_REGISTER")
    monkeypatch.chdir(tmp_path)
    assert register_folder() == tmp_path / "register"
