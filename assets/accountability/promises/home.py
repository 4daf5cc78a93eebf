"""Who can reach what lies in the home: counts alone, for file names are nobody's business."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.retention.orders import files_of
from assets.retention.own import bundle_files
from resources.keys import is_database, is_encrypted
from resources.ledger.bundles import BundleLedger
from resources.ledger.orders import OrderLedger

if TYPE_CHECKING:
    from pathlib import Path

    from resources.register import Register

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


# What stands in the folders of the home, by the patterns of its names; `*` in a pattern is of one folder.
_GENERATIONS = ("generation-*.duckdb", "generation-*.json")
_WAREHOUSE = ("current", *_GENERATIONS, "generation-*.duckdb.wal", "working-*", "rewritten-*", "session-*", "writer.lock", "*.partial")
_DOCUMENTS = ("notice.*", "record_of_processing.*", "data_map.*", "promises.*", ".*.partial")
_TEMPORARY = ("duckdb_temp_*", "pace-*.json", "backup-*")


@dataclass(frozen=True)
class HomeFacts:
    """The home's files; the accounts that own them; folders that others may enter, files that others may read; databases.

    Of the databases of the warehouse: old generations, and those that are not encrypted (`plain`), as those are whose rows are in Spark.
    """

    files: int
    accounts: int
    open_to_others: int
    readable_by_others: int
    superseded: int
    plain: int


def look_at(path: Path) -> HomeFacts:
    """Look at every file of a home, and of the warehouse's databases at the first bytes.

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
    superseded = sum(1 for pattern in _GENERATIONS for each in warehouse.glob(pattern) if each.name != current)
    plain = sum(1 for _ in warehouse.glob("*.json"))
    plain += sum(1 for each in warehouse.glob("*.duckdb") if each.is_file() and is_database(each) and not is_encrypted(each))
    return HomeFacts(files, len(owners), int(is_open), readable, superseded, plain)


def strangers(register: Register) -> dict[str, int]:
    """How many files and folders of the home are none that Ansvar makes, by where they lie: what nobody declared may be anything.

    Bundles that the ledger does not know of are left out while one may be in the making (hidden, or ending in `.partial`).
    """
    home = register.home.path
    datasets = {(each.source, each.name) for each in register.catalogue.datasets}
    tables = {each.table for each in register.catalogue.datasets}
    bundles = {register.bundle_file(row) for row in BundleLedger(register.ledger).bundles()}
    orders = {file.name for row in OrderLedger(register.ledger).orders() for file in files_of(register, row["work_order"])}
    landed = [path.relative_to(home / "landing").parts for path in (home / "landing").rglob("*") if path.is_file()]
    found = {
        "home": register.home.strangers(),
        "warehouse": _others(home / "warehouse", _WAREHOUSE),
        "documents": _others(home / "documents", _DOCUMENTS),
        "temporary": _others(home / "temporary", _TEMPORARY),
        "outbox": sum(not each.name.startswith(".") and each not in bundles for each in bundle_files(register)),
        "work_orders": sum(each.name not in orders for each in register.work_orders.glob("*")),
        "landing": sum((parts[0], ".".join(parts[1:2]).partition(".")[0]) not in datasets for parts in landed),
        "recordings": sum(each.name not in tables for each in (home / "recordings").iterdir()),
    }
    return {place: number for place, number in found.items() if number}


def _others(folder: Path, patterns: tuple[str, ...]) -> int:
    return sum(not any(each.match(pattern) for pattern in patterns) for each in folder.iterdir()) if folder.is_dir() else 0
