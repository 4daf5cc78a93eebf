"""A small world, made once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from demo.generate import generate
from resources.catalogue import Catalogue, load_register

PERSONS = 60


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a world of 60 persons."""
    folder = tmp_path_factory.mktemp("world")
    generate(folder, PERSONS)
    return folder


@pytest.fixture(scope="session")
def truth(world: Path) -> dict[str, Any]:
    """What is true of that world."""
    found: dict[str, Any] = json.loads((world / "truth.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The demonstration company's register."""
    return load_register(Path(__file__).parents[2] / "register")
