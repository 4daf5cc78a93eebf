"""Is a bundle what its controller signed? Every file of it is compared, nothing beside is taken; what is wrong is said in words.

The file may come from anybody: no member is unpacked, and no more is read of one than the manifest says that it has.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assets.rights.seal import FORMAT, KEY, MANIFEST, SIGNATURE, SUMS
from resources.signing import fingerprint, is_signed, public_key

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_AGE = (b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE")
_ENCRYPTED = (
    "The bundle is still encrypted: decrypt it first, as with `age --decrypt --output bundle.zip FILE`, and verify what that writes."
)
_NAME = re.compile(r"(?!.*\.\.)[A-Za-z0-9_]+(/[A-Za-z0-9_-]+)?(\.[A-Za-z0-9]+)*", re.ASCII)
_LONGEST = {MANIFEST: 1 << 28, SIGNATURE: 64, KEY: 1 << 12}
_MOST_MEMBERS = 1_000_000
_PIECE = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, KeyError)


@dataclass(frozen=True)
class Verified:
    """What was found: the faults, nothing where the bundle is whole; and whose key signed it, of which request, with how many files.

    `is_encrypted` says that the fault is none of the bundle's: it was not decrypted yet, so nothing is known of it.
    """

    faults: list[str]
    fingerprint: str | None = None
    request: str | None = None
    files: int = 0
    is_trusted: bool = False
    is_encrypted: bool = False


def verify(file: Path, trusted: bytes | None = None) -> Verified:
    """Check a bundle: its signature, the digest of every member, and that there is no other.

    Args:
        file: the ZIP, decrypted.
        trusted: the controller's public key as PEM, as it was published; without it the bundle's own is taken, which proves less.
    """
    try:
        with file.open("rb") as opened:
            head = opened.read(32)
        if head.startswith(_AGE):
            return Verified([_ENCRYPTED], is_encrypted=True)
        with zipfile.ZipFile(file) as archive:
            return _verify(archive, trusted)
    except _BROKEN:
        return Verified(["The file is no whole ZIP: it is damaged, or cut off."])


def _verify(archive: zipfile.ZipFile, trusted: bytes | None) -> Verified:
    entries = archive.infolist()
    names = [each.filename for each in entries]
    faults = _unsafe(entries)
    if faults:
        return Verified(faults)
    missing = [f"{name} is missing." for name in (MANIFEST, SIGNATURE, KEY) if name not in names]
    if missing:
        return Verified(missing)
    texts = {}
    for name, longest in _LONGEST.items():
        with archive.open(name) as member:
            texts[name] = member.read(longest + 1)
        if len(texts[name]) > longest:
            return Verified([f"{name} is larger than any that Ansvar writes."])
    own = public_key(texts[KEY])
    key = public_key(trusted) if trusted is not None else own
    if own is None or key is None:
        return Verified([f"{'The key that was given' if own is not None else KEY} is no Ed25519 public key."])
    if not is_signed(key, texts[SIGNATURE], texts[MANIFEST]):
        other = trusted is not None and fingerprint(own) != fingerprint(key)
        why = "it was signed with another key than the one given" if other else f"{MANIFEST} was changed after it was signed"
        return Verified([f"The signature is not right: {why}."], fingerprint(own))
    return _compare(archive, texts[MANIFEST], key, is_trusted=trusted is not None)


def _compare(archive: zipfile.ZipFile, text: bytes, key: Ed25519PublicKey, *, is_trusted: bool) -> Verified:
    """Compare every member with a manifest that is signed."""
    manifest = json.loads(text)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        return Verified([f"{MANIFEST} is of another format than this Ansvar reads: use a newer one."], fingerprint(key))
    listed: dict[str, dict[str, Any]] = {each["file"]: each for each in manifest["files"]}
    names = set(archive.namelist())
    faults = [f"{name} is missing." for name in listed if name not in names]
    faults += [f"{name!a} is in the bundle and not in the manifest." for name in sorted(names - listed.keys() - {MANIFEST, SIGNATURE})]
    faults += [f"{name} was changed." for name, each in listed.items() if name in names and not _is_same(archive, name, each)]
    if not faults and SUMS in names:
        sums = {line[66:]: line[:64] for line in archive.read(SUMS).decode().splitlines()}
        faults = [f"{SUMS} says another checksum of {name}." for name, digest in sums.items() if listed[name]["sha256"] != digest]
    return Verified(faults, fingerprint(key), manifest["request"], len(listed), is_trusted)


def _unsafe(entries: list[zipfile.ZipInfo]) -> list[str]:
    """What makes a ZIP unsafe to unpack, whatever is in it."""
    if len(entries) > _MOST_MEMBERS:
        return ["The ZIP has more members than any that Ansvar writes."]
    names = [each.filename for each in entries]
    faults = [f"The name {name[:80]!a} is none that Ansvar gives: do not unpack the file." for name in names if not _NAME.fullmatch(name)]
    faults += (
        [f"{name} is in the bundle more than once." for name in sorted({each for each in names if names.count(each) > 1})]
        if len(set(names)) < len(names)
        else []
    )
    faults += [f"{each.filename} is no plain file." for each in entries if each.external_attr >> 28 not in (0, 8)]
    return faults


def _is_same(archive: zipfile.ZipFile, name: str, stated: dict[str, Any]) -> bool:
    """Whether a member has the stated size and digest; it is read no further than that."""
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(name) as member:
            while piece := member.read(_PIECE):
                size += len(piece)
                if size > stated["bytes"]:
                    return False
                digest.update(piece)
    except _BROKEN:
        return False
    return bool((size, digest.hexdigest()) == (stated["bytes"], stated["sha256"]))
