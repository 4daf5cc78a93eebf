"""Encryption for whoever is to get a file: age (https://age-encryption.org/v1) for a passphrase or a public key, as streams.

For public keys pyrage does it. For a passphrase pyrage takes the whole content at once, and a bundle may be larger than the memory: so the
little that is age's own (a header with one scrypt stanza, a payload in pieces of 64 KiB) is written here over OpenSSL's primitives.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

import pyrage
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pyrage import ssh, x25519

from resources.errors import AnsvarError

if TYPE_CHECKING:
    from pathlib import Path

SHORTEST = 12  # letters of a passphrase
ENDING = ".age"
_LOG_WORK, _BLOCK, _MEMORY = 18, 8, 1 << 29  # scrypt: about a second, 256 MB, as age itself asks for
_PIECE = 1 << 16
_LABEL = b"age-encryption.org/v1/scrypt"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
_GROUPS, _IN_A_GROUP = 6, 5


@dataclass(frozen=True)
class Addressee:
    """Who can open an envelope: whoever knows the passphrase, or holds the private key of `recipient` (`age1…` or an SSH public key)."""

    passphrase: str | None = field(default=None, repr=False)
    recipient: str | None = None

    def check(self) -> None:
        """See that an envelope can be closed for them.

        Raises:
            AnsvarError: where nobody is named, or both ways are, the passphrase is short, or the key is none.
        """
        if bool(self.passphrase) == bool(self.recipient):
            raise AnsvarError("Say who can open it: either by a passphrase, or by a public key (age1…, or ssh-ed25519 …).")
        if self.passphrase and len(self.passphrase) < SHORTEST:
            raise AnsvarError(f"The passphrase is too short: it has at least {SHORTEST} letters. --new-passphrase makes one.")
        if self.recipient:
            _recipient(self.recipient)

    def seal(self, plain: IO[bytes], target: Path) -> None:
        """Encrypt a stream into a new file of mode 0600, which is on the disk when this returns.

        Raises:
            AnsvarError: as `check`.
        """
        self.check()
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            if self.recipient:
                pyrage.encrypt_io(plain, file, [_recipient(self.recipient)])
            else:
                _seal(plain, file, self.passphrase or "")
            file.flush()
            os.fsync(file.fileno())


def new_passphrase() -> str:
    """A random passphrase of 148 bits, in groups that can be read over a telephone."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_IN_A_GROUP)) for _ in range(_GROUPS))


def _recipient(key: str) -> object:
    kind = x25519 if key.startswith("age1") else ssh
    try:
        return kind.Recipient.from_str(key.strip())
    except pyrage.RecipientError:
        raise AnsvarError(
            "The recipient is no public key that age knows: age1… (`age-keygen` makes a pair of keys), or ssh-ed25519 …."
        ) from None


def _seal(plain: IO[bytes], target: IO[bytes], passphrase: str) -> None:
    """Write age's format for a passphrase."""
    key, salt, nonce = secrets.token_bytes(16), secrets.token_bytes(16), secrets.token_bytes(16)
    wrap = hashlib.scrypt(passphrase.encode(), salt=_LABEL + salt, n=1 << _LOG_WORK, r=_BLOCK, p=1, maxmem=_MEMORY, dklen=32)
    body = ChaCha20Poly1305(wrap).encrypt(bytes(12), key, None)
    header = b"age-encryption.org/v1\n-> scrypt %s %d\n%s\n---" % (_base64(salt), _LOG_WORK, _base64(body))
    target.write(b"%s %s\n" % (header, _base64(hmac.digest(_derived(key, b"", b"header"), header, hashlib.sha256))))
    target.write(nonce)
    cipher = ChaCha20Poly1305(_derived(key, nonce, b"payload"))
    number, piece = 0, plain.read(_PIECE)
    while True:
        following = plain.read(_PIECE)
        target.write(cipher.encrypt(number.to_bytes(11, "big") + (b"\0" if following else b"\1"), piece, None))
        if not following:
            return
        number, piece = number + 1, following


def _derived(key: bytes, salt: bytes, what: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, what).derive(key)


def _base64(content: bytes) -> bytes:
    return base64.b64encode(content).rstrip(b"=")
