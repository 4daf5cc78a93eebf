"""A daily snapshot of which a tenth has changed: beside a DELETE and an INSERT by hand, a MERGE, and pandas.

All begin with the day's file (Parquet) and the table as it was the day before, and end with the table on disk. Of the file a tenth is
changed, a hundredth is new, and a hundredth of what is held is gone. Ours does what a run does with it: the working copy, landing,
quarantine, identifiers, the reconciliation of what is gone. The others type nothing and know nobody.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import duckdb

from assets.ingest.source import ingest_source
from bench.harness import Benchmark, Contestant
from bench.table.described import again, opened
from resources.errors import AnsvarError
from resources.runs import finish_run
from resources.warehouse.dialect import literal

if TYPE_CHECKING:
    from pathlib import Path

    from assets.ingest.account import Account
    from bench.harness import Turn
    from resources.register import Register

_FIELDS = (
    "user_id",
    "email",
    "customer_number",
    "display_name",
    "language",
    "theme",
    "favourites",
    "rights",
    "second_factor",
    "created_on",
    "closed_on",
)
_LISTED = ", ".join(_FIELDS)


def _changed(described: dict[str, Any]) -> None:
    described["datasets"].pop("logins")
    dataset = described["datasets"]["users"]
    dataset["read"] = {"files": "users-*.parquet", "format": "parquet"}
    for field in dataset["fields"].values():
        field.pop("from", None)


def _rows(records: int, *, later: bool) -> str:
    first, last = (records // 100, records + records // 100) if later else (0, records)
    changed = "number % 10 = 3" if later else "false"
    return f"""
        SELECT 'u' || number AS user_id, 'p' || number || '@post.example' AS email,
          CASE WHEN number % 3 = 0 THEN 'k' || number END AS customer_number, 'Nimi ' || number % 9973 AS display_name,
          CASE WHEN {changed} THEN 'sv' ELSE 'fi' END AS language, ['dark', 'light'][1 + number % 2] AS theme,
          CASE WHEN number % 5 = 0 THEN 'lista ' || number % 13 END AS favourites, 'read' AS rights,
          CASE WHEN number % 2 = 0 THEN 'totp' END AS second_factor, DATE '2025-01-01' + CAST(number % 600 AS INTEGER) AS created_on,
          CAST(NULL AS DATE) AS closed_on
        FROM range({first:d}, {last:d}) AS numbers(number)
    """  # noqa: S608 - our own names


def prepare(data: Path, records: int) -> None:
    """Publish the first day; keep the files of both."""
    days = {day: data / day for day in ("first", "second")}
    with duckdb.connect() as connection:
        for day, folder in days.items():
            folder.mkdir()
            rows = _rows(records, later=day == "second")
            connection.execute(f"COPY ({rows}) TO {literal(str(folder / 'users-1.parquet'))} (FORMAT parquet)")
    with duckdb.connect(data / "held.duckdb") as connection:
        connection.execute(f"CREATE TABLE held AS SELECT * FROM read_parquet({literal(str(days['first'] / 'users-1.parquet'))})")  # noqa: S608
    register = opened(data, {"ACCOUNTS_PATH": str(days["first"])}, ("accounts", _changed))
    _ingested(register, "first")
    finish_run(register, "first")
    register.ledger.close()


def _ingested(register: Register, run: str) -> Account:
    (outcome,) = list(ingest_source(register, "accounts", run, ["users"]))
    if outcome.error is not None or outcome.account is None:
        raise outcome.error or AnsvarError("The batch has no account.")
    return outcome.account


def _ours(turn: Turn) -> dict[str, Any]:
    for part in ("home", "register"):
        shutil.copytree(turn.data / part, turn.own / part, symlinks=True)
    register = again(turn.own, {"ACCOUNTS_PATH": str(turn.data / "second")})
    with turn.watch:
        account = _ingested(register, "second")
    if not account.updated:
        raise AnsvarError("The second day changed nothing.")
    with register.warehouse.viewing("second") as engine:
        (row,) = engine.rows(_counted("register.accounts_users"))
    register.ledger.close()
    return {"records": row[0], "swedish": row[1], "digest": row[2]}


def _by_hand(turn: Turn, *statements: str) -> dict[str, Any]:
    shutil.copyfile(turn.data / "held.duckdb", turn.own / "held.duckdb")
    file = literal(str(turn.data / "second" / "users-1.parquet"))
    with duckdb.connect(turn.own / "held.duckdb") as connection:
        with turn.watch:
            connection.execute("BEGIN")
            connection.execute(f"CREATE TEMP TABLE day AS SELECT * FROM read_parquet({file})")  # noqa: S608 - our own names
            for statement in statements:
                connection.execute(statement)
            connection.execute("COMMIT")
            connection.execute("CHECKPOINT held")
        (row,) = connection.execute(_counted("held.held")).fetchall()
    return {"records": row[0], "swedish": row[1], "digest": row[2]}


_DIFFERS = " OR ".join(f"held.{field} IS DISTINCT FROM day.{field}" for field in _FIELDS[1:])
_GONE = "DELETE FROM held WHERE user_id NOT IN (SELECT user_id FROM day)"


def _limit(turn: Turn) -> dict[str, Any]:
    differing = f"SELECT day.* FROM day LEFT JOIN held USING (user_id) WHERE held.user_id IS NULL OR {_DIFFERS}"  # noqa: S608 - our own
    deleting = "DELETE FROM held USING changed WHERE changed.user_id = held.user_id"
    return _by_hand(turn, f"CREATE TEMP TABLE changed AS {differing}", deleting, "INSERT INTO held FROM changed", _GONE)


def _merge(turn: Turn) -> dict[str, Any]:
    fields = ", ".join(f"{field} = day.{field}" for field in _FIELDS[1:])
    merge = f"""
        MERGE INTO held USING day ON held.user_id = day.user_id
        WHEN MATCHED AND ({_DIFFERS}) THEN UPDATE SET {fields}
        WHEN NOT MATCHED BY TARGET THEN INSERT
        WHEN NOT MATCHED BY SOURCE THEN DELETE
    """
    return _by_hand(turn, merge)


def _pandas(turn: Turn) -> dict[str, Any]:
    import pandas as pd  # noqa: PLC0415 - of this contestant alone

    first, target = turn.data / "first" / "users-1.parquet", turn.own / "users.parquet"
    with turn.watch:
        held, day = (
            pd.read_parquet(first).set_index("user_id"),
            pd.read_parquet(turn.data / "second" / "users-1.parquet").set_index("user_id"),
        )
        both = held.index.intersection(day.index)
        same = (held.loc[both] == day.loc[both]) | (held.loc[both].isna() & day.loc[both].isna())
        kept = both[same.all(axis=1)]
        pd.concat([held.loc[kept], day.loc[day.index.difference(kept)]]).reset_index().to_parquet(target)
    with duckdb.connect() as connection:
        (row,) = connection.execute(_counted(f"read_parquet({literal(str(target))})")).fetchall()
    return {"records": row[0], "swedish": row[1], "digest": row[2]}


def _counted(table: str) -> str:
    digest = f"CAST(sum(hash(concat_ws('|', {', '.join(f'CAST({field} AS VARCHAR)' for field in _FIELDS[:9])}))) AS VARCHAR)"
    return f"SELECT count(*), count(*) FILTER (language = 'sv'), {digest} FROM {table}"  # noqa: S608 - our own names


BENCHMARKS = (
    Benchmark(
        "snapshot",
        "daily snapshot, a tenth changed",
        1.5,
        prepare,
        (
            Contestant("ours", _ours),
            Contestant("limit", _limit),
            Contestant("DuckDB MERGE", _merge),
            Contestant("pandas", _pandas, "pandas", 1),
        ),
    ),
)
