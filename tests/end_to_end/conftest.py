"""The demonstration, run once for the tests that look at what it left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

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

    def ansvar(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the command `ansvar` on this home."""
        program = [sys.executable, "-c", "from pipelines.cli import main; main()", *arguments]
        return subprocess.run(program, cwd=REPOSITORY, env=self.environment(**more), capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """`python -m demo run`, as `make demo` runs it, with fewer persons."""
    folder = tmp_path_factory.mktemp("demonstration")
    place = Demonstration(folder / "home", folder / "world", "")
    program = [sys.executable, "-m", "demo", "run", "--persons", str(PERSONS)]
    done = subprocess.run(program, cwd=REPOSITORY, env=place.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return Demonstration(place.home, place.world, done.stdout + done.stderr)


@pytest.fixture
def copied(demonstration: Demonstration, tmp_path: Path) -> Demonstration:
    """A copy of the demonstration's home, for a test that changes it."""
    home = tmp_path / "home"
    subprocess.run(["cp", "-a", str(demonstration.home), str(home)], check=True)
    return Demonstration(home, demonstration.world, demonstration.printed)


@pytest.fixture(scope="session")
def truth(demonstration: Demonstration) -> dict[str, Any]:
    """What the outside world knows."""
    read: dict[str, Any] = json.loads((demonstration.world / "truth.json").read_text(encoding="utf-8"))
    return read
