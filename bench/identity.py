"""How long working out who is who takes, and in how much memory, on made-up record–identifier pairs.

`python -m bench.identity --pairs 10000000`: ours on all of them, ours with one hundredth more, ours whole with nothing new, and SciPy's
`connected_components` on the same pairs. Each step is a process of its own, and prints one line of JSON: seconds, and peak memory. That
ours and SciPy's come to the same groups is checked. Persons have a handful of records in several sources, which a customer number, an
e-mail address, a telephone or a cookie tie together; one telephone in a thousand is shared.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assets.identity.kept import Kept
from assets.identity.resolve import resolve, update
from assets.ingest.identifiers import add_identifiers
from resources.catalogue import load_register
from resources.errors import AnsvarError
from resources.ledger import Ledger
from resources.ledger.identity import IdentityLedger
from resources.warehouse.engine import engine
from resources.warehouse.models import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.warehouse import Engine

REGISTER = Path(__file__).parents[1] / "register"
_PAIRS_OF_A_RECORD = 2
_RECORDS_OF_A_PERSON = 5
_HUNDREDTH = 100
# A record of number n is of the person n // 5; its place n % 5 is its source, which names the person by one kind and bears one more.
_SOURCES = """
SELECT * FROM (VALUES
  (0, 'crm', 'contact_id', 'email'), (1, 'sales', 'customer_number', 'email'), (2, 'web', 'cookie_id', 'email'),
  (3, 'calls', 'phone', 'customer_number'), (4, 'chats', 'email', 'phone')) AS sources(place, source, key, other)
"""
_VALUE = "CASE WHEN {kind} = 'phone' AND person % 1000 = 0 THEN 'shared' || person % 7 ELSE person || '@koe.example' END"


def fill(opened: Engine, first: int, pairs: int, *, every: int = 1, again: str = "") -> None:
    """Put pairs of records from a number on into `identity.identifiers`; of each `every`-th number alone, and `again` as other records."""
    records = pairs // _PAIRS_OF_A_RECORD
    rows = f"""
        SELECT number, number // {_RECORDS_OF_A_PERSON} AS person, sources.*
        FROM (SELECT {first:d} + place * {every:d} AS number FROM range({records:d}) AS places(place)) AS numbers
        INNER JOIN ({_SOURCES}) AS sources ON sources.place = number % {_RECORDS_OF_A_PERSON}
    """  # noqa: S608 - our own names
    for kind, is_key in (("key", True), ("other", False)):
        add_identifiers(
            opened,
            f"""
            SELECT
              md5(CAST(number AS VARCHAR) || '{again}'), source || '_records', source, 'person', true,
              md5(source || '/' || key || '/' || {_VALUE.format(kind="key")}) AS person,
              {kind}, {kind}, {_VALUE.format(kind=kind)}, false, {is_key}
            FROM ({rows}) AS records
            """,  # noqa: S608 - our own names
        )


@contextmanager
def _opened(folder: Path, memory: str) -> Iterator[Engine]:
    with engine(folder / "bench.duckdb", folder / "temporary") as opened:
        opened.run(f"SET memory_limit = '{memory}'")
        yield opened


def prepare(folder: Path, pairs: int, memory: str) -> dict[str, Any]:
    """Make the tables and the pairs."""
    with _opened(folder, memory) as opened:
        for statement in tables():
            opened.run(statement)
        fill(opened, 0, pairs)
        opened.run("DELETE FROM meta.changed_persons")
        return {"pairs": pairs}


def whole(folder: Path, memory: str) -> dict[str, Any]:
    """Work out all."""
    return _worked_out(folder, memory, whole=True)


def batch(folder: Path, pairs: int, memory: str) -> dict[str, Any]:
    """One hundredth more pairs, half of them of persons that are there, spread over all; and work out what that concerns."""
    more = pairs // _HUNDREDTH
    with _opened(folder, memory) as opened, opened.transaction():
        fill(opened, pairs // _PAIRS_OF_A_RECORD, more // 2)
        fill(opened, 0, more // 2, every=2 * _HUNDREDTH + 1, again="again")
    return {"more": more} | _worked_out(folder, memory, whole=False)


def _worked_out(folder: Path, memory: str, *, whole: bool) -> dict[str, Any]:
    catalogue = load_register(REGISTER)
    ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
    kept = Kept(IdentityLedger(ledger), "pepper")
    with _opened(folder, memory) as opened:
        began, worked = time.perf_counter(), time.process_time()
        with opened.transaction():
            counts = (resolve if whole else update)(opened, catalogue, kept)
        seconds, worked = time.perf_counter() - began, time.process_time() - worked
    ledger.close()
    return {"seconds": round(seconds, 1), "cpu_seconds": round(worked, 1)} | {
        name: counts[name] for name in ("persons", "subjects", "not_joining")
    }


def scipy(folder: Path, memory: str) -> dict[str, Any]:
    """The components of the values that join, by SciPy on encoded ids; and whether they are our subjects.

    The time is that of reading the pairs, encoding both sides and finding components: no value is judged, nothing is written. Who stands in
    a chain that contradicts itself, or may be any of several, is left out of the check.
    """
    import numpy as np  # noqa: PLC0415 - of this step alone
    import pyarrow as pa  # noqa: PLC0415 - of this step alone

    try:
        sparse, graphs = import_module("scipy.sparse"), import_module("scipy.sparse.csgraph")
    except ImportError:
        raise AnsvarError("SciPy is not installed: `.venv/bin/python -m pip install scipy` installs it for this step.") from None
    with _opened(folder, memory) as opened:
        began, worked = time.perf_counter(), time.process_time()
        pairs = opened.arrow("SELECT person, kind || '/' || value AS value FROM identity.links WHERE joins").combine_chunks()
        people, values = (pairs[column].combine_chunks().dictionary_encode() for column in ("person", "value"))
        del pairs
        size = len(people.dictionary)
        ones, others = people.indices.to_numpy(), values.indices.to_numpy() + size
        nodes = size + len(values.dictionary)
        graph = sparse.coo_matrix((np.ones(len(ones), dtype=np.int8), (ones, others)), shape=(nodes, nodes))
        number, labels = graphs.connected_components(graph, directed=False)
        seconds, worked = time.perf_counter() - began, time.process_time() - worked
        opened.register("found", pa.table({"person": people.dictionary, "label": labels[:size]}))
        rows = opened.rows("""
            SELECT count(DISTINCT found.label), count(DISTINCT persons.subject), count(DISTINCT (found.label, persons.subject))
            FROM found INNER JOIN identity.persons AS persons ON persons.person = found.person
            ANTI JOIN identity.chains AS chains ON chains.person = found.person
            WHERE persons.subject IS NOT NULL
        """)
    if len(set(rows[0])) != 1:
        raise AnsvarError("SciPy and the register came to different groups.")
    return {"seconds": round(seconds, 1), "cpu_seconds": round(worked, 1), "components": int(number), "same_groups": rows[0][0]}


def main() -> None:
    """Read the arguments, and measure: all steps, each in a process of its own, or one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000_000)
    parser.add_argument("--memory", default="1500MB", help="the engine's memory limit")
    parser.add_argument("--steps", default="prepare,whole,batch,again,scipy", help="which steps, in which order")
    parser.add_argument("--folder", type=Path, help="of one step: where the others were done")
    given = parser.parse_args()
    if given.folder is None:
        with tempfile.TemporaryDirectory() as folder:
            for step in given.steps.split(","):
                arguments = [f"--pairs={given.pairs}", f"--memory={given.memory}", f"--steps={step}", f"--folder={folder}"]
                subprocess.run([sys.executable, "-m", "bench.identity", *arguments], check=True)  # noqa: S603 - ourselves
        return
    steps = {
        "prepare": lambda: prepare(given.folder, given.pairs, given.memory),
        "whole": lambda: whole(given.folder, given.memory),
        "batch": lambda: batch(given.folder, given.pairs, given.memory),
        "again": lambda: whole(given.folder, given.memory),
        "scipy": lambda: scipy(given.folder, given.memory),
    }
    try:
        told = steps[given.steps]()
    except AnsvarError as error:
        parser.exit(0 if "installed" in str(error) else 1, f"{error}\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"step": given.steps} | told | {"peak_mb": round(peak)}), flush=True)  # noqa: T201 - a program


if __name__ == "__main__":
    main()
