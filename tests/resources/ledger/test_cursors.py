"""Where the next reading goes on: known once a run is published, and never before."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from resources.ledger import Ledger
from resources.ledger.cursors import Cursor, cursor_meant, cursor_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = dt.datetime(2026, 10, 15, 1, 0)  # noqa: DTZ001 - naive UTC, as everywhere


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger with nothing in it."""
    made = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield made
    made.close()


def _mean(ledger: Ledger, run: str, cursor: str, hours: int = 0, dataset: str = "tickets") -> None:
    cursor_meant(ledger.engine, "desk", dataset, Cursor("x", {"cursor": cursor}, run), NOW + dt.timedelta(hours=hours))


def _found(ledger: Ledger, dataset: str = "tickets") -> str | None:
    found = cursor_of(ledger.engine, "desk", dataset)
    return None if found is None else found.memory["cursor"]


def test_a_cursor_is_known_once_its_run_is_published(ledger: Ledger) -> None:
    """What a run read is where the next one goes on only after the run is confirmed."""
    _mean(ledger, "one", "a")
    assert _found(ledger) is None
    ledger.confirm("one")
    _mean(ledger, "two", "b", 1)
    assert _found(ledger) == "a"
    ledger.confirm("two")
    assert (_found(ledger), _found(ledger, "users")) == ("b", None)


def test_a_run_that_was_never_published_reads_nothing(ledger: Ledger) -> None:
    """What an unpublished run meant to have read is read again; that of a published one is settled with it."""
    _mean(ledger, "one", "a")
    _mean(ledger, "two", "b", 1)
    ledger.settle({"one"})
    assert _found(ledger) == "a"
    ledger.confirm("two")
    assert _found(ledger) == "a"


def test_a_data_set_that_is_read_twice_in_a_run(ledger: Ledger) -> None:
    """A step that is tried again ends where its last reading ended."""
    _mean(ledger, "one", "a")
    _mean(ledger, "one", "b", 1)
    ledger.confirm("one")
    assert _found(ledger) == "b"
