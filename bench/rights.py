"""How long answers take: one person and a thousand, out of a register of a million, from the requests' ids to the bundles on disk.

`python -m bench.rights --subjects 1000000 --records 30000000`; prints one line of JSON a step. The register is the demonstration's, in
whose proportions SQL fills it. `by_hand` is what reading alone costs: a SELECT a table of the same persons' rows, whose result is fetched.
Each step is a process of its own, so that its peak memory is told; `--home` keeps the register for another time.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from whenever import Instant

from assets.rights.export import export, export_many
from bench.many import NOW, datasets_of, email_of, fill
from resources.catalogue import load_register
from resources.clock import Clock
from resources.home import Home, write_private
from resources.ledger.requests import RequestLedger, Step
from resources.register import open_register
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.register import Register

REGISTER = Path(__file__).parents[1] / "register"


def _opened(folder: Path) -> Register:
    return open_register(load_register(REGISTER), Home(folder), Clock("Europe/Helsinki", Instant(NOW)))


def _request(register: Register, person: int) -> str:
    email = ("email", email_of(person))
    moment = register.clock.now()
    request = register.ledger.new_request("access", "fi", [email], moment)
    RequestLedger(register.ledger).step(request.id, Step("verified", "Dana Officer", moment, "signed_in"))
    return request.id


def _of_persons(register: Register, persons: list[int]) -> tuple[float, float]:
    """How long it takes to read the persons' rows, a SELECT a table, and how long of it the processor works."""
    began, processor = time.perf_counter(), time.process_time()
    with register.warehouse.reading() as opened:
        for dataset in datasets_of(register.catalogue):
            opened.run("CREATE OR REPLACE TEMP TABLE wanted (person VARCHAR)")
            listed = ", ".join(f"(md5({literal(dataset.source)} || {person:d}))" for person in persons)
            opened.run(f"INSERT INTO wanted VALUES {listed}")  # noqa: S608 - our own names
            opened.rows(f"SELECT * FROM register.{name(dataset.table)} WHERE _person IN (SELECT person FROM wanted)")  # noqa: S608 - our own
    return time.perf_counter() - began, time.process_time() - processor


def measure(step: str, folder: Path, subjects: int, records: int, persons: int) -> None:
    """Do one step, and tell how long it took."""
    chosen = random.Random(f"{step} {subjects}").sample(range(subjects), persons)  # noqa: S311 - sample data, no secret
    register = _opened(folder)
    began, processor = time.perf_counter(), time.process_time()
    told: dict[str, object] = {}
    if step == "fill":
        fill(register, subjects, records)
        told["megabytes"] = (register.warehouse.folder / "current").resolve().stat().st_size >> 20
    elif step == "one":
        told = _seconds(_each(register, chosen[:21]))
    elif step == "thousand":
        requests = [_request(register, person) for person in chosen]
        began, processor = time.perf_counter(), time.process_time()
        batch = export_many(register, requests)
        told = {"bundles": len(batch.done), "failed": len(batch.failed), "records": sum(each.records for each in batch.done)}
    elif step == "by_hand_one":
        told = _seconds(_of_persons(register, [person]) for person in chosen[:21])
    elif step == "by_hand_thousand":
        _of_persons(register, chosen)
    seconds = {"seconds": round(time.perf_counter() - began, 2), "processor_seconds": round(time.process_time() - processor, 2)}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"step": step} | seconds | told | {"peak_mb": peak}), flush=True)  # noqa: T201 - a program
    register.ledger.close()


def _each(register: Register, persons: list[int]) -> Iterator[tuple[float, float]]:
    for person in persons:
        request = _request(register, person)
        began, processor = time.perf_counter(), time.process_time()
        export(register, request)
        yield time.perf_counter() - began, time.process_time() - processor


def _seconds(each: Iterator[tuple[float, float]]) -> dict[str, object]:
    """The first, which finds nothing in memory, and the median of the others; and of the processor, which other work does not lengthen."""
    told: dict[str, object] = {}
    for kind, (first, *others) in zip(("", "processor_"), zip(*each, strict=True), strict=True):
        told |= {f"{kind}first": round(first, 3), f"{kind}median": round(statistics.median(others), 3)}
    return told


STEPS = ("fill", "one", "by_hand_one", "thousand", "by_hand_thousand")


def main() -> None:
    """Read the arguments, and take each step in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=1_000_000)
    parser.add_argument("--records", type=int, default=30_000_000)
    parser.add_argument("--persons", type=int, default=1000, help="how many are answered at once")
    parser.add_argument("--memory", help="the engine's memory limit; by default the warehouse's own")
    parser.add_argument("--home", type=Path, help="a home to fill, or that was filled; by default one that goes again")
    parser.add_argument("--steps", default=",".join(STEPS), help="which steps, by default all")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        folder = given.home or Path(passing) / "home"
        if not folder.exists():
            Home(folder).create()
        write_private(folder / "settings.env", f"ANSVAR_MEMORY={given.memory}\n" if given.memory else "")
        for step in given.steps.split(","):
            arguments = (step, folder, given.subjects, given.records, given.persons)
            process = multiprocessing.get_context("spawn").Process(target=measure, args=arguments)
            process.start()
            process.join()


if __name__ == "__main__":
    main()
