"""Sail, the small server of Spark Connect that stands in for a cluster of Spark in tests: a process of its own, which may be killed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from resources.keys import PLAIN
from resources.warehouse.spark.generations import SparkWarehouse
from tests.helpers.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE_S = 60
_SETTINGS = {
    "RUST_LOG": "off",
    "SAIL_EXECUTION__DEFAULT_PARALLELISM": "1",  # with more, rows that were put in order may come out of it
}


@contextmanager
def spark() -> Iterator[str]:
    """The address of a server: of the one that `ANSVAR_TEST_SPARK` names, else of a Sail of the test's own."""
    if named := os.environ.get("ANSVAR_TEST_SPARK"):
        yield named
        return
    with server() as (address, _):
        yield address


@contextmanager
def server(port: int | None = None) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A server that answers; gives its address and its process.

    Args:
        port: where it listens; None for any that is free.
    """
    port = port or free_port()
    program = [str(Path(sys.executable).parent / "sail"), "spark", "server", "--port", str(port)]
    with subprocess.Popen(program, env=os.environ | _SETTINGS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port, process)
            yield f"sc://127.0.0.1:{port}", process
        finally:
            process.kill()


def warehouse_in(folder: Path, address: str) -> SparkWarehouse:
    """The warehouse of a folder on a server, which is made where it is missing."""
    for each in ("warehouse", "temporary", "storage"):
        (folder / each).mkdir(parents=True, exist_ok=True)
    return SparkWarehouse(folder / "warehouse", folder / "temporary", PLAIN, address=address, storage=folder / "storage")


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + _PATIENCE_S
    while time.monotonic() < ends and process.poll() is None:
        with socket.socket() as tried:
            if not tried.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)
    message = "Sail ended, or did not begin in time"
    raise RuntimeError(message)
