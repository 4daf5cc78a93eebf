"""Batches on their way in: raw files as the source gave them, and the records decoded out of them.

landing/<source>/<data set>/<batch>/raw/…  records.parquet  manifest.json
"""

from __future__ import annotations

import hashlib
import itertools
import json
import secrets
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BATCH_BYTES = 8


@dataclass(frozen=True)
class RawFile:
    """A file of a batch: where it lies in landing, its name at the source, and what its records belong to, where they do not say it."""

    path: Path
    name: str
    parent: str | None = None


@dataclass(frozen=True)
class Batch:
    """One extraction of one data set."""

    id: str
    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count, compare=False, repr=False)

    @property
    def raw(self) -> Path:
        """Where the files as the source gave them lie."""
        return self.folder / "raw"

    @property
    def records(self) -> Path:
        """The decoded records: Parquet, every field as text."""
        return self.folder / "records.parquet"

    @property
    def answers(self) -> Path:
        """The list of what a server answered so far, by which an extraction that was broken off goes on."""
        return self.folder / "answers.ndjson"

    @property
    def is_unfinished(self) -> bool:
        """Whether its extraction was broken off and can go on."""
        return self.answers.is_file() and not (self.folder / "manifest.json").exists()

    def new_file(self, name: str, parent: str | None = None) -> RawFile:
        """A place for the next raw file; its name in landing is a number, for names may hold personal data."""
        return RawFile(self.raw / f"{next(self.numbers):06d}", name, parent)

    def write_manifest(self) -> None:
        """List what the batch is made of, with sizes in bytes and SHA-256."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file() and path.name != "manifest.json")
        entries = [{"file": str(path.relative_to(self.folder)), "bytes": path.stat().st_size, "sha256": sha256(path)} for path in files]
        (self.folder / "manifest.json").write_text(json.dumps({"batch": self.id, "files": entries}, indent=1), encoding="utf-8")

    def remove(self) -> None:
        """Take the batch away."""
        shutil.rmtree(self.folder, ignore_errors=True)


class Landing:
    """The landing folder of a home."""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        self.folder = folder

    def new_batch(self, source: str, dataset: str) -> Batch:
        """A place for a new batch; what an earlier extraction of the data set left goes, for it is read anew."""
        home = self.folder / source / dataset
        if home.exists():
            shutil.rmtree(home)
        name = secrets.token_hex(_BATCH_BYTES)
        batch = Batch(name, home / name)
        batch.raw.mkdir(parents=True)
        return batch

    def unfinished(self, source: str, dataset: str) -> Batch | None:
        """The batch whose extraction was broken off, if there is one."""
        home = self.folder / source / dataset
        for folder in sorted(home.iterdir()) if home.is_dir() else ():
            batch = Batch(folder.name, folder)
            if batch.is_unfinished:
                return batch
        return None

    def clear(self, *, but_unfinished: bool = False) -> None:
        """Take every batch away: what was loaded is published, what was not is read anew.

        Args:
            but_unfinished: leave those whose extraction was broken off: the run that begins may go on with them.
        """
        for left in self.folder.iterdir():
            folders = list(left.glob("*/*")) if but_unfinished else []
            if not any(Batch(folder.name, folder).is_unfinished for folder in folders):
                shutil.rmtree(left)
                continue
            for folder in folders:
                if not Batch(folder.name, folder).is_unfinished:
                    shutil.rmtree(folder)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
