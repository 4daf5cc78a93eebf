"""The plan that a named user approves: made of what waits, known by keyed hashes, and forgotten in its time."""

from __future__ import annotations

import datetime as dt
import hashlib
from itertools import chain
from typing import TYPE_CHECKING

from assets.ingest.held import Holds
from assets.retention import own
from assets.retention.due import Terms, prepare
from assets.retention.kept_requests import back_of
from assets.retention.own import is_past
from assets.retention.purge import planned
from resources.clock import local_date
from resources.ledger.plans import PlanLedger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assets.retention.due import Due
    from resources.register import Register
    from resources.warehouse import Engine

_SHOWN = 16


def renew_plan(register: Register, engine: Engine) -> str | None:
    """Make the plan of what waits for approval now, in the ledger; gives its id, or None where nothing waits.

    What an approved plan has already is not in it. Where the same waits as before, the plan that waits stays.

    Args:
        register: the register.
        engine: what is published.
    """
    ledger, today, terms, holds = PlanLedger(register.ledger), register.clock.today(), Terms.of(register), Holds.of(register)
    if not terms.approved_rules:
        ledger.nothing_waits()
        return None
    prepare(engine, register, holds)
    engine.run("CREATE OR REPLACE TEMP TABLE waiting_records (hash VARCHAR)")

    def keep(each: Due) -> None:
        if each.waiting is not None:
            engine.run("INSERT INTO waiting_records SELECT planned FROM overdue WHERE state = 'waiting'")

    found = planned(engine, register.catalogue, today, terms, keep)
    back = back_of(engine, register, holds, terms)
    counts = [each.waiting for each in (*found, *own.due(register, back).held) if each.waiting is not None]
    if not counts:
        ledger.nothing_waits()
        return None
    ours = own.planned_hashes(register, back)
    digest = hashlib.sha256()
    for each in chain(_waiting(engine), ours):
        digest.update(each.encode())
    expires = today + dt.timedelta(days=register.catalogue.retention.approval_days)
    return ledger.plan(digest.hexdigest()[:_SHOWN], expires, register.clock.now(), counts, chain(_waiting(engine), ours))


def expire(register: Register) -> None:
    """Forget the records of plans that have expired, and the keyed hashes of purged records whose own period is over."""
    ledger, catalogue, today = PlanLedger(register.ledger), register.catalogue, register.clock.today()
    rule = catalogue.retention.rules[catalogue.retention.own.rule_of_purges]
    zone = catalogue.notice.time_zone
    ledger.forget_expired_plans(today)
    ledger.forget(row["purge"] for row in ledger.known() if is_past(rule, local_date(row["planned_at"], zone), today))


def _waiting(engine: Engine) -> Iterator[str]:
    return (row[0] for row in engine.stream("SELECT DISTINCT hash FROM waiting_records ORDER BY hash"))
