"""Runs in processes of their own, which may be killed: `python runs.py <what> <folder>`."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sys
from pathlib import Path

from resources.keys import PLAIN, Sealing
from resources.warehouse import Warehouse
from resources.warehouse.engine import engine
from tests.helpers.steps import die_at

MOMENT = dt.datetime.fromisoformat("2026-01-01T00:00:00")
INSERTS = {"first": "INSERT INTO register.first VALUES ($number)", "second": "INSERT INTO register.second VALUES ($number)"}


def warehouse_in(folder: Path, sealing: Sealing = PLAIN) -> Warehouse:
    """The warehouse of a folder, which is made where it is missing."""
    (folder / "warehouse").mkdir(parents=True, exist_ok=True)
    (folder / "temporary").mkdir(exist_ok=True)
    return Warehouse(folder / "warehouse", folder / "temporary", sealing)


def write(warehouse: Warehouse, run: str, number: int) -> None:
    """Write one row into each of two tables, in two steps of a run."""
    for table, insert in INSERTS.items():
        with warehouse.writing(run) as opened:
            opened.run(f"CREATE TABLE IF NOT EXISTS register.{table} (number INTEGER)")
            opened.run(insert, {"number": number})


def state(warehouse: Warehouse) -> tuple[list[int], list[int], list[str]]:
    """What readers see: the numbers in both tables, and the runs."""
    if not warehouse.is_published:
        return [], [], []
    with warehouse.reading() as opened:
        first = [row[0] for row in opened.rows("SELECT number FROM register.first ORDER BY 1")]
        second = [row[0] for row in opened.rows("SELECT number FROM register.second ORDER BY 1")]
        return first, second, [row[0] for row in opened.rows("SELECT run FROM meta.generations ORDER BY published_at, run")]


def publish(warehouse: Warehouse, run: str, number: int) -> None:
    """A whole run."""
    write(warehouse, run, number)
    warehouse.publish(run, MOMENT + dt.timedelta(days=number))


def _in_a_fork(work: object) -> bool:
    """Whether a piece of work came to its end in a process of its own."""
    child = os.fork()
    if not child:
        work()  # type: ignore[operator] # a function
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def each_step(folder: Path, published: int) -> None:
    """Run after run over a copy of the same home, each killed one step later than the last, until one ends; prints their number."""
    with engine(None, folder) as memory:  # what DuckDB loads when it is first asked, once and not in every fork
        memory.scalar("SELECT $number", {"number": 1})
    template = folder / "template"

    def prepare() -> None:
        for number in range(1, published + 1):
            publish(warehouse_in(template), f"run-{number}", number)

    template.mkdir()
    assert _in_a_fork(prepare)
    step, ended = 0, False
    while not ended:
        home = folder / str(step)
        shutil.copytree(template, home, symlinks=True)

        def killed(home: Path = home, step: int = step) -> None:
            warehouse = warehouse_in(home)
            die_at(step, home)
            publish(warehouse, f"run-{published + 1}", published + 1)

        ended = _in_a_fork(killed)
        step += 1
    print(json.dumps(step))  # noqa: T201 - what the test reads


def again_and_again(folder: Path) -> None:
    """Publish run after run until killed; prints each number before its run begins."""
    warehouse = warehouse_in(folder)
    number = len(state(warehouse)[0])
    while True:
        number += 1
        print(number, flush=True)  # noqa: T201 - what the test reads
        publish(warehouse, f"{number}-{os.getpid()}", number)  # a run's id never comes again


def hold(folder: Path) -> None:
    """Begin a run, say so, and publish it when told to."""
    warehouse = warehouse_in(folder)
    number = len(state(warehouse)[0]) + 1
    write(warehouse, f"held-{os.getpid()}", number)
    print("writing", flush=True)  # noqa: T201 - what the test reads
    sys.stdin.readline()
    warehouse.publish(f"held-{os.getpid()}", MOMENT)
    print("published", flush=True)  # noqa: T201 - what the test reads


if __name__ == "__main__":
    what, where = sys.argv[1], Path(sys.argv[2])
    if what == "hold":
        hold(where)
    elif what == "again":
        again_and_again(where)
    else:
        each_step(where, int(what))
