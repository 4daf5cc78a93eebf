"""Findings, and what they come to as a whole."""

from __future__ import annotations

import datetime as dt

from assets.accountability.promises.finding import Finding, Judgement, State, broken, judged, kept, not_yet, standings

TABLE, OTHER = ("ingest", "shop", "customers"), ("ingest", "chats", "conversations")


def _state(*judgements: Judgement) -> State:
    return standings(Finding("chats", TABLE, each) for each in judgements)["chats"].state


def test_one_broken_place_breaks_the_promise() -> None:
    """A promise is broken where it is broken anywhere, kept where it is kept somewhere, and else does not apply yet."""
    assert _state(kept(), broken("overdue"), not_yet()) is State.BROKEN
    assert _state(not_yet(), kept()) is State.KEPT
    assert _state(not_yet(), not_yet()) is State.NOT_YET


def test_evidence_is_put_together() -> None:
    """Counts are added up, the earliest date stands, words stand once and sorted, and what is None is left out."""
    first = kept(records=3, oldest=dt.date(2026, 7, 15), period="P3M, P1Y", late=None)
    second = kept(records=4, oldest=dt.date(2026, 2, 1), period="P1Y")
    standing = standings([Finding("rest", TABLE, first), Finding("rest", OTHER, second)])["rest"]
    assert standing.evidence == {"records": 7, "oldest": dt.date(2026, 2, 1), "period": "P1Y, P3M"}


def test_faults_break() -> None:
    """What has faults is broken and says what to do; what has none is kept and says nothing."""
    assert judged(2, "overdue", overdue=2) == Judgement(State.BROKEN, {"overdue": 2}, "overdue")
    assert judged(0, "overdue", overdue=None) == Judgement(State.KEPT, {}, None)


def test_promises_stand_in_their_order() -> None:
    """Findings are told by promise in the order in which they come, with the broken places of each."""
    found = standings([Finding("b", TABLE, kept()), Finding("a", TABLE, broken("overdue")), Finding("b", OTHER, broken("overdue"))])
    assert list(found) == ["b", "a"]
    assert [each.target for each in found["b"].broken] == [OTHER]
