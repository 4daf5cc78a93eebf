"""Ends what a process started once that process has ended, however it did: also by a kill, after which it can end nothing itself.

`python tree.py MARK` waits until its standard input is closed, which whoever started it holds open. Then it ends every process that has
the mark in its environment, as all have that were started meanwhile, and those that they started: runs in sessions of their own, too. It
knows them by the mark, so it ends nothing else, and imports none of the program, so it takes little memory.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = "ANSVAR_TREE"
_GRACE_SECONDS = 10.0
_LOOKED_EVERY = 0.05


@contextmanager
def one_tree() -> Iterator[None]:
    """Whatever is started within ends with this process, and at the latest when it is left: runs are interrupted, and publish nothing."""
    import secrets  # noqa: PLC0415 - by who starts it alone
    import subprocess  # noqa: PLC0415 - the same

    mark = secrets.token_hex(16)
    program = [sys.executable, "-I", __file__, mark]
    watching = subprocess.Popen(program, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - this very file
    os.environ[_NAME] = mark
    try:
        yield
    finally:
        del os.environ[_NAME]
        watching.communicate()


def main() -> None:
    """Wait, then end what is left."""
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # it ends last
    sys.stdin.buffer.read()
    mark = f"{_NAME}={sys.argv[1]}".encode()
    if not _signalled(mark, signal.SIGINT):
        return
    deadline = time.monotonic() + _GRACE_SECONDS
    while _signalled(mark, 0) and time.monotonic() < deadline:
        time.sleep(_LOOKED_EVERY)
    while _signalled(mark, signal.SIGKILL):
        time.sleep(_LOOKED_EVERY)


def _signalled(mark: bytes, number: int) -> int:
    """Send a signal to each process that has the mark, or only count them; one that has ended and waits for its parent is none."""
    found = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        with suppress(OSError):
            process = os.pidfd_open(int(entry.name))  # it stands for this process alone, whoever has its number next
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    signal.pidfd_send_signal(process, number)
                    found += 1
            finally:
                os.close(process)
    return found


if __name__ == "__main__":
    main()
