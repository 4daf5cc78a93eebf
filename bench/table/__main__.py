"""The table of benchmarks: each is one command, which lets ours, the limit and the peers take turns on the same data.

`python -m bench.table ingest --size 10` measures the benchmarks whose names begin so, and keeps what it measured in bench/results and
plots it in bench/plots; `python -m bench.table show` prints the table of all that is kept.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import results
from bench.harness import MILLION, race, run_turn
from bench.plot import PLOTS, plot
from bench.table.registered import BENCHMARKS, named
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from bench.harness import Benchmark

_TITLES = {name: benchmark.title for name, benchmark in BENCHMARKS.items()}


def step(benchmark: Benchmark, given: argparse.Namespace) -> None:
    """Do one step in this process, and tell what it gave in one line of JSON."""
    if given.step == "prepare":
        partial = given.data.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        benchmark.prepare(partial, round(given.size * MILLION))
        partial.rename(given.data)
        told: dict[str, Any] = {}
    else:
        shutil.rmtree(given.folder, ignore_errors=True)
        given.folder.mkdir(parents=True)
        told = run_turn(benchmark, given.step, given.data, given.folder, given.size)
        shutil.rmtree(given.folder, ignore_errors=True)
    print(json.dumps(told), flush=True)  # noqa: T201 - a program


def measure(benchmark: Benchmark, given: argparse.Namespace, folder: Path) -> None:
    """Let all take their turns, and keep what they gave: each at once, for a later one may fail."""
    kept: list[dict[str, Any]] = []
    for each in race(benchmark, given.size, given.rounds, folder, lock=given.lock):
        print(json.dumps(each), flush=True)  # noqa: T201 - a program
        kept.append(each)
        results.write(kept, results.file_of(benchmark.name, given.size, given.into))


def show(folder: Path, plots: Path | None) -> None:
    """Print the table of what is kept, and plot each benchmark."""
    kept = results.read(folder)
    found = results.rows(kept, list(BENCHMARKS))
    print(results.table(found, _TITLES))  # noqa: T201 - a program
    print("\n".join(results.growth(found, _TITLES)))  # noqa: T201 - a program
    if plots is not None:
        plots.mkdir(exist_ok=True)
        for name in dict.fromkeys(row.benchmark for row in found):
            of_it = ([row for row in found if row.benchmark == name], [each for each in kept if each["benchmark"] == name])
            (plots / f"{name}.svg").write_text(plot(_TITLES.get(name, name), *of_it), encoding="utf-8")


def main() -> None:
    """Read the arguments; measure, or show what was measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.table", description=__doc__)
    parser.add_argument("benchmark", help=f"how the names of benchmarks begin, of {', '.join(BENCHMARKS)}; or 'show'")
    parser.add_argument("--size", type=float, default=1.0, help="how many millions of records")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where data are made, and kept for another time; by default they go again")
    parser.add_argument("--into", type=Path, default=results.RESULTS, help="the folder of the results")
    parser.add_argument("--lock", type=Path, help="a file to lock for each round, where others use the machine too")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    plots = PLOTS if given.into == results.RESULTS else given.into
    try:
        if given.benchmark == "show":
            show(given.into, plots)
        elif given.step is not None:
            step(BENCHMARKS[given.benchmark], given)
        else:
            with tempfile.TemporaryDirectory() as passing:
                for benchmark in named(given.benchmark):
                    measure(benchmark, given, given.folder or Path(passing))
            show(given.into, plots)
    except AnsvarError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
