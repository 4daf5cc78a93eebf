"""Passwords: what is kept of them, and what it costs to try one."""

from __future__ import annotations

import pytest

from resources.passwords import hashed, is_right

PASSWORD = "a staple for the battery"  # noqa: S105 - nobody's


@pytest.mark.usefixtures("as_shipped")
def test_guessing_is_slow() -> None:
    """A password is kept as argon2id at the cost that RFC 9106 asks for where memory is short, with a salt of its own."""
    kept = [hashed(PASSWORD, "maija") for _ in range(2)]
    assert {each[: len("$argon2id$v=19$m=65536,t=3,p=4$")] for each in kept} == {"$argon2id$v=19$m=65536,t=3,p=4$"}
    assert kept[0] != kept[1]
    assert [is_right(kept[0], PASSWORD), is_right(kept[0], f"{PASSWORD}s"), is_right(None, PASSWORD)] == [True, False, False]
