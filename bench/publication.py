"""What a run's copies of the warehouse cost, whatever else it does: `python -m bench.publication --home HOME --into FOLDER`.

The published warehouse of a home, which is only read, is copied into a new folder. There a run begins (`begin`: the working copy) and
publishes (`publish`: every row into a new file, fsync, rename). Prints a line of JSON a step: seconds, processor seconds, the process's
peak memory so far, and the size of the file. The folder goes at the end.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import shutil
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from resources.home import Home
from resources.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable

_RUN = "measured"


def measure(home: Home, into: Path, memory: str | None) -> None:
    """Copy, begin, publish."""
    with TemporaryDirectory(dir=into) as name:
        folder, spill = Path(name) / "warehouse", Path(name) / "spill"
        folder.mkdir()
        spill.mkdir()
        published = (home.path / "warehouse" / "current").resolve(strict=True)
        shutil.copyfile(published, folder / published.name)
        (folder / "current").symlink_to(published.name)
        warehouse = Warehouse(folder, spill, home.sealing, memory)
        _timed("begin", folder / f"working-{_RUN}.duckdb", lambda: warehouse.begin(_RUN))
        moment = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - generations are told in naive UTC
        _timed("publish", folder / f"generation-{_RUN}.duckdb", lambda: warehouse.publish(_RUN, moment))


def _timed(step: str, file: Path, task: Callable[[], object]) -> None:
    began, processor = time.perf_counter(), time.process_time()
    task()
    told = {
        "step": step,
        "seconds": round(time.perf_counter() - began, 1),
        "processor": round(time.process_time() - processor, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "file_mb": file.stat().st_size // 1_000_000,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Measure."""
    options = argparse.ArgumentParser()
    options.add_argument("--home", type=Path, required=True)
    options.add_argument("--into", type=Path, required=True)
    options.add_argument("--memory")
    given = options.parse_args()
    measure(Home(given.home.resolve()).require(), given.into, given.memory)


if __name__ == "__main__":
    main()
