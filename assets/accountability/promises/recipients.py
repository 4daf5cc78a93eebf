"""Promises of who gets data: processors, partners, authorities, and countries outside the EEA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.accountability.promises.commitments import commitments
from assets.accountability.promises.finding import broken, judged, kept, not_yet
from assets.accountability.promises.targets import DISCLOSURES, NOTICE, dataset_of, operated_datasets
from resources.catalogue.notice_rules import EEA

if TYPE_CHECKING:
    from assets.accountability.promises.facts import Facts
    from assets.accountability.promises.finding import Judgement, Target
    from resources.catalogue import Catalogue


def targets(catalogue: Catalogue) -> list[Target]:
    """The data sets that a processor operates, the disclosures, and the notice for all that is said to be given."""
    return [*operated_datasets(catalogue), DISCLOSURES, NOTICE]


def processors(facts: Facts, target: Target) -> Judgement:
    """Whoever operates a source, or was given data, stands in the notice in force."""
    named = facts.commitments["recipients"]
    if target == NOTICE:
        given = commitments(facts.catalogue)["recipients"]
        more = [name for name, each in given.items() if not set(each["receives"]) <= set(named.get(name, {}).get("receives", []))]
        return judged(len(more), "recipient_not_in_notice", recipients=len(given), unnamed=len(more) or None)
    if target == DISCLOSURES:
        unnamed = [each for each in facts.disclosures if named.get(each["recipient"], {}).get("kind") != each["kind"]]
        evidence = {"disclosures": len(facts.disclosures), "unnamed": len(unnamed) or None}
        return judged(len(unnamed), "recipient_not_in_notice", **evidence) if facts.disclosures else not_yet()
    dataset = dataset_of(facts.catalogue, target)
    rows = facts.held(dataset).rows
    if not rows:
        return not_yet()
    operator = facts.catalogue.sources[dataset.source].shape.operator
    said = named.get(operator, {})
    unnamed_operator = said.get("kind") != "processor" or dataset.source not in said["systems"]
    return judged(unnamed_operator, "recipient_not_in_notice", records=rows, processors=operator)


def partners(facts: Facts, target: Target) -> Judgement:
    """Nobody's data was given to a partner while the person prohibited it."""
    del target  # looked at in one place
    made = [each for each in facts.disclosures if each["kind"] == "partner"]
    if not made:
        return not_yet(prohibitions=facts.prohibitions)
    against = facts.disclosed_against_prohibition
    persons = sum(each["identifiers"] for each in made)
    return judged(
        against,
        "against_prohibition",
        disclosures=len(made),
        disclosed=persons,
        prohibitions=facts.prohibitions,
        prohibited=against or None,
    )


def authorities(facts: Facts, target: Target) -> Judgement:
    """Each disclosure to an authority has its ground, and the authority stands in the notice in force."""
    del target  # looked at in one place
    made = [each for each in facts.disclosures if each["kind"] == "authority"]
    if not made:
        return not_yet()
    named = facts.commitments["recipients"]
    without = [each for each in made if not each["ground"].strip() or each["recipient"] not in named]
    return judged(len(without), "no_ground", disclosures=len(made), without_ground=len(without) or None)


def eea(facts: Facts, target: Target) -> Judgement:
    """What leaves the EEA does so on a ground that the notice in force names, with a safeguard."""
    if target == DISCLOSURES:
        outside = [each for each in facts.disclosures if each["country"] not in EEA]
        bare = [each for each in outside if not (each["safeguard"] or "").strip()]
        if not facts.disclosures:
            return not_yet()
        return judged(
            len(bare), "no_safeguard", disclosures=len(facts.disclosures), outside=len(outside), without_safeguard=len(bare) or None
        )
    dataset = dataset_of(facts.catalogue, target)
    rows = facts.held(dataset).rows
    if not rows:
        return not_yet()
    operator = facts.catalogue.sources[dataset.source].shape.operator
    said = facts.commitments["recipients"].get(operator, {"country": None, "ground": None})
    country = facts.catalogue.notice.recipients[operator].country
    if country != said["country"]:
        return broken("not_in_notice", records=rows, countries=country, unnamed=1)
    if country in EEA:
        return kept(records=rows, countries=country)
    return judged(said["ground"] is None, "no_safeguard", records=rows, countries=country, grounds=said["ground"])
