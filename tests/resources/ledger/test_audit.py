"""The audit chain: what is written stands, and any change of it is found."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import Ledger, tables
from resources.ledger.audit import BEGINNING, REASONS_DELETED, Act, delete_reasons, entries, record, verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = dt.datetime(2026, 11, 23, 8, 30)  # noqa: DTZ001 - as the ledger keeps moments


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger in which five acts were written."""
    made = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    for number in range(1, 6):
        _record(made, Act("Ada", "request.verified", f"r{number}", AT, f"letter {number}" if number % 2 else None))
    yield made
    made.close()


def _record(ledger: Ledger, act: Act) -> None:
    with ledger.engine.begin() as connection:
        record(connection, act)


def test_each_entry_holds_the_hash_of_the_one_before(ledger: Ledger) -> None:
    """The entries are numbered without a gap, and linked from the first to the last."""
    found = list(entries(ledger.engine))
    assert [each.number for each in found] == [1, 2, 3, 4, 5]
    assert [each.previous for each in found] == [BEGINNING, *(each.hash for each in found[:-1])]
    assert (found[0].by, found[0].what, found[0].thing, found[0].why) == ("Ada", "request.verified", "r1", "letter 1")
    assert verify(ledger.engine) == []
    assert [each.number for each in entries(ledger.engine, "r3")] == [3]


def test_what_is_rolled_back_leaves_the_chain_whole(ledger: Ledger) -> None:
    """An act whose transaction fails was never in the chain."""
    with ledger.engine.connect() as connection, connection.begin() as transaction:
        record(connection, Act("Ada", "request.refused", "r1", AT))
        transaction.rollback()
    assert len(list(entries(ledger.engine))) == 5
    assert verify(ledger.engine) == []


def test_writers_at_once_wait_for_each_other(ledger: Ledger) -> None:
    """Acts that are written at the same time all stand in one chain."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: _record(ledger, Act("Bo", "login", f"u{number}", AT)), range(40)))
    assert [each.number for each in entries(ledger.engine)] == list(range(1, 46))
    assert verify(ledger.engine) == []


@pytest.mark.parametrize("column", [column.name for column in tables.audit.c])
def test_a_changed_entry_is_found(ledger: Ledger, column: str) -> None:
    """Whatever of an entry is changed, the chain tells."""
    new = {"number": 60, "at": AT + dt.timedelta(seconds=1)}.get(column, "other")
    with ledger.engine.begin() as connection:
        connection.execute(tables.audit.update().where(tables.audit.c.number == 3).values({column: new}))
    assert verify(ledger.engine) != []


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_removed_entry_is_found(ledger: Ledger, number: int) -> None:
    """The first, one in the middle, the last."""
    with ledger.engine.begin() as connection:
        connection.execute(tables.audit.delete().where(tables.audit.c.number == number))
    assert verify(ledger.engine) != []


def test_two_entries_that_changed_places_are_found(ledger: Ledger) -> None:
    """The order is part of what is written."""
    swap = tables.audit.update().values(number=sa.bindparam("to")).where(tables.audit.c.number == sa.bindparam("from"))
    with ledger.engine.begin() as connection:
        for former, latter in ((2, 99), (3, 2), (99, 3)):
            connection.execute(swap, {"from": former, "to": latter})
    assert len(verify(ledger.engine)) > 1


LATER = AT + dt.timedelta(days=2000)


def _take_out(ledger: Ledger, *numbers: int) -> None:
    with ledger.engine.begin() as connection:
        connection.execute(tables.audit.update().where(tables.audit.c.number.in_(numbers)).values(why=None, salt=None))


def test_a_reason_may_go_and_the_chain_stands(ledger: Ledger) -> None:
    """A reason has a period of its own; that it was deleted, up to which moment, by which run and when, is an act in the chain."""
    with ledger.engine.begin() as connection:
        assert delete_reasons(connection, [1, 3, 5], "run", LATER)
        assert not delete_reasons(connection, [], "run", LATER)
    found = list(entries(ledger.engine))
    assert verify(ledger.engine) == []
    assert b"letter" not in b"".join(bytes(str(each), "utf-8") for each in found)
    assert [(each.by, each.what, each.thing, each.at) for each in found[5:]] == [("run", REASONS_DELETED, AT.isoformat(), LATER)]


def test_a_reason_that_was_taken_out_is_found(ledger: Ledger) -> None:
    """Without such an act, before one that names an earlier moment, and after one: it was not deleted because its period was over."""
    _record(ledger, Act("Ada", "request.refused", "r6", AT + dt.timedelta(hours=1), "another letter"))
    _take_out(ledger, 3)
    assert verify(ledger.engine) == ["The reason in entry 3 was taken out, not deleted when its period was over."]
    with ledger.engine.begin() as connection:
        delete_reasons(connection, [1, 3, 5], "run", LATER)
    assert verify(ledger.engine) == []
    _take_out(ledger, 6)
    _record(ledger, Act("Ada", "request.refused", "r8", AT, "a letter of an earlier clock"))
    _take_out(ledger, 8)
    assert [fault.split()[4] for fault in verify(ledger.engine)] == ["6", "8"]


@pytest.mark.parametrize("moment", ["nonsense", "", "2099-01-01T00:00:00", "2026-11-23T08:30:00+00:00", "x" * 120])
def test_an_act_that_names_no_moment_before_it_deletes_nothing(ledger: Ledger, moment: str) -> None:
    """It excuses no reason that is not there."""
    _record(ledger, Act("run", REASONS_DELETED, moment, LATER))
    _take_out(ledger, 3)
    assert len(verify(ledger.engine)) == 1


def test_one_act_of_many_names_the_latest_moment(ledger: Ledger) -> None:
    """What an earlier act deleted stays deleted after one that names an earlier moment."""
    for moment in (LATER, AT - dt.timedelta(days=1)):
        _record(ledger, Act("run", REASONS_DELETED, moment.isoformat(), LATER))
    _take_out(ledger, 1, 3, 5)
    assert verify(ledger.engine) == []


@pytest.mark.parametrize("by", ["", "  ", "x" * 121])
def test_nobody_is_not_a_user(ledger: Ledger, by: str) -> None:
    """An act without a named user is refused."""
    with pytest.raises(AnsvarError, match="name"):
        _record(ledger, Act(by, "login", "u1", AT))
