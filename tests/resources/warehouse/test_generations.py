"""Generations: readers see what was published, whole; one run writes at a time; what was deleted is gone."""

from __future__ import annotations

import datetime as dt
import random
import re
import stat
import threading
from typing import TYPE_CHECKING

import pytest

from resources.errors import AnsvarError
from resources.warehouse import WarehouseError
from resources.warehouse import generations as module
from tests.resources.warehouse.runs import MOMENT, publish, state, warehouse_in, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resources.warehouse import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """A warehouse with nothing in it, in a folder whose name must be quoted."""
    made = warehouse_in(tmp_path / "it's a home")
    yield made
    for run in ("one", "two", "three"):
        made.release(run)


def _files(warehouse: Warehouse) -> set[str]:
    return {path.name for path in warehouse.folder.iterdir()}


def test_before_the_first_run(warehouse: Warehouse) -> None:
    """There is nothing to read, and the error says how to change that."""
    assert (warehouse.is_published, warehouse.published_runs()) == (False, set())
    with pytest.raises(AnsvarError, match=r"The register is empty: no run has been published yet[.] Run `ansvar run` first"):
        warehouse.reading().__enter__()


def test_what_an_earlier_version_published(warehouse: Warehouse) -> None:
    """A generation that lacks a table or a column is not read, which is said; the next run brings it up to date."""
    with warehouse.writing("one") as opened:
        opened.run("DROP TABLE identity.remains")
        opened.run("ALTER TABLE identity.history DROP COLUMN is_one")
    warehouse.publish("one", MOMENT)
    told = "published by an earlier version of Ansvar: 3 columns are missing, as identity.history.is_one. Run `ansvar run` once"
    with pytest.raises(AnsvarError, match=re.escape(told)):
        warehouse.reading().__enter__()
    publish(warehouse, "two", 2)
    assert state(warehouse)[2] == ["one", "two"]


def test_a_run_is_seen_when_it_is_published(warehouse: Warehouse) -> None:
    """Readers see the generation before, through every step of a run, until it is published."""
    publish(warehouse, "one", 1)
    seen = [state(warehouse)]
    write(warehouse, "two", 2)
    seen.append(state(warehouse))
    warehouse.publish("two", MOMENT + dt.timedelta(days=2))
    seen.append(state(warehouse))
    assert seen == [([1], [1], ["one"]), ([1], [1], ["one"]), ([1, 2], [1, 2], ["one", "two"])]
    assert warehouse.published_runs() == {"one", "two"}


def test_what_is_left_after_a_run(warehouse: Warehouse) -> None:
    """One generation, the link to it and the lock are left, all of them their owner's alone."""
    publish(warehouse, "one", 1)
    publish(warehouse, "two", 2)
    assert _files(warehouse) == {"current", "generation-two.duckdb", "writer.lock"}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in warehouse.folder.iterdir()}
    assert modes == {0o600}


def test_a_reader_that_stays(warehouse: Warehouse) -> None:
    """A reader that is held open over two publications reads on what it opened, to the end."""
    publish(warehouse, "one", 1)
    with warehouse.reading() as opened:
        publish(warehouse, "two", 2)
        publish(warehouse, "three", 3)
        assert opened.rows("SELECT number FROM register.second") == [(1,)]
        with warehouse.reading() as later:
            assert later.rows("SELECT number FROM register.second ORDER BY 1") == [(1,), (2,), (3,)]
        assert opened.rows("SELECT number FROM register.first") == [(1,)]


def test_readers_cannot_write(warehouse: Warehouse) -> None:
    """The published generation is opened read-only, and so is what a run views."""
    publish(warehouse, "one", 1)
    with warehouse.reading() as opened, pytest.raises(WarehouseError):
        opened.run("DELETE FROM register.first")
    write(warehouse, "two", 2)
    with warehouse.viewing("two") as opened, pytest.raises(WarehouseError):
        opened.run("DELETE FROM register.first")


def test_what_a_run_sees(warehouse: Warehouse) -> None:
    """A run sees its own work once it has begun; another sees what is published."""
    publish(warehouse, "one", 1)
    write(warehouse, "two", 2)
    seen = []
    for run in ("two", "three"):
        with warehouse.viewing(run) as opened:
            seen.append(opened.rows("SELECT number FROM register.first ORDER BY 1"))
    assert seen == [[(1,), (2,)], [(1,)]]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_step_that_fails(warehouse: Warehouse, error: type[BaseException]) -> None:
    """A step that fails leaves the working copy as it was before it, and the run goes on from there."""
    write(warehouse, "one", 1)

    def fail() -> None:
        with warehouse.writing("one") as opened:
            opened.run("DELETE FROM register.first")
            opened.run("CREATE TABLE register.third (number INTEGER)")
            raise error

    with pytest.raises(error):
        fail()
    with warehouse.viewing("one") as opened:
        assert opened.rows("SELECT number FROM register.first") == [(1,)]
        assert opened.rows("SELECT 1 FROM information_schema.tables WHERE table_name = 'third'") == []
    warehouse.publish("one", MOMENT)
    assert state(warehouse) == ([1], [1], ["one"])


def test_a_run_that_is_let_go(warehouse: Warehouse) -> None:
    """The work of a run that is not published goes with it."""
    publish(warehouse, "one", 1)
    write(warehouse, "two", 2)
    warehouse.release("two")
    assert (state(warehouse), _files(warehouse)) == (([1], [1], ["one"]), {"current", "generation-one.duckdb", "writer.lock"})
    publish(warehouse, "three", 3)
    assert state(warehouse) == ([1, 3], [1, 3], ["one", "three"])


def test_what_a_process_has_not_published_at_its_end(warehouse: Warehouse) -> None:
    """A process that ends gives up what it wrote: no copy is left, what is published stays, and another one may write."""
    publish(warehouse, "one", 1)
    write(warehouse, "two", 2)
    module.give_up()
    assert _files(warehouse) == {"current", "generation-one.duckdb", "writer.lock"}
    assert state(warehouse) == ([1], [1], ["one"])
    assert module._held == {}


def test_another_run_of_the_same_process(warehouse: Warehouse) -> None:
    """A run that begins where another of the same process was left takes its place, and the other's work goes."""
    write(warehouse, "one", 1)
    assert (warehouse.begin("two"), warehouse.begin("two")) == (True, False)
    assert _files(warehouse) == {"working-two.duckdb", "writer.lock"}


def test_a_run_that_is_published_twice(warehouse: Warehouse) -> None:
    """A run's id may come again: the later work is added to the earlier."""
    publish(warehouse, "one", 1)
    publish(warehouse, "one", 2)
    assert state(warehouse) == ([1, 2], [1, 2], ["one", "one"])


def test_what_a_crash_left_goes_at_the_next_begin(warehouse: Warehouse) -> None:
    """Copies that were written or rewritten, their logs, and generations that were never published go when a run begins."""
    publish(warehouse, "one", 1)
    left = (
        "working-x.duckdb",
        "working-x.duckdb.wal",
        "working-x.partial",
        "rewritten-x.duckdb",
        "rewritten-x.duckdb.wal",
        "generation-x.duckdb",
    )
    for name in left:
        (warehouse.folder / name).write_bytes(b"half a file")
    assert warehouse.begin("two")
    assert _files(warehouse) == {"current", "generation-one.duckdb", "working-two.duckdb", "writer.lock"}


def test_half_a_copy_is_never_taken_up(warehouse: Warehouse) -> None:
    """A run that was stopped while its copy was made, and begins again under its id, makes the copy anew."""
    publish(warehouse, "one", 1)
    published = next(warehouse.folder.glob("generation-*")).read_bytes()
    (warehouse.folder / "working-two.partial").write_bytes(published[: len(published) // 2])
    assert warehouse.begin("two")
    warehouse.publish("two", MOMENT)
    assert state(warehouse)[0] == [1]


def test_deleted_rows_leave_no_bytes(warehouse: Warehouse) -> None:
    """After a publication none of two hundred deleted markers is in any file; those that stay are."""
    rng = random.Random(6)  # noqa: S311 - a test's chance, the same each time
    markers = [rng.randbytes(20).hex() for _ in range(400)]
    gone, kept = markers[:200], markers[200:]
    with warehouse.writing("one") as opened:
        opened.run("PRAGMA force_compression = 'uncompressed'")
        opened.run("CREATE TABLE register.canaries AS SELECT unnest($markers) AS marker", {"markers": markers})
    warehouse.publish("one", MOMENT)
    assert _found(warehouse, markers) == 400
    with warehouse.writing("two") as opened:
        opened.run("PRAGMA force_compression = 'uncompressed'")
        opened.run("DELETE FROM register.canaries WHERE marker IN (SELECT unnest($gone))", {"gone": gone})
    assert _found(warehouse, gone) == 200
    warehouse.publish("two", MOMENT)
    assert (_found(warehouse, gone), _found(warehouse, kept)) == (0, 200)


def _found(warehouse: Warehouse, markers: list[str]) -> int:
    """How many markers stand in any file of a home; compression would hide them, so it is off."""
    files = [path.read_bytes() for path in warehouse.folder.parent.rglob("*") if path.is_file() and not path.is_symlink()]
    return sum(any(marker.encode() in content for content in files) for marker in markers)


def test_a_writer_waits_no_longer_than_it_should(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another goes on writing, a run gives up with an error that says what to do, and holds nothing."""
    other = warehouse_in(warehouse.folder.parent / "." / "")
    monkeypatch.setattr(module, "_WAIT_SECONDS", 0)
    warehouse.begin("one")
    held = module._held.pop(warehouse.folder)
    with pytest.raises(AnsvarError, match="Another run has been writing for more than ten minutes: wait for it, or stop it"):
        other.begin("two")
    module._held[warehouse.folder] = held
    warehouse.release("one")
    assert other.begin("two")


def test_readers_among_writers(warehouse: Warehouse) -> None:
    """While eight runs are published, two readers always find a whole generation, never an older one than before."""
    publish(warehouse, "run-0", 0)
    seen: list[list[list[int]]] = [[], []]
    done = threading.Event()

    def read(mine: list[list[int]]) -> None:
        while not done.is_set():
            first, second, runs = state(warehouse)
            mine.append(first if first == second and len(runs) == len(first) else [-1])

    threads = [threading.Thread(target=read, args=(mine,)) for mine in seen]
    for thread in threads:
        thread.start()
    for number in range(1, 9):
        publish(warehouse, f"run-{number}", number)
    done.set()
    for thread in threads:
        thread.join()
    for mine in seen:
        assert all(first == list(range(len(first))) for first in mine)
        assert [len(first) for first in mine] == sorted(len(first) for first in mine)
        assert len(mine) > 3
