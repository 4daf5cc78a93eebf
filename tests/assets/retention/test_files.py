"""Orphans both ways, by layer: files that no row knows of, and rows whose file is not there."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING

from assets.accountability.promises.facts import facts_of
from assets.accountability.promises.finding import State
from assets.accountability.promises.periods import judge
from assets.retention.run import verify
from tests.helpers.bundles import delivered
from tests.helpers.holds import PAST, held
from tests.helpers.records import call, chat
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from tests.helpers.small import Small

NOTHING = {"recordings": 0, "outbox": 0, "landing": 0}


def test_each_layer_is_counted_by_itself(small: Small) -> None:
    """Audio, bundles and batches: what is alone is counted in its own layer, either way."""
    for number in (1, 2):
        (small.data / "calls" / f"{number}.wav").write_bytes(b"sound")
    small.deliver("calls", [call(1), call(2)], "calls.csv")
    small.ingest("calls")
    found = verify(small.register)
    assert (found.stray, found.lost) == (NOTHING, NOTHING)
    ledger, now = small.register.ledger, small.register.clock.now()
    request = file_verified(ledger, "access", "fi", [("email", "aino@koe.example")], now)
    delivered(small.register, request.id).unlink()
    ledger.batch_landed("lost", "shop", "customers", "run", now)
    next(each for each in small.register.recordings.rglob("*.wav")).unlink()
    written = dt.datetime.fromisoformat("2026-10-13T02:00:00+03:00").timestamp()
    for stray in (small.register.outbox / "stray.zip", small.register.recordings / "calls_recordings" / "stray.wav"):
        stray.write_bytes(b"stray")
        os.utime(stray, (written, written))
    batch = small.register.landing.new_batch("shop", "customers").folder
    os.utime(batch, (written, written))
    found = verify(small.register)
    assert found.stray == {"recordings": 1, "outbox": 1, "landing": 1}
    assert found.lost == {"recordings": 1, "outbox": 1, "landing": 1}


def test_a_promise_is_kept_where_what_is_late_is_held(small: Small) -> None:
    """What a hold keeps past its period breaks no promise, and is told with its number; without the hold it does."""
    small.deliver("chats", [chat(1), chat(2)])
    small.ingest("chats")
    small.at(PAST)
    states = []
    for _ in range(2):
        with facts_of(small.register) as facts:
            judgement = judge("period")(facts, ("ingest", "chats", "conversations"))
        states.append((judgement.state, judgement.evidence.get("held_back")))
        held(small, "dataset", "chats.conversations")
    assert states == [(State.BROKEN, None), (State.KEPT, 2)]
