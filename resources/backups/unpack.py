"""Read a copy: every file of it is compared with the digest that the copy states, and what is asked for is written to a folder."""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from resources.backups.age import reading
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MANIFEST = "manifest.json"
WAREHOUSE, LEDGER = "warehouse.duckdb", "ledger.db"
FORMAT = 1
_NAMES = re.compile(r"(warehouse\.duckdb|ledger\.db|keys/[a-z]+\.(key|env)|(recordings/\w+|waiting|outbox)/[\w][\w.-]*)\Z", re.ASCII)
_LONGEST_MANIFEST = 1 << 30
_PIECE = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a copy holds: when it was made and by which version, its files with their digests, the rows of each table, of which pepper."""

    stated: dict[str, Any]

    @property
    def tables(self) -> dict[str, int]:
        """The rows of each table of the warehouse."""
        return dict(self.stated["tables"])

    @property
    def ledger(self) -> dict[str, int] | None:
        """The rows of each table of the ledger; None where the ledger is not in the copy."""
        found = self.stated["ledger"]
        return None if found is None else dict(found)

    @property
    def pepper(self) -> str:
        """What the pepper of the keyed hashes comes to, hashed: to be compared, and to be learnt nothing from."""
        return str(self.stated["pepper"])


def unpack(file: Path, key: str, folder: Path, wanted: Callable[[str], bool]) -> Manifest:
    """Read a copy to its end, compare every file with its digest, and write those that are wanted below a folder, mode 0600.

    Raises:
        AnsvarError: where the copy is damaged, is of another key, or holds what no copy holds.
    """
    digests: dict[str, list[Any]] = {}
    manifest: dict[str, Any] | None = None
    with reading(file, key) as stream, tarfile.open(fileobj=stream, mode="r|", bufsize=_PIECE) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is None or manifest is not None:
                raise _damaged(file)
            if member.name == MANIFEST:
                manifest = json.loads(content.read(_LONGEST_MANIFEST))
                continue
            if not _NAMES.match(member.name) or member.name in digests:
                raise _damaged(file)
            target = folder / member.name if wanted(member.name) else None
            digests[member.name] = [member.size, _taken(content, target)]
    if manifest is None or manifest.get("format") != FORMAT:
        raise AnsvarError(f"{file.name} is no backup that this Ansvar can read: it is incomplete, or of a newer one.")
    if digests != manifest["files"]:
        raise _damaged(file)
    return Manifest(manifest)


def _taken(content: IO[bytes], target: Path | None) -> str:
    """Read a file of a copy, write it where it is wanted, and give its SHA-256."""
    digest = hashlib.sha256()
    if target is None:
        while piece := content.read(_PIECE):
            digest.update(piece)
        return digest.hexdigest()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with target.open("xb") as written:
        target.chmod(0o600)
        while piece := content.read(_PIECE):
            digest.update(piece)
            written.write(piece)
    return digest.hexdigest()


def _damaged(file: Path) -> AnsvarError:
    return AnsvarError(f"{file.name} is damaged: what it holds is not what its manifest says.")
