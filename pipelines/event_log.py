"""Dagster's event log in SQLite, with its connections kept open while it is in use.

Dagster's own opens a database anew for each event, of which a night has more than a thousand, and SQLite empties its write-ahead log into
the file each time that the last connection is closed: half of what the demonstration cost. See https://www.sqlite.org/wal.html.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from dagster import Field, StringSource
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME

from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagster import EventLogEntry
    from dagster._serdes import ConfigurableClassData

_MOST_OPEN = 8  # databases: the index, and the runs that were looked at last
_PATIENCE_SECONDS = 30  # as Dagster's own waits for another writer


@cache
def _empty() -> bytes:
    """The database of a run in which nothing has happened, as Dagster makes it: to make its tables takes longer than to copy them."""
    with TemporaryDirectory() as folder:
        own = SqliteEventLogStorage(folder)
        with own.run_connection("empty"):
            pass
        own.dispose()
        return Path(own.path_for_shard("empty")).read_bytes()


class KeptOpenEventLogStorage(SqliteEventLogStorage):
    """Dagster's event log, a database a run; in `$DAGSTER_HOME/history/runs`, as Dagster's own, unless `base_dir` is configured."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Open nothing but the index."""
        self._open: OrderedDict[str, sa.Connection] = OrderedDict()
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Field]:
        """What dagster.yaml may say of it."""
        return {"base_dir": Field(StringSource, is_required=False)}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> KeptOpenEventLogStorage:
        """The event log that dagster.yaml describes.

        Raises:
            AnsvarError: where neither `base_dir` nor `DAGSTER_HOME` says where it lies.
        """
        home = os.environ.get("DAGSTER_HOME")
        if "base_dir" not in config_value and not home:
            raise AnsvarError("DAGSTER_HOME is not set: name the folder of Dagster's instance, which is `dagster` in the home.")
        return cls(config_value.get("base_dir") or str(Path(str(home)) / "history" / "runs"), inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock:  # one thread at a time uses a connection
            connection = self._connection(shard)
            with connection.begin():
                yield connection

    def _connection(self, shard: str) -> sa.Connection:
        if shard in self._open:
            self._open.move_to_end(shard)
            return self._open[shard]
        arguments = {"timeout": _PATIENCE_SECONDS, "check_same_thread": False}
        engine = sa.create_engine(self.conn_string_for_shard(shard), poolclass=sa.NullPool, connect_args=arguments)
        if shard != INDEX_SHARD_NAME:
            self._make(shard)
        elif shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        connection = engine.connect()
        # Whole after a power cut; the last events of the run that it cut off may be missing.
        connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
        connection.commit()
        self._open[shard] = connection
        if len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)[1].close()
        return connection

    def _make(self, run: str) -> None:
        """Make the database of a run, unless there is one: it is there whole or not at all, whoever else makes it."""
        path = Path(self.path_for_shard(run))
        if path.exists():
            return
        with NamedTemporaryFile(dir=path.parent, prefix="making-") as made:
            made.write(_empty())
            made.flush()
            os.fsync(made.fileno())
            with suppress(FileExistsError):
                os.link(made.name, path)

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event, and let whoever watches the run's file know: what is written stands beside it until it is emptied into it."""
        super().store_event(event)
        os.utime(self.path_for_shard(event.run_id))

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table; none that was there goes away."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def wipe(self) -> None:
        """Delete everything."""
        self._close()
        super().wipe()

    def dispose(self) -> None:
        """Close what is open."""
        super().dispose()
        self._close()

    def _close(self) -> None:
        with self._db_lock:
            while self._open:
                self._open.popitem()[1].close()
