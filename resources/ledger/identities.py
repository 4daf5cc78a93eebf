"""Which user a person at an OpenID provider is. An administrator says so beforehand: nobody becomes a user by logging in somewhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import tables
from resources.ledger.audit import Act, record
from resources.ledger.sessions import end_of_user
from resources.ledger.users import user_of_row
from resources.ledger.wipe import mark

if TYPE_CHECKING:
    import datetime as dt

    from resources.ledger import Ledger
    from resources.ledger.users import User
    from resources.oidc.provider import Identity

_LONGEST = 255


class IdentityLedger:
    """The part of a ledger that says who is who at a provider."""

    def __init__(self, ledger: Ledger) -> None:
        """Work on a ledger."""
        self._ledger = ledger

    def link(self, user: User, issuer: str, subject: str, act: tuple[str, dt.datetime]) -> None:
        """Let a user in who is, at an issuer, the one of a subject; in the place of an earlier link. All sessions end.

        Raises:
            AnsvarError: where another user is that one already, or it is none.
        """
        self._put(user, {"issuer": issuer, "subject": _sound(subject), "bound_at": act[1]}, act)

    def expect(self, user: User, issuer: str, name: str, act: tuple[str, dt.datetime]) -> None:
        """Let a user in who is, at an issuer, the first that comes under a name, and from then on that one alone. All sessions end.

        Raises:
            AnsvarError: where another user is expected under that name, or it is none.
        """
        self._put(user, {"issuer": issuer, "expected": _folded(_sound(name))}, act)

    def unlink(self, user: User, act: tuple[str, dt.datetime]) -> None:
        """Let a user in by no provider any more. All sessions end.

        Raises:
            AnsvarError: where the user was not linked.
        """
        with self._ledger.engine.begin() as connection:
            if not _end(connection, user.user):
                raise AnsvarError("That user does not log in by a provider: `ansvar user list` shows who does.")
            record(connection, Act(act[0], "user.unlinked", user.user, act[1]))

    def linked(self) -> dict[str, bool]:
        """The ids of the users who are linked, and whether it is known who they are at the provider."""
        columns = tables.identities.c
        with self._ledger.engine.connect() as connection:
            return {row.user: row.subject is not None for row in connection.execute(sa.select(columns.user, columns.subject))}

    def user_of(self, identity: Identity, at: dt.datetime) -> User | None:
        """The user whom a provider speaks of, who may be disabled; None where that is nobody.

        Who is expected under the name for which the provider vouches is bound to its subject now.
        """
        columns, users = tables.identities.c, tables.users
        of_issuer = sa.select(users).join_from(tables.identities, users).where(columns.issuer == identity.issuer)
        with self._ledger.engine.begin() as connection:
            row = connection.execute(of_issuer.where(columns.subject == identity.subject)).mappings().one_or_none()
            if row is None and identity.name is not None:
                expected = of_issuer.where(columns.expected == _folded(identity.name), users.c.disabled_at.is_(None))
                row = connection.execute(expected).mappings().one_or_none()
                if row is not None and not _bind(connection, row, identity.subject, at):
                    row = None
        return user_of_row(row) if row is not None else None

    def _put(self, user: User, values: dict[str, object], act: tuple[str, dt.datetime]) -> None:
        by, at = act
        try:
            with self._ledger.engine.begin() as connection:
                _end(connection, user.user)
                connection.execute(tables.identities.insert().values(values | {"user": user.user, "made_at": at}))
                record(connection, Act(by, "user.linked", user.user, at))
        except sa.exc.IntegrityError:
            raise AnsvarError("Another user is that one at the provider: `ansvar user unlink` ends that first.") from None


def _bind(connection: sa.Connection, user: sa.RowMapping, subject: str, at: dt.datetime) -> bool:
    """The one who was expected has come, within a transaction; false where another login was first."""
    columns = tables.identities.c
    bound = tables.identities.update().where(columns.user == user["user"], columns.subject.is_(None))
    if connection.execute(bound.values(subject=subject, expected=None, bound_at=at)).rowcount != 1:
        return False
    mark(connection)
    record(connection, Act(user["name"], "user.bound", user["user"], at))
    return True


def _end(connection: sa.Connection, user: str) -> bool:
    """End a user's link, sessions, and logins that wait for a code, within a transaction; whether there was a link."""
    logins = tables.provider_logins
    connection.execute(logins.update().where(logins.c.user == user).values(user=None))
    end_of_user(connection, user)
    ended = connection.execute(tables.identities.delete().where(tables.identities.c.user == user)).rowcount == 1
    if ended:
        mark(connection)
    return ended


def _sound(text: str) -> str:
    if not 0 < len(text) <= _LONGEST or not text.isprintable() or text != text.strip():
        raise AnsvarError(f"What a provider knows a user by has 1 to {_LONGEST} letters, without blanks around it.")
    return text


def _folded(name: str) -> str:
    """A name as names are compared: of ASCII in small letters; else as it is, for letters that look alike are not the same."""
    return name.lower() if name.isascii() else name
