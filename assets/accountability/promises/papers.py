"""Promises of what our papers say: who answers, to whom one complains, and which version is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.accountability.documents.speaking import spoken
from assets.accountability.promises.finding import broken, judged, not_yet
from assets.accountability.promises.targets import BUNDLES
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from assets.accountability.promises.facts import Facts
    from assets.accountability.promises.finding import Evidence, Judgement, Target


def controller(facts: Facts, target: Target) -> Judgement:
    """The controller and the data protection officer stand in the notice, the record of processing and every answer."""
    if target == BUNDLES:
        whole = [each for each in facts.bundles if each.is_intact]
        silent = [each for each in whole if not each.names_controller]
        return judged(len(silent), "no_controller", bundles=len(whole), silent=len(silent) or None) if whole else not_yet()
    papers = facts.papers(target)
    wanted = [spoken(facts.commitments["controller"], language) for language in LANGUAGES]
    silent_papers = [text for text in papers if not any(all(part in text for part in parts) for parts in wanted)]
    return judged(len(silent_papers), "no_controller", papers=len(papers), silent=len(silent_papers) or None) if papers else not_yet()


def complain(facts: Facts, target: Target) -> Judgement:
    """The supervisory authority stands in the notice and in every answer."""
    if target == BUNDLES:
        whole = [each for each in facts.bundles if each.is_intact]
        silent = [each for each in whole if not each.names_authority]
        return judged(len(silent), "no_authority", bundles=len(whole), silent=len(silent) or None) if whole else not_yet()
    papers, names = facts.papers(target), facts.commitments["authority"].values()
    silent_papers = [text for text in papers if not any(name in text for name in names)]
    return judged(len(silent_papers), "no_authority", papers=len(papers), silent=len(silent_papers) or None) if papers else not_yet()


def versions(facts: Facts, target: Target) -> Judgement:
    """What the notice says now is what its version said when it came into force, and the version bears its date."""
    del target  # looked at in one place
    present = facts.catalogue.notice.version
    evidence: Evidence = {"version": present.version, "since": present.date, "versions": len(facts.notices)}
    if present.date > facts.today:
        return broken("future_version", **evidence)
    kept_digest = next((row["digest"] for row in facts.notices if row["version"] == present.version), None)
    if kept_digest is None:
        return not_yet(**evidence)
    if kept_digest != facts.digest:
        return broken("changed_notice", **evidence)
    return judged(facts.changed_papers, "changed_papers", **evidence, changed=facts.changed_papers or None)
