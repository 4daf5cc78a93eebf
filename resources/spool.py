"""What is put aside for the length of one piece of work, because it may not fit into memory.

The file has no name: nobody else can open it, and nothing of it is left behind, however the work ends. Its blocks are sealed with a key
that is nowhere but in memory, so that what it leaves on the disk cannot be read either.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

_KEY_BITS = 256
_NONCE_BYTES = 12
_TAG_BYTES = 16


@dataclass(frozen=True)
class Place:
    """Where a block lies: which one it is, from which byte, and how many bytes."""

    number: int
    start: int
    length: int


class Spool:
    """Blocks of bytes that are written once and read as often as one likes, by several threads if need be."""

    def __init__(self, folder: Path) -> None:
        """Open a spool in a folder, which is made where it is not there."""
        folder.mkdir(mode=0o700, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - closed with the spool
        self._sealed = AESGCM(AESGCM.generate_key(_KEY_BITS))
        self._blocks = self._end = 0
        self._placing = Lock()

    def __enter__(self) -> Self:
        """Itself; it is closed at the end."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let go of the file, and of what it holds."""
        self._file.close()

    def write(self, block: bytes) -> Place:
        """Put a block aside; gives where it lies."""
        with self._placing:
            place = Place(self._blocks, self._end, len(block) + _TAG_BYTES)
            self._blocks += 1
            self._end += place.length
        sealed = memoryview(self._sealed.encrypt(_nonce(place.number), block, None))
        written = 0
        while written < place.length:
            written += os.pwrite(self._file.fileno(), sealed[written:], place.start + written)
        return place

    def read(self, place: Place) -> bytes:
        """A block that was put aside."""
        sealed = os.pread(self._file.fileno(), place.length, place.start)
        return self._sealed.decrypt(_nonce(place.number), sealed, None)


def _nonce(number: int) -> bytes:
    """Each block's own: the key is a spool's own, too."""
    return number.to_bytes(_NONCE_BYTES, "big")
