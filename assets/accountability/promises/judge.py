"""Every promise of the notice, judged at everything that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.accountability.promises import held, papers, periods, reasons, recipients, rights, safety
from assets.accountability.promises.finding import Finding
from assets.accountability.promises.targets import (
    BUNDLES,
    DISCLOSURES,
    HOME,
    NOTICE,
    RECORD_OF_PROCESSING,
    RECORD_PERSONS,
    REQUESTS,
    operated_datasets,
    personal_datasets,
    promises_of_data,
    promises_of_periods,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from assets.accountability.promises.facts import Facts
    from assets.accountability.promises.finding import Judgement, Target
    from resources.catalogue import Catalogue

    Targets = Callable[[Catalogue], list[Target]]
    Judge = Callable[[Facts, Target], Judgement]


@dataclass(frozen=True)
class Check:
    """A promise, what it is looked at on, and how it is judged there."""

    promise: str
    targets: tuple[Target, ...]
    judge: Judge


def _at(*targets: Target) -> Targets:
    return lambda _: list(targets)


_DUTIES: dict[str, tuple[Targets, Judge]] = {
    "controller": (_at(NOTICE, RECORD_OF_PROCESSING, BUNDLES), papers.controller),
    "contact": (_at(REQUESTS), rights.contact),
    "subjects": (_at(RECORD_PERSONS), reasons.subjects),
    "purposes": (personal_datasets, reasons.purposes),
    "basis": (personal_datasets, reasons.basis),
    "origins": (personal_datasets, reasons.origins),
    "completeness": (held.completeness_targets, held.completeness),
    "processors": (recipients.targets, recipients.processors),
    "partners": (_at(DISCLOSURES), recipients.partners),
    "authorities": (_at(DISCLOSURES), recipients.authorities),
    "eea": (lambda catalogue: [*operated_datasets(catalogue), DISCLOSURES], recipients.eea),
    "access": (_at(BUNDLES), rights.access),
    "rectify": (_at(REQUESTS), rights.used("rectify")),
    "erase": (_at(REQUESTS), rights.used("erase")),
    "limits": (_at(BUNDLES), rights.limits),
    "object": (_at(REQUESTS), rights.used("object")),
    "restrict": (_at(REQUESTS), rights.used("restrict")),
    "complain": (_at(NOTICE, BUNDLES), papers.complain),
    "named_users": (_at(HOME), safety.named_users),
    "at_rest": (_at(HOME), safety.at_rest),
    "versions": (_at(NOTICE), papers.versions),
}


def checks(catalogue: Catalogue) -> list[Check]:
    """The checks of every promise of a register's notice, in the notice's order."""
    periodic, data = set(promises_of_periods(catalogue)), set(promises_of_data(catalogue))
    found = []
    for promise in catalogue.notice.promises:
        if promise in periodic:
            targets, judge = periods.targets(promise), periods.judge(promise)
        elif promise in data:
            targets, judge = held.targets(promise), held.judge(promise)
        else:
            targets, judge = _DUTIES[promise]
        found.append(Check(promise, tuple(targets(catalogue)), judge))
    return found


def findings(facts: Facts, wanted: Iterable[tuple[str, Target]] | None = None) -> Iterator[Finding]:
    """Judge every promise at everything that it is about, or those promises at those targets that are wanted."""
    chosen = None if wanted is None else set(wanted)
    for check in checks(facts.catalogue):
        for target in check.targets:
            if chosen is None or (check.promise, target) in chosen:
                yield Finding(check.promise, target, check.judge(facts, target))
