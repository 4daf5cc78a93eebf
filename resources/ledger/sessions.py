"""Sessions of users. The browser holds a random token, the ledger its SHA-256 alone: who reads the ledger cannot come in with it."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.audit import Act, record
from resources.ledger.wipe import mark
from resources.roles import Role

if TYPE_CHECKING:
    from resources.ledger import Ledger

IDLE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
_NOTED_EVERY = dt.timedelta(minutes=1)
_TOKEN_BYTES = 32
_ID_BYTES = 10


@dataclass(frozen=True)
class Visitor:
    """A user who is in, by which session."""

    user: str
    name: str
    role: Role
    session: str


class SessionLedger:
    """The part of a ledger that says who is in."""

    def __init__(self, ledger: Ledger) -> None:
        """Work on a ledger."""
        self._ledger = ledger

    def start(self, user: str, by: str, at: dt.datetime, what: str = "login") -> str:
        """Let a user in; gives the token of the session, which is always a new one. Sessions that are over go.

        Args:
            user: the user's id.
            by: the user's name.
            at: when.
            what: what the audit chain says of it.
        """
        token, session = secrets.token_urlsafe(_TOKEN_BYTES), "s" + secrets.token_hex(_ID_BYTES)
        values = {"session": session, "token": _digest(token), "user": user, "made_at": at, "seen_at": at}
        sessions = tables.sessions
        over = sa.or_(sessions.c.seen_at < at - IDLE, sessions.c.made_at < at - LONGEST)
        with self._ledger.engine.begin() as connection:
            if connection.execute(sessions.delete().where(over)).rowcount:
                mark(connection)
            connection.execute(sessions.insert().values(values))
            record(connection, Act(by, what, user, at))
        return token

    def find(self, token: str, at: dt.datetime, *, noted: bool = True) -> Visitor | None:
        """Who comes with a token; None where it is of no session, or the session is over, or the user is disabled.

        Args:
            token: what the browser holds.
            at: when.
            noted: whether the session is used by it, and so goes on.
        """
        sessions, users = tables.sessions.c, tables.users.c
        statement = (
            sa.select(sessions.session, sessions.seen_at, users.user, users.name, users.role)
            .join_from(tables.sessions, tables.users)
            .where(sessions.token == _digest(token), users.disabled_at.is_(None))
            .where(sessions.seen_at >= at - IDLE, sessions.made_at >= at - LONGEST)
        )
        with self._ledger.engine.connect() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            return None
        if noted and at - row.seen_at > _NOTED_EVERY:
            with self._ledger.engine.begin() as connection:
                connection.execute(tables.sessions.update().where(sessions.session == row.session).values(seen_at=at))
        return Visitor(row.user, row.name, Role(row.role), row.session)

    def end(self, visitor: Visitor, at: dt.datetime) -> None:
        """A visitor logs out."""
        with self._ledger.engine.begin() as connection:
            connection.execute(tables.sessions.delete().where(tables.sessions.c.session == visitor.session))
            mark(connection)
            record(connection, Act(visitor.name, "logout", visitor.user, at))

    def of_user(self, user: str) -> list[tuple[str, dt.datetime, dt.datetime]]:
        """The sessions of a user, newest first: id, when it began, when it was last used."""
        columns = tables.sessions.c
        statement = sa.select(columns.session, columns.made_at, columns.seen_at).where(columns.user == user)
        with self._ledger.engine.connect() as connection:
            return [(row.session, row.made_at, row.seen_at) for row in connection.execute(statement.order_by(columns.made_at.desc()))]

    def revoke(self, user: str, by: str, at: dt.datetime) -> int:
        """End all sessions of a user; gives how many there were."""
        with self._ledger.engine.begin() as connection:
            ended = end_of_user(connection, user)
            record(connection, Act(by, "user.sessions_revoked", user, at))
        return ended


def end_of_user(connection: sa.Connection, user: str) -> int:
    """End all sessions of a user, within a transaction; gives how many there were."""
    ended = connection.execute(tables.sessions.delete().where(tables.sessions.c.user == user)).rowcount
    if ended:
        mark(connection)
    return ended


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
