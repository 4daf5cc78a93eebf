"""Passwords: kept as argon2id (RFC 9106), each with a salt of its own, so that nobody can read them back."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from resources.errors import AnsvarError

SHORTEST, LONGEST = 12, 256
_AT_ONCE = 2  # each takes 64 MiB and all of a core: guessing must not starve the machine
_HASHER = PasswordHasher()
_GATE = BoundedSemaphore(_AT_ONCE)


def hashed(password: str, name: str) -> str:
    """The hash under which a user's password is kept.

    Raises:
        AnsvarError: where it is too short or too long, or is made of the user's name.
    """
    text = _composed(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise AnsvarError(f"A password has {SHORTEST} to {LONGEST} letters: a sentence of a few words is easy to keep in mind.")
    if name.casefold() in text.casefold() or len(set(text)) < SHORTEST // 2:
        raise AnsvarError("That password is easily guessed: it may not hold the user's name, nor be the same few letters again and again.")
    with _GATE:
        return _HASHER.hash(text)


def is_right(kept: str | None, password: str) -> bool:
    """Whether a password is the one whose hash was kept; as long in the working out where there is no user (None)."""
    with _GATE:
        nobodys = _nobodys()  # asked for whoever logs in: the first time it takes long, whether there is such a user or not
        try:
            right = _HASHER.verify(kept or nobodys, _composed(password[: LONGEST + 1]))
        except (VerificationError, InvalidHashError):
            return False
    return right and kept is not None


@cache
def _nobodys() -> str:
    """The hash of a password that nobody knows."""
    return _HASHER.hash(secrets.token_hex())


def _composed(text: str) -> str:
    """The same password, however a keyboard composes its letters (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", text)
