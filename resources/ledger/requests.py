"""What the ledger keeps of rights requests: what was asked and by whom, and each step since, dated and by a named user.

Every step stands in the table of steps and in the audit chain, in the transaction that takes it. Which step may follow which is decided in
`resources.requests.life`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import tables
from resources.ledger.audit import Act, record
from resources.requests.life import ANSWERED, CLOSED, ENDED, REFUSED, UNCLEAR, VERIFIED, after, check_ground
from resources.requests.vocabulary import words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable

    from resources.ledger import Ledger

PROGRAM = "ansvar"  # who does what no named user does
FILED, LETTER = "filed", "letter"
WITHDRAWAL = "withdrawal"
_ID_BYTES = 10
# The moment that a step leaves on its request.
_MOMENTS = {"asked": "asked_at", "verified": "verified_at", "extended": "extended_at"} | dict.fromkeys(ENDED, "ended_at")
_GIVEN = ("scope", "purpose", "subject", "asked_at", "verified_at", "extended_at", "ended_at", "nothing_held")


@dataclass(frozen=True)
class Request:
    """A rights request: its opaque id, the identifiers that the person gave, and how far it came."""

    id: str
    kind: str
    language: str
    state: str
    received_at: dt.datetime
    identifiers: tuple[tuple[str, str], ...]
    scope: str | None = None
    purpose: str | None = None
    subject: str | None = None
    asked_at: dt.datetime | None = None
    verified_at: dt.datetime | None = None
    extended_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    nothing_held: bool | None = None

    @property
    def about(self) -> str | None:
        """The scope of an objection, or the purpose of a withdrawal of consent, where it names one."""
        return self.scope or self.purpose

    @classmethod
    def of(cls, row: dict[str, Any], identifiers: Iterable[tuple[str, str]] = ()) -> Request:
        """A row of the ledger."""
        more = {name: row[name] for name in _GIVEN}
        return cls(row["request"], row["kind"], row["language"], row["state"], row["received_at"], tuple(identifiers), **more)


@dataclass(frozen=True)
class Filing:
    """A request as it is filed.

    Attributes:
        kind: what the person asks for.
        language: the language of the answer.
        identifiers: kinds and values as the person gave them.
        received_at: when it reached the controller, as a naive UTC timestamp.
        scope: what an objection is to.
        purpose: the purpose whose consent is withdrawn; None for every.
        message: the person's own words.
        by: the named user who files it.
        forms: the keyed hashes of the id that the company's form gave, one for each key; the first is kept.
    """

    kind: str
    language: str
    identifiers: tuple[tuple[str, str], ...]
    received_at: dt.datetime
    scope: str | None = None
    purpose: str | None = None
    message: str | None = None
    by: str = PROGRAM
    forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """A step in the life of a request: which, by whom and when; a word on it, and words of one's own."""

    step: str
    by: str
    at: dt.datetime
    detail: str | None = None
    note: str | None = None


def file_request(engine: sa.Engine, filing: Filing, at: dt.datetime) -> Request:
    """File a request, under a random id; one that came by a form and was filed already is given as it is.

    Args:
        engine: the ledger's database.
        filing: the request.
        at: when it is filed, as a naive UTC timestamp.
    """
    identifiers = tuple(dict.fromkeys(filing.identifiers))
    request = Request("r" + secrets.token_hex(_ID_BYTES), filing.kind, filing.language, "received", filing.received_at, identifiers)
    values: dict[str, object] = {"request": request.id, "kind": filing.kind, "language": filing.language, "state": request.state}
    values |= {"received_at": filing.received_at, "scope": filing.scope, "purpose": filing.purpose}
    with engine.begin() as connection:
        record(connection, Act(filing.by, "request.filed", request.id, at))  # takes the lock: of two who file one form, one waits
        known = _filed_before(connection, filing.forms)
        if known is not None:
            connection.rollback()
        else:
            connection.execute(tables.requests.insert().values(values))
            _give(connection, request.id, identifiers)
            if filing.forms:
                connection.execute(tables.request_forms.insert().values(hash=filing.forms[0], request=request.id))
            _add(connection, request.id, Step(FILED, filing.by, at, filing.scope or filing.purpose, filing.message))
    return read_request(engine, known or request.id)


def _give(connection: sa.Connection, request_id: str, identifiers: Iterable[tuple[str, str]]) -> None:
    rows = [{"request": request_id, "kind": kind, "value": value} for kind, value in identifiers]
    if rows:
        connection.execute(tables.request_identifiers.insert(), rows)


def _filed_before(connection: sa.Connection, forms: Collection[str]) -> str | None:
    columns = tables.request_forms.c
    found: str | None = connection.scalar(sa.select(columns.request).where(columns.hash.in_(forms))) if forms else None
    return found


def read_request(engine: sa.Engine, request_id: str) -> Request:
    """The request of an id.

    Raises:
        AnsvarError: where there is none.
    """
    with engine.connect() as connection:
        return _read(connection, request_id)


def _read(connection: sa.Connection, request_id: str) -> Request:
    row = connection.execute(sa.select(tables.requests).where(tables.requests.c.request == request_id)).mappings().one_or_none()
    if row is None:
        raise AnsvarError("There is no request of that id: `ansvar request list` shows those that there are.")
    columns = tables.request_identifiers.c
    given = connection.execute(sa.select(columns.kind, columns.value).where(columns.request == request_id).order_by(*columns))
    return Request.of(dict(row), [(each.kind, each.value) for each in given])


def take_step(connection: sa.Connection, request_id: str, step: Step, **values: object) -> str:
    """Take a step of a request, within the transaction that does what it says; gives the state that it leads to.

    Args:
        connection: within a transaction.
        request_id: the request.
        step: the step.
        values: columns of the request that change with it.

    Raises:
        AnsvarError: where there is no such request, the step cannot follow, a refusal's ground does not fit, or no user is named.
    """
    record(connection, Act(step.by, f"request.{step.step}", request_id, step.at, step.detail))  # takes the lock before the state is read
    request = _read(connection, request_id)
    state = after(request, step.step)
    if step.step == REFUSED:
        check_ground(request, step.detail or "")
    moment = {_MOMENTS[step.step]: step.at} if step.step in _MOMENTS else {}
    changed = moment | values | {"state": state}
    connection.execute(tables.requests.update().where(tables.requests.c.request == request_id).values(changed))
    _add(connection, request_id, step)
    return state


def note_step(connection: sa.Connection, request_id: str, step: Step, what: str) -> None:
    """Write down something that was done about a request and leaves its state as it is; `what` names it in the audit chain."""
    record(connection, Act(step.by, what, request_id, step.at, step.detail))
    _add(connection, request_id, step)


def is_written(connection: sa.Connection, request_id: str, letter: str) -> bool:
    """Whether a letter of a kind was written about a request."""
    columns = tables.request_steps.c
    statement = sa.select(columns.number).where(columns.request == request_id, columns.step == LETTER, columns.detail == letter).limit(1)
    return connection.scalar(statement) is not None


def _add(connection: sa.Connection, request_id: str, step: Step) -> None:
    columns = tables.request_steps.c
    last = connection.scalar(sa.select(sa.func.max(columns.number)).where(columns.request == request_id)) or 0
    values = vars(step) | {"request": request_id, "number": last + 1, "by": step.by.strip()}
    connection.execute(tables.request_steps.insert().values(values))


class RequestLedger:
    """The part of a ledger in which requests live."""

    def __init__(self, ledger: Ledger) -> None:
        """Work on a ledger."""
        self._ledger = ledger

    def step(self, request_id: str, step: Step, **values: object) -> Request:
        """Take a step of a request, in a transaction of its own; gives the request as it is then.

        Raises:
            AnsvarError: as `take_step`; where it ends a request whose person is to be erased.
        """
        with self._ledger.engine.begin() as connection:
            if step.step in (REFUSED, CLOSED) and _is_erased(connection, request_id):
                raise AnsvarError("That the person of this request is erased was decided: it can only be answered.")
            take_step(connection, request_id, step, **values)
        return read_request(self._ledger.engine, request_id)

    def note(self, request_id: str, step: Step, what: str) -> None:
        """Write down what was done about a request, in a transaction of its own: see `note_step`."""
        with self._ledger.engine.begin() as connection:
            note_step(connection, request_id, step, what)

    def identify(self, request_id: str, identifiers: Iterable[tuple[str, str]], by: str, at: dt.datetime) -> Request:
        """Add what the person of an unclear request is known by; gives the request as it is then.

        Raises:
            AnsvarError: where there is no such request, it is not unclear, or no user is named.
        """
        with self._ledger.engine.begin() as connection:
            take_step(connection, request_id, Step("identified", by, at))
            known = _read(connection, request_id).identifiers
            _give(connection, request_id, [each for each in dict.fromkeys(identifiers) if each not in known])
        return read_request(self._ledger.engine, request_id)

    def unclear(self, request: Request, at: dt.datetime) -> None:
        """The identifiers of a request do not tell who the person is; one that has ended, or is known to be unclear, stays as it is."""
        if request.state not in (*ENDED, UNCLEAR):
            self.step(request.id, Step(UNCLEAR, PROGRAM, at))

    def ready(self, request_id: str, kinds: Collection[str]) -> Request:
        """The request of an id, if it may be carried out.

        Raises:
            AnsvarError: where there is none, it asks for something else, was refused or closed, or nobody verified who asks.
        """
        request = self._ledger.request(request_id)
        if request.kind not in kinds:
            raise AnsvarError(f"The request is one of {request.kind}, not for {' or '.join(kinds)}: nothing is done for it here.")
        if request.state in (REFUSED, CLOSED):
            raise AnsvarError(f"The request was {request.state}: file a new one, if the person asks again.")
        if request.verified_at is None and not words().kinds[request.kind].anyone:
            raise AnsvarError(
                "The identity of who asks was not verified, so nothing is done: `ansvar request verify` records by whom it was, and how."
            )
        return request

    def steps(self, request_id: str) -> list[dict[str, Any]]:
        """The steps of a request, the first one first."""
        columns = tables.request_steps.c
        statement = sa.select(tables.request_steps).where(columns.request == request_id).order_by(columns.number)
        with self._ledger.engine.connect() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def open(self) -> list[Request]:
        """The requests that have not ended, with their identifiers, the oldest first."""
        requests, given = tables.requests.c, tables.request_identifiers.c
        is_open = requests.state.not_in(ENDED)
        statement = sa.select(tables.requests).where(is_open).order_by(requests.received_at, requests.request)
        values = sa.select(given.request, given.kind, given.value).join(tables.requests).where(is_open)
        with self._ledger.engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(statement).mappings()]
            identifiers: dict[str, list[tuple[str, str]]] = {row["request"]: [] for row in rows}
            for row in connection.execute(values):
                identifiers.setdefault(row.request, []).append((row.kind, row.value))
        return [Request.of(row, identifiers[row["request"]]) for row in rows]

    def to_export(self, limit: int) -> list[tuple[str, int]]:
        """The oldest requests that a bundle is to answer and whose person was verified, each with the number of its last step."""
        requests, steps = tables.requests.c, tables.request_steps.c
        statement = (
            sa.select(requests.request, sa.func.max(steps.number))
            .join_from(tables.requests, tables.request_steps)
            .where(requests.state == VERIFIED, requests.kind.in_(words().by_bundle))
            .group_by(requests.request, requests.received_at)
            .order_by(requests.received_at, requests.request)
            .limit(limit)
        )
        with self._ledger.engine.connect() as connection:
            return [(row[0], row[1]) for row in connection.execute(statement)]


def started_by_bundle(connection: sa.Connection, request_id: str, at: dt.datetime) -> None:
    """The bundle of a request was made: it is in progress."""
    if _read(connection, request_id).state == VERIFIED:
        take_step(connection, request_id, Step("started", PROGRAM, at))


def answered_by_bundle(connection: sa.Connection, request_id: str, by: str, at: dt.datetime, *, nothing_held: bool) -> None:
    """The bundle that a named user releases answers a request, also where nothing is held; one that was answered stays as it is."""
    if _read(connection, request_id).state != ANSWERED:
        take_step(connection, request_id, Step(ANSWERED, by, at), nothing_held=nothing_held)


def _is_erased(connection: sa.Connection, request_id: str) -> bool:
    columns = tables.erasures.c
    statement = sa.select(columns.erasure).where(columns.request == request_id, columns.state != UNCLEAR).limit(1)
    return connection.scalar(statement) is not None
