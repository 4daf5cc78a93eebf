"""Who can reach what lies in the home: counts alone, for file names are nobody's business."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class HomeFacts:
    """The home's files; the accounts that own them; folders that others may enter, files that others may read, and old generations."""

    files: int
    accounts: int
    open_to_others: int
    readable_by_others: int
    superseded: int


def look_at(path: Path) -> HomeFacts:
    """Look at every file of a home, without opening any.

    A file is readable by others where its own mode and that of every folder above it, up to the home, let them.
    """
    owners: set[int] = set()
    files = readable = 0
    top = path.stat()
    owners.add(top.st_uid)
    is_open = bool(stat.S_IMODE(top.st_mode) & _OTHERS)
    for each in path.rglob("*"):
        try:
            status = each.lstat()
        except FileNotFoundError:  # another run is at work
            continue
        owners.add(status.st_uid)
        if stat.S_ISREG(status.st_mode):
            files += 1
            readable += is_open and bool(stat.S_IMODE(status.st_mode) & _OTHERS)
    warehouse = path / "warehouse"
    current = (warehouse / "current").resolve().name
    superseded = sum(1 for each in warehouse.glob("generation-*.duckdb") if each.name != current)
    return HomeFacts(files, len(owners), int(is_open), readable, superseded)
