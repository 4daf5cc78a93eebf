"""What holds for every test."""

from __future__ import annotations

import gc
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from resources.warehouse import engine

if TYPE_CHECKING:
    import pytest

_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes its folders in it open to their owner alone
_ROOM = 6 * 1024**3


def pytest_configure() -> None:
    """Spend no time on what shows nothing.

    What is imported stays, and is much, so garbage is looked for as seldom as by the command. The processes of pytest have the processors
    between them, so DuckDB works in one thread in each. And what tests write need not outlive a power cut: it is written into memory, where
    there is enough, unless TMPDIR names another place.
    """
    gc.set_threshold(50_000, 20, 100)
    engine._CONFIG["threads"] = "1"
    if "TMPDIR" not in os.environ and _MEMORY.is_dir() and _room(_MEMORY) >= _ROOM:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of files that take long come first, each group in its random order."""
    items.sort(key=lambda item: item.get_closest_marker("early") is None)


def _room(folder: Path) -> int:
    """The bytes that may be written into a folder."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
