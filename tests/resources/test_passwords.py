"""Passwords: what is kept of them, and what it costs to try one."""

from __future__ import annotations

import pytest

from resources.errors import AnsvarError
from resources.passwords import hashed, is_right

PASSWORD = "a staple for the battery"  # noqa: S105 - nobody's


@pytest.mark.usefixtures("as_shipped")
def test_guessing_is_slow() -> None:
    """A password is kept as argon2id at the cost that RFC 9106 asks for where memory is short, with a salt of its own."""
    kept = [hashed(PASSWORD, "maija") for _ in range(2)]
    assert {each[: len("$argon2id$v=19$m=65536,t=3,p=4$")] for each in kept} == {"$argon2id$v=19$m=65536,t=3,p=4$"}
    assert kept[0] != kept[1]
    assert [is_right(kept[0], PASSWORD), is_right(kept[0], f"{PASSWORD}s"), is_right(None, PASSWORD)] == [True, False, False]


@pytest.mark.parametrize(
    "password",
    [
        "123456789012",
        "qwertyuiop123",
        "passwordpassword",
        "P@ssw0rdP@ssw0rd",
        "salasana1234",
        "Salasana2026!!",
        "Kesä2026Kesä2026",
        "Helsinki123456",
        "AnsvarAnsvar2026",
        "maija.virtanen-1",
        "virtanen-2026-Maija",
        "abcdefghijkl",
        "kissakissakissa",
        "1qaz2wsx3edc",
        "987654321asdfghjkl",
        "aaaaaaaaaaaaaaaa",
    ],
)
def test_what_guessers_try_first_is_refused(password: str) -> None:
    """Common words, the product's and the user's name, rows and repetitions, with a year or a sign behind them."""
    with pytest.raises(AnsvarError, match="easily guessed") as told:
        hashed(password, "maija.virtanen")
    assert password not in str(told.value)


@pytest.mark.parametrize(
    "password", [PASSWORD, "kala uistimen matkassa", "xK3pL9-fQ7vT2m", "salasana on vahva kuin härkä", "vem äter gröt på måndagar"]
)
def test_sentences_and_random_letters_are_taken(password: str) -> None:
    """A common word in a sentence does no harm."""
    assert is_right(hashed(password, "maija.virtanen"), password)
