"""Every look at one record or one person stands in the ledger, with who looked and why."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from resources.errors import AnsvarError
from resources.ledger import Ledger, tables
from resources.ledger.audit import Act, delete_reasons, record, verify
from resources.ledger.redactions import RedactionLedger
from tests.helpers.requests import file_verified

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
        {
            "look": first,
            "kind": "quarantine",
            "thing": "a" * 32,
            "by": "Maija Meikäläinen",
            "reason": "mending",
            "at": MOMENT,
            "sha256": None,
        }
    ]
    assert ledger.looks("subject", "s2") == []


@pytest.mark.parametrize(("by", "reason"), [("", "mending"), ("Maija", ""), ("  ", "mending"), ("Maija", "\t"), ("M" * 121, "mending")])
def test_nobody_looks_without_a_name_and_a_reason(ledger: Ledger, by: str, reason: str) -> None:
    """A look without a user or a reason, or by a name that does not fit, is refused and not recorded."""
    with pytest.raises(AnsvarError):
        ledger.record_look("subject", "s1", by, reason, MOMENT)
    assert ledger.looks() == []


@pytest.fixture
def looked(ledger: Ledger) -> Ledger:
    """A ledger with looks, two of which are the same at the same moment, as where a clock stands."""
    request = file_verified(ledger, "access", "fi", [("email", "matti@example.com")], MOMENT).id
    for _ in range(2):
        ledger.record_look("subject", "s1", "Matti", "a review", MOMENT)
    ledger.record_look("quarantine", "a" * 32, "Maija", "mending", MOMENT)
    RedactionLedger(ledger).looked(request, "Maija", "before the release", MOMENT)
    assert verify(ledger.engine) == []
    return ledger


@pytest.mark.parametrize("kind", ["subject", "quarantine", "redactions"])
def test_a_look_that_was_taken_out_is_found(looked: Ledger, kind: str) -> None:
    """Whatever was looked at, and also where one of two alike goes."""
    look = looked.looks(kind)[0]["look"]
    with looked.engine.begin() as connection:
        connection.execute(tables.looks.delete().where(tables.looks.c.look == look))
    assert [fault.rpartition(" is not among the looks")[1] != "" for fault in verify(looked.engine)] == [True]


def test_all_looks_taken_out_are_found(looked: Ledger) -> None:
    """What the person is told of looks cannot be silenced at a stroke."""
    with looked.engine.begin() as connection:
        connection.execute(tables.looks.delete())
    assert len(verify(looked.engine)) == 3


@pytest.mark.parametrize("change", [{"kind": "subject"}, {"thing": "s2"}, {"by": "Bo"}, {"reason": "no"}, {"at": MOMENT.replace(hour=10)}])
def test_a_look_that_was_changed_is_found(looked: Ledger, change: dict[str, object]) -> None:
    """At what, by whom, why or when: the act tells otherwise."""
    with looked.engine.begin() as connection:
        connection.execute(tables.looks.update().where(tables.looks.c.kind == "quarantine").values(change))
    assert verify(looked.engine) != []


def test_a_look_that_was_put_in_is_found(looked: Ledger) -> None:
    """A look that nobody took, and one that is told twice; one of before there was a chain is none of its."""
    look = looked.looks("quarantine")[0]
    for change in ({"thing": "b" * 32}, {}):
        with looked.engine.begin() as connection:
            connection.execute(tables.looks.insert().values(look | {"look": "l0"} | change))
        assert len(verify(looked.engine)) == 1
        with looked.engine.begin() as connection:
            connection.execute(tables.looks.delete().where(tables.looks.c.look == "l0"))
    with looked.engine.begin() as connection:
        connection.execute(tables.looks.insert().values(look | {"look": "l0", "at": MOMENT - dt.timedelta(days=1)}))
    assert verify(looked.engine) == []


def test_looks_go_with_their_reasons(looked: Ledger) -> None:
    """Once their period is over both go, and the chain stands; looks since then are held against it as before."""
    later = MOMENT + dt.timedelta(days=2000)
    numbers = range(1, 1 + len(looked.looks()) + 2)
    with looked.engine.begin() as connection:
        delete_reasons(connection, numbers, "run", later)
        connection.execute(tables.looks.delete())
        record(connection, Act("Ada", "login", "u1", later))
    assert verify(looked.engine) == []
    looked.record_look("subject", "s1", "Matti", "a review", later)
    with looked.engine.begin() as connection:
        connection.execute(tables.looks.delete())
    assert len(verify(looked.engine)) == 1
