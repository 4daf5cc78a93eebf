"""Orphans both ways, in every layer that has files: a file without a row, and a row without its file. Counts alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.audio import missing, strays
from assets.retention.own import bundle_files, leftovers
from resources.ledger.bundles import BundleLedger

if TYPE_CHECKING:
    from resources.register import Register
    from resources.warehouse import Engine

_UNDER_WAY = ("landed", "loaded")


def files_without_rows(register: Register, engine: Engine) -> dict[str, int]:
    """How many files no row is known of: audio (`recordings`), bundles (`outbox`), batches (`landing`).

    What was written within a day may be in the making, and is left out of bundles and batches.
    """
    now = register.clock.now()
    bundles = {register.bundle_file(row) for row in BundleLedger(register.ledger).bundles()}
    batches = {row["batch"] for row in register.ledger.batches() if row["state"] in _UNDER_WAY}
    return {
        "recordings": sum(strays(engine, register.catalogue, register.recordings).values()),
        "outbox": sum(path not in bundles for path in leftovers(bundle_files(register), now)),
        "landing": sum(path.name not in batches for path in leftovers(register.landing.folder.glob("*/*/*"), now)),
    }


def rows_without_files(register: Register, engine: Engine) -> dict[str, int]:
    """How many rows name a file that is not there: records of audio, bundles, and batches that are still to be settled."""
    landed = {path.name for path in register.landing.folder.glob("*/*/*")}
    batches = [row["batch"] for row in register.ledger.batches() if row["state"] in _UNDER_WAY]
    return {
        "recordings": sum(missing(engine, register.catalogue, register.recordings).values()),
        "outbox": sum(not register.bundle_file(row).is_file() for row in BundleLedger(register.ledger).bundles()),
        "landing": sum(batch not in landed for batch in batches),
    }
