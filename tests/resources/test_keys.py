"""Where the warehouse's key stands, and what is said where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resources.errors import AnsvarError
from resources.home import Home, write_private
from resources.keys import PLAIN, Sealing, sealing_of
from tests.resources.warehouse.runs import publish, warehouse_in

if TYPE_CHECKING:
    from pathlib import Path

GIVEN = "g" * 40


def test_a_new_home_has_a_key(home: Home) -> None:
    """A home is made with a random key of 256 bits, which making it again does not change."""
    key = (home.path / "warehouse.key").read_text(encoding="utf-8")
    home.create()
    assert (home.sealing, len(bytes.fromhex(key))) == (Sealing(key), 32)


def test_a_home_whose_key_is_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a setting gives the key, the home is made without one."""
    monkeypatch.setenv("ANSVAR_WAREHOUSE_KEY", GIVEN)
    home = Home(tmp_path / "home")
    home.create()
    assert (home.sealing.key, (home.path / "warehouse.key").exists()) == (GIVEN, False)


def test_a_home_of_before(home: Home) -> None:
    """A home without a key gets one when it is made again, unless what it holds is encrypted with one that was lost."""
    (home.path / "warehouse.key").unlink()
    assert home.sealing == Sealing(None)
    home.create()
    publish(warehouse_in(home.path, home.sealing), "one", 1)
    (home.path / "warehouse.key").unlink()
    with pytest.raises(AnsvarError, match=r"is encrypted, and its key is not there: put it back as .*warehouse[.]key[.]$"):
        home.create()


def test_a_key_of_a_file(tmp_path: Path) -> None:
    """A key may stand in a file outside of the home that nobody else can read."""
    file = tmp_path / "key"
    write_private(file, f"{GIVEN}\n")
    assert sealing_of(tmp_path, {"ANSVAR_WAREHOUSE_KEY_FILE": str(file)}) == Sealing(GIVEN)
    file.chmod(0o644)
    with pytest.raises(AnsvarError, match=r"key can be read by others: chmod 600 .*key[.]$"):
        sealing_of(tmp_path, {"ANSVAR_WAREHOUSE_KEY_FILE": str(file)})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"ANSVAR_WAREHOUSE_KEY": "ab12cd"}, "setting ANSVAR_WAREHOUSE_KEY is too short for a key: it has at least 32 letters"),
        ({"ANSVAR_WAREHOUSE_KEY_FILE": "/nowhere/key"}, "There is no file /nowhere/key: ANSVAR_WAREHOUSE_KEY_FILE names it"),
        ({"ANSVAR_WAREHOUSE_KEY_FILE": "/"}, "key cannot be read: / must be a text file"),
        ({"ANSVAR_WAREHOUSE_PLAIN": "perhaps"}, "setting ANSVAR_WAREHOUSE_PLAIN is yes or no"),
    ],
)
def test_settings_that_are_wrong(tmp_path: Path, settings: dict[str, str], message: str) -> None:
    """A setting that is wrong is named, without the key."""
    with pytest.raises(AnsvarError, match=message) as caught:
        sealing_of(tmp_path, settings)
    assert "ab12cd" not in str(caught.value)


@pytest.mark.parametrize(("told", "sealing"), [("1", PLAIN), ("Yes", PLAIN), ("no", Sealing(None)), ("", Sealing(None))])
def test_a_warehouse_that_is_left_plain(tmp_path: Path, told: str, sealing: Sealing) -> None:
    """Only a plain yes leaves the warehouse unencrypted."""
    assert sealing_of(tmp_path, {"ANSVAR_WAREHOUSE_PLAIN": told}) == sealing
