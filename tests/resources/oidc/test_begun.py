"""What the browser holds of a login that was begun."""

from __future__ import annotations

import datetime as dt

from resources.oidc.begun import PATIENCE, Begun

AT = dt.datetime(2026, 10, 15, 0, 0, 0, 500_000)  # noqa: DTZ001 - as the ledger keeps times


def test_a_begun_login_is_known_again() -> None:
    """By its cookie, with the same pepper, for ten minutes; what the provider is told tells nothing of the rest."""
    begun = Begun.now("pepper", AT, "/requests?which=all", "sv")
    found = Begun.opened("pepper", begun.cookie, AT + dt.timedelta(minutes=9))
    assert found == begun
    assert found is not None
    assert (found.onward, found.language) == ("/requests?which=all", "sv")
    derived = {begun.state, begun.nonce, begun.verifier, begun.digest, begun.secret}
    assert len(derived) == 5
    assert {len(each) for each in (begun.state, begun.nonce, begun.verifier)} == {64}
    assert begun.secret not in repr(begun)
    assert Begun.now("pepper", AT, "/", "fi").state != begun.state


def test_a_cookie_that_is_not_taken() -> None:
    """One that is too old, of a clock that went back, of another pepper, or that was changed."""
    cookie = Begun.now("pepper", AT, "/", "fi").cookie
    written, _, signature = cookie.partition(".")
    assert Begun.opened("pepper", cookie, AT + PATIENCE) is None
    assert Begun.opened("pepper", cookie, AT - dt.timedelta(seconds=1)) is None
    for wrong in (
        "",
        ".",
        written,
        signature,
        f"{written}.{signature[:-1]}",
        f"{written[4:]}.{signature}",
        f"{written}.{signature}ä",
        None,
    ):
        assert Begun.opened("pepper", wrong, AT) is None
    assert Begun.opened("other", cookie, AT) is None
