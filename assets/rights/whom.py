"""Whom a request for erasure means, and by what the person is known: never by what several persons may share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from assets.identity.whom import Whom
from assets.rights.collect import identifiers, name_subjects
from assets.rights.own import given
from assets.rights.requests import meant
from assets.rights.unread import unread_ids

if TYPE_CHECKING:
    from assets.rights.find import Subject
    from assets.rights.holding import Identifier
    from resources.catalogue import Catalogue
    from resources.ledger import Request
    from resources.register import Register
    from resources.warehouse import Engine


def whom(engine: Engine, register: Register, request: Request) -> Whom:
    """The data subject that a request means, as what is published knows it.

    Args:
        engine: what is published.
        register: the register.
        request: the request, whose identity a named user has verified: what was given and nobody bears counts as the person's, too.

    Raises:
        UnclearError: where the identifiers do not tell who the person is; the request is then `unclear`.
    """
    catalogue = register.catalogue
    subject = meant(engine, register, request)
    name_subjects(engine, {request.id: subject.persons})
    known = _alone(engine, subject, [each for each in identifiers(engine, catalogue)[request.id] if each.joins])
    stated = _unknown(engine, catalogue, request)
    values = sorted({(each.kind, each.value) for each in (*known, *stated)})
    quarantined = unread_ids(engine, catalogue, {request.id: [*known, *stated]})[request.id]
    return Whom(subject.id, subject.persons, tuple(values), tuple(quarantined))


def _alone(engine: Engine, subject: Subject, known: list[Identifier]) -> list[Identifier]:
    """Those of the person's identifiers that nobody else bears: in a chain that contradicts itself, what would join several may stand."""
    columns = {"kind": [each.kind for each in known], "value": [each.value for each in known]}
    engine.register("known_rows", pa.table({column: pa.array(values, pa.string()) for column, values in columns.items()}))
    rows = engine.rows(
        """
        SELECT DISTINCT links.kind, links.value
        FROM identity.links AS links
        SEMI JOIN known_rows AS known ON known.kind = links.kind AND known.value = links.value
        INNER JOIN identity.persons AS persons ON persons.person = links.person AND persons.subject IS DISTINCT FROM $subject
        """,
        {"subject": subject.id},
    )
    engine.unregister("known_rows")
    of_others = {(kind, value) for kind, value in rows}
    return [each for each in known if (each.kind, each.value) not in of_others]


def _unknown(engine: Engine, catalogue: Catalogue, request: Request) -> list[Identifier]:
    """What the person gave and nobody bears, as far as it is one person's alone and can be read in one way only."""
    stated: list[Identifier] = []
    for one in request.identifiers:
        read = given(catalogue, [one])
        stated += read if len(read) == 1 else []
    borne = "SELECT count(*) FROM identity.identifiers WHERE kind = $kind AND value = $value"
    return [each for each in stated if engine.count(borne, {"kind": each.kind, "value": each.value}) == 0]
