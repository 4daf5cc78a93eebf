"""What holds for every test."""

from __future__ import annotations

import gc
import os
import tempfile
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from resources import envelopes, passwords
from resources.warehouse import engine

_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes its folders in it open to their owner alone
_ROOM = 6 * 1024**3
_SHIPPED = envelopes._LOG_WORK, passwords._HASHER


def pytest_configure() -> None:
    """Spend no time on what shows nothing.

    What is imported stays, and is much, so garbage is looked for as seldom as by the command. The processes of pytest have the processors
    between them, so DuckDB works in one thread in each. What is slow to hold up guessing is quick, but for `as_shipped`. And what tests
    write need not outlive a power cut: it is written into memory, where there is enough, unless TMPDIR names another place.
    """
    gc.set_threshold(50_000, 20, 100)
    engine._CONFIG["threads"] = "1"
    envelopes._LOG_WORK, passwords._HASHER = 10, PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    if "TMPDIR" not in os.environ and _MEMORY.is_dir() and _room(_MEMORY) >= _ROOM:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take long come first, each group in its random order.

    One that needs the demonstration is the very first, and the others wait until all else that takes long was begun, so that no process
    waits for another to make it.
    """
    files = {item.path for item in items if "demonstration" in getattr(item, "fixturenames", ())}
    early = {item.path for item in items if item.get_closest_marker("early") is not None}
    first = next((item.path for item in items if item.path in files & early), None)
    items.sort(key=lambda item: (item.path != first, item.path not in early, item.path in files))


@pytest.fixture
def as_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases and passwords as slow against guessing as they are shipped."""
    monkeypatch.setattr(envelopes, "_LOG_WORK", _SHIPPED[0])
    monkeypatch.setattr(passwords, "_HASHER", _SHIPPED[1])


def _room(folder: Path) -> int:
    """The bytes that may be written into a folder."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
