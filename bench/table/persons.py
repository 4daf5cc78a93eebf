"""The rows of one person, and of a thousand, out of the demonstration's tables: beside the same SELECTs by hand, and PostgreSQL.

Ours begins with an identifier that a person gives and ends with that subject's records in memory, each with the evidence of why it is
theirs. The limit knows the persons' ids and selects their rows of the same published tables, which are in the order of persons; so does
PostgreSQL, by a b-tree. Opening is outside; one person's rows are read for twenty persons, one after the other.
"""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assets.rights.collect import collect, name_subjects
from assets.rights.find import find_all
from bench.harness import Benchmark, Contestant
from bench.many import datasets_of, email_of, fill
from bench.table import postgresql
from bench.table.described import again, opened
from resources.errors import AnsvarError
from resources.spool import Spool
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

    from assets.rights.find import Subject
    from bench.harness import Turn
    from resources.catalogue import Dataset
    from resources.warehouse import Engine

_RECORDS_OF_A_PERSON = 30
_ONE_BY_ONE = 20


def _subjects(records: int) -> int:
    return max(100, records // _RECORDS_OF_A_PERSON)


def prepare(data: Path, records: int) -> None:
    """Publish so many records, and who is who."""
    register = opened(data, {})
    fill(register, _subjects(records), records)
    register.ledger.close()


def _chosen(turn: Turn, persons: int) -> list[int]:
    subjects = _subjects(turn.records)
    return random.Random(persons).sample(range(subjects), min(persons, subjects))  # noqa: S311 - sample data, no secret


def _batches(turn: Turn, persons: int) -> list[list[int]]:
    """Whom is asked for at once: one after the other, or all together."""
    if persons == 1:
        return [[person] for person in _chosen(turn, _ONE_BY_ONE)]
    return [_chosen(turn, persons)]


def _ours(persons: int, turn: Turn) -> dict[str, Any]:
    register = again(turn.data, {})
    records = 0
    with register.warehouse.reading() as engine, Spool(turn.own / "spool") as spool:
        for batch in _batches(turn, persons):
            requests = {str(person): [("email", email_of(person))] for person in batch}
            with turn.watch:
                subjects = find_all(engine, register.catalogue, requests)
                name_subjects(engine, {request: _persons(subject) for request, subject in subjects.items()})
                tables = collect(engine, register.catalogue, register.recordings, spool)
            records += sum(len(table.rows) for each in tables.values() for table in each)
    register.ledger.close()
    return {"records": records}


def _persons(subject: Subject | AnsvarError) -> tuple[str, ...]:
    if isinstance(subject, AnsvarError):
        raise subject
    return subject.persons


def _limit(persons: int, turn: Turn) -> dict[str, Any]:
    register = again(turn.data, {})
    records = 0
    with register.warehouse.reading() as engine:
        for batch in _batches(turn, persons):
            with turn.watch:
                for dataset in datasets_of(register.catalogue):
                    table = f"register.{name(dataset.table)}"
                    hashes = _hashes(engine, dataset, batch)
                    if persons == 1:
                        rows = engine.rows(f"SELECT * FROM {table} WHERE _person = $person", {"person": hashes[0]})  # noqa: S608
                    else:
                        engine.register("wanted", pa.table({"person": hashes}))
                        rows = engine.rows(f"SELECT held.* FROM {table} AS held INNER JOIN wanted ON wanted.person = held._person")  # noqa: S608
                        engine.unregister("wanted")
                    records += len(rows)
    register.ledger.close()
    return {"records": records}


def _hashes(engine: Engine, dataset: Dataset, batch: list[int]) -> list[str]:
    """The persons' ids in the source of a data set."""
    listed = ", ".join(f"({person:d})" for person in batch)
    rows = engine.rows(f"SELECT md5({literal(dataset.source)} || person) FROM (VALUES {listed}) AS wanted(person)")  # noqa: S608
    return [row[0] for row in rows]


def _postgresql(persons: int, turn: Turn, connection: psycopg.Connection[Any]) -> dict[str, Any]:
    register = again(turn.data, {})
    batches = _batches(turn, persons)
    with register.warehouse.reading() as engine:
        datasets = datasets_of(register.catalogue)
        for dataset in datasets:
            table = f"register.{name(dataset.table)}"
            postgresql.copied(engine, connection, f"SELECT * FROM {table}", dataset.table, turn.own / "passing.csv")  # noqa: S608 - our own
            connection.execute(f"CREATE INDEX ON {name(dataset.table)} (_person)".encode())
        wanted = [[(dataset, _hashes(engine, dataset, batch)) for dataset in datasets] for batch in batches]
    connection.execute("VACUUM ANALYZE")
    records = 0
    with turn.watch:
        for batch in wanted:
            for dataset, hashes in batch:
                statement = f"SELECT * FROM {name(dataset.table)} WHERE _person = ANY(%s)"  # noqa: S608 - our own names
                records += len(connection.execute(statement.encode(), (hashes,)).fetchall())
    register.ledger.close()
    return {"records": records}


def _benchmark(persons: int, shown: str) -> Benchmark:
    return Benchmark(
        f"persons_{persons}",
        f"rows of {shown}",
        2.0,
        prepare,
        (
            Contestant("ours", partial(_ours, persons)),
            Contestant("limit", partial(_limit, persons)),
            postgresql.contestant(partial(_postgresql, persons), 10),
        ),
    )


BENCHMARKS = (_benchmark(1, "one person, of twenty one by one"), _benchmark(1000, "1,000 persons at once"))
