"""What the ledger keeps of holds: legal holds, restrictions until they are lifted, and requests that are still open."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import tables
from resources.ledger.audit import Act, record
from resources.ledger.requests import Step, is_written, note_step
from resources.requests.life import CLOSED, ENDED, ERASED, REFUSED

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from resources.ledger import Ledger

LEGAL_HOLD, OPEN_REQUEST, RESTRICTION = "legal_hold", "open_request", "restriction"
KINDS = (LEGAL_HOLD, OPEN_REQUEST, RESTRICTION)
SUBJECT, COMPANY, DATASET = "subject", "company", "dataset"
LIFTING_LETTER = "lifting"
"""The kind of the letter that tells a person that a restriction ends."""
_NO_LONGER = (REFUSED, CLOSED)  # a restriction that was not granted, or not wished any more
_ID_BYTES = 10
_LONGEST_NAME = 120


@dataclass(frozen=True)
class Hold:
    """A legal hold; `target` is a subject's id, a keyed hash of a business id, or a data set's name."""

    hold: str
    covers: str
    target: str
    reason: str
    made_by: str
    made_at: dt.datetime
    review_on: dt.date
    ended_by: str | None = None
    ended_at: dt.datetime | None = None


@dataclass(frozen=True)
class Keeping:
    """All that keeps records today: the legal holds in force, and the requests that keep, by their kind with the identifiers given in them.

    `persons` are keyed hashes of the source persons that a hold's subject was when the hold was made.
    """

    holds: tuple[Hold, ...] = ()
    persons: tuple[tuple[str, str], ...] = ()
    requests: tuple[tuple[str, str, str, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing keeps anything."""
        return not self.holds and not self.requests


class HoldLedger:
    """The part of a ledger that says what is held."""

    def __init__(self, ledger: Ledger) -> None:
        """Work on a ledger."""
        self._ledger = ledger

    def add(self, hold: Hold, persons: Iterable[str] = ()) -> str:
        """Record a hold; gives its random id.

        Args:
            hold: what is held, why, by whom, until it is reviewed; its id is made here.
            persons: keyed hashes of the source persons that the subject is now.

        Raises:
            AnsvarError: where no user or no reason is named.
        """
        identifier = "h" + secrets.token_hex(_ID_BYTES)
        reason = hold.reason.strip()
        if not reason:
            raise AnsvarError("A hold has a reason: give one with --reason.")
        values = vars(hold) | {"hold": identifier, "made_by": named(hold.made_by), "reason": reason}
        with self._ledger.engine.begin() as connection:
            record(connection, Act(values["made_by"], "hold.made", identifier, hold.made_at, reason))
            connection.execute(tables.holds.insert().values(values))
            rows = [{"hold": identifier, "hash": each} for each in sorted(set(persons))]
            if rows:
                connection.execute(tables.hold_persons.insert(), rows)
        return identifier

    def holds(self, *, ended: bool = True) -> list[Hold]:
        """Every hold, newest first; without those that ended where `ended` is false."""
        statement = sa.select(tables.holds).order_by(tables.holds.c.made_at.desc(), tables.holds.c.hold)
        if not ended:
            statement = statement.where(tables.holds.c.ended_at.is_(None))
        with self._ledger.engine.connect() as connection:
            return [Hold(**row) for row in connection.execute(statement).mappings()]

    def end(self, hold: str, by: str, moment: dt.datetime) -> None:
        """End a hold: the next run takes what it kept; that it was made, and who ended it, stays on record.

        Raises:
            AnsvarError: where there is no such hold in force, or no user is named.
        """
        columns = tables.holds.c
        statement = tables.holds.update().where(columns.hold == hold, columns.ended_at.is_(None))
        with self._ledger.engine.begin() as connection:
            if connection.execute(statement.values(ended_by=named(by), ended_at=moment)).rowcount == 0:
                raise AnsvarError("There is no hold of that id in force: `ansvar hold list` shows those that there are.")
            record(connection, Act(by, "hold.ended", hold, moment))

    def lift(self, request: str, by: str, moment: dt.datetime) -> None:
        """Lift the restriction that a request asked for, once the letter was written that tells the person so beforehand: GDPR Art. 18(3).

        Raises:
            AnsvarError: where there is no such restriction, or it was lifted, or refused, that letter was not written, or no user is named.
        """
        if request not in self.restricted():
            raise AnsvarError("There is no restriction of that id in force: `ansvar request list` shows the requests that there are.")
        values = {"request": request, "lifted_by": named(by), "lifted_at": moment}
        with self._ledger.engine.begin() as connection:
            if not is_written(connection, request, LIFTING_LETTER):
                raise AnsvarError(
                    "The person must be told before the restriction ends (GDPR Art. 18(3)), and no letter says so yet: "
                    f"`ansvar request letter {request} --kind {LIFTING_LETTER} --output FILE --by NAME` writes it; send it, then lift it."
                )
            note_step(connection, request, Step("lifted", named(by), moment), "restriction.lifted")
            connection.execute(tables.restrictions_lifted.insert().values(values))

    def restricted(self) -> set[str]:
        """The requests whose restrictions are in force: from receipt until they are lifted, refused or closed."""
        with self._ledger.engine.connect() as connection:
            return {request for request, kind, _, _ in kept_by_requests(connection) if kind == RESTRICTION}

    def keeping(self) -> Keeping:
        """All that keeps records now; see `kept_by_requests`."""
        holds = self.holds(ended=False)
        persons = tables.hold_persons.c
        in_force = (
            sa.select(persons.hold, persons.hash).join_from(tables.hold_persons, tables.holds).where(tables.holds.c.ended_at.is_(None))
        )
        with self._ledger.engine.connect() as connection:
            kept = kept_by_requests(connection)
            hashes = tuple((row[0], row[1]) for row in connection.execute(in_force))
        return Keeping(tuple(holds), hashes, kept)

    def identifiers(self) -> list[tuple[str, str, str]]:
        """The identifiers of every request: `request`, kind, value."""
        given = tables.request_identifiers.c
        with self._ledger.engine.connect() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(sa.select(given.request, given.kind, given.value))]


def kept_by_requests(connection: sa.Connection) -> tuple[tuple[str, str, str, str], ...]:
    """The requests that keep, with the identifiers given in them, as a transaction sees them.

    A restriction keeps until it is lifted, though its request was answered; any other request while it is not answered.
    """
    requests, lifted, given = tables.requests.c, tables.restrictions_lifted.c, tables.request_identifiers.c
    is_restriction = sa.and_(requests.kind == "restriction", requests.state.not_in(_NO_LONGER), lifted.request.is_(None))
    is_open = requests.state.not_in((*ENDED, ERASED))
    kind = sa.case((is_restriction, RESTRICTION), else_=OPEN_REQUEST)
    statement = (
        sa.select(requests.request, kind, given.kind, given.value)
        .join_from(tables.requests, tables.request_identifiers)
        .outerjoin(tables.restrictions_lifted, lifted.request == requests.request)
        .where(sa.or_(is_restriction, sa.and_(is_open, sa.or_(requests.kind != "restriction", lifted.request.is_(None)))))
        .order_by(requests.request, given.kind, given.value)
    )
    return tuple((row[0], row[1], row[2], row[3]) for row in connection.execute(statement))


def named(by: str) -> str:
    """The name of who answers for it.

    Raises:
        AnsvarError: where it is empty, or too long.
    """
    if not by.strip():
        raise AnsvarError("Whoever decides this gives a name: --by may not be empty.")
    if len(by.strip()) > _LONGEST_NAME:
        raise AnsvarError(f"The name in --by has at most {_LONGEST_NAME} letters.")
    return by.strip()
