"""What the person asked of the controller before, and what holds since: earlier requests, objections, withdrawals, corrections."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assets.rights.find import Subject, find_all, given_values
from assets.rights.holding import Dealing
from assets.rights.requests import settled
from resources.ledger import tables
from resources.ledger.corrections import HOLDING
from resources.ledger.holds import HoldLedger

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assets.rights.gather import Gathered
    from assets.rights.holding import Identifier
    from resources.ledger import Request
    from resources.register import Register
    from resources.warehouse import Engine

REQUEST, OBJECTION, CORRECTION = "request", "objection", "correction"
_AT_ONCE = 500


def add_dealings(engine: Engine, register: Register, requests: Iterable[Request], gathered: Mapping[str, Gathered]) -> None:
    """Put the dealings of each person into the holding, oldest first.

    An earlier request is the person's where an identifier that only one person can have was given in it, and all that was given in it
    means this person: one that may be of another, too, is not told of. What holds since is told by the request that it was made by.

    Args:
        engine: what is published.
        register: the register.
        requests: the requests that are answered together.
        gathered: what is held of the person of each, by the request's id.
    """
    given = _given(register)
    by_value = _by_value(register, given)
    near = {request.id: _near(request, gathered[request.id], by_value) for request in requests}
    whom = _whom(engine, register, {each: given[each] for others in near.values() for each in others})
    own = {request.id: request.subject for request in requests}
    for request, others in near.items():
        holding = gathered[request].holding
        holding.earlier = tuple(
            sorted(each for each in others if whom[each].is_surely(holding.subject or own[request], gathered[request].searched))
        )
    found = _dealings(register, sorted({each for one in near for each in gathered[one].holding.earlier}))
    for request in near:
        holding = gathered[request].holding
        holding.dealings = sorted((each for other in holding.earlier for each in found[other]), key=lambda each: (each.at, each.what))


@dataclass(frozen=True)
class _Whom:
    """Whom an earlier request means: the subject that a named user said or that its identifiers tell, if any; and what was given in it.

    `is_clear` says that it means one person; `values` are the forms of each identifier that may tell a person.
    """

    subject: str | None
    is_clear: bool
    values: tuple[frozenset[tuple[str, str]], ...]

    def is_surely(self, subject: str | None, searched: Iterable[Identifier]) -> bool:
        """Whether it means a subject; or one of whom nothing is held, whose identifiers these are."""
        if not self.is_clear or self.subject is not None or subject is not None:
            return self.is_clear and self.subject == subject
        own = {(each.kind, each.value) for each in searched}
        return all(forms & own for forms in self.values)


def _given(register: Register) -> dict[str, list[tuple[str, str]]]:
    """What was given in every request, as far as the vocabulary knows its kinds."""
    kinds, given = register.catalogue.vocabulary.identifiers, defaultdict(list)
    for request, kind, value in HoldLedger(register.ledger).identifiers():
        if kind in kinds:
            given[request].append((kind, value))
    return given


def _by_value(register: Register, given: Mapping[str, Iterable[tuple[str, str]]]) -> dict[tuple[str, str], set[str]]:
    """The requests that every identifier was given in, as the register compares it."""
    asked: dict[tuple[str, str], list[str]] = defaultdict(list)
    for request, identifiers in given.items():
        for identifier in identifiers:
            asked[identifier].append(request)
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for identifier, requests in asked.items():
        for _, kind, value in given_values(register.catalogue, [identifier]):
            found[kind, value].update(requests)
    return found


def _near(request: Request, gathered: Gathered, by_value: Mapping[tuple[str, str], set[str]]) -> set[str]:
    """The other requests in which something was given that only this person can have."""
    own = {(each.kind, each.value) for each in gathered.searched if each.joins}
    return {other for value in own for other in by_value.get(value, ())} - {request.id}


def _whom(engine: Engine, register: Register, given: Mapping[str, list[tuple[str, str]]]) -> dict[str, _Whom]:
    """Whom each of some requests means."""
    kinds = register.catalogue.vocabulary.identifiers
    said = _said(register, sorted(given))
    unsaid = {each: identifiers for each, identifiers in given.items() if each not in said}
    told = find_all(engine, register.catalogue, unsaid, register.home.pepper)
    found = {}
    for request, identifiers in given.items():
        forms: dict[int, set[tuple[str, str]]] = defaultdict(set)
        for number, kind, value in given_values(register.catalogue, identifiers):
            if kinds[kind].joins:
                forms[number].add((kind, value))
        meant = settled(engine, said[request]) if request in said else told[request]
        subject = meant.id or said.get(request) if isinstance(meant, Subject) else None
        found[request] = _Whom(subject, isinstance(meant, Subject), tuple(map(frozenset, forms.values())))
    return found


def _said(register: Register, requests: list[str]) -> dict[str, str]:
    """The subjects that named users said some requests mean."""
    asked = tables.requests.c
    found: dict[str, str] = {}
    with register.ledger.engine.connect() as connection:
        for start in range(0, len(requests), _AT_ONCE):
            some = (asked.request.in_(requests[start : start + _AT_ONCE]), asked.subject.is_not(None))
            found |= {row[0]: row[1] for row in connection.execute(sa.select(asked.request, asked.subject).where(*some))}
    return found


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
