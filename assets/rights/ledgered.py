"""What the ledger knows of a subject beside what is held: to whom its data was given, and when it was looked at."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assets.rights.holding import Disclosed, Looked
from resources.ledger import tables
from resources.ledger.audit import entries

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from assets.rights.gather import Gathered
    from resources.ledger import Request
    from resources.register import Register

_AT_ONCE = 500
_SUBJECT, _QUARANTINE = "subject", "quarantine"
# Acts on a request or its bundle by which a person of the controller's sees the data, as the chain names them.
_LOOKS = frozenset({"bundle.review_looked", "bundle.looked", "request.looked", "request.settled"})


def add_ledgered(register: Register, request: Request, gathered: Gathered) -> None:
    """Put the subject's disclosures and looks into a holding, oldest first; also of a person of whom nothing else is held.

    A disclosure is the subject's where it was recorded with an identifier that only one person can have. What was looked at, records in
    quarantine that are told of included, is told with its time and purpose; who looked is the employee's own data (Court of Justice,
    C-579/21, Pankki S).
    """
    holding, subject = gathered.holding, gathered.holding.subject or request.subject
    hashes = [_hash(pepper, each.kind, each.value) for each in gathered.searched if each.joins for pepper in register.home.peppers]
    holding.disclosures = sorted(_disclosures(register, hashes), key=lambda each: (each.at, each.recipient))
    looks = [Looked(_SUBJECT, row["at"]) for row in register.ledger.looks(_SUBJECT, subject)] if subject else []
    looks += [Looked(_QUARANTINE, at) for at in _looks_at(register, [each.quarantine for each in holding.unread])]
    for asked in (request.id, *holding.earlier):
        looks += [Looked("answer", each.at) for each in entries(register.ledger.engine, asked) if each.what in _LOOKS]
    holding.looks = sorted(looks, key=lambda each: each.at)


def _hash(pepper: str, kind: str, value: str) -> str:
    """The keyed hash with which a disclosure is recorded, as `assets.outreach` makes it."""
    return hashlib.sha256(f"{pepper}disclosure/{kind}/{value}".encode()).hexdigest()


def _looks_at(register: Register, quarantined: list[str]) -> Iterator[dt.datetime]:
    """When records in quarantine were looked at."""
    looks = tables.looks.c
    with register.ledger.engine.connect() as connection:
        for start in range(0, len(quarantined), _AT_ONCE):
            some = looks.thing.in_(quarantined[start : start + _AT_ONCE])
            yield from connection.scalars(sa.select(looks.at).where(looks.kind == _QUARANTINE, some))


def _disclosures(register: Register, hashes: list[str]) -> Iterable[Disclosed]:
    disclosures, persons = tables.disclosures, tables.disclosure_persons
    found: dict[str, Disclosed] = {}
    with register.ledger.engine.connect() as connection:
        for start in range(0, len(hashes), _AT_ONCE):
            statement = sa.select(disclosures).join(persons).where(persons.c.hash.in_(hashes[start : start + _AT_ONCE]))
            for row in connection.execute(statement):
                what = row.what or {"dataset": None, "fields": ()}
                given = (row.ground, row.purpose, what["dataset"], tuple(what["fields"]))
                found[row.disclosure] = Disclosed(row.recipient, row.kind, row.country, row.made_at, row.safeguard, *given)
    return found.values()
