"""What the register makes itself, and how long it is kept: export bundles in the outbox, and answered requests in the ledger.

The file goes first, then the ledger's rows together with the count of them: what stops in between is made up for by the next purge, and
is counted once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.clock import local_date
from resources.ledger import PurgeRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from resources.catalogue.retention_shapes import RuleShape
    from resources.register import Register

_UNFINISHED = dt.timedelta(days=1)  # as long as a bundle, or a batch, may be in the making
_ANSWERED = "answered"


@dataclass(frozen=True)
class OwnDue:
    """What is due: bundles with their files, and requests, by the request's id with the local date; and files that are of no bundle."""

    bundles: dict[str, dt.date]
    files: list[Path]
    strays: list[Path]
    requests: dict[str, dt.date]


def due(register: Register) -> OwnDue:
    """What is past its period today, nothing changed. A request that was not answered stays, and so does one whose bundle stays."""
    rules, own, zone = register.catalogue.retention.rules, register.catalogue.retention.own, register.catalogue.notice.time_zone
    today = register.clock.today()
    bundles, kept, files = {}, set(), {}
    for row in register.ledger.bundles():
        made = local_date(row["made_at"], zone)
        files[row["file"]] = row["request"]
        if is_past(rules[own.bundles], made, today):
            bundles[row["request"]] = made
        else:
            kept.add(row["request"])
    requests = {
        row["request"]: received
        for row in register.ledger.requests()
        if row["state"] == _ANSWERED and row["request"] not in kept
        if is_past(rules[own.requests], received := local_date(row["received_at"], zone), today)
    }
    due_files = [register.outbox / file for file, request in files.items() if request in bundles]
    strays = [path for path in leftovers(register.outbox.iterdir(), register.clock.now()) if path.name not in files]
    return OwnDue(bundles, due_files, strays, requests)


def plan(register: Register, found: OwnDue | None = None) -> list[PurgeRecord]:
    """What is due of it, as the layers `outbox` and `ledger`."""
    own, found = register.catalogue.retention.own, found or due(register)
    return [
        _record("outbox", "bundles", own.bundles, found.bundles.values(), len(found.strays)),
        _record("ledger", "requests", own.requests, found.requests.values()),
    ]


def purge(register: Register, run: str) -> list[PurgeRecord]:
    """Delete what is due, files first, and leave no byte of it in the ledger's files; gives what went."""
    found = due(register)
    records = [record for record in plan(register, found) if record.records]
    for path in (*found.files, *found.strays):
        path.unlink(missing_ok=True)
    register.ledger.own_gone(run, register.clock.now(), records, bundles=found.bundles, requests=found.requests)
    return records


def is_past(rule: RuleShape, day: dt.date, today: dt.date) -> bool:
    """Whether the time of what is counted from a local date is over."""
    last = rule.limit.last_day(day, {})
    return last is not None and last < today


def leftovers(paths: Iterable[Path], now: dt.datetime) -> Iterator[Path]:
    """The files and folders that were written longer ago than anything is in the making."""
    for path in paths:
        written = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).replace(tzinfo=None)
        if now - written > _UNFINISHED:
            yield path


def _record(layer: str, what: str, rule: str, dates: Iterable[dt.date], more: int = 0) -> PurgeRecord:
    listed = sorted(dates)
    return PurgeRecord(layer, what, rule, len(listed) + more, listed[0] if listed else None, listed[-1] if listed else None)
