"""A small register, its promises as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="package")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A shop with one customer, published."""
    made = Small(tmp_path_factory.mktemp("ingested"), encrypted=True)
    made.deliver("shop", [{"customer_number": "C1", "email": "asko@koti.example", "name": "Asko", "kind": "consumer"}])
    made.ingest("shop")
    made.close()
    return made


@pytest.fixture
def small(ingested: Small, tmp_path: Path) -> Iterator[Small]:
    """A copy of it."""
    made = ingested.copied(tmp_path)
    yield made
    made.close()
