"""`ansvar serve` as a process: it begins and ends with all that belongs to it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.helpers.small import Small
from tests.helpers.visiting import Visitor, add_user

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Visitor]]:
    """The command on a small register, once it answers."""
    small = Small(folder)
    small.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSVAR_", "DAGSTER_"))}
    environment = kept | {"ANSVAR_HOME": str(small.home.path), "ANSVAR_REGISTER": str(folder / "register")}
    add_user(environment, "viewer", "viewer")
    program = [sys.executable, "-c", "from pipelines.cli import main; main()", "serve", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        served = subprocess.Popen(program, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    visitor, deadline = Visitor(f"http://127.0.0.1:{port}"), time.monotonic() + 120
    try:
        while not visitor.cookies:
            assert served.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline
            with suppress(OSError):
                visitor.login("viewer")
            time.sleep(0.2)
        yield served, visitor
    finally:
        with suppress(ProcessLookupError):
            os.killpg(served.pid, signal.SIGKILL)
        served.wait()


def _daemon(group: int) -> int:
    """The process of Dagster's daemon."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.getpgid(int(entry.name)) == group and b"dagster._daemon" in (entry / "cmdline").read_bytes():
                return int(entry.name)
    pytest.fail("Dagster's daemon does not run")


def _left(group: int) -> list[bytes]:
    """What still runs of a group of processes."""
    left = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.getpgid(int(entry.name)) == group:
                left.append((entry / "cmdline").read_bytes().replace(b"\0", b" ")[:120])
    return left


def test_it_ends_with_all_that_it_started(tmp_path: Path) -> None:
    """SIGTERM ends it with exit code 0, and no process of it is left; what it printed names nobody and no traceback."""
    with _serving(tmp_path) as (served, visitor):
        assert visitor.get("/").status == 200
        assert visitor.graphql("{ version }").json["data"]["version"] is not None
        served.send_signal(signal.SIGTERM)
        assert served.wait(60) == 0
        assert _left(served.pid) == []
    said = (tmp_path / "log").read_text()
    assert said.startswith(f"Open {visitor.base} and log in")
    assert "Traceback" not in said


def test_it_ends_where_a_part_of_it_has_ended(tmp_path: Path) -> None:
    """Without the daemon no schedule would run: it ends with exit code 1, for a supervisor to start it again."""
    with _serving(tmp_path) as (served, _):
        os.kill(_daemon(served.pid), signal.SIGKILL)
        assert served.wait(60) == 1
