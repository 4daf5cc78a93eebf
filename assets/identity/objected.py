"""What an objection or a withdrawal of consent ends: purposes, and with them the ground of whole data sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.ledger.objections import EVERY, KINDS, LEGITIMATE_INTEREST, MARKETING, PROFILING, scopes_of

if TYPE_CHECKING:
    from resources.catalogue import Catalogue
    from resources.ledger import Request

CONSENT = "consent"


def purposes_of(catalogue: Catalogue, scope: str) -> list[str]:
    """The purposes for which data may no longer be used after an objection of a scope, or a withdrawal for a purpose.

    One to legitimate interest ends marketing and profiling, too: they rest on nothing else but a consent.
    """
    purposes, outreach = catalogue.notice.purposes, catalogue.outreach
    marketing = [*outreach.marketing] if outreach is not None else [each for each in ("marketing",) if each in purposes]
    profiling = [*outreach.profiling] if outreach is not None else []
    on_interest = [name for name, purpose in purposes.items() if purpose.legal_basis == LEGITIMATE_INTEREST]
    consented = [name for name, purpose in purposes.items() if purpose.legal_basis == CONSENT]
    found = {
        EVERY: [*consented, *marketing],
        MARKETING: marketing,
        PROFILING: profiling,
        LEGITIMATE_INTEREST: [*on_interest, *marketing, *profiling],
    }
    return list(dict.fromkeys(found.get(scope, [scope])))


def without_ground(catalogue: Catalogue, request: Request) -> frozenset[str]:
    """The tables whose records of the person no purpose is left for, after what a request asks for (GDPR Art. 17(1)(b) and (c))."""
    if request.kind not in KINDS:
        return frozenset()
    ended = {purpose for scope in scopes_of(request.kind, request.about) for purpose in purposes_of(catalogue, scope)}
    return frozenset(dataset.table for dataset in catalogue.datasets if dataset.shape.persons and {*dataset.shape.purposes} <= ended)
