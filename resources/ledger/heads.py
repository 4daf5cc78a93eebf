"""Heads of the audit chain, signed and kept elsewhere: whoever rewrites the whole chain, too, is found by a head of before."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from resources.ledger import tables
from resources.signing import fingerprint, is_signed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def signed_head(engine: sa.Engine, key: Ed25519PrivateKey, at: dt.datetime) -> str:
    """Where the chain ends now, as a line of JSON: number and hash of its last entry, when, by which key, and the signature (Ed25519)."""
    head = tables.audit_head.c
    with engine.connect() as connection:
        number, digest = connection.execute(sa.select(head.number, head.hash)).one()
    said = {"number": number, "hash": digest, "at": at.replace(tzinfo=None).isoformat(), "key": fingerprint(key.public_key())}
    return json.dumps(said | {"signature": base64.b64encode(key.sign(_content(said))).decode()})


def verify_heads(engine: sa.Engine, lines: Iterable[str], key: Ed25519PublicKey) -> list[str]:
    """What is wrong between signed heads and the chain as it stands, an item each fault; nothing where every head is in the chain.

    Args:
        engine: the ledger's database.
        lines: heads as `signed_head` gives them.
        key: the key that they were signed with.
    """
    faults = []
    for place, line in enumerate(lines, start=1):
        said = _read(line)
        signature = said.pop("signature", "") if said else ""
        if not said or not _is_signed(key, signature, said):
            faults.append(f"Line {place} is no head that was signed with this key.")
            continue
        with engine.connect() as connection:
            found = connection.scalar(sa.select(tables.audit.c.hash).where(tables.audit.c.number == said["number"]))
        if said["number"] and found != said["hash"]:
            faults.append(f"Entry {said['number']} is not the one whose head was signed on {said['at']}: the chain was written anew.")
    return faults


def _read(line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) and {"number", "hash", "at"} <= said.keys() else {}


def _is_signed(key: Ed25519PublicKey, signature: object, said: dict[str, Any]) -> bool:
    try:
        return is_signed(key, base64.b64decode(str(signature), validate=True), _content(said))
    except binascii.Error:
        return False


def _content(said: dict[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
