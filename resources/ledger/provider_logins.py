"""Logins that came back from an OpenID provider: each does so once, and may wait for its user's code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.wipe import mark
from resources.oidc.begun import PATIENCE

if TYPE_CHECKING:
    import datetime as dt

    from resources.ledger import Ledger


class ProviderLogins:
    """The part of a ledger that knows them, by the digest of what the browser holds."""

    def __init__(self, ledger: Ledger) -> None:
        """Work on a ledger."""
        self._ledger = ledger

    def take(self, login: str, at: dt.datetime) -> bool:
        """A login comes back; false where it has before."""
        try:
            with self._ledger.engine.begin() as connection:
                forget_logins(connection, at)
                connection.execute(tables.provider_logins.insert().values(login=login, at=at))
        except sa.exc.IntegrityError:
            return False
        return True

    def wait(self, login: str, user: str) -> None:
        """The user of a login has yet to give a code."""
        with self._ledger.engine.begin() as connection:
            connection.execute(tables.provider_logins.update().where(tables.provider_logins.c.login == login).values(user=user))

    def waiting(self, login: str, at: dt.datetime) -> str | None:
        """The name of the user of whom a login waits for the code; None where it waits for nobody."""
        logins = tables.provider_logins.c
        named = sa.select(tables.users.c.name).join_from(tables.provider_logins, tables.users)
        with self._ledger.engine.connect() as connection:
            found: str | None = connection.scalar(named.where(logins.login == login, logins.at > at - PATIENCE))
        return found

    def done(self, login: str) -> bool:
        """The code was given; false where another request has given one meanwhile."""
        logins = tables.provider_logins
        taken = logins.update().where(logins.c.login == login, logins.c.user.is_not(None)).values(user=None)
        with self._ledger.engine.begin() as connection:
            return connection.execute(taken).rowcount == 1


def forget_logins(connection: sa.Connection, at: dt.datetime) -> None:
    """Know no more of logins that are over, whose cookies nobody takes any more."""
    logins = tables.provider_logins
    if connection.execute(logins.delete().where(logins.c.at < at - 2 * PATIENCE)).rowcount:
        mark(connection)
