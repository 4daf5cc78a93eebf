"""The key that the warehouse is encrypted with: where it stands, and whether a file is encrypted at all.

The key is kept apart from what it opens where the company wishes: in the home (`warehouse.key`, mode 0600), in the setting
`ANSVAR_WAREHOUSE_KEY`, or in a file that `ANSVAR_WAREHOUSE_KEY_FILE` names. Whoever destroys it makes every file that was written with it
unreadable, copies of them too. Bundles that wait in the home are encrypted with a key that is derived of it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_SETTING = "ANSVAR_WAREHOUSE_KEY"
KEY_FILE_SETTING = "ANSVAR_WAREHOUSE_KEY_FILE"
PLAIN_SETTING = "ANSVAR_WAREHOUSE_PLAIN"
KEY_FILE = "warehouse.key"
_KEY_BYTES = 32
_SHORTEST = 32  # letters
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# A DuckDB file begins with a checksum of 8 bytes, its mark, a version of 8 bytes, and flags: the lowest says that it is encrypted.
_MARK, _MARK_AT, _FLAGS_AT, _ENCRYPTED = b"DUCK", 8, 20, 1
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_TRUTHS = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False, "": False}


@dataclass(frozen=True)
class Sealing:
    """How a warehouse is kept: its key, if there is one, and whether new files are written without it (`plain`)."""

    key: str | None = field(repr=False)
    plain: bool = False

    def for_new(self) -> str | None:
        """The key of a new file; None where it is to be plain.

        Raises:
            AnsvarError: where there is no key.
        """
        if self.plain:
            return None
        if self.key is None:
            raise AnsvarError(f"The home has no key for its warehouse yet: `ansvar init` makes one, or set {KEY_FILE_SETTING}.")
        return self.key

    def of(self, file: Path) -> str | None:
        """The key that a database file is to be opened with; None where it is plain, or not there.

        Raises:
            AnsvarError: where it is encrypted and there is no key.
        """
        if not is_encrypted(file):
            return None
        if self.key is None:
            raise AnsvarError(
                f"The warehouse is encrypted and its key is not there: put it back as {KEY_FILE} into the home, or set {KEY_FILE_SETTING}. "
                "Without it nobody can read the warehouse."
            )
        return self.key

    def age_key(self) -> str | None:
        """The age identity that files which wait in the home are encrypted with, derived of the warehouse's key; None where that is plain.

        Raises:
            AnsvarError: where there is no key.
        """
        key = self.for_new()
        return None if key is None else _age_identity(hmac.digest(key.encode(), b"ansvar files that wait", hashlib.sha256))


PLAIN = Sealing(None, plain=True)


def sealing_of(home: Path, settings: Mapping[str, str]) -> Sealing:
    """How the warehouse of a home is kept.

    Args:
        home: the home's folder.
        settings: the home's settings.

    Raises:
        AnsvarError: where a setting is wrong, or the key's file cannot be read or can be read by others.
    """
    told = settings.get(PLAIN_SETTING, "").strip().lower()
    if told not in _TRUTHS:
        raise AnsvarError(f"The setting {PLAIN_SETTING} is yes or no: yes leaves the warehouse unencrypted.")
    return Sealing(_key(home, settings), _TRUTHS[told])


def _key(home: Path, settings: Mapping[str, str]) -> str | None:
    if key := settings.get(KEY_SETTING, "").strip():
        return _long_enough(key, f"The setting {KEY_SETTING}")
    named = settings.get(KEY_FILE_SETTING, "").strip()
    file = Path(named) if named else home / KEY_FILE
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        if named:
            raise AnsvarError(f"There is no file {file}: {KEY_FILE_SETTING} names it as the warehouse's key.") from None
        return None
    except (OSError, UnicodeDecodeError):
        raise AnsvarError(f"The warehouse's key cannot be read: {file} must be a text file that you may read.") from None
    if named and mode & _OTHERS:
        raise AnsvarError(f"The warehouse's key can be read by others: chmod 600 {file}.")
    return _long_enough(text, str(file))


def _long_enough(key: str, what: str) -> str:
    if len(key) < _SHORTEST:
        raise AnsvarError(f"{what} is too short for a key: it has at least {_SHORTEST} letters, as `openssl rand -hex 32` gives.")
    return key


def _age_identity(scalar: bytes) -> str:
    """32 bytes as age writes a private key: Bech32 (BIP 173)."""
    number, bits = int.from_bytes(scalar, "big") << 4, len(scalar) * 8 + 4  # groups of five bits, filled up at the end
    groups = [number >> shift & 31 for shift in range(bits - 5, -1, -5)]
    prefix = "age-secret-key-"
    checked = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix] + groups
    checksum = _polymod([*checked, *[0] * 6]) ^ 1
    groups += [checksum >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1{''.join(_BECH32[each] for each in groups)}".upper()


def _polymod(values: list[int]) -> int:
    total = 1
    for value in values:
        top, total = total >> 25, (total & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            total ^= generator if top >> place & 1 else 0
    return total


def new_key() -> str:
    """A random key of 256 bits, as text."""
    return secrets.token_hex(_KEY_BYTES)


def is_encrypted(file: Path) -> bool:
    """Whether a file is an encrypted database; false where it is none, or not there."""
    try:
        with file.open("rb") as opened:
            head = opened.read(_FLAGS_AT + 1)
    except (FileNotFoundError, IsADirectoryError):
        return False
    return head[_MARK_AT : _MARK_AT + len(_MARK)] == _MARK and len(head) > _FLAGS_AT and bool(head[_FLAGS_AT] & _ENCRYPTED)


def is_database(file: Path) -> bool:
    """Whether a file is a database at all, encrypted or not."""
    with file.open("rb") as opened:
        return opened.read(_MARK_AT + len(_MARK))[_MARK_AT:] == _MARK


def published_is_encrypted(home: Path) -> bool:
    """Whether what readers see of a home's warehouse is encrypted; false before the first publication."""
    return is_encrypted((home / "warehouse" / "current").resolve())


def key_is_elsewhere(settings: Mapping[str, str]) -> bool:
    """Whether a setting gives the key, so that the home needs none of its own."""
    return bool(settings.get(KEY_SETTING, "").strip() or settings.get(KEY_FILE_SETTING, "").strip())
