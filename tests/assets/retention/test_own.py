"""What the register makes itself goes in its time: bundles and answered requests."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from assets.retention import own
from assets.retention.run import due, overdue, verify
from resources.errors import AnsvarError
from resources.ledger import PurgeRecord, tables
from resources.ledger.audit import Act, entries, record
from resources.ledger.audit import verify as verify_chain
from resources.ledger.bundles import BundleLedger
from resources.ledger.holds import HoldLedger
from resources.ledger.ledger import Disclosure
from tests.helpers.bundles import delivered, waiting
from tests.helpers.holds import end, held
from tests.helpers.requests import file_verified, put

if TYPE_CHECKING:
    from pathlib import Path

    from resources.ledger import Request
    from tests.helpers.small import Small

RECEIVED = "2026-10-15T03:00:00+03:00"
DAY = dt.date(2026, 10, 15)
BUNDLE_GOES = "2026-11-16T00:00:00+02:00"
REQUEST_GOES = "2029-10-16T00:00:00+03:00"


def _file(small: Small) -> Request:
    return file_verified(small.register.ledger, "access", "en", [("email", "aino@koe.example")], small.register.clock.now())


def _answer(small: Small, request: Request) -> Path:
    return delivered(small.register, request.id)


def _due(small: Small) -> list[PurgeRecord]:
    with small.register.warehouse.viewing(small.run) as engine:
        return due(small.register, engine)


def _but_reasons(records: list[PurgeRecord]) -> list[PurgeRecord]:
    """Without the reasons of steps in the audit chain, which go as well."""
    return [each for each in records if each.dataset != "reasons"]


def _requests(small: Small) -> set[str]:
    return {row["request"] for row in small.register.ledger.requests()}


def test_a_bundle_goes_and_its_request_stays(small: Small) -> None:
    """A bundle is kept through the last day of its period and goes on the day after; that the request was answered is still known."""
    file = _answer(small, request := _file(small))
    small.at("2026-11-15T23:59:59+02:00")
    assert (small.purge().records, file.exists()) == ([], True)
    small.at(BUNDLE_GOES)
    expected = [PurgeRecord("outbox", "bundles", "bundles", 1, DAY, DAY)]
    assert (_due(small), overdue(small.register)) == (expected, expected)
    run = small.run
    assert small.purge().records == expected
    assert not file.exists()
    assert [(row["request"], row["state"], row["file"]) for row in small.register.ledger.requests()] == [(request.id, "answered", None)]
    assert [(row["layer"], row["records"]) for row in small.register.ledger.purges_of(run)] == [("outbox", 1)]
    assert (overdue(small.register), small.purge().records) == ([], [])


def test_a_bundle_that_waits_goes_and_its_request_stays_open(small: Small) -> None:
    """Whoever leaves a bundle waiting past its period finds it gone, and the request still to be answered; released, it counts anew."""
    file, released = waiting(small.register, _file(small).id), _file(small)
    waiting(small.register, released.id)
    small.at("2026-11-10T03:00:00+02:00")
    late = delivered(small.register, released.id)
    small.at(BUNDLE_GOES)
    assert [(record.layer, record.records) for record in small.purge().records] == [("outbox", 1)]
    assert (file.exists(), late.exists()) == (False, True)
    assert sorted(row["state"] for row in small.register.ledger.requests()) == ["answered", "in_progress"]


def test_an_answered_request_goes_and_an_open_one_stays(small: Small) -> None:
    """After its period an answered request goes with the identifiers given in it; what was not answered, or not clear, stays."""
    answered, unanswered, unclear = (_file(small) for _ in range(3))
    _answer(small, answered)
    put(small.register.ledger, unclear.id, "unclear")
    small.at("2029-10-15T23:59:59+03:00")
    assert [record.layer for record in small.purge().records] == ["outbox"]
    small.at(REQUEST_GOES)
    assert _but_reasons(small.purge().records) == [PurgeRecord("ledger", "requests", "requests", 1, DAY, DAY)]
    assert _requests(small) == {unanswered.id, unclear.id}
    assert small.register.ledger.request(unclear.id).identifiers == (("email", "aino@koe.example"),)
    with pytest.raises(AnsvarError, match="There is no request of that id"):
        small.register.ledger.request(answered.id)


def test_a_request_stays_as_long_as_its_bundle(small: Small) -> None:
    """A request that was answered anew years later stays until that bundle has gone."""
    request = _file(small)
    small.at("2029-10-10T03:00:00+03:00")
    _answer(small, request)
    small.at(REQUEST_GOES)
    assert _but_reasons(small.purge().records) == []
    small.at("2029-11-11T03:00:00+02:00")
    assert [(record.layer, record.records) for record in small.purge().records] == [("outbox", 1), ("ledger", 1)]
    assert _requests(small) == set()


def test_what_stopped_between_file_and_ledger_is_settled(small: Small) -> None:
    """Where only the file has gone, the next purge finishes it, counts it once, and what was not due is untouched."""
    small.publish()
    file, kept = _answer(small, _file(small)), _file(small)
    small.at(BUNDLE_GOES)
    later = _answer(small, kept)
    file.unlink()
    assert [record.records for record in _due(small)] == [1]
    assert [(record.layer, record.records) for record in small.purge().records] == [("outbox", 1)]
    assert (later.exists(), [row["file"] for row in BundleLedger(small.register.ledger).bundles()]) == (True, [later.name])


def test_all_of_it_or_nothing(small: Small) -> None:
    """Where the count cannot be written, the ledger still knows of what went: nothing goes uncounted."""
    _answer(small, _file(small))
    small.at(BUNDLE_GOES)
    uncountable = replace(own.plan(small.register)[0], rule=None)  # type: ignore[arg-type] # what no count may be
    with pytest.raises(sa.exc.IntegrityError):
        small.register.ledger.own_gone(
            "died", small.register.clock.now(), [uncountable], bundles=own.due(small.register).bundles, requests=[]
        )
    assert (len(BundleLedger(small.register.ledger).bundles()), small.register.ledger.purges_of("died")) == (1, [])
    assert [record.layer for record in small.purge().records] == ["outbox"]


def test_what_no_bundle_is_known_of(small: Small) -> None:
    """A file in the outbox that the ledger knows nothing of, as a bundle never finished, goes after a day; one in the making stays."""
    small.publish()
    old, new = (small.register.outbox / name for name in (".r1.zip.partial", ".r2.zip.partial"))
    for file, moment in ((old, "2026-10-14T02:00:00+03:00"), (new, "2026-10-15T02:00:00+03:00")):
        file.write_bytes(b"part")
        written = dt.datetime.fromisoformat(moment).timestamp()
        os.utime(file, (written, written))
    small.at(RECEIVED)
    assert overdue(small.register) == [PurgeRecord("outbox", "bundles", "bundles", 1, None, None)]
    small.purge()
    assert (old.exists(), new.exists()) == (False, True)


def test_what_a_run_left_in_landing_is_overdue(small: Small) -> None:
    """A batch that lies in landing for more than a day is found, and the next run clears it away."""
    small.publish()
    batch = small.register.landing.new_batch("shop", "customers")
    written = dt.datetime.fromisoformat("2026-10-14T02:00:00+03:00").timestamp()
    os.utime(batch.folder, (written, written))
    small.at(RECEIVED)
    assert overdue(small.register) == [PurgeRecord("landing", "shop_customers", "relation", 1, None, None)]
    assert verify(small.register).overdue == 1
    small.purge()
    assert overdue(small.register) == []


def test_what_users_wrote_goes_as_requests_do(small: Small) -> None:
    """A look, a disclosure and a hold that has ended are kept through the last day of the requests' period; a hold in force stays."""
    ledger, now = small.register.ledger, small.register.clock.now()
    ledger.record_look("subject", "s1", "Maija", "A complaint", now)
    ledger.new_disclosure(Disclosure("police", "authority", "FI", "A warrant", None, "Maija", now), ["0" * 64])
    ended, _ = held(small, "dataset", "chats.conversations"), held(small, "dataset", "shop.customers")
    end(small, ended)
    small.at("2029-10-15T23:59:59+03:00")
    assert small.purge().records == []
    small.at(REQUEST_GOES)
    expected = [PurgeRecord("ledger", kind, "requests", 1, DAY, DAY) for kind in ("holds", "looks", "disclosures")]
    assert _but_reasons(overdue(small.register)) == expected
    assert _but_reasons(small.purge().records) == expected
    assert [each.target for each in HoldLedger(ledger).holds()] == ["shop.customers"]
    with ledger.engine.connect() as connection:
        assert [
            connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in (tables.looks, tables.disclosure_persons)
        ] == [0, 0]


def test_reasons_in_the_audit_chain_go_and_the_chain_stands(small: Small) -> None:
    """A reason is kept through the last day of the requests' period; then no byte of it is left, and the chain is whole."""
    engine, now = small.register.ledger.engine, small.register.clock.now()
    with engine.begin() as connection:
        record(connection, Act("Maija", "request.verified", "r1", now, "A passport that was shown"))
        record(connection, Act("Maija", "login", "u1", now))
    small.at("2029-10-15T23:59:59+03:00")
    assert small.purge().records == []
    small.at(REQUEST_GOES)
    assert small.purge().records == [PurgeRecord("ledger", "reasons", "requests", 1, DAY, DAY)]
    verified, _, deleted = entries(engine)
    assert [(each.why, each.salt) for each in (verified, deleted)] == [(None, None), (None, None)]
    assert (deleted.what, deleted.thing) == ("reasons.deleted", now.isoformat())
    assert verify_chain(engine) == []
    small.register.ledger.close()
    assert not [path for path in small.home.path.glob("ledger.db*") if b"passport" in path.read_bytes()]
