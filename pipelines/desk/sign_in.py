"""Coming in: a name, a password, and a code where the user has an authenticator app."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from resources.ledger.audit import Act, record
from resources.ledger.users import UNKNOWN, called
from resources.one_time import accepted_step, secret_of
from resources.passwords import is_right

if TYPE_CHECKING:
    import datetime as dt

    from pipelines.desk.entrance import Entrance
    from resources.ledger.lockout import Attempt
    from resources.ledger.users import User

_LONGEST_NAME = 60


@dataclass(frozen=True)
class Typed:
    """What was typed at the login."""

    name: str
    password: str = field(repr=False)
    code: str = field(default="", repr=False)


@dataclass(frozen=True)
class Came:
    """What became of a login: the token of a new session; or none, and how long to wait where it was one too many."""

    token: str | None = field(default=None, repr=False)
    wait: dt.timedelta | None = None


def sign_in(entrance: Entrance, typed: Typed, address: str) -> Came:
    """Let a user in, or not; it takes as long, and says the same, where there is no such user.

    Args:
        entrance: the entrance.
        typed: what was typed.
        address: where it came from.
    """
    at, name = entrance.register.clock.now(), called(typed.name[:_LONGEST_NAME])
    attempt = entrance.lockout.begin(name, address, at)
    if attempt.locked_until is not None:
        return Came(wait=attempt.locked_until - at)
    user = entrance.users.find(name)
    admitted = user if user is not None and user.disabled_at is None else None
    if is_right(admitted.password if admitted else None, typed.password) and admitted and code_is_right(entrance, admitted, typed.code, at):
        entrance.lockout.succeeded(attempt)
        return Came(entrance.sessions.start(admitted.user, admitted.name, at))
    failed(entrance, user, attempt, at)
    return Came()


def failed(entrance: Entrance, user: User | None, attempt: Attempt, at: dt.datetime) -> None:
    """Write into the audit chain that somebody was not let in."""
    thing = user.user if user else UNKNOWN
    with entrance.register.ledger.engine.begin() as connection:
        record(connection, Act(UNKNOWN, "login.failed", thing, at))
        if attempt.locks:
            record(connection, Act(UNKNOWN, "login.locked", thing, at))


def code_is_right(entrance: Entrance, user: User, code: str, at: dt.datetime) -> bool:
    """Whether a code is the user's, and was not given before; of a user who has no authenticator app, none is asked."""
    if user.code_salt is None:
        return True
    secrets = [secret_of(pepper, user.code_salt) for pepper in entrance.register.home.peppers]
    step = accepted_step(secrets, code, at, user.code_step)
    return step is not None and entrance.users.code_taken(user, step)
