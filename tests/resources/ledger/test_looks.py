"""Every look at one record or one person stands in the ledger, with who looked and why."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from resources.errors import AnsvarError
from resources.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOMENT = dt.datetime(2026, 10, 15, 9, 0)  # noqa: DTZ001 - times in the ledger are naive, in UTC


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A new ledger."""
    made = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield made
    made.close()


def test_a_look_is_recorded(ledger: Ledger) -> None:
    """A look stands with its kind, thing, user, reason and time, the newest first, and can be asked for by what was looked at."""
    first = ledger.record_look("quarantine", "a" * 32, " Maija Meikäläinen ", "mending", MOMENT)
    second = ledger.record_look("subject", "s1", "Matti", "a review", MOMENT + dt.timedelta(hours=1))
    assert first != second
    assert [second, first] == [look["look"] for look in ledger.looks()]
    assert ledger.looks("quarantine", "a" * 32) == [
        {"look": first, "kind": "quarantine", "thing": "a" * 32, "by": "Maija Meikäläinen", "reason": "mending", "at": MOMENT}
    ]
    assert ledger.looks("subject", "s2") == []


@pytest.mark.parametrize(("by", "reason"), [("", "mending"), ("Maija", ""), ("  ", "mending"), ("Maija", "\t"), ("M" * 121, "mending")])
def test_nobody_looks_without_a_name_and_a_reason(ledger: Ledger, by: str, reason: str) -> None:
    """A look without a user or a reason, or by a name that does not fit, is refused and not recorded."""
    with pytest.raises(AnsvarError):
        ledger.record_look("subject", "s1", by, reason, MOMENT)
    assert ledger.looks() == []
