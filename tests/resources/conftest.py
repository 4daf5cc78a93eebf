"""What tests of several rooms need: real input where it is there, a home, a register."""

from __future__ import annotations

from pathlib import Path

import pytest

from resources.home import Home

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real input; the test skips where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real input is not at {folder}")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A new home."""
    made = Home(tmp_path / "home")
    made.create()
    return made
