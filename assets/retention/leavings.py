"""What decisions leave behind, and how long that is kept.

That is keyed hashes of who was erased, decisions on returns, orders; and holds that have ended, looks, disclosures and reasons in the audit
chain, as long as requests. Failed logins go after a day.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assets.retention.orders import files_of
from assets.retention.own import is_past, leftovers
from resources.clock import local_date
from resources.ledger import PurgeRecord, tables
from resources.ledger.erasures import DONE, ErasureLedger
from resources.ledger.lockout import forget
from resources.ledger.orders import OrderLedger
from resources.ledger.written import KINDS, REASONS, deletions, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import sqlalchemy as sa

    from resources.register import Register


@dataclass(frozen=True)
class LeavingsDue:
    """What is due, each with its local date: erasures, decisions on returns (by key id and hash), and orders; and files of no order.

    `written` has, by its kind, what users wrote down; `refused` the files of forms that could not be filed as requests.
    """

    erasures: dict[str, dt.date]
    returns: dict[tuple[str, str], dt.date]
    orders: dict[str, dt.date]
    strays: list[Path]
    written: dict[str, dict[str, dt.date]] = field(default_factory=dict)
    refused: dict[Path, dt.date] = field(default_factory=dict)


def due(register: Register) -> LeavingsDue:
    """What is past its period today, nothing changed. An erasure that is still to be carried out stays."""
    own, rules, zone = register.catalogue.retention.own, register.catalogue.retention.rules, register.catalogue.notice.time_zone
    today = register.clock.today()

    def is_due(rule: str | None, day: dt.date) -> bool:
        return rule is not None and is_past(rules[rule], day, today)

    ledger, orders = ErasureLedger(register.ledger), OrderLedger(register.ledger).orders()
    erased = {row["erasure"]: local_date(row["erased_at"], zone) for row in ledger.erasures(DONE)}
    returned = {(row["key_id"], row["hash"]): local_date(row["made_at"], zone) for row in ledger.returns_made()}
    ordered = {row["work_order"]: local_date(row["made_at"], zone) for row in orders}
    known = {file.name for row in orders if row["state"] != "void" for file in files_of(register, row["work_order"])}
    noted = {kind: {each: local_date(at, zone) for each, at in written(register.ledger.engine, kind).items()} for kind in KINDS}
    held = register.work_orders.iterdir() if register.work_orders.is_dir() else iter(())
    return LeavingsDue(
        {erasure: day for erasure, day in erased.items() if is_due(own.erasures, day)},
        {each: day for each, day in returned.items() if is_due(own.erasures, day)},
        {order: day for order, day in ordered.items() if is_due(own.work_orders, day)},
        [path for path in leftovers(held, register.clock.now()) if path.name not in known],
        {kind: {each: day for each, day in days.items() if is_due(own.requests, day)} for kind, days in noted.items()},
        {path: day for path, day in _refused(register) if is_due(own.requests, day)},
    )


def _refused(register: Register) -> Iterator[tuple[Path, dt.date]]:
    """The forms that were put aside, and the local date on which each was written."""
    for path in sorted((register.intake / "refused").glob("*")):
        written_at = dt.datetime.fromtimestamp(path.lstat().st_mtime, dt.UTC).replace(tzinfo=None)
        yield path, local_date(written_at, register.catalogue.notice.time_zone)


def plan(register: Register, found: LeavingsDue | None = None) -> list[PurgeRecord]:
    """What is due of it, as the layers `ledger` and `work_orders`."""
    own, found = register.catalogue.retention.own, found or due(register)
    return [
        _record("ledger", "erasures", own.erasures, [*found.erasures.values()]),
        _record("ledger", "returns", own.erasures, [*found.returns.values()]),
        *(_record("ledger", kind, own.requests, [*days.values()]) for kind, days in found.written.items()),
        _record("intake", "refused", own.requests, [*found.refused.values()]),
        _record("work_orders", "work_orders", own.work_orders, [*found.orders.values()], len(found.strays)),
    ]


def purge(register: Register, run: str) -> list[PurgeRecord]:
    """Delete what is due, files first, and leave no byte of it in the ledger's files; gives what went."""
    forget(register.ledger.engine, register.clock.now())
    found = due(register)
    records = [record for record in plan(register, found) if record.records]
    for path in (*found.strays, *found.refused, *(file for order in found.orders for file in files_of(register, order))):
        path.unlink(missing_ok=True)
    if records:
        register.ledger.own_gone(run, register.clock.now(), records, also=_deletions(found), reasons=map(int, found.written[REASONS]))
    return records


def _deletions(found: LeavingsDue) -> list[sa.Delete | sa.Update]:
    erasures, identifiers, returns = tables.erasures, tables.erased_identifiers, tables.returns
    orders, answers = tables.work_orders, tables.work_order_answers
    gone: list[sa.Delete | sa.Update] = []
    for erasure in found.erasures:
        gone += [identifiers.delete().where(identifiers.c.erasure == erasure), erasures.delete().where(erasures.c.erasure == erasure)]
    gone += [returns.delete().where(returns.c.key_id == key_id, returns.c.hash == each) for key_id, each in found.returns]
    for order in found.orders:
        gone += [answers.delete().where(answers.c.work_order == order), orders.delete().where(orders.c.work_order == order)]
    return gone + [each for kind, ids in found.written.items() if kind != REASONS for each in deletions(kind, ids)]


def _record(layer: str, what: str, rule: str | None, dates: list[dt.date], more: int = 0) -> PurgeRecord:
    listed = sorted(dates)
    return PurgeRecord(layer, what, rule or "", len(listed) + more, listed[0] if listed else None, listed[-1] if listed else None)
