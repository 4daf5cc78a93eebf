"""Ask the process that runs are forked from; start it where it is not there."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from pipelines.launch.server import ALIVE, GO, HOW, SOCKET, STALE, at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATIENCE_SECONDS = 30.0
KEPT = "ANSVAR_LAUNCHER_KEPT"
"""Set in the environment of whatever is started where a server is looked after (`pipelines.launch.keeper`): it is not to start another."""
_ANSWER_SECONDS = 10
_LONGEST = 128
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
_started: list[subprocess.Popen[bytes]] = []


__all__ = ["KEPT", "PATIENCE_SECONDS", "SOCKET", "UnavailableError", "begun", "fork", "is_alive", "stop"]


class UnavailableError(Exception):
    """No run can be forked now, and none was begun."""


def fork(folder: Path, run: str, known: Callable[[str], None], patience: float = PATIENCE_SECONDS) -> None:
    """Begin a run in a forked process.

    Args:
        folder: `$DAGSTER_HOME`.
        run: the run's id.
        known: told the name of the process (`pipelines.launch.process`) before it begins.
        patience: how many seconds to wait for a server that is being started.

    Raises:
        UnavailableError: where there is no server and none comes up in time, or it ended before the run began.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            if _asked(folder, run, known):
                return
        except (FileNotFoundError, ConnectionRefusedError):
            _start(folder)
        if time.monotonic() > deadline:
            raise UnavailableError
        time.sleep(0.05)


def is_alive(folder: Path, patience: float) -> bool | None:
    """Whether the server answers in so many seconds; None where nobody listens, as while it loads what it needs."""
    opened, path = at(folder)
    try:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(patience)
            asking.connect(path)
            asking.sendall(HOW)
            return True if asking.recv(_LONGEST) == ALIVE else None
    except TimeoutError:
        return False
    except OSError:
        return None  # it ended meanwhile, or was never there
    finally:
        os.close(opened)


def stop() -> None:
    """End the server that this process started, if it did."""
    for each in _started:
        if each.stdin is not None:
            each.stdin.close()
        each.wait()
    _started.clear()


def _asked(folder: Path, run: str, known: Callable[[str], None]) -> bool:
    """Ask for a run; False where the server ended, or is loading anew what has changed: whatever it forked ends without the word."""
    opened, path = at(folder)
    try:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(_ANSWER_SECONDS)
            asking.connect(path)
            try:
                asking.sendall(json.dumps({"run": run}).encode())
                answer = asking.recv(_LONGEST)
            except (ConnectionError, TimeoutError):
                return False
            if answer in (b"", STALE):
                return False
            known(answer.decode().strip())
            try:
                asking.sendall(GO)
            except OSError as error:
                raise UnavailableError from error
            return True
    finally:
        os.close(opened)


def _start(folder: Path) -> None:
    """Start a server, unless this process has one that is coming up or another process sees to it; it ends with this process."""
    if KEPT in os.environ:
        return
    if _started and _started[0].poll() is not None:
        stop()
    if not _started:
        _started.append(begun(folder))


def begun(folder: Path) -> subprocess.Popen[bytes]:
    """A server that was started; it ends when its standard input is closed."""
    program = [sys.executable, "-m", "pipelines.launch.server"]
    environment = os.environ | _ONE_THREAD | {"DAGSTER_HOME": str(folder)}
    return subprocess.Popen(program, stdin=subprocess.PIPE, env=environment, start_new_session=True)  # noqa: S603 - this very program
