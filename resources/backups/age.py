"""Encryption with age (https://age-encryption.org/v1), as streams: a copy of any size passes through a few megabytes of memory.

Each copy has a data key of its own. What opens the data key, a passphrase or one of several recipients' keys, is named by whoever makes the
copy; the data key lies beside it, wrapped. So to destroy that small file is to destroy the copy, wherever copies of it have gone.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

import pyrage
from pyrage import passphrase, x25519

from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_SHORTEST = 12  # letters of a passphrase
_BUFFER = 1 << 20


@dataclass(frozen=True)
class Lock:
    """Who can open a copy: whoever knows the passphrase, or holds the key of one of the recipients."""

    passphrase: str | None = field(default=None, repr=False)
    recipients: tuple[str, ...] = ()

    def wrap(self, key: str) -> bytes:
        """A data key that only they can open.

        Raises:
            AnsvarError: where nobody is named, or both ways are, the passphrase is short, or a recipient's key is none.
        """
        if bool(self.passphrase) == bool(self.recipients):
            raise AnsvarError("Say who can open the backup: either by a passphrase, or by recipients' public keys (age1…).")
        if self.passphrase:
            if len(self.passphrase) < _SHORTEST:
                raise AnsvarError(f"The passphrase of a backup has at least {_SHORTEST} letters.")
            return bytes(passphrase.encrypt(key.encode(), self.passphrase))
        try:
            return bytes(pyrage.encrypt(key.encode(), [x25519.Recipient.from_str(each) for each in self.recipients]))
        except pyrage.RecipientError:
            raise AnsvarError("A recipient is no public key of age: it looks like age1… (`age-keygen` makes a pair of keys).") from None


@dataclass(frozen=True)
class Opener:
    """What opens a data key: a passphrase, or the private keys of a recipient (`AGE-SECRET-KEY-1…`, a line each)."""

    passphrase: str | None = field(default=None, repr=False)
    identities: tuple[str, ...] = field(default=(), repr=False)

    def unwrap(self, wrapped: bytes) -> str:
        """The data key.

        Raises:
            AnsvarError: where it does not open.
        """
        try:
            if self.passphrase:
                return bytes(passphrase.decrypt(wrapped, self.passphrase)).decode()
            return bytes(pyrage.decrypt(wrapped, [x25519.Identity.from_str(each) for each in self.identities])).decode()
        except pyrage.IdentityError:
            raise AnsvarError("The identity is no private key of age: it looks like AGE-SECRET-KEY-1….") from None
        except (pyrage.DecryptError, OSError):
            raise AnsvarError("The backup's key does not open with that passphrase or identity, or its file is damaged.") from None


def new_data_key() -> str:
    """A random key for one copy."""
    return str(x25519.Identity.generate())


@contextmanager
def writing(file: Path, key: str) -> Iterator[IO[bytes]]:
    """A stream that is encrypted into a new file of mode 0600, which is on the disk when the context ends.

    Raises:
        AnsvarError: where the file cannot be written, as on a full disk.
    """
    recipient = x25519.Identity.from_str(key).to_public()
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)

    def encrypt(plain: IO[bytes]) -> None:
        with os.fdopen(descriptor, "wb", buffering=_BUFFER) as target:
            pyrage.encrypt_io(plain, target, [recipient])
            target.flush()
            os.fsync(target.fileno())

    given, taken = os.pipe()
    with _beside(encrypt, os.fdopen(given, "rb", buffering=_BUFFER)) as failed:
        try:
            with os.fdopen(taken, "wb", buffering=_BUFFER) as stream:
                yield stream
        except BrokenPipeError:  # the other side says why
            pass
    if failed:
        raise AnsvarError(f"The backup could not be written ({_reason(failed[0])}): nothing of it is left; what it copies is as it was.")


@contextmanager
def reading(file: Path, key: str) -> Iterator[IO[bytes]]:
    """The decrypted stream of a file.

    Raises:
        AnsvarError: where the file is damaged, or is of another key.
    """

    def decrypt(plain: IO[bytes]) -> None:
        with file.open("rb", buffering=_BUFFER) as source:
            pyrage.decrypt_io(source, plain, [x25519.Identity.from_str(key)])

    taken, given = os.pipe()
    error: Exception | None = None
    with _beside(decrypt, os.fdopen(given, "wb", buffering=_BUFFER)) as failed:
        try:
            with os.fdopen(taken, "rb", buffering=_BUFFER) as stream:
                yield stream
                while stream.read(_BUFFER):  # to the end, so that the last piece is authenticated too
                    pass
        except Exception as caught:  # noqa: BLE001 - raised below, unless the other side says why
            error = caught
    if failed and not (error and isinstance(failed[0], BrokenPipeError)):
        raise AnsvarError(f"{file.name} is damaged, or its key is of another backup: it does not decrypt to its end.") from None
    if error:
        raise error


@contextmanager
def _beside(work: Callable[[IO[bytes]], None], end: IO[bytes]) -> Iterator[list[Exception]]:
    """Work on one end of a pipe beside the context; the list holds its error, if any, once the context ends."""
    failed: list[Exception] = []

    def guarded() -> None:
        try:
            with end:
                work(end)
        except Exception as error:  # noqa: BLE001 - handed over to the context
            failed.append(error)

    thread = threading.Thread(target=guarded)
    thread.start()
    try:
        yield failed
    finally:
        thread.join()


def _reason(error: Exception) -> str:
    return "No space left on device" if "No space left" in str(error) or "File too large" in str(error) else type(error).__name__
