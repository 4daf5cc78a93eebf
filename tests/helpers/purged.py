"""Purge again and again, each time killed at another moment: `python -m tests.helpers.purged FOLDER MOMENT TIMES`.

FOLDER holds `register` and `home`, as `Small` makes them. Prints, as JSON, what the home holds before a purge and after one, and for each
killed one what readers saw then, what was left of it, and what the next purge came to.
"""

from __future__ import annotations

import json
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whenever import OffsetDateTime

from assets.retention.run import purge_in_run, verify
from resources.catalogue import load_register
from resources.clock import Clock
from resources.warehouse.engine import tables_of
from tests.helpers.killed import Trial, digest, fork, result, settle, shared
from tests.helpers.steps import killed, times

if TYPE_CHECKING:
    from resources.register import Register
    from tests.helpers.steps import Moment


def seen(register: Register) -> dict[str, Any]:
    """What readers see, opened without anything being put right before: a digest of each table."""
    with register.warehouse.reading() as opened:
        names = [f"{schema}.{table}" for schema in ("register", "quarantine") for table in tables_of(opened, schema)]
        return {name: digest(opened.arrow(f"SELECT * FROM {name}")) for name in names}  # noqa: S608 - names of the register's own tables


def left(register: Register) -> dict[str, list[str]]:
    """The files of a home, by folder; generations without the name of their run."""
    folders = ("warehouse", "temporary", "landing", "recordings")
    return {
        folder: sorted(path.name.partition("-")[0] for path in (register.home.path / folder).rglob("*") if not path.is_dir())
        for folder in folders
    }


def purge(register: Register, run: str) -> list[Any]:
    """Purge; gives when it made its steps, what readers see then, and what is left over."""
    taken = times(register.home.path, partial(purge_in_run, register, run))
    found = verify(register)
    overdue = [found.overdue, found.undeclared, found.orphans]
    return [taken, seen(register), left(register), overdue, sorted({each["state"] for each in register.ledger.batches()})]


class Purges(Trial):
    """Purges of copies of one home."""

    def several(self, number: int, chosen: list[Moment]) -> list[dict[str, Any]]:
        """Kill a purge at each of some moments, each of a copy of its own; purge again where something new was left."""
        found, known = [], set()
        for each, moment in enumerate(chosen):
            register = self.copied(f"home-{number}-{each}")
            was_killed = killed(register.home.path, partial(purge_in_run, register, "killed"), moment)
            here, after = left(register), None
            shape = json.dumps(here)
            readers = result(fork(partial(seen, register)))
            if shape not in known:
                known.add(shape)
                _, *after = result(fork(partial(purge, register, "next")))
            found.append({"killed": was_killed, "seen": readers, "left": here, "after": after})
            shutil.rmtree(register.home.path)
        return found


def main(folder: Path, moment: str, number: int) -> None:
    """Look, purge, kill."""
    catalogue = load_register(folder / "register")
    clock = Clock(catalogue.notice.time_zone, OffsetDateTime(moment).to_instant())
    trial = Purges(catalogue, clock, folder)
    settle(folder)
    before = result(fork(lambda: seen(trial.copied("before"))))
    undisturbed, *after = result(fork(lambda: purge(trial.copied("undisturbed"), "undisturbed")))
    found = shared(trial, undisturbed, number)
    print(json.dumps({"before": before, "after": after, "found": found}))  # noqa: T201 - what the test reads


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
