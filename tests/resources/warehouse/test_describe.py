"""What columns a statement would give, asked of an empty database."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from resources.warehouse.describe import Described, DescribeError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def database() -> Iterator[Described]:
    """An empty database with one table more than every generation has."""
    with closing(Described()) as made:
        made.make("own.odd name", {"a": "BIGINT", "b c": "DECIMAL(24, 6)"})
        yield made


def test_it_has_the_tables_of_every_generation(database: Described) -> None:
    """The fixed tables are there with their columns in order, beside those that were made."""
    found = database.tables()
    assert found["identity.links"] == {"person": "VARCHAR", "kind": "VARCHAR", "value": "VARCHAR", "joins": "BOOLEAN", "reason": "VARCHAR"}
    assert found["own.odd name"] == {"a": "BIGINT", "b c": "DECIMAL(24,6)"}


def test_the_columns_of_a_statement(database: Described) -> None:
    """A statement's columns and types are told; tables without a schema are of the one that is named, and parameters need no value."""
    statement = 'SELECT a > $most AS large, sum("b c") AS total FROM "odd name" GROUP BY a'
    assert database.of(statement, schema="own", parameters=["most"]) == {"large": "BOOLEAN", "total": "DECIMAL(38,6)"}


def test_what_is_refused_is_told_with_its_line(database: Described) -> None:
    """The engine's own first sentence, and the line that it names."""
    with pytest.raises(DescribeError, match='Binder Error: Referenced column "k" not found') as raised:
        database.of('SELECT a,\n  k\nFROM own."odd name"')
    assert raised.value.line == 2
    with pytest.raises(DescribeError) as raised:
        database.make("own.other", {"a": "NO_SUCH_TYPE"})
    assert raised.value.line == 1
