"""The key that signs: made once, its owner's alone, and told from what is none."""

from __future__ import annotations

import shutil
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from resources.errors import AnsvarError
from resources.home import Home
from resources.signing import KEY_FILE_SETTING, fingerprint, in_groups, is_signed, public_key, public_pem, signing_key

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home of before: it has no signing key."""
    made = Home(tmp_path / "home")
    made.create()
    return made


def test_a_home_of_before_gets_its_key(home: Home) -> None:
    """The key is made when it is first needed, is the same ever after, has mode 0600, and is no stranger in the home."""
    key = signing_key(home)
    file = home.path / "signing.key"
    assert (public_pem(signing_key(home)), stat.S_IMODE(file.stat().st_mode), home.strangers()) == (public_pem(key), 0o600, 0)


def test_a_key_is_made_once(home: Home) -> None:
    """Of several that sign at once, each signs with the same key."""
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(signing_key, [home] * 8))
    assert len({public_pem(key) for key in keys}) == 1


def test_what_is_signed(home: Home) -> None:
    """A signature holds for its content and key alone."""
    key = signing_key(home)
    public = public_key(public_pem(key))
    assert public is not None
    signature = key.sign(b"content")
    assert (is_signed(public, signature, b"content"), is_signed(public, signature, b"another")) == (True, False)
    assert public_key(b"nonsense") is None
    assert in_groups(fingerprint(public)).replace(" ", "") == fingerprint(public)


def test_a_key_that_stands_elsewhere(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A setting names its file; one that is not there, is no key, or is of another kind, is told, and none is made in its place."""
    file = tmp_path / "elsewhere.pem"
    monkeypatch.setenv(KEY_FILE_SETTING, str(file))
    with pytest.raises(AnsvarError, match="must be an Ed25519 key"):
        signing_key(home)
    file.write_text("nonsense", encoding="utf-8")
    with pytest.raises(AnsvarError, match="must be an Ed25519 key"):
        signing_key(home)
    assert not (home.path / "signing.key").exists()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize(("algorithm", "is_ours"), [("ed25519", True), ("x25519", False)])
def test_keys_of_openssl(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, algorithm: str, *, is_ours: bool) -> None:
    """A key that openssl made serves, if it is of the right kind."""
    file = tmp_path / "made.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", algorithm, "-out", str(file)], check=True, capture_output=True)
    monkeypatch.setenv(KEY_FILE_SETTING, str(file))
    if is_ours:
        assert signing_key(home).sign(b"content")
    else:
        with pytest.raises(AnsvarError, match="is no Ed25519 key"):
            signing_key(home)
