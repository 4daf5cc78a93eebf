"""A small register, its promises as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """A shop with one customer, published."""
    made = Small(tmp_path, encrypted=True)
    made.deliver("shop", [{"customer_number": "C1", "email": "asko@koti.example", "name": "Asko", "kind": "consumer"}])
    made.ingest("shop")
    yield made
    made.close()
