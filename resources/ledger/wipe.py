"""No byte of what was deleted stays in the ledger's files.

SQLite's `secure_delete` overwrites what is deleted where it stands, but not what an earlier reordering of its pages left in their unused
parts (seen: 8 of 12,000 deleted identifiers were still in the file). So a ledger that lost something is written anew, by VACUUM. The
deletion marks the file, in the same transaction; a ledger that was marked and not written anew, as by a crash, is at the next purge.
"""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa

from resources.errors import AnsvarError

_TO_REWRITE = 1
_TEMPORARY = "SQLITE_TMPDIR"


def mark(connection: sa.Connection) -> None:
    """Within the transaction that deletes: the file is to be written anew."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA user_version = {_TO_REWRITE:d}")


def wipe(engine: sa.Engine) -> None:
    """Write a marked ledger anew, and empty its write-ahead log into the database.

    What SQLite needs meanwhile lies beside the ledger, in a file without a name, not in the machine's temporary folder.

    Raises:
        AnsvarError: where the disk is full, or another process goes on reading the ledger.
    """
    if engine.dialect.name != "sqlite":
        return
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
