"""Promises of the person's rights: every request is answered in time, every answer is whole and says what it must."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from assets.accountability.promises.finding import judged, not_yet
from resources.ledger import Request
from resources.requests.life import ENDED, timing

if TYPE_CHECKING:
    from collections.abc import Callable

    from assets.accountability.promises.facts import Facts
    from assets.accountability.promises.finding import Judgement, Target

# The kinds of requests by which a person uses a right.
KINDS = {"access": ("access", "portability"), "rectify": ("rectification",), "erase": ("erasure",)} | {
    "object": ("objection", "withdrawal"),
    "restrict": ("restriction",),
}


def contact(facts: Facts, target: Target) -> Judgement:
    """Every request bears the date of its receipt, and none waits for its answer past the deadline."""
    del target  # looked at in one place
    if not facts.requests:
        return not_yet()
    future = [each for each in facts.requests if each["received_on"] > facts.today]
    late = _late(facts, facts.requests)
    return judged(len(late) + len(future), "late_answer", **_counts(facts, facts.requests, late))


def used(right: str) -> Callable[[Facts, Target], Judgement]:
    """How a right is judged: by the requests that use it."""
    return partial(_used, right)


def _used(right: str, facts: Facts, target: Target) -> Judgement:
    del target  # looked at in one place
    asked = [each for each in facts.requests if each["kind"] in KINDS[right]]
    if not asked:
        return not_yet()
    late = _late(facts, asked)
    return judged(len(late), "late_answer", **_counts(facts, asked, late))


def access(facts: Facts, target: Target) -> Judgement:
    """Requests for access are answered in time, and each answer that waits or lies in the outbox is as it was made."""
    asked = _used("access", facts, target)
    damaged = [each for each in facts.bundles if not each.is_intact]
    if damaged:
        return judged(len(damaged), "damaged_bundle", **asked.evidence, bundles=len(facts.bundles), damaged=len(damaged))
    return asked if not facts.bundles else type(asked)(asked.state, asked.evidence | {"bundles": len(facts.bundles)}, asked.remedy)


def limits(facts: Facts, target: Target) -> Judgement:
    """Each value that an answer withholds is told in it, with the reason."""
    del target  # looked at in one place
    whole = [each for each in facts.bundles if each.is_intact]
    if not whole:
        return not_yet()
    unexplained = sum(each.unexplained for each in whole)
    return judged(
        unexplained, "no_reason", bundles=len(whole), withheld=sum(each.withheld for each in whole), unexplained=unexplained or None
    )


def _late(facts: Facts, requests: list[dict[str, object]]) -> list[dict[str, object]]:
    """Requests whose deadline is over and that have no answer."""
    settings, zone = facts.catalogue.requests, facts.catalogue.notice.time_zone
    return [each for each in requests if timing(Request.of(each), settings, zone, facts.today).is_overdue]


def _counts(facts: Facts, requests: list[dict[str, object]], late: list[dict[str, object]]) -> dict[str, int | None]:
    answered = [each for each in requests if each["state"] in ENDED]
    del facts
    return {
        "requests": len(requests),
        "answered": len(answered),
        "waiting": len(requests) - len(answered) or None,
        "late": len(late) or None,
    }
