"""A small register to make mistakes in."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from resources.catalogue import CatalogueError, load_register

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.catalogue.positions import Problem

SMALL = Path(__file__).parent / "small"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A copy of the small register."""
    return Path(shutil.copytree(SMALL, tmp_path / "register"))


@pytest.fixture
def problems(small: Path) -> Callable[[], list[Problem]]:
    """What is wrong with that copy."""

    def found() -> list[Problem]:
        try:
            load_register(small)
        except CatalogueError as error:
            return error.problems
        return []

    return found
