"""What a snapshot no longer has is deleted; but not by a snapshot that looks broken, nor what may stand in it unread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.identifiers import forget_identifiers
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from assets.ingest.account import Account
    from assets.ingest.load import Load
    from resources.catalogue import Dataset
    from resources.warehouse import Engine

_WORDS = "[0-9A-Za-z_@.+-]+"


def reconcile(engine: Engine, what: Load, account: Account) -> None:
    """Delete the rows, and the records in quarantine, that a snapshot no longer has; a record in quarantine keeps the row that it had.

    What a hold keeps (`held`) stays, and counts neither as missing nor as there.
    A snapshot of less than `smallest_snapshot` of what is held deletes nothing: a source that broke must not empty the register.
    """
    table = f"register.{name(what.dataset.table)}"
    engine.run(f"""
        CREATE TEMP TABLE missing AS
        SELECT _record FROM {table} WHERE _record NOT IN (SELECT _record FROM judged WHERE _record IS NOT NULL)
    """)
    engine.run(
        """
        CREATE TEMP TABLE outdated AS
        SELECT _quarantine, _record FROM quarantine.records
        WHERE dataset = $table AND _quarantine NOT IN (SELECT _quarantine FROM judged WHERE _fault IS NOT NULL AND _drop IS NULL)
        """,
        {"table": what.dataset.table},
    )
    table_of = {"table": what.dataset.table}
    kept = engine.count("SELECT count(*) FROM missing SEMI JOIN held ON held.id = missing._record AND held.dataset = $table", table_of)
    engine.run("DELETE FROM missing USING held WHERE held.id = missing._record AND held.dataset = $table", table_of)
    engine.run("DELETE FROM outdated USING held WHERE held.id = outdated._quarantine AND held.dataset = $table", table_of)
    if _is_too_small(engine, what.dataset, table, kept):
        account.kept_back = engine.count("SELECT (SELECT count(*) FROM missing) + (SELECT count(*) FROM outdated)")
    else:
        missing = engine.count("SELECT count(*) FROM missing")
        _spare_unread(engine, what.dataset, table)
        account.deleted = engine.count("SELECT count(*) FROM missing")
        account.kept_back = missing - account.deleted
        engine.run("DELETE FROM quarantine.records USING outdated WHERE quarantine.records._quarantine = outdated._quarantine")
        engine.run(f"DELETE FROM {table} USING missing WHERE {table}._record = missing._record")
        forget_identifiers(engine, "missing")
    engine.run("DROP TABLE missing")
    engine.run("DROP TABLE outdated")


def _is_too_small(engine: Engine, dataset: Dataset, table: str, kept: int) -> bool:
    """Whether too little is left of what is there beside what is only kept; a record that is only in quarantine is there, too."""
    alone = f"(_record IS NULL OR _record NOT IN (SELECT _record FROM {table}))"
    held = engine.count(
        f"SELECT (SELECT count(*) FROM {table}) + count(*) FROM quarantine.records WHERE dataset = $table AND {alone}",
        {"table": dataset.table},
    )
    gone = engine.count(f"SELECT (SELECT count(*) FROM missing) + count(*) FROM outdated WHERE {alone}")
    held -= kept
    return held - gone < dataset.shape.least_of_snapshot * held


def _spare_unread(engine: Engine, dataset: Dataset, table: str) -> None:
    """Take out of `missing` the rows whose records may be in the snapshot, where they cannot be read.

    A record that cannot be read has no key by which its row is known. Its text may still hold the key's values, as words: then it is the
    record of that row. Where the text holds the key of no row, any missing row may be its.
    """
    no_key = "_broken IS NOT NULL" if dataset.shape.key == "content" else "_record IS NULL"
    engine.run(f"CREATE TEMP TABLE unread AS SELECT _row, _raw FROM judged WHERE {no_key} AND _fault IS NOT NULL AND _drop IS NULL")
    if engine.count("SELECT count(*) FROM unread"):
        engine.run(f"""
            CREATE TEMP TABLE words AS SELECT DISTINCT _row, unnest(regexp_extract_all(_raw, {literal(_WORDS)})) AS word FROM unread
        """)
        engine.run(f"CREATE TEMP TABLE named AS {_named(dataset, table)}")
        unnamed = engine.count("SELECT count(*) FROM unread WHERE _row NOT IN (SELECT _row FROM named)")
        engine.run("DELETE FROM missing" if unnamed else "DELETE FROM missing USING named WHERE missing._record = named._record")
        engine.run("DROP TABLE words")
        engine.run("DROP TABLE named")
    engine.run("DROP TABLE unread")


def _named(dataset: Dataset, table: str) -> str:
    """The SELECT of the rows (`_record`) all parts of whose key stand as words in one text (`_row`); none where the key is the content."""
    keys = dataset.shape.key if isinstance(dataset.shape.key, list) else []
    if not keys:
        return "SELECT _row, CAST(NULL AS VARCHAR) AS _record FROM unread WHERE false"
    first, *others = (f"CAST(held.{name(key)} AS VARCHAR)" for key in keys)
    joins = " ".join(
        f"INNER JOIN words AS {name(f'word{number}')} ON {name(f'word{number}')}.word = {value} "
        f"AND {name(f'word{number}')}._row = {name('word')}._row"
        for number, value in enumerate(others)
    )
    return f'SELECT DISTINCT "word"._row, held._record FROM {table} AS held INNER JOIN words AS "word" ON "word".word = {first} {joins}'
