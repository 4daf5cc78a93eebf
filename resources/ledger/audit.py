"""The audit chain: who did what about a person or a promise, when and why; each entry holds the hash of the one before.

An entry names things by opaque ids alone. The reason that a user gives is free text, so it has a period as other personal data has: the
chain holds a salted digest of it, and stands when the reason and its salt have gone.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import tables

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

BEGINNING = "0" * 64
_SALT_BYTES = 16
_LONGEST_NAME = 120
_HEAD = 1


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
    """What is wrong with the chain, an item each fault in its order; nothing where it is whole."""
    faults, number, previous = [], 0, BEGINNING
    for entry in entries(engine):
        if entry.number != number + 1:
            faults.append(f"Between entries {number} and {entry.number} something was taken out.")
        elif entry.previous != previous:
            faults.append(f"Entry {entry.number} does not go on from the one before: one of them was replaced or moved.")
        if entry.hash != entry.digest():
            faults.append(f"Entry {entry.number} was changed after it was written.")
        if entry.why is not None and (entry.salt is None or entry.why_digest != _digest(entry.salt, entry.why)):
            faults.append(f"The reason in entry {entry.number} was changed after it was written.")
        if entry.why is None and entry.salt is not None:
            faults.append(f"The reason in entry {entry.number} was taken out, not deleted when its period was over: its salt is there.")
        number, previous = entry.number, entry.hash
    with engine.connect() as connection:
        last = connection.execute(sa.select(tables.audit_head.c.number, tables.audit_head.c.hash)).one_or_none()
    if last is None or tuple(last) != (number, previous):
        faults.append(f"The chain ends with entry {number}, which is not where it was when it was last written.")
    return faults


def _digest(salt: str, why: str) -> str:
    return hashlib.sha256(f"{salt}/{why}".encode()).hexdigest()
