"""What the ledger knows of a subject beside what is held: to whom its data was given, and when it was looked at."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assets.rights.holding import Disclosed, Looked
from resources.ledger import tables
from resources.ledger.audit import entries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assets.rights.holding import Holding
    from resources.register import Register

_AT_ONCE = 500
_SUBJECT = "subject"
# Acts on a request or its bundle by which a person of the controller's sees the data, as the chain names them.
_LOOKS = frozenset({"bundle.review_looked", "bundle.looked", "request.looked", "request.settled"})


def add_ledgered(register: Register, request: str, holding: Holding) -> None:
    """Put the subject's disclosures and looks into a holding, oldest first.

    A disclosure is the subject's where it was recorded with an identifier that only one person can have. What was looked at is told with
    its time and purpose; who looked is the employee's own data (Court of Justice, C-579/21, Pankki S).
    """
    hashes = [_hash(pepper, each.kind, each.value) for each in holding.identifiers if each.joins for pepper in register.home.peppers]
    holding.disclosures = sorted(_disclosures(register, hashes), key=lambda each: (each.at, each.recipient))
    looks = [Looked(_SUBJECT, row["at"]) for row in register.ledger.looks(_SUBJECT, holding.subject)] if holding.subject else []
    looks += [Looked("answer", each.at) for each in entries(register.ledger.engine, request) if each.what in _LOOKS]
    holding.looks = sorted(looks, key=lambda each: each.at)


def _hash(pepper: str, kind: str, value: str) -> str:
    """The keyed hash with which a disclosure is recorded, as `assets.outreach` makes it."""
    return hashlib.sha256(f"{pepper}disclosure/{kind}/{value}".encode()).hexdigest()


def _disclosures(register: Register, hashes: list[str]) -> Iterable[Disclosed]:
    disclosures, persons = tables.disclosures, tables.disclosure_persons
    found: dict[str, Disclosed] = {}
    with register.ledger.engine.connect() as connection:
        for start in range(0, len(hashes), _AT_ONCE):
            statement = sa.select(disclosures).join(persons).where(persons.c.hash.in_(hashes[start : start + _AT_ONCE]))
            for row in connection.execute(statement):
                found[row.disclosure] = Disclosed(row.recipient, row.kind, row.country, row.made_at, row.safeguard)
    return found.values()
