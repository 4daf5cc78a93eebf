"""The demonstration, run once for the tests that look at what it left."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.pipelines.cli.conftest import Answer, Command

REPOSITORY = Path(__file__).parents[2]
PERSONS = 80


@dataclass(frozen=True)
class Demonstration:
    """A demonstration that was run: its home, its outside world, and what was printed."""

    home: Path
    world: Path
    printed: str

    def environment(self, **more: str) -> dict[str, str]:
        """The environment in which commands work on this home."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSVAR_", "DAGSTER_"))}
        own = {"ANSVAR_HOME": str(self.home), "ANSVAR_DEMO": str(self.world), "ANSVAR_REGISTER": str(REPOSITORY / "register")}
        return kept | own | more

    def copied(self, home: Path) -> Demonstration:
        """The same in another home, for tests that change it."""
        subprocess.run(["cp", "-a", str(self.home), str(home)], check=True)
        return replace(self, home=home)


class Ansvar(Protocol):
    """Runs `ansvar` on a demonstration's home, in this process."""

    def __call__(self, place: Demonstration, *arguments: str, **settings: str) -> Answer:
        """The answer to arguments; what is set beside the home and the register is given by name."""
        ...


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """`python -m demo run`, as `make demo` runs it, with fewer persons: run by the first worker that needs it, and each has a copy."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared_demonstration"
    shared.mkdir(exist_ok=True)
    made, printed = Demonstration(shared / "home", shared / "world", ""), shared / "printed"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until the file is closed
        if not printed.exists():
            program = [sys.executable, "-m", "demo", "run", "--persons", str(PERSONS)]
            done = subprocess.run(program, cwd=REPOSITORY, env=made.environment(), capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
            printed.write_text(done.stdout + done.stderr, encoding="utf-8")
    return replace(made, printed=printed.read_text(encoding="utf-8")).copied(tmp_path_factory.mktemp("demonstration") / "home")


@pytest.fixture
def ansvar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ansvar:
    """The command in this process, for a test to which it does not matter in which."""
    command = Command(monkeypatch, capsys)

    def run(place: Demonstration, *arguments: str, **settings: str) -> Answer:
        own = {"ANSVAR_HOME": str(place.home), "ANSVAR_REGISTER": str(REPOSITORY / "register")}
        return command(*arguments, **own | settings)

    return run


@pytest.fixture
def copied(demonstration: Demonstration, tmp_path: Path) -> Demonstration:
    """A copy of the demonstration's home, for a test that changes it."""
    return demonstration.copied(tmp_path / "home")


@pytest.fixture(scope="session")
def truth(demonstration: Demonstration) -> dict[str, Any]:
    """What the outside world knows."""
    read: dict[str, Any] = json.loads((demonstration.world / "truth.json").read_text(encoding="utf-8"))
    return read
