"""Ingest again and again, each time killed at another moment and then run once more: `python -m tests.helpers.killed FOLDER MOMENT TIMES`.

FOLDER holds `register` and `home`, as `Small` makes them. Prints, as JSON, what an undisturbed run comes to, and for each killed one what
was left of it and what the next run came to.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import random
import shutil
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whenever import OffsetDateTime

from assets.ingest.source import ingest_source
from resources.catalogue import load_register
from resources.clock import Clock
from resources.home import Home
from resources.keys import new_key
from resources.register import open_register
from resources.runs import finish_run
from resources.warehouse import engine as engine_module
from resources.warehouse.engine import engine, tables_of
from tests.helpers.steps import killed, moments, times

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.catalogue import Catalogue
    from resources.register import Register
    from tests.helpers.steps import Moment

_OURS = {"_batch"}  # a random number of each reading


def ingest(register: Register, run: str) -> None:
    """A whole run over every source."""
    for source, described in register.catalogue.sources.items():
        for outcome in ingest_source(register, source, run, described.datasets):
            if outcome.error is not None:
                raise outcome.error
    finish_run(register, run)


def came_to(register: Register) -> dict[str, Any]:
    """What a register holds: a digest of each table and of the recordings, the states of the batches, and what is left on the disk."""
    with register.warehouse.reading() as opened:
        names = [f"{schema}.{table}" for schema in ("register", "quarantine") for table in tables_of(opened, schema)]
        found: dict[str, Any] = {name: digest(opened.arrow(f"SELECT * FROM {name}")) for name in (*names, "identity.identifiers")}  # noqa: S608
        found["unaccounted"] = opened.count("""
            SELECT count(*) FROM meta.batches WHERE read <> inserted + updated + unchanged + quarantined + refused + dropped
        """)
    found["recordings"] = sorted(path.name for path in register.recordings.rglob("*") if path.is_file())
    found["landing"] = [path.name for path in register.landing.folder.iterdir()]
    found["warehouse"] = sorted(path.name.partition("-")[0] for path in register.warehouse.folder.iterdir())
    found["states"] = sorted({batch["state"] for batch in register.ledger.batches()} - {"void"})
    return found


def digest(table: Any) -> list[Any]:
    """How many rows a table has, and a digest of them in any order."""
    rows = sorted(repr([row[name] for name in sorted(row) if name not in _OURS]) for row in table.to_pylist())
    return [len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()]


def settle(folder: Path) -> None:
    """Do once what every fork would do, and spare them what each would pay for.

    What DuckDB loads when it is first asked, its cryptography also, is loaded; a fork has one processor, so DuckDB works in one thread; and
    no fork looks for garbage in what was there before it: to look makes a copy of all of it.
    """
    engine_module._CONFIG["threads"] = "1"
    with engine(None, folder, key=new_key()) as memory:
        memory.scalar("SELECT $number", {"number": 1})
    gc.collect()
    gc.freeze()


def fork(work: Callable[[], object]) -> tuple[int, int]:
    """Begin a piece of work in a process of its own; gives its number, and where it tells what it comes to."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        with os.fdopen(writing, "w") as out:
            out.write(json.dumps(work()))
        os._exit(0)
    os.close(writing)
    return child, reading


def result(begun: tuple[int, int]) -> Any:
    """What a piece of work comes to."""
    child, reading = begun
    with os.fdopen(reading) as told:
        text = told.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code:
        sys.exit(f"a run that nobody killed ended with {code}")
    return json.loads(text)


def main(folder: Path, moment: str, number: int) -> None:
    """Run, kill, run again."""
    catalogue = load_register(folder / "register")
    clock = Clock(catalogue.notice.time_zone, OffsetDateTime(moment).to_instant())
    trial = Trial(catalogue, clock, folder)
    settle(folder)
    expected, undisturbed = result(fork(trial.whole))
    found = shared(trial, undisturbed, number)
    print(json.dumps({"expected": expected, "found": found}))  # noqa: T201 - what the test reads


def shared(trial: Trial, undisturbed: list[float], number: int) -> list[dict[str, Any]]:
    """What comes of so many kills, in two processes at once."""
    chosen = moments(random.Random(7), undisturbed, number)  # noqa: S311 - a test's chance, the same each time
    workers = [fork(partial(trial.several, each, chosen[each::2])) for each in range(2)]
    return [one for worker in workers for one in result(worker)]


@dataclass(frozen=True)
class Trial:
    """Runs over copies of one home."""

    catalogue: Catalogue
    clock: Clock
    folder: Path

    def several(self, number: int, chosen: list[Moment]) -> list[dict[str, Any]]:
        """Kill a run at each of some moments, each over a copy of its own."""
        return [self.killed(f"home-{number}-{each}", moment) for each, moment in enumerate(chosen)]

    def killed(self, home: str, moment: Moment) -> dict[str, Any]:
        """Kill a run at a moment; what was left of it, and what the next run came to."""
        register = self.copied(home)
        was_killed = killed(register.home.path, partial(ingest, register, "killed"), moment)
        left = sorted(path.name for path in register.warehouse.folder.iterdir())
        after = result(fork(partial(self._came_to, register, "after")))
        shutil.rmtree(register.home.path)
        return {"killed": was_killed, "left": left, "after": after}

    def whole(self) -> list[Any]:
        """What an undisturbed run comes to, and the times of its steps."""
        register = self.copied("undisturbed")
        taken = times(register.home.path, partial(ingest, register, "after"))
        return [came_to(register), taken]

    def copied(self, home: str) -> Register:
        """The register of a copy of the home."""
        shutil.copytree(self.folder / "home", self.folder / home, symlinks=True)
        return open_register(self.catalogue, Home(self.folder / home), self.clock)

    def _came_to(self, register: Register, run: str) -> dict[str, Any]:
        ingest(register, run)
        return came_to(register)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
