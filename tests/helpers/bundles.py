"""Bundles as they lie in a home, for tests to which it does not matter what is in them."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from assets.rights.delivery import opened
from resources.connectors.landing import sha256
from resources.ledger.bundles import BundleLedger

if TYPE_CHECKING:
    from pathlib import Path

    from resources.register import Register

BY = "Dana Officer"


def members(register: Register, request: str) -> dict[str, bytes]:
    """The members of the bundle that waits for a request."""
    with opened(register, BundleLedger(register.ledger).bundle(request)) as stream, zipfile.ZipFile(io.BytesIO(stream.read())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def waiting(register: Register, request: str, content: bytes = b"bundle") -> Path:
    """A file that waits as the bundle of a request; gives its path."""
    path = register.waiting / f"{request}.zip"
    path.write_bytes(content)
    row = {"request": request, "file": path.name, "sha256": sha256(path), "made_at": register.clock.now(), "records": 1, "says": {}}
    BundleLedger(register.ledger).made(row, BY)
    return path


def delivered(register: Register, request: str, content: bytes = b"bundle") -> Path:
    """A file in the outbox that answers a request as its bundle; gives its path."""
    path = waiting(register, request, content).rename(register.outbox / f"{request}.zip.age")
    BundleLedger(register.ledger).released(request, path.name, sha256(path), BY, register.clock.now())
    return path
