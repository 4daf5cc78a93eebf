"""The command in this process, as `ansvar` starts it, and as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.cli import main
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
_SETTINGS = ("ANSVAR_REGISTER", "ANSVAR_HOME", "ANSVAR_CLOCK", "ANSVAR_LEDGER", "DAGSTER_HOME")


@dataclass(frozen=True)
class Answer:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def message(self) -> str:
        """The one message of a user's mistake; the command must have said nothing else."""
        assert (self.code, self.out) == (2, "")
        assert self.err.startswith("Error: ")
        assert "Traceback" not in self.err
        return self.err.removeprefix("Error: ").rstrip("\n")


@dataclass(frozen=True)
class Command:
    """Runs `ansvar` as its entry point does, in this process."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: object, **settings: object) -> Answer:
        """The answer to arguments, with nothing but the settings given in the environment."""
        for name in _SETTINGS:
            self.monkeypatch.setenv(name, str(settings.get(name, "")))
            if name not in settings:
                self.monkeypatch.delenv(name)
        self.monkeypatch.setattr(sys, "argv", ["ansvar", *map(str, arguments)])
        self.capsys.readouterr()
        mask = os.umask(0)
        os.umask(mask)
        try:
            main()
            code: object = 0
        except SystemExit as ended:
            code = ended.code
        finally:
            os.umask(mask)
        printed = self.capsys.readouterr()
        return Answer(code if isinstance(code, int) else 0, printed.out, printed.err)


@pytest.fixture
def ansvar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command."""
    return Command(monkeypatch, capsys)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """A register of a shop, chats, recorded calls and a public register, with nothing in it."""
    made = Small(tmp_path)
    yield made
    made.close()


@pytest.fixture
def on(small: Small) -> tuple[str, ...]:
    """The options that name the small register, its home and its moment."""
    return ("--register", str(small.folder / "register"), "--home", str(small.home.path), "--clock", "2026-10-15T03:00")


def process(*arguments: object) -> Answer:
    """The answer of a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name not in _SETTINGS}
    program = [sys.executable, "-c", "from pipelines.cli import main; main()", *map(str, arguments)]
    done = subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return Answer(done.returncode, done.stdout, done.stderr)
