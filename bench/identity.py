"""How long working out who is who takes, and in how much memory, on made-up record–identifier pairs.

`python -m bench.identity --pairs 10000000 --memory 4GB`; prints one line of JSON a step. Persons have a handful of records in several
sources, which a customer number, an e-mail address, a telephone or a cookie tie together; one telephone in a thousand is shared.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from assets.identity.kept import Kept
from assets.identity.resolve import resolve
from resources.catalogue import load_register
from resources.ledger import Ledger
from resources.ledger.identity import IdentityLedger
from resources.warehouse.engine import engine
from resources.warehouse.models import tables

if TYPE_CHECKING:
    from resources.warehouse import Engine

REGISTER = Path(__file__).parents[1] / "register"
_PAIRS_OF_A_RECORD = 2
_RECORDS_OF_A_PERSON = 5
# A record of number n is of the person n // 5; its place n % 5 is its source, which names the person by one kind and bears one more.
_SOURCES = """
SELECT * FROM (VALUES
  (0, 'crm', 'contact_id', 'email'), (1, 'sales', 'customer_number', 'email'), (2, 'web', 'cookie_id', 'email'),
  (3, 'calls', 'phone', 'customer_number'), (4, 'chats', 'email', 'phone')) AS sources(place, source, key, other)
"""
_VALUE = "CASE WHEN {kind} = 'phone' AND person % 1000 = 0 THEN 'shared' || person % 7 ELSE person || '@koe.example' END"


def fill(opened: Engine, first: int, pairs: int) -> None:
    """Put pairs of records from a number on into `identity.identifiers`."""
    records = pairs // _PAIRS_OF_A_RECORD
    rows = f"""
        SELECT number, number // {_RECORDS_OF_A_PERSON} AS person, sources.* FROM range($first, $last) AS numbers(number)
        INNER JOIN ({_SOURCES}) AS sources ON sources.place = number % {_RECORDS_OF_A_PERSON}
    """  # noqa: S608 - our own names
    for kind, is_key in (("key", True), ("other", False)):
        opened.run(
            f"""
            INSERT INTO identity.identifiers
            SELECT
              md5(CAST(number AS VARCHAR)), source || '_records', source, 'person', true,
              md5(source || '/' || key || '/' || {_VALUE.format(kind="key")}),
              {kind}, {kind}, {_VALUE.format(kind=kind)}, false, {is_key}
            FROM ({rows}) AS records
            """,  # noqa: S608 - our own names
            {"first": first, "last": first + records},
        )


def measure(folder: Path, pairs: int, batch: int, memory: str) -> None:
    """Work out who is who of so many pairs, and again after a batch more."""
    catalogue = load_register(REGISTER)
    kept = Kept(IdentityLedger(Ledger(f"sqlite:///{folder / 'ledger.db'}")), "pepper")
    with engine(folder / "bench.duckdb", folder / "temporary") as opened:
        opened.run(f"SET memory_limit = '{memory}'")
        for statement in tables():
            opened.run(statement)
        for step, first, number in (("all", 0, pairs), ("nothing new", pairs, 0), ("batch", pairs // _PAIRS_OF_A_RECORD, batch)):
            fill(opened, first, number)
            began = time.perf_counter()
            with opened.transaction():
                counts = resolve(opened, catalogue, kept)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            told = {"step": step, "pairs": number, "seconds": round(time.perf_counter() - began, 1), "peak_mb": round(peak)}
            print(json.dumps(told | {name: counts[name] for name in ("persons", "subjects", "not_joining")}), flush=True)  # noqa: T201 - a program


def main() -> None:
    """Read the arguments, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000_000)
    parser.add_argument("--batch", type=int, default=10_000)
    parser.add_argument("--memory", default="4GB", help="the engine's memory limit")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), given.pairs, given.batch, given.memory)


if __name__ == "__main__":
    main()
