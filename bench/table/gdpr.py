"""GDPRbench's four mixes: operations on records with metadata, beside PostgreSQL with an index on each kind of metadata.

Mixes as in Shastri et al., "Understanding and Benchmarking the Impact of GDPR on Database Systems", PVLDB 13 (7), 2020; size 0.1 is the
paper's: 100,000 records, 10,000 operations. Ours is the register's engine, used in the register's way: many requests are one statement, and
their changes are committed together. Requests come in batches of 2,500; in a batch those of a kind are answered together, in the order
of `_ASKED` and `_CHANGED`. PostgreSQL is given the operations in that very order, one by one, so every answer must be the same: the digest
of all rows that were answered is compared, and that of the table at the end.
"""

from __future__ import annotations

import hashlib
import json
import random
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from bench.harness import Benchmark, Contestant
from bench.table import postgresql
from resources.warehouse.engine import engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import psycopg

    from bench.harness import Turn
    from resources.warehouse import Engine

_RECORDS_OF_AN_OPERATION, _AT_ONCE = 10, 2500
_OF_A_USER, _OF_A_PURPOSE, _OF_A_LOOK = 10, 100, 50
_MIXES = {
    "controller": {"create": 25, "delete_by_key": 13, "delete_by_usr": 12, "update_by_usr": 50},
    "customer": dict.fromkeys(("read_by_usr", "metadata_by_key", "update_data", "update_by_key", "delete_by_key"), 20),
    "processor": {"read_by_key": 80, "read_by_pur": 20},
    "regulator": {"metadata_by_usr": 46, "logs": 31, "is_deleted": 23},
}
_UNIFORM = ("controller",)
_DATA, _METADATA = "records.key, records.data", "records.key, records.usr, records.pur, records.ttl, records.shared"
# Of each question what is answered, of which table, and which column is looked up.
_ASKED = {
    "read_by_key": (_DATA, "records", "key"),
    "read_by_usr": (_DATA, "records", "usr"),
    "read_by_pur": (_DATA, "records", "pur"),
    "metadata_by_key": (_METADATA, "records", "key"),
    "metadata_by_usr": (_METADATA, "records", "usr"),
    "is_deleted": ("records.key", "records", "key"),
    "logs": ("logs.moment, logs.told", "logs", "look"),
}
# Of each change the column that is set, if any, and the column that is looked up.
_CHANGED = {
    "update_data": ("data", "key"),
    "update_by_key": ("ttl", "key"),
    "update_by_usr": ("shared", "usr"),
    "delete_by_key": (None, "key"),
    "delete_by_usr": (None, "usr"),
}
_ORDER = (*_ASKED, "create", *_CHANGED)
_COLUMNS = ("key", "usr", "pur", "ttl", "shared", "data")
_Operation = tuple[str, str, str]
"""Its kind, the value that is looked up, and the one that is set."""


def prepare(data: Path, records: int) -> None:
    """Write the records, the logs, and the operations of each mix."""
    with engine(None, data) as opened:
        opened.run(f"""
            COPY (
              SELECT 'k' || number AS key, 'u' || number // {_OF_A_USER:d} AS usr,
                'p' || number % {max(1, records // _OF_A_PURPOSE):d} AS pur,
                CAST(number % 1000 AS VARCHAR) AS ttl, 'nobody' AS shared, md5('data' || number) || md5('more' || number) AS data
              FROM range({records:d}) AS numbers(number)
            ) TO '{data}/records.parquet'
        """)  # noqa: S608 - our own names
        opened.run(f"""
            COPY (
              SELECT number AS moment, 'l' || number // {_OF_A_LOOK:d} AS look, 'read k' || number * 7919 % {records:d} AS told
              FROM range({records:d}) AS numbers(number)
            ) TO '{data}/logs.parquet'
        """)  # noqa: S608 - our own names
    for mix, shares in _MIXES.items():
        chosen = random.Random(mix)  # noqa: S311 - sample data, no secret
        operations = [
            _operation(chosen, kind, number, records, is_uniform=mix in _UNIFORM)
            for number, kind in enumerate(
                chosen.choices(list(shares), list(shares.values()), k=max(1, records // _RECORDS_OF_AN_OPERATION))
            )
        ]
        (data / f"{mix}.json").write_text(json.dumps(operations), encoding="utf-8")


def _operation(chosen: random.Random, kind: str, number: int, records: int, *, is_uniform: bool) -> _Operation:
    place = chosen.randrange(records) if is_uniform else int(chosen.paretovariate(0.3)) * 7919 % records
    if kind == "create":
        return kind, f"n{number}", f"u{place // _OF_A_USER}"
    looked_up = _CHANGED[kind][1] if kind in _CHANGED else _ASKED[kind][2]
    given = {
        "key": f"k{place}",
        "usr": f"u{place // _OF_A_USER}",
        "pur": f"p{place % max(1, records // _OF_A_PURPOSE)}",
        "look": f"l{place // _OF_A_LOOK}",
    }
    return kind, given[looked_up], f"set {number}"


def _batches(turn: Turn, mix: str) -> Iterator[list[_Operation]]:
    operations = [(kind, value, told) for kind, value, told in json.loads((turn.data / f"{mix}.json").read_text(encoding="utf-8"))]
    for first in range(0, len(operations), _AT_ONCE):
        yield sorted(operations[first : first + _AT_ONCE], key=lambda each: _ORDER.index(each[0]))  # those of a kind stay in their order


def _ours(mix: str, turn: Turn) -> dict[str, Any]:
    digest = hashlib.sha256()
    with engine(turn.own / "records.duckdb", turn.own / "temporary") as opened:
        for table in ("records", "logs"):
            opened.run(f"CREATE TABLE {table} AS SELECT * FROM read_parquet('{turn.data}/{table}.parquet')")  # noqa: S608 - our own names
        opened.run("CHECKPOINT")
        for batch in _batches(turn, mix):
            with turn.watch, opened.transaction():
                answers = [answer for kind in _ORDER for answer in _at_once(opened, kind, [each for each in batch if each[0] == kind])]
            _add(digest, answers)
        return _answer(digest, opened.rows(f"SELECT {', '.join(_COLUMNS)} FROM records"))  # noqa: S608 - our own names


def _at_once(opened: Engine, kind: str, operations: Sequence[_Operation]) -> list[list[tuple[Any, ...]]]:
    """Carry out operations of a kind by one statement; gives the rows that each asked for."""
    if not operations:
        return []
    columns = {"number": list(range(len(operations))), "value": [each[1] for each in operations], "told": [each[2] for each in operations]}
    opened.register("given", pa.table(columns))
    answers: list[list[tuple[Any, ...]]] = []
    if kind in _ASKED:
        asked, table, column = _ASKED[kind]
        answers = [[] for _ in operations]
        for number, *row in opened.rows(f"SELECT given.number, {asked} FROM {table} INNER JOIN given ON given.value = {table}.{column}"):  # noqa: S608
            answers[number].append(tuple(row))
    elif kind == "create":
        opened.run("INSERT INTO records SELECT value, told, 'p0', '0', 'nobody', 'new' FROM given")
    else:
        target, column = _CHANGED[kind]
        last = "(SELECT value, told FROM given QUALIFY row_number() OVER (PARTITION BY value ORDER BY number DESC) = 1) AS given"
        if target is None:
            opened.run(f"DELETE FROM records USING {last} WHERE given.value = records.{column}")  # noqa: S608 - our own names
        else:
            opened.run(f"UPDATE records SET {target} = given.told FROM {last} WHERE given.value = records.{column}")  # noqa: S608 - the same
    opened.unregister("given")
    return answers


def _postgresql(mix: str, turn: Turn, connection: psycopg.Connection[Any]) -> dict[str, Any]:
    digest = hashlib.sha256()
    with engine(None, turn.own) as opened:
        for table in ("records", "logs"):
            rows = f"SELECT * FROM read_parquet('{turn.data}/{table}.parquet')"  # noqa: S608 - our own names
            postgresql.copied(opened, connection, rows, table, turn.own / "passing.csv")
    connection.execute("ALTER TABLE records ADD PRIMARY KEY (key)")
    for table, column in (("records", "usr"), ("records", "pur"), ("records", "ttl"), ("records", "shared"), ("logs", "look")):
        connection.execute(f"CREATE INDEX ON {table} ({column})".encode())
    connection.execute("VACUUM ANALYZE")
    for batch in _batches(turn, mix):
        with turn.watch:
            answers = [answer for each in batch for answer in _one(connection, *each)]
        _add(digest, answers)
    return _answer(digest, connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM records".encode()).fetchall())  # noqa: S608 - our own names


def _one(connection: psycopg.Connection[Any], kind: str, value: str, told: str) -> Iterable[list[tuple[Any, ...]]]:
    if kind in _ASKED:
        asked, table, column = _ASKED[kind]
        return [connection.execute(f"SELECT {asked} FROM {table} WHERE {column} = %s".encode(), (value,)).fetchall()]  # noqa: S608 - our own
    if kind == "create":
        connection.execute("INSERT INTO records VALUES (%s, %s, 'p0', '0', 'nobody', 'new')", (value, told))
        return []
    target, column = _CHANGED[kind]
    if target is None:
        connection.execute(f"DELETE FROM records WHERE {column} = %s".encode(), (value,))  # noqa: S608 - our own names
    else:
        connection.execute(f"UPDATE records SET {target} = %s WHERE {column} = %s".encode(), (told, value))  # noqa: S608 - our own names
    return []


def _add(digest: hashlib._Hash, answers: Iterable[list[tuple[Any, ...]]]) -> None:
    for rows in answers:
        digest.update(repr(sorted(rows)).encode())


def _answer(digest: hashlib._Hash, rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    return {"answers": digest.hexdigest(), "records": len(rows), "left": hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()}


BENCHMARKS = tuple(
    Benchmark(
        f"gdpr_{mix}",
        f"GDPRbench, {mix}",
        None,
        prepare,
        (Contestant("ours", partial(_ours, mix)), postgresql.contestant(partial(_postgresql, mix))),
    )
    for mix in _MIXES
)
