"""The audit chain: who did what about a person or a promise, when and why; each entry holds the hash of the one before.

An entry names things by opaque ids alone. The reason that a user gives is free text, so it has a period as other personal data has: the
chain holds a salted digest of it, and stands when the reason and its salt have gone. That they were deleted is an act of its own, which
names the moment up to which they were: a reason that is not there without it was taken out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import tables
from resources.ledger.looks import looks_against_chain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BEGINNING = "0" * 64
REASONS_DELETED = "reasons.deleted"
_SALT_BYTES = 16
_LONGEST_NAME = 120
_HEAD = 1
_AT_ONCE = 500


@dataclass(frozen=True)
class Act:
    """What is written into the chain.

    Attributes:
        by: the named user; a run writes its own id.
        what: what was done, as `request.verified`.
        thing: the opaque id of what it was done to.
        at: when, as a naive UTC timestamp.
        why: the reason that the user gives, where one is asked for.
    """

    by: str
    what: str
    thing: str
    at: dt.datetime
    why: str | None = None


@dataclass(frozen=True)
class Entry:
    """An act as it stands in the chain."""

    number: int
    at: dt.datetime
    by: str
    what: str
    thing: str
    why: str | None
    salt: str | None
    why_digest: str | None
    previous: str
    hash: str

    def digest(self) -> str:
        """SHA-256, in hexadecimal, of all that the entry says and of the hash of the one before."""
        said = [self.number, self.at.isoformat(), self.by, self.what, self.thing, self.why_digest, self.previous]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def record(connection: sa.Connection, act: Act) -> str:
    """Add an act to the chain, within the transaction that carries it out; gives the entry's hash.

    Writers wait for each other at the head of the chain, until the transaction that took it ends.

    Raises:
        AnsvarError: where no user is named, or with too long a name.
    """
    by = act.by.strip()
    if not by:
        raise AnsvarError("What is done about a person's data is done by a named user: the name may not be empty.")
    if len(by) > _LONGEST_NAME:
        raise AnsvarError(f"The name of a user has at most {_LONGEST_NAME} letters.")
    head = tables.audit_head
    connection.execute(head.update().where(head.c.head == _HEAD).values(number=head.c.number + 1))  # takes the lock before it is read
    number, previous = connection.execute(sa.select(head.c.number, head.c.hash)).one()
    salt = secrets.token_hex(_SALT_BYTES) if act.why else None
    why_digest = _digest(salt, act.why) if salt and act.why else None
    at = act.at.replace(tzinfo=None)
    entry = Entry(number, at, by, act.what, act.thing, act.why or None, salt, why_digest, previous, "")
    made = entry.digest()
    connection.execute(tables.audit.insert().values(vars(entry) | {"hash": made}))
    connection.execute(head.update().where(head.c.head == _HEAD).values(hash=made))
    return made


def delete_reasons(connection: sa.Connection, numbers: Iterable[int], by: str, at: dt.datetime) -> bool:
    """Delete reasons whose period is over with their salts, and record up to which moment they were given; gives whether there were any.

    Args:
        connection: within a transaction.
        numbers: the entries: every one with a reason up to the last of their moments.
        by: who deletes them: a run.
        at: when, as a naive UTC timestamp.
    """
    listed, audit = list(numbers), tables.audit
    parts = [audit.c.number.in_(listed[start : start + _AT_ONCE]) for start in range(0, len(listed), _AT_ONCE)]
    if not parts:
        return False
    last = max(connection.execute(sa.select(sa.func.max(audit.c.at)).where(part)).scalar_one() for part in parts)
    record(connection, Act(by, REASONS_DELETED, last.isoformat(), at))
    for part in parts:
        connection.execute(audit.update().where(part).values(why=None, salt=None))
    return True


def entries(engine: sa.Engine, thing: str | None = None) -> Iterator[Entry]:
    """The entries about a thing, or all of them, the oldest first; they are read as they are asked for."""
    statement = sa.select(tables.audit).order_by(tables.audit.c.number)
    if thing is not None:
        statement = statement.where(tables.audit.c.thing == thing)
    with engine.connect().execution_options(yield_per=1000) as connection:
        for row in connection.execute(statement).mappings():
            yield Entry(**row)


def latest(engine: sa.Engine, limit: int, *, thing: str | None = None, before: int | None = None) -> list[Entry]:
    """The last entries, newest first; those about a thing, those before a number."""
    statement = sa.select(tables.audit).order_by(tables.audit.c.number.desc()).limit(limit)
    if thing is not None:
        statement = statement.where(tables.audit.c.thing == thing)
    if before is not None:
        statement = statement.where(tables.audit.c.number < before)
    with engine.connect() as connection:
        return [Entry(**row) for row in connection.execute(statement).mappings()]


def verify(engine: sa.Engine) -> list[str]:
    """What is wrong with the chain and with the looks that it tells of, an item each fault in its order; nothing where all is whole."""
    faults, number, previous = [], 0, BEGINNING
    deleted = _Deleted(engine)
    for entry in entries(engine):
        if entry.number != number + 1:
            faults.append(f"Between entries {number} and {entry.number} something was taken out.")
        elif entry.previous != previous:
            faults.append(f"Entry {entry.number} does not go on from the one before: one of them was replaced or moved.")
        if entry.hash != entry.digest():
            faults.append(f"Entry {entry.number} was changed after it was written.")
        if entry.why is not None and (entry.salt is None or entry.why_digest != _digest(entry.salt, entry.why)):
            faults.append(f"The reason in entry {entry.number} was changed after it was written.")
        if entry.why is None and (entry.salt is not None or (entry.why_digest is not None and not deleted.has(entry))):
            faults.append(f"The reason in entry {entry.number} was taken out, not deleted when its period was over.")
        number, previous = entry.number, entry.hash
    with engine.connect() as connection:
        last = connection.execute(sa.select(tables.audit_head.c.number, tables.audit_head.c.hash)).one_or_none()
        faults_of_looks = list(looks_against_chain(connection))
    if last is None or tuple(last) != (number, previous):
        faults.append(f"The chain ends with entry {number}, which is not where it was when it was last written.")
    return faults + faults_of_looks


class _Deleted:
    """Up to which moment the reasons were deleted that were given before an act of the chain that says so."""

    def __init__(self, engine: sa.Engine) -> None:
        columns = tables.audit.c
        statement = sa.select(columns.number, columns.at, columns.thing).where(columns.what == REASONS_DELETED)
        with engine.connect() as connection:
            told = [(row.number, _moment(row.thing, row.at)) for row in connection.execute(statement.order_by(columns.number))]
        acts = [(number, until) for number, until in told if until is not None]
        self._numbers = [number for number, _ in acts]
        self._until = [*accumulate((until for _, until in reversed(acts)), max)][::-1]

    def has(self, entry: Entry) -> bool:
        """Whether the reason of an entry was among them."""
        later = bisect_right(self._numbers, entry.number)
        return later < len(self._until) and entry.at <= self._until[later]


def _moment(given: str, latest: dt.datetime) -> dt.datetime | None:
    """The moment that an act names; None where it is none, or later than the act."""
    try:
        moment = dt.datetime.fromisoformat(given)
    except ValueError:
        return None
    return moment if moment.tzinfo is None and moment <= latest else None


def _digest(salt: str, why: str) -> str:
    return hashlib.sha256(f"{salt}/{why}".encode()).hexdigest()
