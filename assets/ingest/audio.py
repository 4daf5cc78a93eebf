"""Call recordings: audio files are kept beside the tables, one a record, and named by the record's opaque id."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from resources.warehouse.dialect import name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine


@dataclass(frozen=True)
class Audio:
    """Where a source's audio lies (`source`), and where the register keeps it (`kept`)."""

    source: Path
    kept: Path

    def list_files(self, engine: Engine) -> None:
        """Make the table `audio_files` (`file`): what a record may name. Nothing outside the folder is in it."""
        found = [path.name for path in self.source.iterdir() if path.is_file()] if self.source.is_dir() else []
        files = [file for file in found if file.encode(errors="ignore").decode() == file]  # no record names a file whose name is no text
        engine.register("audio_names", pa.table({"file": pa.array(files, pa.string())}))
        engine.run("CREATE OR REPLACE TEMP TABLE audio_files AS SELECT file FROM audio_names")
        engine.unregister("audio_names")

    def keep(self, engine: Engine, dataset: Dataset) -> None:
        """Copy the audio of the records that a load wrote."""
        if dataset.audio is None:
            return
        folder = self.kept / dataset.table
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for record, file in engine.rows(
            f"SELECT _record, {name(dataset.audio.name)} FROM changed WHERE {name(dataset.audio.name)} IS NOT NULL"
        ):
            partial = folder / f".{record}.partial"
            shutil.copyfile(self.source / file, partial)
            partial.chmod(0o600)
            partial.replace(kept_file(folder, record, file))


def kept_file(folder: Path, record: str, file: str) -> Path:
    """Where the audio of a record is kept: its id, and of the source's file name the ending alone."""
    return folder / f"{record}{Path(file).suffix.lower()}"


def sweep(engine: Engine, catalogue: Catalogue, kept: Path) -> int:
    """Delete audio that no row has any more; gives how many files went. To be called on what is published."""
    gone = 0
    for folder in kept.iterdir():
        for file in _files(folder) - _named(engine, catalogue, folder):
            file.unlink()
            gone += 1
    return gone


def strays(engine: Engine, catalogue: Catalogue, kept: Path) -> dict[str, int]:
    """How many audio files no row has any more, by the table that their folder is of."""
    found = {folder.name: len(_files(folder) - _named(engine, catalogue, folder)) for folder in sorted(kept.iterdir())}
    return {table: number for table, number in found.items() if number}


def missing(engine: Engine, catalogue: Catalogue, kept: Path) -> dict[str, int]:
    """How many rows name an audio file that is not there, by their table."""
    folders = [kept / dataset.table for dataset in catalogue.datasets if dataset.audio is not None]
    found = {folder.name: len(_named(engine, catalogue, folder) - _files(folder)) for folder in folders}
    return {table: number for table, number in found.items() if number}


def orphans(engine: Engine, catalogue: Catalogue, kept: Path) -> int:
    """How many audio files have no row, and how many rows that name an audio file have none."""
    folders = {kept / dataset.table for dataset in catalogue.datasets if dataset.audio is not None} | set(kept.iterdir())
    return sum(len(_named(engine, catalogue, folder) ^ _files(folder)) for folder in folders)


def _files(folder: Path) -> set[Path]:
    """The files of a folder, copies that were never finished among them."""
    return set(folder.iterdir()) if folder.is_dir() else set()


def _named(engine: Engine, catalogue: Catalogue, folder: Path) -> set[Path]:
    """The files that the rows of a folder's table should have; none for a table that the catalogue does not declare."""
    dataset = next((each for each in catalogue.datasets if each.table == folder.name), None)
    if dataset is None or dataset.audio is None or dataset.table not in tables_of(engine, "register"):
        return set()
    audio = name(dataset.audio.name)
    rows = engine.rows(f"SELECT _record, {audio} FROM register.{name(dataset.table)} WHERE {audio} IS NOT NULL")
    return {kept_file(folder, record, file) for record, file in rows}
