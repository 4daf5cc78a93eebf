"""Somebody who may write in the ledger changes the audit chain: each row and column, in every way; signed heads are kept elsewhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from resources.ledger import Ledger, tables
from resources.ledger.audit import Act, Entry, entries, record, verify
from resources.ledger.heads import signed_head, verify_heads

if TYPE_CHECKING:
    from collections.abc import Iterable

AT = dt.datetime(2026, 11, 23, 8, 30)  # noqa: DTZ001 - as the ledger keeps moments
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
ACTS = 6
Row = dict[str, Any]


class Chain:
    """A chain of acts, and a signed head of when it was whole."""

    def __init__(self, ledger: Ledger) -> None:
        """Write the acts, every other one with a reason."""
        self._engine = ledger.engine
        with self._engine.begin() as connection:
            for number in range(1, ACTS + 1):
                record(connection, Act("Ada", "request.verified", f"r{number}", AT, f"letter {number}" if number % 2 else None))
            self.head = dict(connection.execute(tables.audit_head.select()).mappings().one())
        self.rows = [vars(entry) for entry in entries(self._engine)]
        self._signed = signed_head(self._engine, KEY, AT)

    def put(self, rows: Iterable[Row], head: Row) -> None:
        """Let the ledger hold these rows, and this head."""
        with self._engine.begin() as connection:
            connection.execute(tables.audit.delete())
            for row in rows:
                connection.execute(tables.audit.insert().values(row))
            connection.execute(tables.audit_head.update().values(head))

    @property
    def is_whole(self) -> bool:
        """Whether the ledger alone tells no fault."""
        return verify(self._engine) == []

    @property
    def is_the_one_signed(self) -> bool:
        """Whether the head that is kept elsewhere tells no fault."""
        return verify_heads(self._engine, [self._signed], KEY.public_key()) == []


@pytest.fixture
def chain(ledger: Ledger) -> Chain:
    """A chain that is whole."""
    made = Chain(ledger)
    assert made.is_whole
    assert made.is_the_one_signed
    return made


def _changed(value: object) -> list[object]:
    """What is almost the same."""
    if isinstance(value, str):
        return [value[:-1] + ("0" if value[-1] != "0" else "1"), value + " ", value.swapcase() if value.swapcase() != value else "x", ""]
    if isinstance(value, int):
        return [value + ACTS, -value]
    if isinstance(value, dt.datetime):
        return [value + dt.timedelta(microseconds=1), value - dt.timedelta(days=1)]
    return ["x"]


def test_a_change_of_any_column_of_any_row_is_found(chain: Chain) -> None:
    """By a letter, a microsecond, a number; also where it is emptied, or filled; and so it is of the head."""
    for place, row in enumerate(chain.rows):
        for column in tables.audit.c:
            wrong = _changed(row[column.name]) + ([None] if column.nullable and row[column.name] is not None else [])
            for value in wrong:
                chain.put([*chain.rows[:place], row | {column.name: value}, *chain.rows[place + 1 :]], chain.head)
                assert not chain.is_whole, (place, column.name, value)
        if row["why"] is not None:
            chain.put([*chain.rows[:place], row | {"why": None, "salt": None}, *chain.rows[place + 1 :]], chain.head)
            assert not chain.is_whole
    for name in ("number", "hash"):
        for value in _changed(chain.head[name]):
            chain.put(chain.rows, chain.head | {name: value})
            assert not chain.is_whole
    chain.put(chain.rows, chain.head)
    assert chain.is_whole


def test_what_is_taken_out_added_or_moved_is_found(chain: Chain) -> None:
    """Each row taken out, each two that changed places, with and without their hashes, and each row written a second time."""
    rows = chain.rows
    forged = [[*rows[:place], *rows[place + 1 :]] for place in range(ACTS)]
    for former, latter in combinations(range(ACTS), 2):
        swapped = list(rows)
        swapped[former] = rows[latter] | {"number": rows[former]["number"]}
        swapped[latter] = rows[former] | {"number": rows[latter]["number"]}
        linked = list(swapped)
        for place in (former, latter):
            linked[place] = swapped[place] | {"previous": rows[place]["previous"], "hash": rows[place]["hash"]}
        forged += [swapped, linked]
    forged += [[*rows, row | {"number": ACTS + 1}] for row in rows]
    for each in forged:
        chain.put(each, chain.head)
        assert not chain.is_whole
        chain.put(each, chain.head | {"number": each[-1]["number"], "hash": each[-1]["hash"]})
        assert not (chain.is_whole and chain.is_the_one_signed)


def test_a_chain_that_was_written_anew_from_any_row_on_is_found(chain: Chain) -> None:
    """Whoever works out all hashes anew, and the head, makes a chain that is whole; the head that was signed before is not in it."""
    for place in range(ACTS):
        for kept in (*chain.rows[place:], {}):
            later = (
                [row for row in chain.rows[place:] if row is not kept]
                if kept
                else [chain.rows[place] | {"by": "Bo"}, *chain.rows[place + 1 :]]
            )
            forged = _linked(chain.rows[:place], later)
            last = forged[-1] if forged else {"number": 0, "hash": "0" * 64}
            chain.put(forged, chain.head | {"number": last["number"], "hash": last["hash"]})
            assert chain.is_whole
            assert not chain.is_the_one_signed


def _linked(before: list[Row], after: list[Row]) -> list[Row]:
    """Rows whose numbers and hashes go on from others."""
    made = list(before)
    for row in after:
        previous = made[-1]["hash"] if made else "0" * 64
        entry = Entry(**row | {"number": len(made) + 1, "previous": previous})
        made.append(vars(replace(entry, hash=entry.digest())))
    return made
