"""What the register makes itself, and how long it is kept: bundles that wait or stand in the outbox, answered requests, and backups.

The file goes first, then the ledger's rows together with the count of them: what stops in between is made up for by the next purge, and
is counted once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assets.retention.due import Due, Terms
from resources.backups import copied_files
from resources.clock import local_date
from resources.ledger import PurgeRecord
from resources.ledger.backups import backups, backups_gone
from resources.ledger.bundles import BundleLedger
from resources.ledger.holds import RESTRICTION, HoldLedger
from resources.ledger.plans import PlanLedger
from resources.requests.life import ENDED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from resources.catalogue.retention_shapes import RuleShape
    from resources.register import Register

_UNFINISHED = dt.timedelta(days=1)  # as long as a bundle, or a batch, may be in the making
WAITS = "waits"


@dataclass(frozen=True)
class OwnDue:
    """What is due: bundles with their files, requests and backups, by their id with the local date; and files that are of no bundle."""

    bundles: dict[str, dt.date]
    files: list[Path]
    strays: list[Path]
    requests: dict[str, dt.date]
    backups: dict[str, dt.date]
    backup_files: list[Path]
    held: tuple[Due, ...] = ()


@dataclass(frozen=True)
class Back:
    """What keeps a request and its bundle back: what keeps the person's data, by request; and whether its keyed hash was approved to go."""

    held: dict[str, str] = field(default_factory=dict)
    approved: frozenset[str] = frozenset()
    terms: Terms = field(default_factory=Terms)

    def reason(self, layer: str, rule: str, request: str, day: dt.date) -> str | None:
        """Why it stays: what keeps it, or that it waits for approval; None where it goes."""
        if request in self.held:
            return self.held[request]
        waits = rule in self.terms.approved_rules and planned_hash(self.terms.pepper, layer, rule, request, day) not in self.approved
        return WAITS if waits else None


def planned_hash(pepper: str, layer: str, rule: str, request: str, day: dt.date) -> str:
    """The keyed hash by which a plan knows a bundle or a request."""
    return hashlib.sha256(f"{pepper}{layer}/{rule}/{request}/{day}".encode()).hexdigest()[:32]


def due(register: Register, back: Back | None = None) -> OwnDue:
    """What is past its period today, nothing changed.

    A request that was neither answered, refused nor closed stays, and so does one whose bundle stays, and one for a restriction that was
    not lifted. What `back` holds back stands in `held`.
    """
    back = back or Back()
    restricted = {each for each, kind, _, _ in HoldLedger(register.ledger).keeping().requests if kind == RESTRICTION}
    stay: dict[tuple[str, str], dict[str, dt.date]] = {}
    rules, own, zone = register.catalogue.retention.rules, register.catalogue.retention.own, register.catalogue.notice.time_zone
    today = register.clock.today()
    bundles, kept, files = {}, set(), {}
    for row in BundleLedger(register.ledger).bundles():
        made = local_date(_since(row), zone)
        files[register.bundle_file(row)] = row["request"]
        reason = back.reason("outbox", own.bundles, row["request"], made)
        is_due = is_past(rules[own.bundles], made, today)
        if is_due and reason is None:
            bundles[row["request"]] = made
        else:
            kept.add(row["request"])
        if is_due and reason is not None:
            stay.setdefault(("outbox", reason), {})[row["request"]] = made
    requests = {}
    for row in register.ledger.requests():
        received = local_date(row["received_at"], zone)
        if row["state"] not in ENDED or row["request"] in restricted or not is_past(rules[own.requests], received, today):
            continue
        reason = back.reason("ledger", own.requests, row["request"], received)
        if reason is not None:
            stay.setdefault(("ledger", reason), {})[row["request"]] = received
        elif row["request"] not in kept:
            requests[row["request"]] = received
    due_files = [file for file, request in files.items() if request in bundles]
    strays = [path for path in leftovers(bundle_files(register), register.clock.now()) if path not in files]
    copies = _backups(register)
    dates = {backup: made for backup, (made, _) in copies.items()}
    copied = [file for _, files in copies.values() for file in files]
    return OwnDue(bundles, due_files, strays, requests, dates, copied, tuple(_kept(register, stay)))


def _backups(register: Register) -> dict[str, tuple[dt.date, list[Path]]]:
    """The backups that are due, with their files where they can be reached; the wrapped key of each goes first."""
    rule, zone, today = register.catalogue.retention.own.backups, register.catalogue.notice.time_zone, register.clock.today()
    if rule is None:
        return {}
    found = {}
    for row in backups(register.ledger.engine):
        made = local_date(row["made_at"], zone)
        if is_past(register.catalogue.retention.rules[rule], made, today):
            folders = dict.fromkeys((Path(row["key_folder"]), Path(row["folder"])))
            found[row["backup"]] = (made, [file for folder in folders for file in copied_files(folder, row["backup"])])
    return found


def _kept(register: Register, stay: dict[tuple[str, str], dict[str, dt.date]]) -> Iterator[Due]:
    own = register.catalogue.retention.own
    for (layer, reason), days in sorted(stay.items()):
        what, rule = ("bundles", own.bundles) if layer == "outbox" else ("requests", own.requests)
        nothing, record = _record(layer, what, rule, ()), _record(layer, what, rule, days.values())
        yield Due(nothing, {}, record) if reason == WAITS else Due(nothing, {reason: record.records})


def planned_hashes(register: Register, back: Back) -> list[str]:
    """The keyed hashes of the bundles and requests that wait for approval."""
    own, zone = register.catalogue.retention.own, register.catalogue.notice.time_zone
    rules, today = register.catalogue.retention.rules, register.clock.today()
    there = [("outbox", own.bundles, row["request"], local_date(_since(row), zone)) for row in BundleLedger(register.ledger).bundles()]
    answered = [row for row in register.ledger.requests() if row["state"] in ENDED]
    there += [("ledger", own.requests, row["request"], local_date(row["received_at"], zone)) for row in answered]
    return sorted(
        planned_hash(back.terms.pepper, layer, rule, request, day)
        for layer, rule, request, day in there
        if is_past(rules[rule], day, today) and back.reason(layer, rule, request, day) == WAITS
    )


def plan(register: Register, found: OwnDue | None = None) -> list[PurgeRecord]:
    """What is due of it, as the layers `outbox`, `ledger` and `backups`."""
    own, found = register.catalogue.retention.own, found or due(register)
    return [
        _record("outbox", "bundles", own.bundles, found.bundles.values(), len(found.strays)),
        _record("ledger", "requests", own.requests, found.requests.values()),
        *([_record("backups", "backups", own.backups, found.backups.values())] if own.backups else []),
    ]


def purge(register: Register, run: str, back: Back | None = None) -> list[PurgeRecord]:
    """Delete what is due and not held back, files first, and leave no byte of it in the ledger's files; gives what went."""
    found = due(register, back)
    records = [record for record in plan(register, found) if record.records]
    for path in (*found.backup_files, *found.files, *found.strays):
        path.unlink(missing_ok=True)
    backups_gone(register.ledger.engine, found.backups)
    register.ledger.own_gone(run, register.clock.now(), records, bundles=found.bundles, requests=found.requests)
    pepper, ledger = register.home.pepper, PlanLedger(register.ledger)
    for layer, requests in (("outbox", found.bundles), ("ledger", found.requests)):
        ledger.note_own(run, layer, [hashlib.sha256(f"{pepper}{request}".encode()).hexdigest()[:32] for request in requests])
    register.ledger.wipe()
    return records


def is_past(rule: RuleShape, day: dt.date, today: dt.date) -> bool:
    """Whether the time of what is counted from a local date is over."""
    last = rule.limit.last_day(day, {})
    return last is not None and last < today


def last_day_of_bundle(register: Register, row: Mapping[str, Any]) -> dt.date | None:
    """The last local date on which a bundle is kept where nothing holds it back; None where it goes by no date. `row` is the ledger's."""
    retention = register.catalogue.retention
    last: dt.date | None = retention.rules[retention.own.bundles].limit.last_day(
        local_date(_since(row), register.catalogue.notice.time_zone), {}
    )
    return last


def bundle_files(register: Register) -> Iterator[Path]:
    """Every file in the two folders of bundles."""
    for folder in (register.waiting, register.outbox):
        if folder.is_dir():
            yield from folder.iterdir()


def _since(row: Mapping[str, Any]) -> dt.datetime:
    """From when a bundle's period is counted: its release, else its making."""
    moment: dt.datetime = row["released_at"] or row["made_at"]
    return moment


def leftovers(paths: Iterable[Path], now: dt.datetime) -> Iterator[Path]:
    """The files and folders that were written longer ago than anything is in the making."""
    for path in paths:
        written = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).replace(tzinfo=None)
        if now - written > _UNFINISHED:
            yield path


def _record(layer: str, what: str, rule: str, dates: Iterable[dt.date], more: int = 0) -> PurgeRecord:
    listed = sorted(dates)
    return PurgeRecord(layer, what, rule, len(listed) + more, listed[0] if listed else None, listed[-1] if listed else None)
