"""A purge of a tenth of a register's events, ended by the rewrite: beside the rows that stay, written into a new file.

Ours is what a run does in the warehouse: the working copy, the purge, the publication of every row into a new file, in the order of
persons, encrypted, with fsync. The limit writes the same rows of the same published file into a new file, encrypted with the same key.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from typing import TYPE_CHECKING, Any

from assets.retention.purge import purge
from bench.harness import Benchmark, Contestant
from bench.purge import TABLE, TODAY, fill
from bench.table import postgresql
from bench.table.described import REGISTER
from resources.catalogue import load_register
from resources.keys import Sealing, new_key
from resources.warehouse import Warehouse
from resources.warehouse.dialect import name
from resources.warehouse.engine import engine

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

    from bench.harness import Turn
    from resources.warehouse import Engine


def _warehouse(folder: Path) -> Warehouse:
    key = folder / "key"
    if not key.exists():
        key.write_text(new_key(), encoding="utf-8")
    return Warehouse(folder / "warehouse", folder / "temporary", Sealing(key.read_text(encoding="utf-8")))


def prepare(data: Path, records: int) -> None:
    """Publish the events, of which every tenth is past its period."""
    (data / "warehouse").mkdir()
    fill(_warehouse(data), load_register(REGISTER), records)


def _copied(turn: Turn) -> Warehouse:
    shutil.copytree(turn.data, turn.own, symlinks=True, dirs_exist_ok=True)
    return _warehouse(turn.own)


def _ours(turn: Turn) -> dict[str, Any]:
    warehouse, catalogue = _copied(turn), load_register(REGISTER)
    with turn.watch:
        with warehouse.writing("turn") as opened:
            purge(opened, catalogue, TODAY)
        warehouse.publish("turn", dt.datetime.fromisoformat("2026-10-15T03:00:00"))
    with warehouse.reading() as opened:
        return _answer(opened, f"register.{name(TABLE)}", "identity.identifiers")


def _past() -> str:
    """The condition that a row is due: all of them ended long before, or long after, the moment from which rows stay."""
    dataset = load_register(REGISTER).dataset(TABLE)
    months = dataset.rule.period.months if dataset.rule.period is not None else 0
    return f"{name(dataset.shape.anchor)} < TIMESTAMP '{TODAY}' - to_months({months:d})"


def _limit(turn: Turn) -> dict[str, Any]:
    warehouse = _copied(turn)
    file = (warehouse.folder / "current").resolve()
    target = turn.own / "survivors.duckdb"
    with engine(file, warehouse.temporary, read_only=True, key=warehouse.sealing.of(file)) as opened:
        with turn.watch:
            opened.attach(target, "other", key=warehouse.sealing.for_new())
            stays = f"SELECT * FROM register.{name(TABLE)} WHERE NOT {_past()}"  # noqa: S608 - our own names
            opened.run(f"CREATE TABLE other.events AS {stays}")
            stays = "SELECT held.* FROM identity.identifiers AS held SEMI JOIN other.events AS events ON events._record = held._record"
            opened.run(f"CREATE TABLE other.identifiers AS {stays}")
            opened.run("CHECKPOINT other")
            descriptor = os.open(target, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
            target.rename(target.with_suffix(".renamed"))
        return _answer(opened, "other.events", "other.identifiers")


def _postgresql(turn: Turn, connection: psycopg.Connection[Any]) -> dict[str, Any]:
    warehouse = _copied(turn)
    with warehouse.reading() as opened:
        postgresql.copied(opened, connection, f"SELECT *, {_past()} AS due FROM register.{name(TABLE)}", "events", turn.own / "passing.csv")  # noqa: S608
        postgresql.copied(opened, connection, "SELECT * FROM identity.identifiers", "identifiers", turn.own / "passing.csv")
    connection.execute("ANALYZE")
    with turn.watch:
        connection.execute("DELETE FROM identifiers USING events WHERE events._record = identifiers._record AND events.due")
        connection.execute("DELETE FROM events WHERE due")
        connection.execute("VACUUM FULL events")
        connection.execute("VACUUM FULL identifiers")
    counts = [connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchall()[0][0] for table in ("events", "identifiers")]  # noqa: S608
    return {"records": counts[0], "identifiers": counts[1]}


def _answer(opened: Engine, events: str, identifiers: str) -> dict[str, Any]:
    counts = [opened.count(f"SELECT count(*) FROM {table}") for table in (events, identifiers)]  # noqa: S608 - our own names
    return {"records": counts[0], "identifiers": counts[1]}


BENCHMARKS = (
    Benchmark(
        "purge",
        "purge of a tenth, with rewrite",
        1.5,
        prepare,
        (Contestant("ours", _ours), Contestant("limit", _limit), postgresql.contestant(_postgresql, 1)),
    ),
)
