"""All that is held of the subjects of a batch of requests, others still in its texts: asked of the warehouse for all of them at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.rights.collect import collect, identifiers, lacking, name_subjects
from assets.rights.freshness import sources
from assets.rights.holding import Holding
from assets.rights.kept import kept_by
from assets.rights.own import given, own
from assets.rights.unread import unattributed, unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assets.rights.find import Subject
    from assets.rights.holding import Identifier
    from assets.rights.own import Own
    from resources.catalogue import Catalogue
    from resources.ledger import Request
    from resources.register import Register
    from resources.spool import Spool
    from resources.warehouse import Engine


@dataclass(frozen=True)
class Gathered:
    """What is held of a subject, the identifiers by which it was looked for, and the tables that lack a record by which it is known."""

    holding: Holding
    searched: list[Identifier]
    lacking: list[str]

    def own(self, catalogue: Catalogue) -> Own:
        """What of it is the subject's own."""
        return own(catalogue, self.searched, self.holding.tables)


def gather(
    engine: Engine, register: Register, spool: Spool, requests: Iterable[Request], subjects: Mapping[str, Subject]
) -> dict[str, Gathered]:
    """What is held of the subject of each request, by the request's id.

    Args:
        engine: what is published.
        register: the register.
        spool: where records are put aside.
        requests: the requests.
        subjects: whom each of them means.
    """
    catalogue = register.catalogue
    persons = {request: subject.persons for request, subject in subjects.items()}
    name_subjects(engine, persons)
    known = identifiers(engine, catalogue)
    searched = {each.id: known[each.id] or given(catalogue, each.identifiers) for each in requests}
    tables = collect(engine, catalogue, register.recordings, spool)
    lacks = lacking(engine, persons, tables)
    bad = unread(engine, catalogue, searched)
    unnamed = unattributed(engine, catalogue, {request: known[request] for request in searched})
    states = sources(register)
    kept = kept_by(engine, register)
    return {
        request: Gathered(
            Holding(
                tables[request],
                known[request],
                bad[request],
                unnamed[request],
                Counter(),
                kept_by=kept[request],
                sources=states,
                subject=subjects[request].id,
            ),
            by,
            lacks.get(request, []),
        )
        for request, by in searched.items()
    }
