"""What the person asked of the controller before, and what holds since: earlier requests, objections, withdrawals, corrections."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assets.rights.find import given_values
from assets.rights.holding import Dealing
from resources.ledger import tables
from resources.ledger.corrections import HOLDING
from resources.ledger.holds import HoldLedger

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assets.rights.holding import Holding
    from resources.ledger import Request
    from resources.register import Register

REQUEST, OBJECTION, CORRECTION = "request", "objection", "correction"
_AT_ONCE = 500


def add_dealings(register: Register, requests: Iterable[Request], holdings: Mapping[str, Holding]) -> None:
    """Put the dealings of each person into the holding, oldest first.

    An earlier request is the person's where an identifier that only one person can have was given in it; what holds since is told by the
    request that it was made by.

    Args:
        register: the register.
        requests: the requests that are answered together.
        holdings: what is held of the person of each, by the request's id.
    """
    by_value = _by_value(register)
    earlier = {request.id: _earlier(register, request, holdings[request.id], by_value) for request in requests}
    found = _dealings(register, sorted({each for others in earlier.values() for each in others}))
    for request, others in earlier.items():
        holdings[request].dealings = sorted((each for other in others for each in found[other]), key=lambda each: (each.at, each.what))


def _by_value(register: Register) -> dict[tuple[str, str], set[str]]:
    """The requests that every identifier was given in, as the register compares it."""
    kinds, given = register.catalogue.vocabulary.identifiers, defaultdict(list)
    for request, kind, value in HoldLedger(register.ledger).identifiers():
        if kind in kinds:
            given[kind, value].append(request)
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for identifier, asked in given.items():
        for _, kind, value in given_values(register.catalogue, [identifier]):
            found[kind, value].update(asked)
    return found


def _earlier(register: Register, request: Request, holding: Holding, by_value: Mapping[tuple[str, str], set[str]]) -> set[str]:
    kinds = register.catalogue.vocabulary.identifiers
    own = {(each.kind, each.value) for each in holding.identifiers if each.joins}
    if not own:  # nothing is held: what the person gave now is all that is known
        own = {(kind, value) for _, kind, value in given_values(register.catalogue, request.identifiers) if kinds[kind].joins}
    return {other for value in own for other in by_value.get(value, ())} - {request.id}


def _dealings(register: Register, requests: list[str]) -> dict[str, list[Dealing]]:
    """What there was of each request, and what holds since."""
    found: dict[str, list[Dealing]] = defaultdict(list)
    asked, objections, corrections = tables.requests.c, tables.objections.c, tables.corrections.c
    with register.ledger.engine.connect() as connection:
        for start in range(0, len(requests), _AT_ONCE):
            some = requests[start : start + _AT_ONCE]
            for row in connection.execute(sa.select(tables.requests).where(asked.request.in_(some))):
                found[row.request].append(Dealing(REQUEST, row.kind, row.scope or row.purpose, row.received_at))
            in_force = (objections.request.in_(some), objections.ended_at.is_(None))
            for row in connection.execute(sa.select(tables.objections).where(*in_force)):
                found[row.request].append(Dealing(OBJECTION, row.kind, row.scope, row.made_at))
            holding = (corrections.request.in_(some), corrections.state.in_(HOLDING))
            for row in connection.execute(sa.select(tables.corrections).where(*holding)):
                found[row.request].append(Dealing(CORRECTION, row.dataset, row.field, row.made_at))
    return found
