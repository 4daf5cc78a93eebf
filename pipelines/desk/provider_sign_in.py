"""Coming in by an OpenID provider: it says who somebody is, the ledger which user that is; the user's code is asked for all the same."""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from pipelines.desk.sign_in import code_is_right, failed
from resources.oidc.provider import RefusedError
from resources.oidc.transport import AwayError

if TYPE_CHECKING:
    import datetime as dt

    from pipelines.desk.entrance import Entrance
    from resources.ledger.users import User
    from resources.oidc.begun import Begun
    from resources.oidc.provider import Answer, Provider

_log = logging.getLogger("ansvar.desk")


class Found(Enum):
    """What became of a login."""

    IN = "in"
    ASKS_CODE = "asks_code"
    WAITS = "waits"
    OVER = "over"  # it was not begun in this browser, or too long ago
    AWAY = "away"  # the provider does not answer
    REFUSED = "refused"


@dataclass(frozen=True)
class Outcome:
    """What became of a login, with the token of the session or how long to wait."""

    found: Found
    token: str | None = field(default=None, repr=False)
    wait: dt.timedelta | None = None


@dataclass(frozen=True)
class Back:
    """What a browser brings back from the provider: the state, and either a code or the provider's refusal; and where it was sent to."""

    state: str = field(repr=False)
    answer: Answer | None
    callback: str
    address: str


def sign_in_by_provider(entrance: Entrance, provider: Provider, begun: Begun | None, back: Back) -> Outcome:
    """Let in the user whom the provider means, or not; of one who has an authenticator app, a code is asked first.

    What another site may make a browser do, as coming back with a state of its own, counts as no failure.
    """
    if begun is None or not hmac.compare_digest(begun.state.encode(), back.state.encode()):
        return Outcome(Found.OVER)
    at = entrance.register.clock.now()
    attempt = entrance.lockout.begin(None, back.address, at)
    if attempt.locked_until is not None:
        return Outcome(Found.WAITS, wait=attempt.locked_until - at)
    try:
        user = _meant(entrance, provider, begun, back)
    except AwayError as error:
        entrance.lockout.succeeded(attempt)
        return away(error)
    if user is None or user.disabled_at is not None:
        failed(entrance, user, attempt, at)
        return Outcome(Found.REFUSED)
    entrance.lockout.succeeded(attempt)
    if user.code_salt is None:
        return _in(entrance, user, at)
    entrance.provider_logins.wait(begun.digest, user.user)
    return Outcome(Found.ASKS_CODE)


def _meant(entrance: Entrance, provider: Provider, begun: Begun, back: Back) -> User | None:
    """The user whom the provider means, by a login that comes back for the first time; None where that is nobody."""
    at = entrance.register.clock.now()
    if back.answer is None or not entrance.provider_logins.take(begun.digest, at):
        return None
    try:
        identity = provider.identity(back.answer, begun, back.callback, at)
    except RefusedError:
        return None
    return entrance.identities.user_of(identity, at)


def give_code(entrance: Entrance, begun: Begun | None, code: str, address: str) -> Outcome:
    """Let in a user whom the provider meant, and who gives the code of the authenticator app."""
    at = entrance.register.clock.now()
    name = entrance.provider_logins.waiting(begun.digest, at) if begun else None
    if begun is None or name is None:
        return Outcome(Found.OVER)
    attempt = entrance.lockout.begin(name, address, at)
    if attempt.locked_until is not None:
        return Outcome(Found.WAITS, wait=attempt.locked_until - at)
    user = entrance.users.user(name)
    if user.disabled_at is None and code_is_right(entrance, user, code, at) and entrance.provider_logins.done(begun.digest):
        entrance.lockout.succeeded(attempt)
        return _in(entrance, user, at)
    failed(entrance, user, attempt, at)
    return Outcome(Found.REFUSED)


def away(error: AwayError) -> Outcome:
    """The provider does not answer: who serves is told why."""
    _log.error("The OpenID provider: %s.", error)
    return Outcome(Found.AWAY)


def _in(entrance: Entrance, user: User, at: dt.datetime) -> Outcome:
    return Outcome(Found.IN, entrance.sessions.start(user.user, user.name, at, "login.provider"))
