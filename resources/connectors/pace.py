"""No faster than a service allows, in all processes that read it: when requests were sent in the last minute stands in a file."""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_MINUTE = 60.0


@dataclass(frozen=True)
class Pace:
    """Lets so many requests to a source pass in any minute; the lists of the source that have the same rate share it.

    A daily run, a run from Dagster's UI and a command may read one source at the same time: the service counts them together, and so do
    they. The file holds times alone, of the last minute, and is locked while it is read and written; nobody waits with the lock.

    Attributes:
        folder: where the file of each rate lies.
        source: the source's name.
        clock: gives the time in seconds, the same in all processes.
        sleep: waits so many seconds.
    """

    folder: Path
    source: str
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def wait(self, rate: int | None) -> None:
        """Wait until a request may be sent.

        Args:
            rate: how many may be sent in a minute; None lets it pass.
        """
        if rate is None:
            return
        while (seconds := self._until_free(rate)) > 0:
            self.sleep(seconds)

    def _until_free(self, rate: int) -> float:
        """Take a place in the present minute, where there is one, and give 0; else how many seconds are left until there is."""
        with self._locked(rate) as descriptor:
            now = self.clock()
            sent = [each for each in _times(descriptor) if now - _MINUTE < each <= now]  # a later one is of a clock that was put back
            if len(sent) >= rate:
                return sent[-rate] + _MINUTE - now
            text = json.dumps([*sent, now]).encode()
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, text, 0)
            return 0.0

    @contextmanager
    def _locked(self, rate: int) -> Iterator[int]:
        descriptor = os.open(self.folder / f"pace-{self.source}-{rate}.json", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)


def _times(descriptor: int) -> list[float]:
    """The times that a file holds, earliest first; none where it is new, or was cut off while it was written."""
    size = os.fstat(descriptor).st_size
    try:
        return sorted(float(each) for each in json.loads(os.pread(descriptor, size, 0)))
    except (ValueError, TypeError):
        return []
