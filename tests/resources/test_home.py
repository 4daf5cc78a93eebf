"""The home: its folders are its owner's alone, and its settings are read as they stand."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from resources.errors import AnsvarError
from resources.home import Home, write_private

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = {"warehouse", "landing", "recordings", "waiting", "outbox", "intake", "work_orders", "documents", "dagster", "temporary"}


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def settings(home: Home, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings file of a home, and an environment that has none of its names."""
    for name in ("SHOP_URL", "SHOP_TOKEN", "EMPTY"):
        monkeypatch.delenv(name, raising=False)
    return home.path / "settings.env"


def test_a_new_home_is_its_owner_s_alone(tmp_path: Path) -> None:
    """Every folder has mode 0700 and the pepper 0600, whatever the umask."""
    umask = os.umask(0)
    try:
        home = Home(tmp_path / "deep" / "home")
        home.create()
    finally:
        os.umask(umask)
    assert {path.name: _mode(path) for path in home.path.iterdir()} == dict.fromkeys(FOLDERS, 0o700) | {
        "pepper.key": 0o600,
        "settings.env": 0o600,
        "warehouse.key": 0o600,
    }
    assert _mode(home.path) == 0o700


def test_making_a_home_again_changes_no_key(home: Home) -> None:
    """What is there stays, and modes that were opened are closed again."""
    pepper = home.pepper
    (home.path / "landing").chmod(0o755)
    home.create()
    assert (pepper, 0o700) == (home.pepper, _mode(home.path / "landing"))


def test_each_home_has_its_own_pepper(tmp_path: Path) -> None:
    """The pepper is 32 random bytes, in hex."""
    peppers = set()
    for name in ("one", "two"):
        Home(tmp_path / name).create()
        peppers.add(Home(tmp_path / name).pepper)
    assert (2, {64}) == (len(peppers), {len(bytes.fromhex(pepper)) * 2 for pepper in peppers})


def test_a_home_that_is_not_there(tmp_path: Path) -> None:
    """Where there is no home, the error says how to make one."""
    with pytest.raises(AnsvarError, match=r"There is no home at .*: make one with `ansvar init`"):
        Home(tmp_path / "absent").require()


def test_a_home_that_is_there(home: Home) -> None:
    """A home that exists is given back."""
    assert home is home.require()


def test_the_home_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`ANSVAR_HOME` names the home; without it, it is `.ansvar` here."""
    monkeypatch.setenv("ANSVAR_HOME", str(tmp_path / "elsewhere"))
    assert Home.from_environment().path == tmp_path / "elsewhere"
    monkeypatch.delenv("ANSVAR_HOME")
    monkeypatch.chdir(tmp_path)
    assert Home.from_environment().path == tmp_path / ".ansvar"


def test_the_ledger_s_url(monkeypatch: pytest.MonkeyPatch, home: Home) -> None:
    """The ledger is SQLite in the home, unless `ANSVAR_LEDGER` says otherwise."""
    monkeypatch.delenv("ANSVAR_LEDGER", raising=False)
    assert home.ledger_url == f"sqlite:///{home.path}/ledger.db"
    monkeypatch.setenv("ANSVAR_LEDGER", "postgresql+psycopg://host/ansvar")
    assert home.ledger_url == "postgresql+psycopg://host/ansvar"


def test_settings_are_read_line_by_line(home: Home, settings: Path) -> None:
    """Comments and blank lines are passed over; a value is what stands behind the first `=`, less blanks and quotes around it."""
    text = '# secrets\n\nSHOP_URL = https://shop.example/?a=b&c=d#x\n  SHOP_TOKEN="with blanks "\nEMPTY=\nTAIL=ends with a quote"\n'
    settings.write_text(text, encoding="utf-8")
    found = home.settings()
    assert {name: found[name] for name in ("SHOP_URL", "SHOP_TOKEN", "EMPTY", "TAIL")} == {
        "SHOP_URL": "https://shop.example/?a=b&c=d#x",
        "SHOP_TOKEN": "with blanks ",
        "EMPTY": "",
        "TAIL": 'ends with a quote"',
    }


def test_the_environment_comes_before_the_file(home: Home, settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting of the environment overrides the file's."""
    settings.write_text("SHOP_TOKEN=file\nSHOP_URL=file\n", encoding="utf-8")
    monkeypatch.setenv("SHOP_TOKEN", "environment")
    assert home.fill_in("${SHOP_TOKEN} ${SHOP_URL}", "it") == "environment file"


@pytest.mark.parametrize("line", ["s3cr3t", "1NAME=s3cr3t", "MY NAME=s3cr3t", "export NAME s3cr3t", "=s3cr3t", "NA-ME=s3cr3t"])
def test_a_line_that_is_no_setting(home: Home, settings: Path, line: str) -> None:
    """A line that is no setting is named by its number, and what it holds is not shown."""
    settings.write_text(f"# first\nSHOP_URL=x\n{line}\n", encoding="utf-8")
    with pytest.raises(AnsvarError, match=r"settings.env:3: is no setting: write NAME=value[.]$") as caught:
        home.settings()
    assert "s3cr3t" not in str(caught.value)


def test_settings_that_are_not_utf_8(home: Home, settings: Path) -> None:
    """A file in another encoding is said to be so, without its bytes."""
    settings.write_bytes("SHOP_TOKEN=s3cr3tä\n".encode("latin-1"))
    with pytest.raises(AnsvarError, match="is not UTF-8") as caught:
        home.settings()
    assert "s3cr3t" not in repr(caught.value)


def test_values_are_filled_in(home: Home, settings: Path) -> None:
    """Each `${NAME}` is replaced, once, whatever its value holds; other dollars stay."""
    settings.write_text("SHOP_URL=${SHOP_TOKEN}\\1\nSHOP_TOKEN=$x\n", encoding="utf-8")
    filled = home.fill_in("a ${SHOP_URL} b ${SHOP_TOKEN} c $SHOP_URL {SHOP_URL} ${}", "it")
    assert filled == "a ${SHOP_TOKEN}\\1 b $x c $SHOP_URL {SHOP_URL} ${}"


@pytest.mark.usefixtures("settings")
def test_a_missing_setting(home: Home) -> None:
    """A missing setting is named, with what needs it and where to put it."""
    with pytest.raises(
        AnsvarError, match=r"^The source 'shop' needs the setting SHOP_URL: put SHOP_URL=… into .*/settings[.]env or into the"
    ):
        home.fill_in("https://${SHOP_URL}/", "The source 'shop'")


def test_a_private_file_is_whole_and_closed(tmp_path: Path) -> None:
    """A private file has mode 0600 and the new text, even where an open one or a half-written one lay before."""
    path, partial = tmp_path / "key", tmp_path / ".key.partial"
    for left in (path, partial):
        left.write_text("old and longer", encoding="utf-8")
        left.chmod(0o644)
    write_private(path, "new")
    assert ("new", 0o600, [path]) == (path.read_text(encoding="utf-8"), _mode(path), list(tmp_path.iterdir()))


def test_how_much_memory(home: Home, settings: Path) -> None:
    """The engine's memory is a setting, unlimited where it is not made."""
    assert home.memory is None
    settings.write_text("ANSVAR_MEMORY=1500MB\n", encoding="utf-8")
    assert home.memory == "1500MB"
    settings.write_text("ANSVAR_MEMORY=lots\n", encoding="utf-8")
    with pytest.raises(AnsvarError, match="ANSVAR_MEMORY is an amount of memory, as 1500MB or 2GB"):
        assert home.memory
