"""Make a copy of a home: one stream of files into one encrypted file, and a look at all of it afterwards.

    ansvar-<when>-<random>.age         a tar of the files below, and of `manifest.json` at its end, encrypted with the copy's own data key
    ansvar-<when>-<random>.key.age     the data key, for whoever may open it

    warehouse.duckdb  ledger.db  recordings/<table>/<record>  waiting/<bundle>  outbox/<bundle>  keys/ (where it was asked for)

Landing files, generated documents and Dagster's storage are left out: they come again. Nobody writes while a copy is made, so that the
ledger, the warehouse and the recordings are of one moment; readers are not held up.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import secrets
import sqlite3
import tarfile
from contextlib import closing
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import IO, TYPE_CHECKING, Any

from resources.backups.age import new_data_key, writing
from resources.backups.unpack import FORMAT, LEDGER, MANIFEST, WAREHOUSE, unpack
from resources.errors import AnsvarError
from resources.home import write_private
from resources.warehouse.dialect import name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resources.backups.age import Lock
    from resources.ledger import Ledger
    from resources.register import Register
    from resources.warehouse import Engine

COPY_ENDING, KEY_ENDING = ".age", ".key.age"
_KEYS = ("pepper.key", "warehouse.key", "signing.key", "settings.env")
_PIECE = 1 << 20


@dataclass(frozen=True)
class Backup:
    """A copy that was made and verified: its name, when, its files, its size in bytes and SHA-256, and what it holds."""

    id: str
    made_at: dt.datetime
    file: Path
    key_file: Path
    size: int
    sha256: str
    rows: int
    ledger: bool
    keys: bool


def back_up(register: Register, folder: Path, key_folder: Path, lock: Lock, *, with_keys: bool) -> Backup:
    """Write a copy of the home and verify it; a copy that fails is not left behind.

    Args:
        register: the register.
        folder: where the copy goes: outside of the home.
        key_folder: where its wrapped data key goes.
        lock: who can open it.
        with_keys: whether the home's own keys and settings are in it.

    Raises:
        AnsvarError: where nothing was published yet, the copy cannot be written, or what was written is not what was read.
    """
    if not register.warehouse.can_be_copied:
        raise AnsvarError("A warehouse on Spark is not copied by Ansvar: back up its storage and the home together, while no run writes.")
    made_at = register.clock.now()
    backup = f"ansvar-{made_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    data_key = new_data_key()
    wrapped = lock.wrap(data_key)
    for each in (folder, key_folder):
        if each.resolve().is_relative_to(register.home.path.resolve()):
            raise AnsvarError("A backup does not lie in the home that it is of: name another folder with --to.")
        try:
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise AnsvarError(f"A backup cannot be put into {each} ({error.strerror}): name a folder that you may write.") from None
    partial, target = folder / f".{backup}.partial", folder / f"{backup}{COPY_ENDING}"
    with register.warehouse.holding(backup):
        staging = register.home.staging(backup)
        try:
            making = _Making(partial, data_key, staging, made_at, with_keys)
            stated = _write(register, making)
            _verify(register, making, stated)
            digest = _sha256(partial)
            write_private(key_folder / f"{backup}{KEY_ENDING}", wrapped)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
            register.home.clear_staging(staging)
    rows = sum(stated["tables"].values())
    has_ledger = stated["ledger"] is not None
    return Backup(backup, made_at, target, key_folder / f"{backup}{KEY_ENDING}", target.stat().st_size, digest, rows, has_ledger, with_keys)


def copied_files(folder: Path, backup: str) -> list[Path]:
    """The files of a backup in a folder, the key first: when that has gone, the rest cannot be read."""
    return [path for ending in (KEY_ENDING, COPY_ENDING) if (path := folder / f"{backup}{ending}").is_file()]


def pepper_check(pepper: str) -> str:
    """What tells two peppers apart and betrays neither: they are 256 random bits."""
    return hashlib.sha256(f"which pepper is it? {pepper}".encode()).hexdigest()


def table_rows(engine: Engine) -> dict[str, int]:
    """The rows of every table of a warehouse, by `schema.table`."""
    listed = engine.rows("SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary")
    return {f"{schema}.{table}": engine.count(f"SELECT count(*) FROM {name(schema)}.{name(table)}") for schema, table in sorted(listed)}


def ledger_rows(file: Path) -> dict[str, int]:
    """The rows of every table of a ledger's file, which must be whole.

    Raises:
        AnsvarError: where it is not.
    """
    with closing(sqlite3.connect(file)) as ledger:
        if ledger.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise AnsvarError("The copy of the ledger is damaged.")
        tables = [row[0] for row in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {table: ledger.execute(f"SELECT count(*) FROM {name(table)}").fetchone()[0] for table in tables}


def copy_ledger(source: Ledger, target: Path) -> bool:
    """Write a consistent copy of the ledger; false where it is in a database server, which has a backup of its own."""
    if source.engine.dialect.name != "sqlite":
        return False
    target.touch(mode=0o600)
    connection = source.engine.raw_connection()
    try:
        with closing(sqlite3.connect(target)) as copied:
            connection.driver_connection.backup(copied, pages=1_000)  # type: ignore[union-attr] # an open connection of sqlite3
            copied.execute("PRAGMA journal_mode = DELETE")
    finally:
        connection.close()
    return True


@dataclass(frozen=True)
class _Making:
    """A copy in the making: its file, its data key, a folder for what is on its way, and what is asked for."""

    file: Path
    key: str = field(repr=False)
    staging: Path
    made_at: dt.datetime
    with_keys: bool


def _write(register: Register, making: _Making) -> dict[str, Any]:
    """Stream the home's files into an encrypted file; gives what its manifest states."""
    ledger, made_at = making.staging / LEDGER, making.made_at
    has_ledger = copy_ledger(register.ledger, ledger)
    with register.warehouse.reading() as engine:
        generation = (register.warehouse.folder / "current").resolve()
        stated: dict[str, Any] = {
            "format": FORMAT,
            "made_at": f"{made_at:%Y-%m-%dT%H:%M:%SZ}",
            "ansvar": version("ansvar"),
            "files": {},
            "tables": table_rows(engine),
            "ledger": ledger_rows(ledger) if has_ledger else None,
            "pepper": pepper_check(register.home.pepper),
        }
    with (
        writing(making.file, making.key) as stream,
        tarfile.open(fileobj=stream, mode="w|", bufsize=_PIECE, format=tarfile.PAX_FORMAT) as tar,
    ):
        _add(tar, stated, WAREHOUSE, generation, made_at)
        if has_ledger:
            _add(tar, stated, LEDGER, ledger, made_at)
        for path in _kept(register):
            _add(tar, stated, path.relative_to(register.home.path).as_posix(), path, made_at)
        if making.with_keys:
            for each in _KEYS:
                if (register.home.path / each).is_file():
                    _add(tar, stated, f"keys/{each}", register.home.path / each, made_at)
        content = json.dumps(stated, indent=1, sort_keys=True).encode()
        tar.addfile(_member(MANIFEST, len(content), made_at), io.BytesIO(content))
    return stated


def _kept(register: Register) -> Iterator[Path]:
    """The recordings and bundles, in order; what is in the making is left out."""
    for folder in (register.recordings, register.waiting, register.outbox):
        yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


class _Hashed:
    """A file that is read once, and hashed on the way."""

    def __init__(self, file: IO[bytes]) -> None:
        """Wrap an open file."""
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


def _add(tar: tarfile.TarFile, stated: dict[str, Any], member: str, file: Path, made_at: dt.datetime) -> None:
    with file.open("rb") as opened:
        size, read = os.fstat(opened.fileno()).st_size, _Hashed(opened)
        tar.addfile(_member(member, size, made_at), read)
    stated["files"][member] = [size, read.digest.hexdigest()]


def _member(name: str, size: int, made_at: dt.datetime) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(made_at.replace(tzinfo=dt.UTC).timestamp())
    return member


def _verify(register: Register, making: _Making, stated: dict[str, Any]) -> None:
    """Read the copy back: every digest, and the rows of the warehouse and of the ledger that come out of it."""
    back = making.staging / "back"
    back.mkdir(mode=0o700)
    manifest = unpack(making.file, making.key, back, lambda member: member in {WAREHOUSE, LEDGER})
    with register.warehouse.opening(back / WAREHOUSE) as engine:
        rows = table_rows(engine)
    ledger = ledger_rows(back / LEDGER) if manifest.ledger is not None else None
    if (manifest.stated, rows, ledger) != (stated, stated["tables"], stated["ledger"]):
        raise AnsvarError("The backup is not what the home holds; it is not kept. Look at the disk that it is written to.")


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
