"""Promises of how long data is kept: nothing is older than its period, in any layer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from assets.accountability.promises.commitments import periods_of
from assets.accountability.promises.finding import broken, judged, not_yet
from assets.accountability.promises.targets import BUNDLES, REQUESTS, dataset_of, kept_by_rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from assets.accountability.promises.facts import Facts
    from assets.accountability.promises.finding import Judgement, Target, Value
    from resources.catalogue import Catalogue
    from resources.ledger import PurgeRecord

_OWN = {BUNDLES: "outbox", REQUESTS: "ledger"}


def targets(promise: str) -> Callable[[Catalogue], list[Target]]:
    """What a promise of a period is looked at on."""
    return partial(kept_by_rule, promise=promise)


def judge(promise: str) -> Callable[[Facts, Target], Judgement]:
    """How a promise of a period is judged at a data set, or at our own records."""
    return partial(_judge, promise)


def _judge(promise: str, facts: Facts, target: Target) -> Judgement:
    rules = {name for name, rule in facts.catalogue.retention.rules.items() if rule.promise == promise}
    if target in _OWN:
        return _judge_own(facts, target, rules)
    dataset = dataset_of(facts.catalogue, target)
    late = [each for each in facts.overdue if each.dataset == dataset.table and each.rule in rules]
    held = facts.held(dataset)
    used = sorted({field.retention for field in dataset.fields.values()} | {dataset.shape.retention})
    periods = ", ".join(str(facts.catalogue.retention.rules[rule].limit) for rule in used if rule in rules)
    if not late and not held.rows:
        return not_yet(period=periods)
    evidence = {"records": held.rows, "period": periods, "oldest": held.oldest, "read": facts.read_on(dataset), **_late(late)}
    evidence |= _kept(facts, rules, dataset=dataset.table)
    stated, now = facts.commitments["periods"].get(dataset.id), periods_of(dataset)
    if not late and stated is not None and stated != now:
        others = sorted({period for name, period in stated.items() if now.get(name) != period})
        return broken("other_period", **evidence, stated=", ".join(others) or "–")
    return judged(len(late), "overdue", **evidence)


def _judge_own(facts: Facts, target: Target, rules: set[str]) -> Judgement:
    late = [each for each in facts.overdue if each.layer == _OWN[target] and each.rule in rules]
    number = len(facts.bundles) if target == BUNDLES else len(facts.requests)
    evidence: dict[str, Value | None] = {"own_records": number, **_late(late), **_kept(facts, rules, layer=_OWN[target])}
    return judged(len(late), "overdue", **evidence) if number or late else not_yet()


def _late(late: list[PurgeRecord]) -> dict[str, int | str]:
    if not late:
        return {}
    return {"overdue": sum(each.records for each in late), "layers": ", ".join(sorted({each.layer for each in late}))}


def _kept(facts: Facts, rules: set[str], *, dataset: str | None = None, layer: str | None = None) -> dict[str, int]:
    """How many records are kept past their period, lawfully: by a legal hold, a restriction or an open request."""
    found = [each for each in facts.kept_back if each.going.rule in rules and each.going.dataset == (dataset or each.going.dataset)]
    number = sum(each.kept for each in found if layer in (None, each.going.layer))
    return {"held_back": number} if number else {}
