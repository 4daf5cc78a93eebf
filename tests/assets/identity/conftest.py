"""Persons to be told apart or together, and a small register."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resources.warehouse.engine import engine
from tests.helpers.people import People
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resources.catalogue import Catalogue


@pytest.fixture(scope="package")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The small register's catalogue; what matters here is its vocabulary."""
    return Small(tmp_path_factory.mktemp("catalogue")).register.catalogue


@pytest.fixture
def people(catalogue: Catalogue, tmp_path: Path) -> Iterator[People]:
    """Nobody yet."""
    with engine(None, tmp_path) as memory:
        yield People(memory, catalogue)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """A register of a shop, chats, recorded calls and a public register, with nothing in it."""
    made = Small(tmp_path)
    yield made
    made.close()
