"""Processes that meet or die: one writes at a time, and a kill at any moment leaves the state before or the state after."""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from tests.resources.conftest import ROOT
from tests.resources.warehouse.runs import publish, state, warehouse_in

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(__file__).parent / "runs.py"
PATIENCE_S = 120


@contextmanager
def _running(what: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of its own, which is gone when the context ends."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(SCRIPT), what, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _out(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


def _says(process: subprocess.Popen[str], seconds: float) -> str:
    """The next line that a process prints within some seconds; empty where it prints none."""
    ready, _, _ = select.select([_out(process)], [], [], seconds)
    return _out(process).readline().strip() if ready else ""


def _tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_two_processes_never_write_at_once(tmp_path: Path) -> None:
    """A second process waits until the first has published, and then writes on top of that; both rows are there."""
    with _running("hold", tmp_path) as first:
        assert _says(first, PATIENCE_S) == "writing"
        with _running("hold", tmp_path) as second:
            assert _says(second, 1) == ""
            _tell(first)
            assert _says(first, PATIENCE_S) == "published"
            assert _says(second, PATIENCE_S) == "writing"
            _tell(second)
            assert _says(second, PATIENCE_S) == "published"
    first_table, second_table, runs = state(warehouse_in(tmp_path))
    assert (len(first_table), first_table == second_table, len(runs)) == (2, True, 2)


def test_a_killed_writer_lets_go(tmp_path: Path) -> None:
    """The lock of a process that was killed goes with it, and so does its half-done work when the next begins."""
    publish(warehouse_in(tmp_path), "before", 1)
    with _running("hold", tmp_path) as first:
        assert _says(first, PATIENCE_S) == "writing"
        first.send_signal(signal.SIGKILL)
        first.wait(PATIENCE_S)
    warehouse = warehouse_in(tmp_path)
    assert list(warehouse.folder.glob("working-held-*"))
    assert state(warehouse)[2] == ["before"]
    publish(warehouse, "after", 2)
    assert (state(warehouse), list(warehouse.folder.glob("working-*"))) == (([1, 2], [1, 2], ["before", "after"]), [])


@pytest.mark.parametrize("published", [0, 1])
def test_killed_at_each_step(tmp_path: Path, published: int) -> None:
    """A run that is killed before each thing it does with a file leaves a home that opens, as before it or as after it.

    The next run finds nothing in its way, and leaves nothing of the killed one's.
    """
    with _running(str(published), tmp_path) as process:
        steps = json.loads(_out(process).read())
    before = list(range(1, published + 1))
    after = [*before, published + 1]
    found = []
    left: set[frozenset[str]] = set()
    for step in range(steps):
        warehouse = warehouse_in(tmp_path / str(step))
        first, second, runs = state(warehouse)
        assert (first, len(runs)) == (second, len(first))
        found.append(first)
        names = frozenset(path.name for path in warehouse.folder.iterdir())
        if names in left:
            continue  # that the next run can do with this was seen
        left.add(names)
        publish(warehouse, "next", 9)
        assert state(warehouse)[0] == [*first, 9]
        assert {path.name for path in warehouse.folder.iterdir()} == {"current", "generation-next.duckdb", "writer.lock"}
    assert {tuple(each) for each in found} == {tuple(before), tuple(after)}
    assert found == sorted(found)
    assert (steps > 15, len(left) > 4) == (True, True)


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """Runs that are killed at random moments, also within DuckDB's own writing, leave whole generations in their order."""
    rng = random.Random(7)  # noqa: S311 - a test's chance, the same each time
    latest = 0
    for _ in range(2):
        with _running("again", tmp_path) as process:
            begun = [int(_says(process, PATIENCE_S)) for _ in range(rng.randint(2, 4))]
            time.sleep(rng.uniform(0, 0.2))
            process.send_signal(signal.SIGKILL)
            begun += [int(line) for line in _out(process).read().split()]
        first, second, runs = state(warehouse_in(tmp_path))
        assert (first, [int(run.partition("-")[0]) for run in runs]) == (second, first)
        assert first == list(range(1, len(first) + 1))
        assert begun == list(range(latest + 1, begun[-1] + 1))
        assert len(first) in {begun[-1] - 1, begun[-1]}
        latest = len(first)
