"""Envelopes: what is sealed opens with what was named, byte for byte, in bounded memory, with age's own tools."""

from __future__ import annotations

import io
import resource
import secrets
import stat
from typing import IO, TYPE_CHECKING

import pyrage
import pytest
from pyrage import x25519

from resources.envelopes import Addressee, new_passphrase
from resources.keys import Sealing, new_key

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("as_shipped")

PHRASE = "a phrase that is long"


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 131_072, 1_000_000])
def test_a_passphrase_opens_it(tmp_path: Path, size: int) -> None:
    """Whatever its size, also at the borders of the pieces that age seals, pyrage opens it with the passphrase, and with no other."""
    content = secrets.token_bytes(size)
    file = tmp_path / "x.age"
    Addressee(PHRASE).seal(io.BytesIO(content), file)
    assert (pyrage.passphrase.decrypt(file.read_bytes(), PHRASE), stat.S_IMODE(file.stat().st_mode)) == (content, 0o600)


def test_another_passphrase_does_not(tmp_path: Path) -> None:
    """Two envelopes of one content are not alike, and another passphrase opens neither."""
    files = [tmp_path / "one.age", tmp_path / "two.age"]
    for file in files:
        Addressee(PHRASE).seal(io.BytesIO(b"content"), file)
    assert files[0].read_bytes()[40:] != files[1].read_bytes()[40:]
    with pytest.raises(pyrage.DecryptError):
        pyrage.passphrase.decrypt(files[0].read_bytes(), "another phrase, as long")


class Endless(io.RawIOBase):
    """A stream of so many zeros, which are nowhere at once."""

    def __init__(self, size: int) -> None:
        """Begin."""
        super().__init__()
        self._left = size

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        given = min(self._left, 1 << 20 if size < 0 else size)
        self._left -= given
        return bytes(given)


def test_memory_is_bounded(tmp_path: Path) -> None:
    """200 MB pass through a few megabytes; deriving the key of the passphrase takes 256 MB for a second, as age asks for."""
    Addressee(PHRASE).seal(io.BytesIO(b"warm"), tmp_path / "warm.age")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    plain: IO[bytes] = Endless(200_000_000)  # type: ignore[assignment] # all that is asked of it is to be read
    Addressee(PHRASE).seal(plain, tmp_path / "x.age")
    assert (tmp_path / "x.age").stat().st_size > 200_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kilobytes


def test_passphrases_are_made_anew() -> None:
    """Each is another, in six groups, of letters that nobody mistakes for others."""
    made = {new_passphrase() for _ in range(100)}
    assert len(made) == 100
    assert {len(each.split("-")) for each in made} == {6}
    assert not set("".join(made)) & set("01ilo")


def test_the_key_of_what_waits() -> None:
    """It is an age identity, the same for one warehouse's key, another for another; where the warehouse is plain there is none."""
    one, other = new_key(), new_key()
    keys = [Sealing(each).age_key() or "" for each in (one, one, other)]
    assert (keys[0] == keys[1], keys[0] == keys[2], Sealing(one, plain=True).age_key()) == (True, False, None)
    sealed = pyrage.encrypt(b"content", [x25519.Identity.from_str(keys[0]).to_public()])
    assert pyrage.decrypt(sealed, [x25519.Identity.from_str(keys[1])]) == b"content"
    for _ in range(50):
        x25519.Identity.from_str(Sealing(new_key()).age_key() or "")
