"""A small register for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """A register of a shop, chats, recorded calls and a public register, with nothing in it."""
    made = Small(tmp_path)
    yield made
    made.close()
