"""The report in a bundle that waits, for whoever releases it to look at: as the person will see it, and put aside nowhere.

A bundle waits encrypted as one stream, and may be larger than the memory; what a ZIP holds stands at its end.
"""

from __future__ import annotations

import io
import zipfile
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any

from assets.rights.delivery import checked, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import WriteableBuffer

    from resources.register import Register

REPORT = "report.html"
_PIECE = 1 << 20
_TAIL = 1 << 20  # bytes of the end that are remembered: a ZIP's list of members


def report_of(register: Register, request: str, meant: str | None = None) -> Iterator[bytes]:
    """The report of a bundle that waits, as HTML, piece by piece; the look at it is recorded already.

    Args:
        register: the register.
        request: the request's id.
        meant: the checksum of the bundle that the look is at.

    Raises:
        AnsvarError: where no bundle waits, it is not what was made, or not the one that is meant.
    """
    return _pieces(register, checked(register, request, meant))


def _pieces(register: Register, row: dict[str, Any]) -> Iterator[bytes]:
    with _Sought(register, row) as file, zipfile.ZipFile(file) as archive, archive.open(REPORT) as report:
        while piece := report.read(_PIECE):
            yield piece


class _Sought(io.RawIOBase):
    """A stream as a file that can be sought in: to go back is to begin again, but for the end, which is remembered."""

    def __init__(self, register: Register, row: dict[str, Any]) -> None:
        self._register, self._row, self._stack = register, row, ExitStack()
        self._place = 0
        self._stream = self._begun()
        self._reached = 0
        self._tail, self._size = self._end()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        return self._place

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        wanted = memoryview(buffer)
        piece = self._read(len(wanted))
        wanted[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)

    def close(self) -> None:
        self._stack.close()
        super().close()

    def _read(self, length: int) -> bytes:
        remembered = self._place - (self._size - len(self._tail))
        if remembered >= 0:
            return self._tail[remembered : remembered + length]
        if self._place < self._reached:
            self._stream, self._reached = self._begun(), 0
        while self._reached < self._place and (passed := self._stream.read(min(_PIECE, self._place - self._reached))):
            self._reached += len(passed)
        piece = self._stream.read(length)
        self._reached += len(piece)
        return piece

    def _begun(self) -> IO[bytes]:
        self._stack.close()
        return self._stack.enter_context(plain(self._register, self._row))

    def _end(self) -> tuple[bytes, int]:
        tail = b""
        while piece := self._stream.read(_PIECE):
            self._reached += len(piece)
            tail = (tail + piece)[-_TAIL:]
        return tail, self._reached
