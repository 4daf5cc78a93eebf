"""Passwords: kept as argon2id (RFC 9106), each with a salt of its own, so that nobody can read them back."""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import cache
from itertools import pairwise
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from resources.errors import AnsvarError

SHORTEST, LONGEST = 12, 256
_AT_ONCE = 2  # each takes 64 MiB and all of a core: guessing must not starve the machine
_HASHER = PasswordHasher()
_GATE = BoundedSemaphore(_AT_ONCE)
_LEFT = 8  # letters that must be left when all is taken out that guessers try first
_IN_A_ROW = 3
_PART = 4  # letters of a part of a name that counts as the name
_ROWS = (
    "qwertyuiopåüõ",
    "asdfghjklöä",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
)
# What passwords are made of most, as lists of stolen ones show, in the languages that are spoken here; and the product's own words.
_OFTEN = re.findall(
    r"\S+",
    """
    password passwort passord passcode passw0rd p@ssw0rd p@ssword salasana salasan tunnussana lösenord losenord letmein iloveyou
    welcome tervetuloa välkommen valkommen changeme vaihda trustno whatever secret salainen salaisuus hemlig admin administrator
    ylläpitäjä root login kirjaudu user käyttäjä kayttaja guest vieras default test testi demo temporary väliaikainen dragon
    monkey football baseball jalkapallo jääkiekko superman batman pokemon princess prinsessa sunshine master shadow starwars
    google facebook computer tietokone dator internet suomi finland perkele helsinki tampere sverige stockholm summer winter
    spring autumn kesä talvi kevät syksy kesa kevat sommar vinter ansvar register rekisteri dagster
    """,
)


def hashed(password: str, name: str) -> str:
    """The hash under which a user's password is kept.

    Raises:
        AnsvarError: where it is too short or too long, or one that guessers try first.
    """
    text = _composed(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise AnsvarError(f"A password has {SHORTEST} to {LONGEST} letters: a sentence of a few words is easy to keep in mind.")
    if _is_guessed(text.casefold(), name.casefold()):
        raise AnsvarError(
            "That password is easily guessed. It may not hold the user's name, and needs more than words that many passwords have, rows of "
            "letters or numbers, and repetitions: a sentence of a few words of one's own is easy to keep in mind."
        )
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


def _is_guessed(text: str, name: str) -> bool:
    """Whether too little is left of a password without what guessers try first (NIST SP 800-63B, 5.1.1.2)."""
    if name in text or len(set(text)) < SHORTEST // 2:
        return True
    parts = [each for each in re.split(r"[\W_\d]+", name) if len(each) >= _PART]
    for word in sorted((*parts, *_OFTEN), key=len, reverse=True):
        text = text.replace(word, " ")
    left = "".join(each for each in _without_rows(text) if each.isalnum())
    once = re.fullmatch(r"(.+?)\1+", left)
    return len(once[1] if once else left) < _LEFT


def _without_rows(text: str) -> str:
    """A text without letters or numbers that follow each other, up or down, in the alphabet or on a keyboard, or are the same."""
    kept: list[str] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and _is_row(text[start : end + 1]):
            end += 1
        kept.append(text[start:end] if end - start < _IN_A_ROW else " ")
        start = end
    return "".join(kept)


def _is_row(text: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return (len(steps) == 1 and steps <= {-1, 0, 1}) or any(text in row or text[::-1] in row for row in _ROWS)


@cache
def _nobodys() -> str:
    """The hash of a password that nobody knows."""
    return _HASHER.hash(secrets.token_hex())


def _composed(text: str) -> str:
    """The same password, however a keyboard composes its letters (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", text)
