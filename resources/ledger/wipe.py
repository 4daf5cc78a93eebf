"""No byte of what was deleted stays in the ledger's files.

SQLite's `secure_delete` overwrites what is deleted where it stands, but not what an earlier reordering of its pages left in their unused
parts (seen: 8 of 12,000 deleted identifiers were still in the file). So a ledger that lost something is written anew, by VACUUM. The
deletion marks the file, in the same transaction; a ledger that was marked and not written anew, as by a crash, is at the next purge.

PostgreSQL leaves what is deleted in its tables' files until they are vacuumed, and then in the unused parts of their pages; VACUUM FULL
writes them anew (https://www.postgresql.org/docs/current/sql-vacuum.html). There the mark is a comment on the table of migrations.
"""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa

from resources.errors import AnsvarError

_TO_REWRITE = 1
_MARKED = "alembic_version"
_TEMPORARY = "SQLITE_TMPDIR"


def mark(connection: sa.Connection) -> None:
    """Within the transaction that deletes: the ledger is to be written anew."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA user_version = {_TO_REWRITE:d}")
    else:
        connection.exec_driver_sql(f"COMMENT ON TABLE {_MARKED} IS '{_TO_REWRITE:d}'")


def wipe(engine: sa.Engine) -> None:
    """Write a marked ledger anew, and empty SQLite's write-ahead log into the database; that of PostgreSQL goes as its server keeps it.

    What SQLite needs meanwhile lies beside the ledger, in a file without a name, not in the machine's temporary folder.

    Raises:
        AnsvarError: where the disk is full, or another process goes on reading the ledger.
    """
    if engine.dialect.name == "sqlite":
        _wipe_sqlite(engine)
    else:
        _wipe_postgresql(engine)


def _wipe_postgresql(engine: sa.Engine) -> None:
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if connection.exec_driver_sql(f"SELECT obj_description('{_MARKED}'::regclass, 'pg_class')").scalar_one() is None:
                return
            for table in sa.inspect(connection).get_table_names():
                connection.exec_driver_sql(f"VACUUM (FULL) {connection.dialect.identifier_preparer.quote(table)}")
            connection.exec_driver_sql(f"COMMENT ON TABLE {_MARKED} IS NULL")
    except sa.exc.DBAPIError as error:
        raise AnsvarError(
            f"The ledger could not be written anew ({type(error).__name__}): its user must own its tables, and its disk needs room. "
            "What was deleted may be in PostgreSQL's files until the next purge."
        ) from None


def _wipe_sqlite(engine: sa.Engine) -> None:
    before = os.environ.get(_TEMPORARY)
    os.environ[_TEMPORARY] = str(Path(engine.url.database or "").resolve().parent)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if connection.exec_driver_sql("PRAGMA user_version").scalar_one() == _TO_REWRITE:
                connection.exec_driver_sql("PRAGMA temp_store = FILE")
                connection.exec_driver_sql("VACUUM")
                connection.exec_driver_sql("PRAGMA user_version = 0")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    except sa.exc.OperationalError as error:
        full = "the disk is full: make room" if "full" in str(error.orig) else "another process goes on using it"
        raise AnsvarError(
            f"The ledger could not be written anew ({full}): what was deleted may be in its files until the next purge."
        ) from None
    finally:
        if before is None:
            os.environ.pop(_TEMPORARY, None)
        else:
            os.environ[_TEMPORARY] = before
    if busy:
        raise AnsvarError("The ledger's log could not be emptied, for another process goes on reading it: run `ansvar purge` again.")
