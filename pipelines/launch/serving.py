"""One `ansvar serve` a home: its lock, its own folder, and the end of what one that was killed left behind."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.register import Register

LOCK = "serving.lock"
_FOLDER = "serving-"


@contextmanager
def alone(register: Register) -> Iterator[Path]:
    """Be the one that serves a home, until it is left; gives a new folder that goes then.

    The lock goes with the process that holds it, however that ends. What is begun within is to have ended when this is left.

    Raises:
        AnsvarError: where another one serves it.
    """
    folder = register.home.path / "dagster"
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(lock, register.home.path)
        for left in folder.glob(f"{_FOLDER}*"):
            shutil.rmtree(left, ignore_errors=True)
        register.warehouse.tidy()
        with TemporaryDirectory(prefix=_FOLDER, dir=folder) as made:
            try:
                yield Path(made)
            finally:
                register.warehouse.tidy()
    finally:
        os.close(lock)


def _take(lock: int, home: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"Another `ansvar serve` has the home {home}: end that one first, or name another home in ANSVAR_HOME."
        raise AnsvarError(message) from None
