"""Encrypted streams: what goes in comes out, whoever is not meant to cannot open it, and damage is noticed."""

from __future__ import annotations

import resource
import secrets
from typing import TYPE_CHECKING

import pytest
from pyrage import x25519

from resources.backups.age import Lock, Opener, new_data_key, reading, writing
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = secrets.token_bytes(3_000_000)
PHRASE = "a phrase that is long"


def _written(folder: Path, key: str) -> Path:
    with writing(folder / "x.age", key) as stream:
        stream.write(CONTENT)
    return folder / "x.age"


def _read(file: Path, key: str) -> bytes:
    with reading(file, key) as stream:
        return stream.read()


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    """A stream is read back byte by byte; its file is its owner's alone and shows nothing of it."""
    key = new_data_key()
    file = _written(tmp_path, key)
    assert _read(file, key) == CONTENT
    assert (file.stat().st_mode & 0o777, CONTENT[:16] in file.read_bytes()) == (0o600, False)


def test_a_reader_that_stops_early(tmp_path: Path) -> None:
    """Whoever reads a part only gets it, and the rest is authenticated all the same."""
    key = new_data_key()
    file = _written(tmp_path, key)
    with reading(file, key) as stream:
        assert stream.read(100) == CONTENT[:100]
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size - 10)
    with pytest.raises(AnsvarError, match=r"x[.]age is damaged"), reading(file, key) as stream:
        stream.read(100)


@pytest.mark.parametrize("kind", ["cut", "changed", "other key", "no age"])
def test_damage(tmp_path: Path, kind: str) -> None:
    """A file that was cut or changed, and one of another key, do not decrypt."""
    key = new_data_key()
    file = _written(tmp_path, key)
    content = bytearray(file.read_bytes())
    if kind == "cut":
        content = content[:-20]
    if kind == "changed":
        content[1_000_000] ^= 1
    if kind == "no age":
        content = content[5:]
    file.write_bytes(content)
    with pytest.raises(AnsvarError, match=r"x[.]age is damaged, or its key is of another backup"):
        _read(file, new_data_key() if kind == "other key" else key)


def test_a_full_disk(tmp_path: Path) -> None:
    """Where the file may grow no more, the error says that there is no room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(AnsvarError, match=r"The backup could not be written [(]No space left on device[)]: nothing of it is left"):
            _written(tmp_path, new_data_key())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_an_error_of_the_writer_s_own(tmp_path: Path) -> None:
    """What goes wrong while the stream is written is told as it is."""

    def fail() -> None:
        with writing(tmp_path / "x.age", new_data_key()):
            raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        fail()


def test_a_passphrase() -> None:
    """A data key that a passphrase wraps is opened by that and by no other; neither is shown."""
    key = new_data_key()
    wrapped = Lock(PHRASE).wrap(key)
    assert (Opener(PHRASE).unwrap(wrapped), PHRASE in repr((Lock(PHRASE), Opener(PHRASE)))) == (key, False)
    with pytest.raises(AnsvarError, match="key does not open with that passphrase or identity"):
        Opener("another phrase").unwrap(wrapped)


def test_recipients() -> None:
    """A data key that is wrapped for two recipients is opened by either, and by nobody else."""
    key, pairs = new_data_key(), [x25519.Identity.generate() for _ in range(3)]
    wrapped = Lock(recipients=tuple(str(each.to_public()) for each in pairs[:2])).wrap(key)
    assert [Opener(identities=(str(each),)).unwrap(wrapped) for each in pairs[:2]] == [key, key]
    with pytest.raises(AnsvarError, match="key does not open"):
        Opener(identities=(str(pairs[2]),)).unwrap(wrapped)


@pytest.mark.parametrize(
    ("lock", "message"),
    [
        (Lock(), "Say who can open the backup"),
        (Lock(PHRASE, ("age1",)), "Say who can open the backup: either by a passphrase, or"),
        (Lock("short"), "at least 12 letters"),
        (Lock(recipients=("age1nobody",)), "no public key of age"),
    ],
)
def test_locks_that_are_none(lock: Lock, message: str) -> None:
    """A lock that nobody could open, or anybody guess, is refused."""
    with pytest.raises(AnsvarError, match=message):
        lock.wrap(new_data_key())
