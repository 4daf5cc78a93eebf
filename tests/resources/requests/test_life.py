"""Which step may follow which, and the words that requests are spoken of in."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from resources.errors import AnsvarError
from resources.ledger import Request
from resources.requests.life import ENDED, STATES, STEPS, after, check_ground
from resources.requests.vocabulary import words

NOW = dt.datetime(2026, 10, 15, 9)  # noqa: DTZ001 - naive UTC
REQUEST = Request("r1", "rectification", "fi", "received", NOW, ())
# What follows each state, by the step; what is not listed cannot follow.
FOLLOWS = {
    "received": {
        "asked": "verifying",
        "verified": "verified",
        "extended": "received",
        "unclear": "unclear",
        "refused": "refused",
        "closed": "closed",
    },
    "verifying": {"verified": "verified", "extended": "verifying", "unclear": "unclear", "refused": "refused", "closed": "closed"},
    "verified": {
        "started": "in_progress",
        "extended": "verified",
        "unclear": "unclear",
        "answered": "answered",
        "refused": "refused",
        "closed": "closed",
        "erased": "erased",
    },
    "in_progress": {
        "extended": "in_progress",
        "unclear": "unclear",
        "answered": "answered",
        "refused": "refused",
        "closed": "closed",
        "erased": "erased",
    },
    "unclear": {
        "asked": "unclear",
        "verified": "unclear",
        "settled": "received",
        "identified": "received",
        "extended": "unclear",
        "refused": "refused",
        "closed": "closed",
        "erased": "erased",
    },
    "erased": {"answered": "answered"},
    "answered": {},
    "refused": {},
    "closed": {},
}


def _in(state: str) -> Request:
    """A request in a state, with what led to it."""
    asked = NOW if state == "verifying" else None
    verified = NOW if state in ("verified", "in_progress", "erased") else None
    return replace(REQUEST, state=state, asked_at=asked, verified_at=verified)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_after_every_state(state: str, step: str) -> None:
    """A step that may follow leads where it should; any other is refused, and the error says where to look."""
    expected = FOLLOWS[state].get(step)
    if expected is not None:
        assert expected == after(_in(state), step)
    else:
        with pytest.raises(AnsvarError, match=r"request|identity"):
            after(_in(state), step)


@pytest.mark.parametrize(("asked", "verified", "state"), [(None, NOW, "verified"), (NOW, None, "verifying"), (NOW, NOW, "verified")])
def test_what_is_settled_goes_on_where_it_was(asked: dt.datetime | None, verified: dt.datetime | None, state: str) -> None:
    """Once it is told whom a request means, it is as far as its verification is."""
    assert after(replace(REQUEST, state="unclear", asked_at=asked, verified_at=verified), "settled") == state


def test_what_is_done_once_is_done_once() -> None:
    """A person is asked once, verified once, and the time is extended once."""
    unclear = replace(REQUEST, state="unclear", asked_at=NOW, verified_at=NOW, extended_at=NOW)
    for step, told in (("asked", "was asked already"), ("verified", "verified already"), ("extended", "extended already")):
        with pytest.raises(AnsvarError, match=told):
            after(unclear, step)


@pytest.mark.parametrize(("kind", "scope"), [("objection", "marketing"), ("withdrawal", None), ("complaint", None)])
def test_what_the_law_gives_no_more_time_for(kind: str, scope: str | None) -> None:
    """Article 12(3) is of requests under Articles 15 to 22, and an objection to marketing is followed at once."""
    with pytest.raises(AnsvarError, match=r"cannot be extended: Art\. 12\(3\)"):
        after(replace(REQUEST, kind=kind, scope=scope), "extended")
    assert after(replace(REQUEST, kind="objection", scope="legitimate_interest"), "extended") == "received"


def test_a_complaint_needs_no_identity() -> None:
    """A complaint is started on and answered whoever makes it; anything else only for who is known."""
    assert after(replace(REQUEST, kind="complaint"), "started") == "in_progress"
    with pytest.raises(AnsvarError, match="cannot be started on"):
        after(REQUEST, "started")
    assert after(replace(REQUEST, kind="complaint"), "answered") == "answered"
    with pytest.raises(AnsvarError, match="identity of who asks was not verified"):
        after(REQUEST, "answered")


def test_grounds_fit_what_was_asked() -> None:
    """A ground of one right is none for another, and nothing compelling stands against an objection to marketing."""
    check_ground(REQUEST, "data_correct")
    check_ground(replace(REQUEST, kind="objection", scope="profiling"), "compelling_grounds")
    with pytest.raises(AnsvarError, match="is no ground to refuse a request of rectification: it is one of erasure"):
        check_ground(REQUEST, "law_requires_keeping")
    for ground in ("compelling_grounds", "legal_claims", "excessive", "manifestly_unfounded"):
        with pytest.raises(AnsvarError, match=r"always granted .*`ansvar request carry-out"):
            check_ground(replace(REQUEST, kind="objection", scope="marketing"), ground)
    check_ground(replace(REQUEST, kind="objection", scope="profiling"), "excessive")
    check_ground(replace(REQUEST, kind="objection", scope="marketing", asked_at=NOW), "identity_not_shown")
    with pytest.raises(AnsvarError, match="no ground before the person was asked to show who asks: `ansvar request ask r1"):
        check_ground(REQUEST, "identity_not_shown")
    with pytest.raises(AnsvarError, match="is no ground to refuse a request of withdrawal"):
        check_ground(replace(REQUEST, kind="withdrawal"), "excessive")
    with pytest.raises(AnsvarError, match="A refusal needs its ground, one of"):
        check_ground(REQUEST, "")


def test_the_words() -> None:
    """The kinds are those of the law, and whatever a word refers to is there."""
    said = words()
    kinds = {"access", "portability", "rectification", "erasure", "restriction", "objection", "withdrawal", "complaint"}
    assert set(said.kinds) == kinds
    assert said.by_bundle == ("access", "portability")
    assert all(scope in said.scopes for kind in said.kinds.values() for scope in kind.scopes)
    for ground in (*said.refusals.values(), *said.extensions.values()):
        assert set(ground.kinds) <= kinds
        assert set(ground.not_scopes) <= set(said.scopes)
        assert ground.article.removeprefix("Art. ").partition("(")[0] in ground.text.en or ground in said.extensions.values()
    assert set(ENDED) < set(STATES)
