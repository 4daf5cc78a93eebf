"""What the register makes itself, and how long it is kept: export bundles in the outbox, answered requests in the ledger, and backups.

The file goes first, then the ledger's rows together with the count of them: what stops in between is made up for by the next purge, and
is counted once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from resources.backups import copied_files
from resources.clock import local_date
from resources.ledger import PurgeRecord
from resources.ledger.backups import backups, backups_gone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from resources.register import Register

_UNFINISHED = dt.timedelta(days=1)  # as long as a bundle, or a batch, may be in the making
_ANSWERED = "answered"


@dataclass(frozen=True)
class OwnDue:
    """What is due: bundles with their files, requests and backups, by their id with the local date; and files that are of no bundle."""

    bundles: dict[str, dt.date]
    files: list[Path]
    strays: list[Path]
    requests: dict[str, dt.date]
    backups: dict[str, dt.date]
    backup_files: list[Path]


def due(register: Register) -> OwnDue:
    """What is past its period today, nothing changed. A request that was not answered stays, and so does one whose bundle stays."""
    rules, own, zone = register.catalogue.retention.rules, register.catalogue.retention.own, register.catalogue.notice.time_zone
    today = register.clock.today()
    bundles, kept, files = {}, set(), {}
    for row in register.ledger.bundles():
        made = local_date(row["made_at"], zone)
        files[row["file"]] = row["request"]
        if rules[own.bundles].period.last_day(made) < today:
            bundles[row["request"]] = made
        else:
            kept.add(row["request"])
    requests = {
        row["request"]: received
        for row in register.ledger.requests()
        if row["state"] == _ANSWERED and row["request"] not in kept
        if rules[own.requests].period.last_day(received := local_date(row["received_at"], zone)) < today
    }
    due_files = [register.outbox / file for file, request in files.items() if request in bundles]
    strays = [path for path in leftovers(register.outbox.iterdir(), register.clock.now()) if path.name not in files]
    copies = _backups(register)
    dates = {backup: made for backup, (made, _) in copies.items()}
    return OwnDue(bundles, due_files, strays, requests, dates, [file for _, files in copies.values() for file in files])


def _backups(register: Register) -> dict[str, tuple[dt.date, list[Path]]]:
    """The backups that are due, with their files where they can be reached; the wrapped key of each goes first."""
    rule = register.catalogue.retention.own.backups
    if rule is None:
        return {}
    period, zone, today = register.catalogue.retention.rules[rule].period, register.catalogue.notice.time_zone, register.clock.today()
    found = {}
    for row in backups(register.ledger.engine):
        made = local_date(row["made_at"], zone)
        if period.last_day(made) < today:
            folders = dict.fromkeys((Path(row["key_folder"]), Path(row["folder"])))
            found[row["backup"]] = (made, [file for folder in folders for file in copied_files(folder, row["backup"])])
    return found


def plan(register: Register, found: OwnDue | None = None) -> list[PurgeRecord]:
    """What is due of it, as the layers `outbox`, `ledger` and `backups`."""
    own, found = register.catalogue.retention.own, found or due(register)
    return [
        _record("outbox", "bundles", own.bundles, found.bundles.values(), len(found.strays)),
        _record("ledger", "requests", own.requests, found.requests.values()),
        *([_record("backups", "backups", own.backups, found.backups.values())] if own.backups else []),
    ]


def purge(register: Register, run: str) -> list[PurgeRecord]:
    """Delete what is due, files first, and leave no byte of it in the ledger's files; gives what went."""
    found = due(register)
    records = [record for record in plan(register, found) if record.records]
    for path in (*found.backup_files, *found.files, *found.strays):
        path.unlink(missing_ok=True)
    backups_gone(register.ledger.engine, found.backups)
    register.ledger.own_gone(run, register.clock.now(), records, bundles=found.bundles, requests=found.requests)
    return records


def leftovers(paths: Iterable[Path], now: dt.datetime) -> Iterator[Path]:
    """The files and folders that were written longer ago than anything is in the making."""
    for path in paths:
        written = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).replace(tzinfo=None)
        if now - written > _UNFINISHED:
            yield path


def _record(layer: str, what: str, rule: str, dates: Iterable[dt.date], more: int = 0) -> PurgeRecord:
    listed = sorted(dates)
    return PurgeRecord(layer, what, rule, len(listed) + more, listed[0] if listed else None, listed[-1] if listed else None)
