"""Keeps the process there that runs are forked from: begun before the first run, asked how it is, begun anew where it ended or is stuck."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.launch.client import KEPT, begun, is_alive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOOKED_EVERY, _ASKED_EVERY = 0.5, 5.0
_LOADING = 300.0  # seconds in which one has to come up
_LONGEST_PAUSE = 30.0
_PATIENCE = 10.0  # seconds that one has to end by itself


@contextmanager
def kept(folder: Path, answering: float = 30.0) -> Iterator[None]:
    """A server (`pipelines.launch.server`) until this is left; runs that it began go on.

    Args:
        folder: `$DAGSTER_HOME`.
        answering: how many seconds it has to answer, when it is asked how it is; one that does not is killed.
    """
    keeper = _Keeper(folder, answering)
    os.environ[KEPT] = "1"  # whoever asks for a run waits for this one, and starts none
    watching = threading.Thread(target=keeper.watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        del os.environ[KEPT]
        keeper.leave()
        watching.join()


class _Keeper:
    """Looks after one server."""

    def __init__(self, folder: Path, answering: float) -> None:
        """Begin it."""
        self._folder, self._answering = folder, answering
        self._left = threading.Event()
        self._server = begun(folder)
        self._seen = self._asked = time.monotonic()
        self._is_up = False
        self._pause = 0.0

    def watch(self) -> None:
        """Look after it until it is left."""
        while not self._left.wait(_LOOKED_EVERY):
            if self._server.poll() is not None:
                self._begin_again()
            elif time.monotonic() - self._asked > _ASKED_EVERY:
                self._ask()
        self._end()

    def leave(self) -> None:
        """Look after it no longer."""
        self._left.set()

    def _begin_again(self) -> None:
        """At once where it was up; else after a pause, longer each time, for it may never come up."""
        self._pause = 0.0 if self._is_up else min(max(1.0, 2 * self._pause), _LONGEST_PAUSE)
        self._end()
        if not self._left.wait(self._pause):
            self._server = begun(self._folder)
            self._seen, self._is_up = time.monotonic(), False

    def _ask(self) -> None:
        alive = is_alive(self._folder, self._answering)
        self._asked = time.monotonic()
        if alive:
            self._seen, self._is_up = self._asked, True
        elif alive is False or self._asked - self._seen > _LOADING:
            self._server.kill()

    def _end(self) -> None:
        if self._server.stdin is not None:
            self._server.stdin.close()
        try:
            self._server.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
