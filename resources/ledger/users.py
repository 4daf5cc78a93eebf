"""Users: who may come in, in which role. A password is kept as its hash alone; every change is an act in the audit chain."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import tables
from resources.ledger.audit import Act, record
from resources.ledger.sessions import end_of_user
from resources.one_time import new_salt
from resources.passwords import hashed
from resources.roles import Role

if TYPE_CHECKING:
    import datetime as dt

    from resources.ledger import Ledger

CONSOLE = "console"
"""Who changes users on the command line, where nobody is named: whoever may write in the home."""
UNKNOWN = "unknown"
_RESERVED = {CONSOLE, UNKNOWN}
_NAME = re.compile(r"[^\W_](?:[\w.@-]{0,58}[^\W_])")
_ID_BYTES = 10


@dataclass(frozen=True)
class User:
    """A named user; `password` is the hash, `code_salt` stands where a code is asked for as well."""

    user: str
    name: str
    role: Role
    password: str = field(repr=False)
    code_salt: str | None = field(repr=False)
    code_step: int
    made_at: dt.datetime
    disabled_at: dt.datetime | None


def called(name: str) -> str:
    """A user's name as it is kept: `Maija.Meikäläinen` and `maija.meikäläinen` are one."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


class UserLedger:
    """The part of a ledger that says who may come in."""

    def __init__(self, ledger: Ledger) -> None:
        """Work on a ledger."""
        self._ledger = ledger

    def users(self) -> list[User]:
        """Every user, by name."""
        with self._ledger.engine.connect() as connection:
            return [user_of_row(row) for row in connection.execute(sa.select(tables.users).order_by(tables.users.c.name)).mappings()]

    def find(self, name: str) -> User | None:
        """The user of a name; None where there is none."""
        with self._ledger.engine.connect() as connection:
            row = connection.execute(sa.select(tables.users).where(tables.users.c.name == called(name))).mappings().one_or_none()
        return user_of_row(row) if row else None

    def user(self, name: str) -> User:
        """The user of a name.

        Raises:
            AnsvarError: where there is none.
        """
        found = self.find(name)
        if found is None:
            raise AnsvarError("There is no user of that name: `ansvar user list` shows those that there are.")
        return found

    def add(self, name: str, role: Role, password: str, act: tuple[str, dt.datetime]) -> str:
        """Let somebody in from now on; gives the user's random id.

        Args:
            name: what the person logs in as.
            role: what the person may do.
            password: the person's own.
            act: who adds the user, and when.

        Raises:
            AnsvarError: where the name is taken or none, or the password is too weak.
        """
        kept, (by, at) = called(name), act
        if not _NAME.fullmatch(kept) or kept in _RESERVED:
            raise AnsvarError(
                "A user's name has 2 to 60 letters, digits and . - _ @, as maija.meikalainen; it may not be `unknown` or `console`."
            )
        user = "u" + secrets.token_hex(_ID_BYTES)
        values = {"user": user, "name": kept, "role": role.value, "password": hashed(password, kept), "code_step": 0, "made_at": at}
        try:
            with self._ledger.engine.begin() as connection:
                connection.execute(tables.users.insert().values(values))
                record(connection, Act(by, f"user.added.{role.value}", user, at))
        except sa.exc.IntegrityError:
            raise AnsvarError("There is a user of that name already: `ansvar user role` changes what that user may do.") from None
        return user

    def set_role(self, user: User, role: Role, act: tuple[str, dt.datetime]) -> None:
        """Let a user do something else from now on; the user logs in anew.

        Raises:
            AnsvarError: where no administrator would be left.
        """
        self._change(user, {"role": role.value}, f"user.role.{role.value}", act)

    def set_password(self, user: User, password: str, act: tuple[str, dt.datetime]) -> None:
        """Give a user another password; all sessions end.

        Raises:
            AnsvarError: where it is too weak.
        """
        self._change(user, {"password": hashed(password, user.name)}, "user.password", act)

    def disable(self, user: User, act: tuple[str, dt.datetime]) -> None:
        """Let a user in no more; all sessions end at once. What the user did stays on record.

        Raises:
            AnsvarError: where no administrator would be left.
        """
        self._change(user, {"disabled_at": act[1]}, "user.disabled", act)

    def enable(self, user: User, act: tuple[str, dt.datetime]) -> None:
        """Let a user in again."""
        self._change(user, {"disabled_at": None}, "user.enabled", act)

    def ask_code(self, user: User, act: tuple[str, dt.datetime]) -> str:
        """Ask the user for a code of an authenticator app as well; gives the salt that its secret is made with."""
        salt = new_salt()
        self._change(user, {"code_salt": salt, "code_step": 0}, "user.code_asked", act)
        return salt

    def ask_no_code(self, user: User, act: tuple[str, dt.datetime]) -> None:
        """Ask the user for no code any more."""
        self._change(user, {"code_salt": None}, "user.code_dropped", act)

    def code_taken(self, user: User, step: int) -> bool:
        """A code was given and is right; false where another login has taken it, or a later one, meanwhile."""
        columns = tables.users.c
        taken = tables.users.update().where(columns.user == user.user, columns.code_step < step).values(code_step=step)
        with self._ledger.engine.begin() as connection:
            return connection.execute(taken).rowcount == 1

    def _change(self, user: User, values: dict[str, Any], what: str, act: tuple[str, dt.datetime]) -> None:
        """Change a user, end the user's sessions, and record it: all of it or nothing."""
        by, at = act
        with self._ledger.engine.begin() as connection:
            connection.execute(tables.users.update().where(tables.users.c.user == user.user).values(values))
            end_of_user(connection, user.user)
            record(connection, Act(by, what, user.user, at))
            if user.role is Role.ADMINISTRATOR and user.disabled_at is None and ("role" in values or "disabled_at" in values):
                _keep_an_administrator(connection)


def _keep_an_administrator(connection: sa.Connection) -> None:
    columns = tables.users.c
    others = sa.select(columns.user).where(columns.role == Role.ADMINISTRATOR.value, columns.disabled_at.is_(None)).limit(1)
    if connection.scalar(others) is None:
        raise AnsvarError("That is the last administrator: make another one first.")


def user_of_row(row: sa.RowMapping) -> User:
    """The user of a row of the table."""
    return User(**{**row, "role": Role(row["role"])})
