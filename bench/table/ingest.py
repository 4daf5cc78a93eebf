"""Ingest of a file, with typing, quarantine, ids and identifiers: beside a `CREATE TABLE AS` of the same file, typed, and others' loaders.

Ours begins with the file and ends with the run's working copy on disk, encrypted as a register is by default: extraction into landing,
decoding, the load, what is told of undeclared fields. The limit types the same columns of the same file into a plain database of its own.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import duckdb

from assets.ingest.source import ingest_source
from bench.harness import Benchmark, Contestant
from bench.table import views
from bench.table.described import opened
from resources.connectors.row_records import LOG_LINE, LOG_NAMES
from resources.errors import AnsvarError
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from bench.harness import Turn
    from bench.table.described import Change

_FILES = {"ndjson": "events.ndjson", "csv": "events.csv", "parquet": "events.parquet", "weblog": "access.log"}
_TABLES = {"weblog": "web_requests"}
_MOMENTS = {"weblog": "requested_at"}
_FLAT = ", ".join(f"{column}: 'VARCHAR'" for column in views.FLAT)
_VIEWED = "CASE WHEN regexp_matches({0}, '^[0-9]+$') THEN make_timestamp(CAST({0} AS BIGINT) * 1000) END AS viewed_at"


def _change(kind: str) -> Change:
    def change(described: dict[str, Any]) -> None:
        described["datasets"].pop("service_events")
        dataset = described["datasets"]["page_views"]
        dataset["read"] = {"files": _FILES[kind], "format": kind}
        if kind == "ndjson":
            dataset["read"]["where"] = {"type": "page_view"}
        if kind != "ndjson":
            for field in dataset["fields"].values():
                field.pop("from", None)

    return "analytics", change


def _ours(kind: str, turn: Turn) -> dict[str, Any]:
    changes = () if kind == "weblog" else (_change(kind),)
    register = opened(turn.own, {"WEB_PATH" if kind == "weblog" else "ANALYTICS_PATH": str(turn.data)}, *changes)
    source, dataset = ("web", "requests") if kind == "weblog" else ("analytics", "page_views")
    with turn.watch:
        (outcome,) = list(ingest_source(register, source, "turn", [dataset]))
    if outcome.error is not None or outcome.account is None:
        raise AnsvarError(f"The batch was not loaded: {outcome.error}")
    with register.warehouse.viewing("turn") as engine:
        rows = engine.rows(_counted(f"register.{_TABLES.get(kind, 'analytics_page_views')}", _MOMENTS.get(kind, "viewed_at")))
    register.ledger.close()
    return _answer(rows[0]) | {"quarantined": outcome.account.quarantined}


def _limit(kind: str, turn: Turn) -> dict[str, Any]:
    file = literal(str(turn.data / _FILES[kind]))
    with duckdb.connect(turn.own / "limit.duckdb") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        with turn.watch:
            connection.execute(f"CREATE TABLE typed AS {_typed(kind, file)}")
            connection.execute("CHECKPOINT")
        moment = _MOMENTS.get(kind, "viewed_at")
        good = f"(SELECT * FROM typed WHERE {moment} IS NOT NULL)"  # noqa: S608 - our own names
        rows = connection.execute(_counted(good, moment)).fetchall()
        (bad,) = connection.execute(f"SELECT count(*) FROM typed WHERE {moment} IS NULL").fetchall()  # noqa: S608 - our own names
    return _answer(rows[0]) | {"quarantined": bad[0]}


def _typed(kind: str, file: str) -> str:
    """The SELECT of a file's records, typed as well as the engine alone does it."""
    if kind == "ndjson":
        columns = """{id: 'VARCHAR', type: 'VARCHAR', cookie: 'VARCHAR', "user": 'VARCHAR', "at": 'VARCHAR',
            page: 'STRUCT(path VARCHAR, referrer VARCHAR, server VARCHAR)', device: 'STRUCT(browser VARCHAR, language VARCHAR)'}"""
        return f"""
            SELECT id AS event_id, cookie AS cookie_id, "user" AS user_id, {_VIEWED.format(name("at"))}, page.path AS page,
              page.referrer AS referrer, page.server AS referring_server, device.browser AS browser, device.language AS language
            FROM read_json({file}, format = 'newline_delimited', columns = {columns}) WHERE type = 'page_view'
        """  # noqa: S608 - our own names
    if kind == "weblog":
        names = ", ".join(literal(each) for each in LOG_NAMES)
        return f"""
            SELECT found.host AS ip_address, nullif(found."user", '-') AS user_id,
              CASE WHEN found.time <> '' THEN timezone('UTC', strptime(found.time, '%d/%b/%Y:%H:%M:%S %z')) END AS requested_at,
              found.method, found.path, TRY_CAST(found.status AS BIGINT) AS status, TRY_CAST(found.bytes AS BIGINT) AS bytes,
              nullif(found.referrer, '-') AS referrer, found.user_agent AS browser
            FROM (
              SELECT regexp_extract(text, {literal(LOG_LINE)}, [{names}]) AS found
              FROM read_csv(
                {file}, columns = {{text: 'VARCHAR'}}, delim = '\\x01', quote = '', escape = '', header = false, auto_detect = false
              )
            )
        """  # noqa: S608 - our own names
    source = f"read_csv({file}, columns = {{{_FLAT}}}, header = true)" if kind == "csv" else f"read_parquet({file})"
    fields = ", ".join(_VIEWED.format(column) if column == "viewed_at" else column for column in views.FLAT)
    return f"SELECT {fields} FROM {source}"  # noqa: S608 - our own names


def _dlt(kind: str, turn: Turn) -> dict[str, Any]:
    dlt, files = import_module("dlt"), import_module("dlt.sources.filesystem")
    reader = getattr(files, {"ndjson": "read_jsonl", "csv": "read_csv", "parquet": "read_parquet"}[kind])
    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(turn.own / "pipelines"),
        destination=dlt.destinations.duckdb(str(turn.own / "dlt.duckdb")),
        dataset_name="bench",
    )
    with turn.watch:
        pipeline.run((files.filesystem(bucket_url=turn.data.as_uri(), file_glob=_FILES[kind]) | reader()).with_name("views"))
    with duckdb.connect(turn.own / "dlt.duckdb", read_only=True) as connection:
        return {"read": connection.execute("SELECT count(*) FROM bench.views").fetchall()[0][0]}


def _pandas(kind: str, turn: Turn) -> dict[str, Any]:
    import pandas as pd  # noqa: PLC0415 - of this contestant alone
    import sqlalchemy as sa  # noqa: PLC0415 - the same

    file, database = turn.data / _FILES[kind], sa.create_engine(f"sqlite:///{turn.own / 'pandas.db'}")
    with turn.watch:
        if kind == "ndjson":
            frame = pd.json_normalize(pd.read_json(file, lines=True, dtype=False).to_dict("records"))  # type: ignore[arg-type] # names are text
            frame = frame.rename(columns={"at": "viewed_at"})
        else:
            frame = pd.read_csv(file) if kind == "csv" else pd.read_parquet(file)
        frame["viewed_at"] = pd.to_datetime(pd.to_numeric(frame["viewed_at"], errors="coerce"), unit="ms")
        frame.to_sql("views", database, index=False, chunksize=10_000)
    with database.connect() as connection:
        counted = connection.execute(sa.text("SELECT count(viewed_at), count(*) - count(viewed_at) FROM views")).one()
    return {"records": counted[0], "quarantined": counted[1]}


def _counted(table: str, moment: str) -> str:
    return f"SELECT count(*), CAST(sum(epoch_ms({moment})) AS VARCHAR) FROM {table}"  # noqa: S608 - our own names


def _answer(row: tuple[Any, ...]) -> dict[str, Any]:
    return {"records": row[0], "moments": row[1]}


def _benchmark(kind: str, title: str) -> Benchmark:
    makers = {"ndjson": views.ndjson, "csv": views.csv, "parquet": views.parquet, "weblog": views.access_log}
    dlt, pandas = Contestant("dlt", partial(_dlt, kind), "dlt", 0.1, 2), Contestant("pandas to_sql", partial(_pandas, kind), "pandas", 1)
    peers = () if kind == "weblog" else (dlt, pandas)
    ours_and_limit = (Contestant("ours", partial(_ours, kind)), Contestant("limit", partial(_limit, kind)))
    return Benchmark(f"ingest_{kind}", f"ingest, {title}", 1.6, makers[kind], (*ours_and_limit, *peers))


BENCHMARKS = tuple(
    _benchmark(kind, title) for kind, title in (("ndjson", "NDJSON"), ("csv", "CSV"), ("parquet", "Parquet"), ("weblog", "access log"))
)
