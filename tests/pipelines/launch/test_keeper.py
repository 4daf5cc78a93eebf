"""The process that runs are forked from is looked after: killed or stuck, it is begun anew before anybody asks for a run."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from pipelines.instance import prepare_instance
from pipelines.launch import client, keeper
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATIENCE_SECONDS = 120

pytestmark = pytest.mark.early


def _until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Dagster's folder in the home of a small register, which the environment names."""
    small = Small(tmp_path)
    made = prepare_instance(small.home)
    small.close()
    for name, value in (("ANSVAR_REGISTER", tmp_path / "register"), ("ANSVAR_HOME", small.home.path), ("DAGSTER_HOME", made)):
        monkeypatch.setenv(name, str(value))
    return made


def test_it_is_begun_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a kill, and where it does not answer, there is another one without anybody's asking; none when it is left."""
    begun: list[subprocess.Popen[bytes]] = []

    def begin(where: Path) -> subprocess.Popen[bytes]:
        begun.append(client.begun(where))
        return begun[-1]

    def is_another(server: subprocess.Popen[bytes]) -> bool:
        return begun[-1] is not server

    monkeypatch.setattr(keeper, "begun", begin)
    monkeypatch.setattr(keeper, "_ASKED_EVERY", 0.2)
    with keeper.kept(folder, answering=5.0):
        for number in (signal.SIGKILL, signal.SIGSTOP, None):
            _until(lambda: client.is_alive(folder, 5.0))
            server = begun[-1]
            if number is not None:
                os.kill(server.pid, number)
                _until(partial(is_another, server))
        assert client.KEPT in os.environ
    assert len(begun) == 3
    assert [each.poll() is not None for each in begun] == [True] * 3
    assert (client.is_alive(folder, 1.0), client.KEPT in os.environ) == (None, False)


def test_one_that_never_comes_up_is_not_begun_in_a_circle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between attempts there are pauses, longer each time."""
    pauses = []

    class Watching:
        """What the keeper waits with: it takes no time, and ends after some attempts."""

        def wait(self, seconds: float) -> bool:
            """Note the seconds."""
            pauses.append(seconds)
            return len(pauses) > 12

        def set(self) -> None:
            """It ends by itself."""

    monkeypatch.setattr(keeper, "begun", lambda _: _ended())
    monkeypatch.setattr(threading, "Event", Watching)
    keeper._Keeper(tmp_path, 1.0).watch()
    monkeypatch.undo()
    assert [each for each in pauses if each != keeper._LOOKED_EVERY] == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0]


def _ended() -> subprocess.Popen[bytes]:
    """A process that has ended."""
    process = subprocess.Popen(["/bin/true"], stdin=subprocess.PIPE)
    process.wait()
    return process
