"""What an objection or a withdrawal of consent ends: purposes, and with them the ground of whole data sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.errors import AnsvarError
from resources.ledger.objections import EVERY, KINDS, LEGITIMATE_INTEREST, MARKETING, OBJECTION, PROFILING, scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.catalogue import Catalogue, Dataset, Field
    from resources.ledger import Request

CONSENT = "consent"


def consented(catalogue: Catalogue) -> list[str]:
    """The purposes that persons consent to, in the notice's order: a withdrawal may name these alone (GDPR Art. 7(3)).

    Those that rest on consent, in whole or for some fields; and those for which sources tell of consents to be written to.
    """
    resting = {name for name, purpose in catalogue.notice.purposes.items() if purpose.legal_basis == CONSENT}
    fields = (field for dataset in catalogue.datasets for field in dataset.fields.values() if field.shape.legal_basis == CONSENT)
    resting |= {purpose for field in fields for purpose in field.purposes}
    if catalogue.outreach is not None:
        resting |= {purpose for each in catalogue.outreach.consents if each.decision == CONSENT for purpose in each.purposes}
    return [name for name in catalogue.notice.purposes if name in resting]


def check_consented(catalogue: Catalogue, purpose: str) -> None:
    """That persons consent to a purpose of the notice, so that they can withdraw it.

    Raises:
        AnsvarError: where they do not; it tells what the purpose rests on.
    """
    known = consented(catalogue)
    if purpose in known:
        return
    basis = catalogue.notice.purposes[purpose].legal_basis
    shape = catalogue.vocabulary.legal_bases[basis]
    raise AnsvarError(
        f"Nobody consents to '{purpose}', so no consent to it can be withdrawn: it rests on {basis.replace('_', ' ')} ({shape.article}). "
        f"Purposes that are consented to: {', '.join(known) or 'none'}. File what the person means, as an objection where it rests on "
        "a legitimate interest; or a withdrawal without a purpose, and refuse that as no_consent."
    )


def purposes_of(catalogue: Catalogue, kind: str, scope: str) -> list[str]:
    """The purposes for which data may no longer be used after an objection of a scope, or a withdrawal for a purpose.

    An objection to legitimate interest ends marketing and profiling, too: they rest on nothing else but a consent. Whoever withdraws the
    consent to one purpose of marketing is not to be marketed to for another.
    """
    purposes, outreach = catalogue.notice.purposes, catalogue.outreach
    marketing = _marketing(catalogue)
    if kind != OBJECTION:
        ended = [*consented(catalogue), *marketing] if scope == EVERY else marketing if scope in marketing else [scope]
        return list(dict.fromkeys(ended))
    profiling = [*outreach.profiling] if outreach is not None else []
    on_interest = [name for name, purpose in purposes.items() if purpose.legal_basis == LEGITIMATE_INTEREST]
    found = {MARKETING: marketing, PROFILING: profiling, LEGITIMATE_INTEREST: [*on_interest, *marketing, *profiling]}
    return list(dict.fromkeys(found.get(scope, [scope])))


def ended_by(catalogue: Catalogue, request: Request) -> list[str]:
    """The purposes that a request ends; none where it is no objection and no withdrawal."""
    if request.kind not in KINDS:
        return []
    scopes = scopes_of(request.kind, request.about)
    return list(dict.fromkeys(each for scope in scopes for each in purposes_of(catalogue, request.kind, scope)))


def without_ground(catalogue: Catalogue, request: Request) -> frozenset[str]:
    """The tables whose records of the person nothing is left for, after what a request asks for (GDPR Art. 17(1)(b) and (c)).

    Data that a contract, the law or another such ground needs stays, whatever the purposes: neither an objection nor a withdrawal is of it.
    """
    ended = {*ended_by(catalogue, request)}
    if not ended:
        return frozenset()
    of_interest = ended if request.kind == OBJECTION else ended.intersection(_marketing(catalogue))
    return frozenset(dataset.table for dataset in catalogue.datasets if dataset.shape.persons and _ends(dataset, ended, of_interest))


def _marketing(catalogue: Catalogue) -> list[str]:
    if catalogue.outreach is not None:
        return [*catalogue.outreach.marketing]
    return [each for each in (MARKETING,) if each in catalogue.notice.purposes]


def _ends(dataset: Dataset, ended: set[str], of_interest: Iterable[str]) -> bool:
    """Whether no purpose of a data set or of a field of it is left."""
    return {*dataset.shape.purposes} <= ended and all(
        {*field.purposes} <= ended and {*field.legal_bases} <= _reached(field, of_interest) for field in dataset.fields.values()
    )


def _reached(field: Field, of_interest: Iterable[str]) -> set[str]:
    """The legal bases that are gone with the purposes of a field: consent, and, where all of them end for it, a legitimate interest."""
    return {CONSENT, LEGITIMATE_INTEREST} if {*field.purposes} <= {*of_interest} else {CONSENT}
