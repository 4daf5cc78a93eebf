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
import signal
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whenever import OffsetDateTime

from assets.ingest.source import ingest_source
from resources.catalogue import load_register
from resources.clock import Clock
from resources.home import Home
from resources.register import open_register
from resources.runs import finish_run
from resources.warehouse.engine import engine, tables_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.catalogue import Catalogue
    from resources.register import Register

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


def settle() -> None:
    """Let no fork look for garbage in what was there before it: to look makes a copy of all of it, in each."""
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


def result(begun: tuple[int, int], seconds: float | None = None) -> tuple[Any, bool]:
    """What a piece of work comes to, unless it is killed after some seconds; and whether it was."""
    child, reading = begun
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading) as told:
        text = told.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if seconds is None and code:
        sys.exit(f"a run that nobody killed ended with {code}")
    return (json.loads(text) if text else None), code == -signal.SIGKILL


def main(folder: Path, moment: str, times: int) -> None:
    """Run, kill, run again: in as many processes at once as there are processors for, up to two."""
    catalogue = load_register(folder / "register")
    clock = Clock(catalogue.notice.time_zone, OffsetDateTime(moment).to_instant())
    with engine(None, folder) as memory:  # what DuckDB loads when it is first asked, once and not in every fork
        memory.scalar("SELECT $number", {"number": 1})
    trial = Trial(catalogue, clock, folder)
    settle()
    expected, seconds = result(fork(lambda: trial.whole("undisturbed")))[0]
    shares = [times // 2, times - times // 2]
    workers = [fork(partial(trial.several, number, share, seconds)) for number, share in enumerate(shares)]
    found = [each for worker in workers for each in result(worker)[0]]
    print(json.dumps({"expected": expected, "seconds": seconds, "found": found}))  # noqa: T201 - what the test reads


@dataclass(frozen=True)
class Trial:
    """Runs over copies of one home."""

    catalogue: Catalogue
    clock: Clock
    folder: Path

    def several(self, number: int, times: int, seconds: float) -> list[dict[str, Any]]:
        """Kill so many runs within the seconds that one takes, each over a copy of its own."""
        rng = random.Random(number)  # noqa: S311 - a test's chance, the same each time
        return [self.killed(f"home-{number}-{each}", rng.uniform(0, seconds)) for each in range(times)]

    def killed(self, home: str, seconds: float) -> dict[str, Any]:
        """Kill a run after some seconds; what was left of it, and what the next run came to."""
        register = self.copied(home)
        _, killed = result(fork(lambda: ingest(register, "killed")), seconds)
        left = sorted(path.name for path in register.warehouse.folder.iterdir())
        (after, _), _ = result(fork(lambda: self._came_to(register)))
        shutil.rmtree(self.folder / home)
        return {"killed": killed, "left": left, "after": after}

    def whole(self, home: str) -> list[Any]:
        """What an undisturbed run comes to, and its seconds."""
        return self._came_to(self.copied(home))

    def copied(self, home: str) -> Register:
        """The register of a copy of the home."""
        shutil.copytree(self.folder / "home", self.folder / home, symlinks=True)
        return open_register(self.catalogue, Home(self.folder / home), self.clock)

    def _came_to(self, register: Register) -> list[Any]:
        begun = time.monotonic()
        ingest(register, "after")
        return [came_to(register), time.monotonic() - begun]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
