"""The warehouse in generations where the rows are in Spark: a generation is a small file that names the files of its rows.

    warehouse/                     in the home
      current                      a link to the published generation
      generation-<run>.json        what readers open
      working-<run>.json           what a run writes
      session-<token>              held by a connection as long as it is there
      writer.lock
    the storage                    beside the home, seen by the server under the same name: see `tables`

Rows of a table are written once and never changed, so a run's copy is a copy of the small file, and publishing is the same atomic rename.
What was deleted is in no file that a generation names; the files that none names go with the publication. A reader holds its generation, so
that its files stay until it is closed.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from resources.errors import AnsvarError
from resources.warehouse.engine import WarehouseError
from resources.warehouse.generations import Warehouse, sync
from resources.warehouse.spark.engine import SparkEngine
from resources.warehouse.spark.session import session
from resources.warehouse.spark.shadow import Shadow
from resources.warehouse.spark.tables import Tables, folders

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

    from resources.keys import Sealing

_SCRATCH = "scratch-"
_SESSION = "session-"
_TOKEN_BYTES = 8


class SparkWarehouse(Warehouse):
    """The register's bulk tables, kept and worked on by a server of Spark Connect."""

    kind = ".json"
    can_be_copied = False

    def __init__(self, folder: Path, temporary: Path, sealing: Sealing, *, address: str, storage: Path) -> None:
        """Name where all is.

        Args:
            folder: where the generations lie.
            temporary: where what this process spills goes.
            sealing: must be plain, for the rows are not encrypted by Ansvar.
            address: the server's, as `sc://host:port`.
            storage: the folder of the rows.
        """
        super().__init__(folder, temporary, sealing)
        self.address = address
        self.storage = storage

    def adopt(self, run: str, file: Path) -> None:  # noqa: ARG002 - as every warehouse is asked
        """Refuse: a backup holds a database of DuckDB.

        Raises:
            AnsvarError: always.
        """
        raise AnsvarError("A backup cannot be brought back into a warehouse on Spark: bring it back with ANSVAR_WAREHOUSE unset.")

    @contextmanager
    def _engine(self, file: Path, *, read_only: bool = False, new: bool = False) -> Iterator[SparkEngine]:
        """One state of the warehouse, opened; what is changed outside a transaction is written down at the end."""
        with self._held(file if read_only and not new else None), self._scratch() as scratch:
            tables = Tables(file, self.storage)
            with session(self.address) as opened, closing(Shadow(tables.made_by, self.temporary)) as shadow:
                engine = SparkEngine(opened, shadow, tables, area=None if read_only else file.stem, scratch=scratch)
                yield engine
                if not read_only:
                    engine.save()

    def _write_anew(self, run: str, moment: dt.datetime, file: Path) -> None:
        """Write down a run's tables, with word of the run; what was deleted is in none of their files."""
        working = self._working(run)
        with self._engine(working) as opened:
            opened.run("INSERT INTO meta.generations VALUES ($run, $moment)", {"run": run, "moment": moment})
            opened.gather()
        for folder in folders(working):
            if folder.startswith(f"{working.stem}/"):
                for each in (*(self.storage / folder).iterdir(), self.storage / folder):
                    sync(each)
        file.write_bytes(working.read_bytes())
        file.chmod(0o600)

    def _superseded(self) -> list[Path]:
        """The generations that are not the published one and that nobody reads any more."""
        return [file for file in super()._superseded() if _is_free(file)]

    def _sweep(self) -> None:
        """Take away the rows that no generation names, and what connections that were killed left behind."""
        for left in self.folder.glob(".*.partial"):
            left.unlink()
        for file in self.folder.glob(f"{_SESSION}*"):
            if _is_free(file):
                _remove(self.storage / f"{_SCRATCH}{file.name.removeprefix(_SESSION)}")
                file.unlink(missing_ok=True)
        named = {folder for file in self.folder.glob("*.json") for folder in folders(file)}
        for area in self.storage.iterdir():
            if area.name.startswith(_SCRATCH):
                continue
            for rows in area.iterdir():
                if f"{area.name}/{rows.name}" not in named:
                    _remove(rows)
            if not any(area.iterdir()):
                area.rmdir()

    @contextmanager
    def _held(self, file: Path | None) -> Iterator[None]:
        """A generation whose rows stay meanwhile.

        Raises:
            WarehouseError: where it has gone.
        """
        if file is None:
            yield
            return
        try:
            descriptor = os.open(file, os.O_RDONLY)
        except FileNotFoundError:
            raise WarehouseError("The generation of the warehouse has gone.") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            if not os.fstat(descriptor).st_nlink:
                raise WarehouseError("The generation of the warehouse has gone.")
            yield
        finally:
            os.close(descriptor)
        if file.name.startswith("generation-") and file.name != self.generation:
            self.tidy()

    @contextmanager
    def _scratch(self) -> Iterator[str]:
        """A part of the storage for one connection's temporary tables."""
        token = secrets.token_hex(_TOKEN_BYTES)
        file = self.folder / f"{_SESSION}{token}"
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield f"{_SCRATCH}{token}"
        finally:
            _remove(self.storage / f"{_SCRATCH}{token}")
            file.unlink(missing_ok=True)
            os.close(descriptor)


def _is_free(file: Path) -> bool:
    """Whether nobody holds a file."""
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
