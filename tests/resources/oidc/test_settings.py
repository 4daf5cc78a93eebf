"""The settings of an OpenID provider: all of them, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resources.errors import AnsvarError
from resources.home import write_private
from resources.oidc.settings import CLAIM, CLIENT, ISSUER, LABEL, SECRET, SECRET_FILE, is_safe, issuer_of, provider_settings

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = {ISSUER: "https://login.example.fi/realms/staff", CLIENT: "register", SECRET: "s3cret/with+signs="}


def test_without_settings_there_is_no_provider() -> None:
    """Nobody logs in by a provider that nobody named."""
    assert provider_settings({"PATH": "/bin", ISSUER: " "}) is None


def test_a_provider_that_is_named() -> None:
    """What is not said is the issuer's host, and the verified e-mail address; the secret is not shown."""
    found = provider_settings(WHOLE)
    assert found is not None
    assert (found.issuer, found.client, found.secret, found.label, found.claim) == (*WHOLE.values(), "login.example.fi", "email")
    assert WHOLE[SECRET] not in repr(found)
    named = provider_settings(WHOLE | {LABEL: "Yrityksen tunnus", CLAIM: "preferred_username"})
    assert named is not None
    assert (named.label, named.claim) == ("Yrityksen tunnus", "preferred_username")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({ISSUER: ""}, f"Logging in by OpenID Connect also needs {ISSUER}"),
        ({CLIENT: "", ISSUER: ""}, f"Logging in by OpenID Connect also needs {ISSUER} and {CLIENT}"),
        ({SECRET: ""}, f"Logging in by OpenID Connect also needs {SECRET} or {SECRET_FILE}"),
        ({ISSUER: "http://login.example.fi"}, "An issuer is as https://"),
        ({ISSUER: "https://login.example.fi?x=1"}, "An issuer is as https://"),
        ({ISSUER: "https://user:x@login.example.fi"}, "An issuer is as https://"),
        ({ISSUER: "login.example.fi"}, "An issuer is as https://"),
        ({SECRET: "two words"}, f"{CLIENT} and {SECRET}"),
        ({CLAIM: "name"}, f"The setting {CLAIM} is email or preferred_username"),
    ],
)
def test_half_a_provider_is_told(changed: dict[str, str], message: str) -> None:
    """What is missing or wrong is named; the secret is not repeated."""
    with pytest.raises(AnsvarError) as told:
        provider_settings(WHOLE | changed)
    assert str(told.value).startswith(message)
    assert WHOLE[SECRET] not in str(told.value)
    assert "two words" not in str(told.value)


def test_a_secret_in_a_file(tmp_path: Path) -> None:
    """It may stand in a file that its owner alone can read."""
    file = tmp_path / "secret"
    given = {**WHOLE, SECRET: "", SECRET_FILE: str(file)}
    with pytest.raises(AnsvarError, match="cannot be read"):
        provider_settings(given)
    write_private(file, f"{WHOLE[SECRET]}\n")
    found = provider_settings(given)
    assert found is not None
    assert found.secret == WHOLE[SECRET]
    file.chmod(0o640)
    with pytest.raises(AnsvarError, match="chmod 600"):
        provider_settings(given)


def test_http_is_for_this_machine_alone() -> None:
    """Over a network a provider is asked by https; what is no address is none."""
    assert issuer_of("http://localhost:8080/realms/x") == "http://localhost:8080/realms/x"
    safe = {"https://a.example": True, "http://127.0.0.1:1": True, "http://[::1]/x": True}
    unsafe = [
        "http://a.example",
        "http://127.0.0.1.evil.example",
        "file:///x",
        "javascript:x",
        "https://",
        "https://a:x/",
        "https://[",
        "https://ä",
    ]
    assert {each: is_safe(each) for each in (*safe, *unsafe)} == safe | dict.fromkeys(unsafe, False)
    assert not is_safe("http://127.0.0.1", plain=False)
    assert not is_safe(None)
