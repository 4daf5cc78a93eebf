"""How long a purge takes: plan, delete, and the publication that writes every row anew; beside the least that rewriting could cost.

`python -m bench.purge --events 10000000`; prints one line of JSON a step, of a plain and of an encrypted warehouse, each in a process
of its own. A tenth of the events is past its period. `survivors` is DuckDB's `CREATE TABLE AS` of the rows that stay, into a new file
of the same kind, in the same run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import resource
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from assets.retention.purge import plan, purge
from resources.catalogue import load_register
from resources.keys import PLAIN, Sealing, new_key
from resources.warehouse import Warehouse
from resources.warehouse.dialect import name
from resources.warehouse.engine import engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.catalogue import Catalogue

REGISTER = Path(__file__).parents[1] / "register"
TABLE = "analytics_service_events"
TODAY = dt.date(2026, 10, 15)
_TYPES = {
    "timestamp": "ended",
    "date": "CAST(ended AS DATE)",
    "integer": "number % 1000",
    "number": "number / 7",
    "boolean": "number % 2 = 0",
}


def fill(warehouse: Warehouse, catalogue: Catalogue, events: int) -> None:
    """Publish so many events: every tenth ended two periods ago, the others within the last month; and who each is of."""
    dataset = catalogue.dataset(TABLE)
    of = dict.fromkeys(dataset.fields, "") | {key: _TYPES.get(field.shape.type, "md5(") for key, field in dataset.fields.items()}
    columns = ", ".join(f"{value if value != 'md5(' else f'md5({key!r} || number)'} AS {name(key)}" for key, value in of.items())
    numbers = f"""
        SELECT number, TIMESTAMP '{TODAY}' - to_months(CASE WHEN number % 10 = 0 THEN {2 * dataset.rule.period.months:d} ELSE 0 END)
            - to_minutes(number % 40000) AS ended
        FROM range({events:d}) AS numbers(number)
    """  # noqa: S608 - our own names
    with warehouse.writing("fill") as opened:
        opened.run(f"""
            CREATE TABLE register.{name(TABLE)} AS
            SELECT {columns}, md5(CAST(number AS VARCHAR)) AS _record, md5('person' || number % 100000) AS _person, 'batch' AS _batch,
                ended AS _ingested_at
            FROM ({numbers}) AS numbers
        """)  # noqa: S608 - our own names
        opened.run(
            f"""
            INSERT INTO identity.identifiers
            SELECT _record, $table, $source, 'visitor', true, _person, 'cookie_id', 'cookie_id', _person, false, true
            FROM register.{name(TABLE)}
            """,  # noqa: S608 - our own names
            {"table": TABLE, "source": dataset.source},
        )
    warehouse.publish("fill", dt.datetime.fromisoformat("2026-10-14T03:00:00"))


def measure(kind: str, events: int, memory: str | None) -> None:
    """Purge them, step by step."""
    catalogue = load_register(REGISTER)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "warehouse").mkdir()
        warehouse = Warehouse(home / "warehouse", home / "temporary", PLAIN if kind == "plain" else Sealing(new_key()), memory)
        fill(warehouse, catalogue, events)
        size = (warehouse.folder / "current").resolve().stat().st_size
        _tell(kind, "filled", events=events, megabytes=size >> 20)
        with _timed(kind, "begin"):
            warehouse.begin("purge")
        with _timed(kind, "plan"), warehouse.viewing("purge") as opened:
            due = sum(record.records for record in plan(opened, catalogue, TODAY))
        _tell(kind, "due", records=due)
        with _timed(kind, "delete"), warehouse.writing("purge") as opened:
            purge(opened, catalogue, TODAY)
        with _timed(kind, "rewrite"):
            warehouse.publish("purge", dt.datetime.fromisoformat("2026-10-15T03:00:00"))
        with warehouse.reading() as opened:
            rows = opened.count(f"SELECT count(*) FROM register.{name(TABLE)}")  # noqa: S608 - our own name
        size = (warehouse.folder / "current").resolve().stat().st_size
        _tell(kind, "left", records=rows, megabytes=size >> 20)
        file = (warehouse.folder / "current").resolve()
        with _timed(kind, "survivors"), engine(file, home / "temporary", key=warehouse.sealing.of(file), memory=memory) as opened:
            opened.attach(home / "survivors.duckdb", "other", key=warehouse.sealing.for_new())
            for schema, table in (("register", TABLE), ("identity", "identifiers")):
                opened.run(f"CREATE TABLE other.{name(table)} AS SELECT * FROM {schema}.{name(table)}")  # noqa: S608 - our own names
            opened.run("CHECKPOINT other")


@contextmanager
def _timed(kind: str, step: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    _tell(kind, step, seconds=round(time.perf_counter() - began, 1))


def _tell(kind: str, step: str, **told: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"warehouse": kind, "step": step} | told | {"peak_mb": peak}), flush=True)  # noqa: T201 - a program


def main() -> None:
    """Read the arguments, and measure each kind in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--memory", help="the engine's memory limit; by default the warehouse's own")
    given = parser.parse_args()
    for kind in ("plain", "encrypted"):
        process = multiprocessing.get_context("spawn").Process(target=measure, args=(kind, given.events, given.memory))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
