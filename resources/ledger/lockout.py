"""Guessing passwords takes time: who fails again and again waits, twice as long each time; by the name that was typed, and by the address.

A guess counts before it is looked at, so that many at once are no more than one after another. Names and addresses are kept as keyed
hashes, whether there is such a user or not, and go a day after the last failure.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from resources.keyed_hash import keyed_hash
from resources.ledger import tables
from resources.ledger.provider_logins import forget_logins
from resources.ledger.wipe import mark

if TYPE_CHECKING:
    from resources.ledger import Ledger

FREE = {"name": 5, "address": 20}
"""How many failures in a row cost no wait."""
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(seconds=30), dt.timedelta(hours=1)
_REMEMBERED = dt.timedelta(days=1)
_DOUBLINGS = 7  # of the first wait, which make more than the longest


@dataclass(frozen=True)
class Attempt:
    """An attempt to log in: whether it is to be looked at at all, and whether failing it locks."""

    keys: dict[str, str]
    locked_until: dt.datetime | None
    locks: bool = False


class Lockout:
    """The part of a ledger that counts failed logins."""

    def __init__(self, ledger: Ledger, pepper: str) -> None:
        """Count in a ledger, under hashes that are keyed with the home's pepper."""
        self._ledger, self._pepper = ledger, pepper

    def begin(self, name: str | None, address: str, at: dt.datetime) -> Attempt:
        """Count an attempt as failed, until `succeeded` takes it back; while a wait lasts none is counted or looked at.

        Where no name was typed, as by who comes from a provider, it is counted by the address alone.
        """
        counted = {"name": name, "address": address}
        keys = {kind: keyed_hash(self._pepper, f"login/{kind}", value) for kind, value in counted.items() if value is not None}
        failures = tables.login_failures
        with self._ledger.engine.begin() as connection:
            _forget(connection, at)  # takes the lock before anything is read
            found = {
                row.kind: row for row in connection.execute(sa.select(failures).where(failures.c.key.in_(keys.values())).with_for_update())
            }
            waits = [row.locked_until for row in found.values() if row.locked_until is not None and row.locked_until > at]
            if waits:
                return Attempt(keys, max(waits))
            locks = False
            for kind, key in keys.items():
                count = found[kind].failures + 1 if kind in found else 1
                until = _until(kind, count, at)
                locks = locks or until is not None
                values = {"failures": count, "last_at": at, "locked_until": until}
                if kind in found:
                    connection.execute(failures.update().where(failures.c.key == key).values(values))
                else:
                    connection.execute(failures.insert().values(values | {"key": key, "kind": kind}))
        return Attempt(keys, None, locks)

    def succeeded(self, attempt: Attempt) -> None:
        """An attempt was right: the name has failed no more, and the address once less."""
        failures = tables.login_failures
        with self._ledger.engine.begin() as connection:
            if "name" in attempt.keys:
                connection.execute(failures.delete().where(failures.c.key == attempt.keys["name"]))
            fewer = failures.update().where(failures.c.key == attempt.keys["address"])
            connection.execute(fewer.values(failures=failures.c.failures - 1, locked_until=None))
            mark(connection)

    def clear(self) -> None:
        """Forget every failure: nobody waits."""
        with self._ledger.engine.begin() as connection:
            connection.execute(tables.login_failures.delete())
            mark(connection)


def forget(engine: sa.Engine, at: dt.datetime) -> None:
    """Know no more of failures of more than a day ago, nor of logins by a provider that are over."""
    with engine.begin() as connection:
        _forget(connection, at)
        forget_logins(connection, at)


def _forget(connection: sa.Connection, at: dt.datetime) -> None:
    failures = tables.login_failures
    if connection.execute(failures.delete().where(failures.c.last_at < at - _REMEMBERED)).rowcount:
        mark(connection)


def _until(kind: str, failures: int, at: dt.datetime) -> dt.datetime | None:
    """Until when the next attempt waits after so many failures in a row."""
    over = failures - FREE[kind]
    return None if over < 0 else at + min(FIRST_WAIT * 2 ** min(over, _DOUBLINGS), LONGEST_WAIT)
