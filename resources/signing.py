"""The key that signs what goes out of the register: Ed25519 (RFC 8032), one a home.

It is `signing.key` in the home (PEM, mode 0600), or the file that `ANSVAR_SIGNING_KEY_FILE` names. `ansvar init` makes it; a home of before
gets it when something is signed first. The company publishes the public key: whoever has it can tell what the register wrote.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from resources.errors import AnsvarError
from resources.home import write_private

if TYPE_CHECKING:
    from resources.home import Home

KEY_FILE = "signing.key"
KEY_FILE_SETTING = "ANSVAR_SIGNING_KEY_FILE"
_LETTERS = 4
_MAKING = Lock()


def signing_key(home: Home) -> Ed25519PrivateKey:
    """The home's signing key; one that is not there yet is made.

    Raises:
        AnsvarError: where it cannot be read, or is no Ed25519 key.
    """
    named = home.settings().get(KEY_FILE_SETTING, "").strip()
    file = Path(named) if named else home.path / KEY_FILE
    with _MAKING:  # bundles are made several at once
        if not named and not file.exists():
            write_private(file, Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        raise AnsvarError(
            f"The signing key cannot be read: {file} must be an Ed25519 key as `openssl genpkey -algorithm ed25519` gives."
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise AnsvarError(f"The signing key in {file} is no Ed25519 key: `openssl genpkey -algorithm ed25519` gives one.")
    return key


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """The public key as PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def public_key(pem: bytes) -> Ed25519PublicKey | None:
    """The public key that a PEM holds; None where it holds none of Ed25519."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PublicKey) else None


def is_signed(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    """Whether a signature over a content was made with the private half of a key."""
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def fingerprint(key: Ed25519PublicKey) -> str:
    """The SHA-256 of a public key (SubjectPublicKeyInfo, DER), in hex: what `openssl pkey -pubin -outform DER | sha256sum` gives."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def in_groups(digest: str) -> str:
    """A fingerprint in groups of four letters, to be read aloud and compared."""
    return " ".join(digest[start : start + _LETTERS] for start in range(0, len(digest), _LETTERS))
