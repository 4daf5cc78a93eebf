"""Follow an objection or a withdrawal of consent: from then on it holds by what the person is known by, also in what comes later."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from assets.identity.objected import check_consented
from assets.identity.whom import Whom
from assets.outreach.received import hashes_of_person
from resources.catalogue.positions import nearest
from resources.errors import AnsvarError
from resources.ledger import Request
from resources.ledger.audit import Act, record
from resources.ledger.holds import RESTRICTION
from resources.ledger.objections import EVERY, KINDS, OBJECTION, SCOPES, WITHDRAWAL, ObjectionLedger, scopes_of
from resources.ledger.requests import RequestLedger, Step, take_step
from resources.register import Register
from resources.requests.vocabulary import words
from resources.warehouse import Engine

if TYPE_CHECKING:
    from collections.abc import Sequence

Finder = Callable[[Engine, Register, Request], Whom]
"""Finds whom a request means; fails where that is not plain."""


def follow(register: Register, request_id: str, by: str, find: Finder) -> list[str]:
    """Carry out a request; gives the opaque ids of what is followed from now on.

    Raises:
        AnsvarError: where it asks for something else, is carried out already, names no scope that there is, the person cannot be told from
            others, or gave nothing that is the person's alone.
    """
    request, ledger = RequestLedger(register.ledger).ready(request_id, KINDS), ObjectionLedger(register.ledger)
    scopes = scopes_to_follow(register, request)
    if ledger.of_request(request.id) is not None:
        raise AnsvarError("This request is carried out already: `ansvar objection list` shows it.")
    with register.warehouse.reading() as engine:
        hashes = [*hashes_of_person(register, find(engine, register, request))]
    if not hashes:
        raise AnsvarError("Nothing in this request is the person's alone: ask for an e-mail address or a number of the person's own.")
    return ledger.add(request, scopes, hashes, by, register.clock.now())


def scopes_to_follow(register: Register, request: Request) -> Sequence[str]:
    """What a request is about.

    Raises:
        AnsvarError: where it is no objection or withdrawal, about nothing that there is, or about a purpose that nobody consents to.
    """
    if request.kind not in KINDS:
        raise AnsvarError(f"The request is one of {request.kind}, not an objection or a withdrawal of consent.")
    known = SCOPES if request.kind == OBJECTION else (*register.catalogue.notice.purposes, EVERY)
    scopes = scopes_of(request.kind, request.about)
    for each in scopes:
        if each not in known:
            raise AnsvarError(f"The request is about '{each}', which is none of what it may be about: {nearest(each, known)}")
        if request.kind == WITHDRAWAL and each != EVERY:
            check_consented(register.catalogue, each)
    return scopes


def restrict(register: Register, request_id: str, by: str, ground: str | None) -> None:
    """Record that a named user answers a request for restriction, which is followed from its receipt until it is lifted.

    Args:
        register: the register.
        request_id: the request.
        by: the named user.
        ground: which of those of GDPR Art. 18(1) holds, as `resources/requests/vocabulary.yaml` names them.

    Raises:
        AnsvarError: where it asks for something else, nobody verified who asks, or no user or ground is named.
    """
    if ground not in words().restrictions:
        known = ", ".join(f"{name} ({shape.article})" for name, shape in words().restrictions.items())
        raise AnsvarError(
            f"A restriction needs its ground, with --ground: {known}. Where none holds, refuse it as no_ground_for_restriction."
        )
    request, moment = RequestLedger(register.ledger).ready(request_id, [RESTRICTION]), register.clock.now()
    with register.ledger.engine.begin() as connection:
        record(connection, Act(by, "restriction.made", request.id, moment))
        take_step(connection, request.id, Step("answered", by, moment, ground))
