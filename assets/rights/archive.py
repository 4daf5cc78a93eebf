"""A ZIP written as a stream, the same byte for byte for the same content and clock; its members are counted and hashed on the way."""

from __future__ import annotations

import datetime as dt
import hashlib
import stat
import zipfile
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_EARLIEST = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - the first local time that a ZIP can hold
_PIECE = 1 << 20


@dataclass(frozen=True)
class Member:
    """A member as it was written."""

    name: str
    size: int
    sha256: str


@dataclass
class Archive:
    """A ZIP in the making: members come in the order in which they are added, each of mode 0600 and of one local time."""

    zip: zipfile.ZipFile
    time: dt.datetime
    members: list[Member] = field(default_factory=list)

    @classmethod
    def into(cls, stream: IO[bytes], made: dt.datetime, zone: str) -> Archive:
        """An archive that is written to a stream, which need not be one that can be sought in."""
        local = made.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        return cls(zipfile.ZipFile(stream, "w"), max(local, _EARLIEST))

    def add(self, name: str, content: bytes | Iterable[bytes]) -> Member:
        """Add a member, whose content may come in pieces."""
        return self._add(name, (content,) if isinstance(content, bytes) else content, zipfile.ZIP_DEFLATED)

    def add_file(self, name: str, path: Path) -> Member:
        """Add a file as it is, without compressing it: sound and pictures are compressed already."""
        return self._add(name, _pieces(path), zipfile.ZIP_STORED, path.stat().st_size)

    def _add(self, name: str, pieces: Iterable[bytes], compression: int, size: int = 0) -> Member:
        time = self.time
        entry = zipfile.ZipInfo(name, (time.year, time.month, time.day, time.hour, time.minute, time.second))
        entry.create_system = 3  # Unix, whose permissions these are
        entry.external_attr = (stat.S_IFREG | 0o600) << 16
        entry.compress_type = compression
        entry.file_size = size
        digest, written = hashlib.sha256(), 0
        with self.zip.open(entry, "w", force_zip64=not size and not isinstance(pieces, tuple)) as writing:
            for piece in pieces:
                digest.update(piece)
                written += len(piece)
                writing.write(piece)
        self.members.append(Member(name, written, digest.hexdigest()))
        return self.members[-1]


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
