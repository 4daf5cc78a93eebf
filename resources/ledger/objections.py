"""What the ledger keeps of objections and withdrawals of consent: their scope, and keyed hashes of what the person is known by."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import tables
from resources.ledger.audit import Act, record
from resources.ledger.requests import Step, take_step
from resources.requests.life import ENDED, ERASED, REFUSED

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from resources.ledger import Ledger, Request
    from resources.ledger.erasures import KeptHash

OBJECTION, WITHDRAWAL, ERASURE = "objection", "withdrawal", "erasure"
KINDS = (OBJECTION, WITHDRAWAL)
MARKETING, PROFILING, LEGITIMATE_INTEREST = "marketing", "profiling", "legitimate_interest"
SCOPES = (MARKETING, PROFILING, LEGITIMATE_INTEREST)
"""What one may object to (GDPR Art. 21); a withdrawal of consent is about a purpose of the notice, or about every one."""
EVERY = "every"
"""The scope of a withdrawal of whatever the person has consented to."""
PERSON = "person"
"""The kind of the hashes of source persons, beside the kinds of identifiers."""
DOMAIN = "objection"
"""The domain of the keyed hashes by which the person of an objection is known."""
_ID_BYTES = 10


@dataclass(frozen=True)
class Received:
    """An objection or a withdrawal in force, since when, and where it was not carried out yet: `identifiers`, as the person gave them."""

    id: str
    kind: str
    scope: str
    since: dt.datetime
    hashes: tuple[tuple[str, str, str], ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()


class ObjectionLedger:
    """The part of a ledger that objections and withdrawals are written to."""

    def __init__(self, ledger: Ledger) -> None:
        """Work on a ledger."""
        self._ledger = ledger

    def add(self, request: Request, scopes: Iterable[str], hashes: Iterable[KeptHash], by: str, moment: dt.datetime) -> list[str]:
        """Record what a request asks for, a row each scope, and that it holds since its receipt; gives their random ids.

        The request is answered by that.

        Args:
            request: a request of one of `KINDS`.
            scopes: of `SCOPES`, or of a withdrawal purposes.
            hashes: what the person is known by.
            by: the named user who carries it out.
            moment: when, as a naive UTC timestamp.
        """
        what = "objection.made" if request.kind == OBJECTION else "consent.withdrawn"
        with self._ledger.engine.begin() as connection:
            record(connection, Act(by, what, request.id, moment))
            made = follow(connection, request.id, [(request.kind, scope) for scope in scopes], hashes, by, moment)
            take_step(connection, request.id, Step("answered", by, moment))
        return made

    def of_request(self, request: str) -> str | None:
        """The objection that a request was carried out by, if it was."""
        column = tables.objections.c
        with self._ledger.engine.connect() as connection:
            found: str | None = connection.scalar(sa.select(column.objection).where(column.request == request))
        return found

    def objections(self) -> list[dict[str, Any]]:
        """Every objection and withdrawal that was carried out, newest first."""
        statement = sa.select(tables.objections).order_by(tables.objections.c.made_at.desc(), tables.objections.c.objection)
        with self._ledger.engine.connect() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def end(self, objection: str, by: str, why: str, moment: dt.datetime) -> None:
        """End an objection that the person has taken back.

        Raises:
            AnsvarError: where there is none of that id in force, or no user or reason is named.
        """
        if not why.strip():
            raise AnsvarError("Say how the person took it back: --reason may not be empty.")
        columns = tables.objections.c
        statement = tables.objections.update().where(columns.objection == objection, columns.ended_at.is_(None))
        with self._ledger.engine.begin() as connection:
            record(connection, Act(by, "objection.ended", objection, moment, why.strip()))
            if connection.execute(statement.values(ended_by=by.strip(), ended_at=moment)).rowcount == 0:
                raise AnsvarError("There is no objection of that id in force: `ansvar objection list` shows those that there are.")


def follow(  # noqa: PLR0913, PLR0917 - what is followed, whose it is, who decided it and when
    connection: sa.Connection, request: str, scopes: Iterable[tuple[str, str]], hashes: Iterable[KeptHash], by: str, moment: dt.datetime
) -> list[str]:
    """Record, within the caller's transaction, what a request ends from now on, a row each (kind, scope); gives their random ids."""
    requests = tables.requests.c
    since = connection.scalar(sa.select(requests.received_at).where(requests.request == request))
    known, made = [*dict.fromkeys(hashes)], []
    for kind, scope in scopes:
        objection = "o" + secrets.token_hex(_ID_BYTES)
        row = {"objection": objection, "request": request, "kind": kind, "scope": scope}
        connection.execute(tables.objections.insert().values(row | {"made_by": by.strip(), "made_at": moment, "since": since}))
        if known:
            connection.execute(tables.objection_persons.insert(), [vars(each) | {"objection": objection} for each in known])
        made.append(objection)
    return made


def received(connection: sa.Connection) -> list[Received]:
    """All that is to be followed now: what was carried out, and requests for it that are still open; as a transaction sees them."""
    return [*_carried_out(connection), *_open(connection)]


def _carried_out(connection: sa.Connection) -> list[Received]:
    objections, persons = tables.objections.c, tables.objection_persons.c
    hashes: dict[str, list[tuple[str, str, str]]] = {}
    in_force = sa.select(tables.objections).where(objections.ended_at.is_(None)).order_by(objections.objection)
    rows = connection.execute(in_force).mappings().all()
    for row in connection.execute(sa.select(tables.objection_persons).order_by(persons.kind, persons.hash)):
        hashes.setdefault(row.objection, []).append((row.key_id, row.kind, row.hash))
    return [Received(row["objection"], row["kind"], row["scope"], row["since"], tuple(hashes.get(row["objection"], ()))) for row in rows]


def _open(connection: sa.Connection) -> list[Received]:
    """Requests that are not carried out: they are followed from their receipt; of an unstated scope is all that may be objected to.

    Whoever asks for erasure objects to all that may be objected to, and consents to nothing any more, also where the erasure waits or was
    refused: what keeps the data is no ground to write to the person.
    """
    requests, given = tables.requests.c, tables.request_identifiers.c
    done = sa.select(tables.objections.c.request)
    is_open = sa.and_(requests.kind.in_((*KINDS, ERASURE)), requests.state.not_in((*ENDED, ERASED)))
    is_refused = sa.and_(requests.kind == ERASURE, requests.state == REFUSED, requests.verified_at.is_not(None))
    statement = (
        sa.select(tables.requests, given.kind.label("identifier"), given.value)
        .join(tables.request_identifiers)
        .where(requests.request.not_in(done), sa.or_(is_open, is_refused))
        .order_by(requests.request, given.kind, given.value)
    )
    by_request: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(statement).mappings():
        by_request.setdefault(row["request"], []).append(dict(row))
    return [
        Received(request, kind, scope, rows[0]["received_at"], (), tuple((row["identifier"], row["value"]) for row in rows))
        for request, rows in by_request.items()
        for kind, scope in _asked(rows[0]["kind"], rows[0]["scope"] or rows[0]["purpose"])
    ]


def _asked(kind: str, scope: str | None) -> Sequence[tuple[str, str]]:
    """What a request ends until it is carried out, as kinds and scopes."""
    if kind == ERASURE:
        return ((OBJECTION, LEGITIMATE_INTEREST), (WITHDRAWAL, EVERY))
    return [(kind, each) for each in scopes_of(kind, scope)]


def scopes_of(kind: str, scope: str | None) -> Sequence[str]:
    """What a request is about: where it does not say, everything that it may be about."""
    if scope is not None:
        return (scope,)
    return SCOPES if kind == OBJECTION else (EVERY,)
