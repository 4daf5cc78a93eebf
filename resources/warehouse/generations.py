"""The warehouse in generations: readers open what is published, one writer at a time works on a copy.

    warehouse/
      current                      a link to the published generation
      generation-<run>.duckdb      what readers open
      working-<run>.duckdb         the copy that a run writes
      writer.lock

Each file is encrypted with the warehouse's key (see `resources.keys`), unless the home is kept plain. A generation that was written without
one is read as it is, and the next one is encrypted.

A run's steps share one working copy, which its last writing step publishes by fsync and atomic rename: a run shows all that
it did or nothing. What a run that was killed left behind goes when the next one begins, or `ansvar serve` does.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from resources.errors import AnsvarError
from resources.warehouse.dialect import name
from resources.warehouse.engine import WarehouseError, engine
from resources.warehouse.layout import require_layout
from resources.warehouse.models import tables
from resources.warehouse.ordered import copy_tables

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from resources.keys import Sealing
    from resources.warehouse.base import Engine
    from resources.warehouse.engine import Engine as DuckDB

_WAIT_SECONDS = 600
_TRIES = 10
_FICLONE = 0x40049409
_held: dict[Path, tuple[str, int]] = {}


class Warehouse:
    """The register's bulk tables."""

    kind = ".duckdb"
    """How the files of its generations end."""
    can_be_copied = True
    """Whether a generation is a file that holds all of it, as backups need it."""

    def __init__(self, folder: Path, temporary: Path, sealing: Sealing, memory: str | None = None) -> None:
        """Name the folder of the generations, and one for what spills out of memory.

        Args:
            folder: where the generations lie.
            temporary: where what does not fit into memory goes.
            sealing: what the files are encrypted with.
            memory: how much memory the engine takes before it spills, as `1GB`; by default most of the machine's.
        """
        self.folder = folder
        self.temporary = temporary
        self.sealing = sealing
        self.memory = memory
        self._known = ""  # the generation that was last seen to have every table

    @property
    def is_published(self) -> bool:
        """Whether there is anything to read yet."""
        return (self.folder / "current").is_symlink()

    @property
    def is_being_written(self) -> bool:
        """Whether a run is writing at this moment, in this process or in another."""
        try:
            descriptor = os.open(self.folder / "writer.lock", os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    @property
    def generation(self) -> str:
        """The name of what is published, which is another whenever anything new is; empty where nothing is."""
        return (self.folder / "current").readlink().name if self.is_published else ""

    @contextmanager
    def reading(self) -> Iterator[Engine]:
        """The published generation, read-only; it stays readable to the end even if a newer one is published meanwhile.

        Raises:
            AnsvarError: where nothing was published yet, or what is published is of an earlier version of the program.
        """
        with ExitStack() as stack:
            published = self.generation
            opened = self._opened(stack)
            if published != self._known:
                require_layout(opened)
                self._known = published
            yield opened

    def _opened(self, stack: ExitStack) -> Engine:
        """The published generation; looked up again where it was superseded between the look and the opening."""
        for attempt in range(_TRIES):
            if not self.is_published:
                break
            try:
                return stack.enter_context(self._engine(self.folder / (self.folder / "current").readlink(), read_only=True))
            except WarehouseError:
                if attempt == _TRIES - 1:
                    raise
                time.sleep(0.05)
        raise AnsvarError("The register is empty: no run has been published yet. Run `ansvar run` first.")

    @contextmanager
    def opening(self, file: Path) -> Iterator[Engine]:
        """Another database file of this warehouse, as one out of a backup, read-only."""
        with self._engine(file, read_only=True) as opened:
            yield opened

    @contextmanager
    def holding(self, run: str) -> Iterator[None]:
        """Be the one writer and write nothing: what is published stays as it is meanwhile.

        Raises:
            AnsvarError: where another process went on writing for ten minutes.
        """
        self._lock(run)
        try:
            yield
        finally:
            self.release(run)

    @contextmanager
    def writing(self, run: str) -> Iterator[Engine]:
        """The working copy of a run, in one transaction: what is done inside stands in it whole or not at all."""
        self.begin(run)
        with self._engine(self._working(run)) as opened:
            with opened.transaction():
                yield opened
            opened.run("CHECKPOINT")

    @contextmanager
    def viewing(self, run: str) -> Iterator[Engine]:
        """What a run sees: its own working copy, else what is published. Nothing may be written through it."""
        if not self._working(run).exists():
            with self.reading() as opened:
                yield opened
            return
        with self._engine(self._working(run), read_only=True) as opened:
            yield opened

    def begin(self, run: str) -> bool:
        """Become the one writer and copy the published generation; false where this run has begun already.

        Raises:
            AnsvarError: where another process went on writing for ten minutes.
        """
        self._lock(run)
        working = self._working(run)
        if working.exists():
            return False
        self._clear()
        partial = working.with_suffix(".partial")
        self.sealing.for_new()  # so that a run that could not be published is not begun
        with _or_nothing(partial):
            if self.is_published:
                _clone((self.folder / "current").resolve(strict=True), partial)
            with self._engine(partial, new=not partial.exists()) as opened:
                for statement in tables():
                    opened.run(statement)
        partial.replace(working)  # so that a run that is taken up again never finds half a copy
        return True

    def adopt(self, run: str, file: Path) -> None:
        """Become the one writer, with a database file as the run's working copy in place of what is published; the file is moved.

        Raises:
            AnsvarError: where another process went on writing for ten minutes.
            WarehouseError: where the file cannot be opened.
        """
        self._lock(run)
        self._clear()
        partial = self._working(run).with_suffix(".partial")
        file.replace(partial)
        with self._engine(partial) as opened:
            for statement in tables():
                opened.run(statement)
        partial.replace(self._working(run))

    def publish(self, run: str, moment: dt.datetime) -> None:
        """Make a run's working copy what readers see; the generation before goes.

        Every row is copied into a new file first, a person's rows beside each other: after a DELETE the bytes are still in the old one.

        Args:
            run: the run's id.
            moment: when, as a naive UTC timestamp.
        """
        rewritten = self.folder / f"rewritten-{run}{self.kind}"
        rewritten.unlink(missing_ok=True)
        with _or_nothing(rewritten):
            self._write_anew(run, moment, rewritten)
            sync(rewritten)
        target = self.folder / f"generation-{run}{self.kind}"
        rewritten.replace(target)
        link = self.folder / "current.partial"
        link.unlink(missing_ok=True)
        link.symlink_to(target.name)
        link.replace(self.folder / "current")
        sync(self.folder)
        for old in (*self._superseded(), self._working(run), self._working(run).with_suffix(".duckdb.wal")):
            old.unlink(missing_ok=True)
        self._sweep()
        self.release(run)

    def release(self, run: str) -> None:
        """Stop being the writer; an unpublished working copy of the run goes."""
        holder = _held.get(self.folder)
        if holder is not None and holder[0] == run:
            _end(self.folder)

    def tidy(self) -> None:
        """Take away what runs that were killed left behind, unless somebody writes just now."""
        descriptor = os.open(self.folder / "writer.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._clear()
        except BlockingIOError:
            return  # whoever writes took it away when it began
        finally:
            os.close(descriptor)

    def published_runs(self) -> set[str]:
        """The runs that the published generation holds the work of."""
        if not self.is_published:
            return set()
        with self.reading() as opened:
            return {row[0] for row in opened.rows("SELECT run FROM meta.generations")}

    def _working(self, run: str) -> Path:
        return self.folder / f"working-{run}{self.kind}"

    def _clear(self) -> None:
        """Take away what a run that stopped left behind."""
        for stale in (*self.folder.glob("working-*"), *self.folder.glob("rewritten-*"), *self._superseded()):
            stale.unlink()
        self._sweep()

    def _sweep(self) -> None:
        """Take away what no file of a generation names any more; one of DuckDB holds all that it names."""

    def _superseded(self) -> list[Path]:
        current = (self.folder / "current").resolve()
        return [file for file in self.folder.glob("generation-*") if not file.name.startswith(current.name)]

    def _engine(self, file: Path, *, read_only: bool = False, new: bool = False) -> AbstractContextManager[Engine]:
        """A file of the warehouse, opened."""
        return self._duckdb(file, read_only=read_only, new=new)

    def _duckdb(self, file: Path, *, read_only: bool = False, new: bool = False) -> AbstractContextManager[DuckDB]:
        """A database file, opened with the key that it was encrypted with, or, a new one, is to be."""
        key = self.sealing.for_new() if new else self.sealing.of(file)
        return engine(file, self.temporary, read_only=read_only, key=key, memory=self.memory)

    def _write_anew(self, run: str, moment: dt.datetime, file: Path) -> None:
        """Write a run's working copy into another file, with word of the run."""
        with self._duckdb(self._working(run)) as opened:
            opened.run("INSERT INTO meta.generations VALUES ($run, $moment)", {"run": run, "moment": moment})
            self._rewrite(opened, file)

    def _rewrite(self, opened: DuckDB, file: Path) -> None:
        source = opened.scalar("SELECT current_database()")
        opened.attach(file, "rewritten", key=self.sealing.for_new())
        file.chmod(0o600)
        opened.run(f"COPY FROM DATABASE {name(source)} TO rewritten (SCHEMA)")
        copy_tables(opened, "rewritten")
        opened.run("DETACH rewritten")

    def _lock(self, run: str) -> None:
        holder = _held.get(self.folder)
        if holder is not None and holder[0] == run:
            return
        if holder is not None:
            self.release(holder[0])
        descriptor = os.open(self.folder / "writer.lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(descriptor)
                    msg = "Another run has been writing for more than ten minutes: wait for it, or stop it in Dagster's list of runs."
                    raise AnsvarError(msg) from None
                time.sleep(0.2)
        _held[self.folder] = (run, descriptor)


def give_up() -> None:
    """End all that this process writes and has not published, as at the end of a run that was interrupted."""
    for folder in list(_held):
        _end(folder)


def _end(folder: Path) -> None:
    run, descriptor = _held[folder]
    for stale in folder.glob(f"working-{run}*"):
        stale.unlink()
    os.close(descriptor)
    del _held[folder]


@contextmanager
def _or_nothing(file: Path) -> Iterator[None]:
    """A file that is written whole, or goes again: a disk that is full is not left full.

    Raises:
        WarehouseError: where the operating system refuses to write it.
    """
    try:
        yield
    except BaseException as error:
        for left in (file, file.with_name(f"{file.name}.wal")):
            left.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise WarehouseError(
                f"The warehouse could not be written ({error.strerror}): make room, and run again; what was published before is as it was."
            ) from None
        raise


def _clone(source: Path, target: Path) -> None:
    """Copy a file, sharing its blocks where the file system can."""
    with source.open("rb") as reading, target.open("wb") as writing:
        target.chmod(0o600)
        try:
            fcntl.ioctl(writing.fileno(), _FICLONE, reading.fileno())
        except OSError:
            shutil.copyfileobj(reading, writing, 1 << 24)


def sync(path: Path) -> None:
    """Let a file, or a folder's list of files, be on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
