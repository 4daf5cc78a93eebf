"""What the ledger keeps of erasures: who decided, what went and what stays, and keyed hashes by which who was erased is known again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import tables
from resources.ledger.audit import Act, record
from resources.ledger.objections import follow
from resources.ledger.requests import Step, take_step
from resources.ledger.wipe import mark
from resources.requests.life import ENDED, ERASED

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from resources.ledger import Ledger

DECIDED, MEANT, PUBLISHED, DONE, UNCLEAR = "decided", "meant", "published", "done", "unclear"
ADMITTED, DISCARDED = "admitted", "discarded"
_ID_BYTES = 10
_LONGEST_NAME = 120
_PIECE = 50_000


@dataclass(frozen=True)
class KeptHash:
    """A keyed hash of an identifier of an erased person, or of the id of a record: with which key it was made, and of what kind it is."""

    key_id: str
    kind: str
    hash: str


@dataclass(frozen=True)
class Ends:
    """What an erasure that keeps something ends: objections and withdrawals as (kind, scope), and by what their person is known."""

    scopes: Sequence[tuple[str, str]]
    hashes: Sequence[KeptHash]


class ErasureLedger:
    """The part of a ledger that erasures are written to.

    An erasure is `decided` by a named user; `meant` by the run that carries it out; `published` once no reader sees the person any more;
    and `done` when what lies beside the warehouse has gone, too. A run that came to nothing leaves it `decided`; one whose person cannot be
    told from others is `unclear`, and never carried out.
    """

    def __init__(self, ledger: Ledger) -> None:
        """Work on a ledger."""
        self._ledger = ledger

    def decide(self, request: str, by: str, moment: dt.datetime, choices: Mapping[str, Any] | None = None, ends: Ends | None = None) -> str:
        """Record that a named user decided that who made a request is erased; gives the erasure's random id.

        Args:
            request: the request.
            by: the named user.
            moment: when, as a naive UTC timestamp.
            choices: tables processed `unlawful`ly, and those to `keep`, each with why.
            ends: what is followed as an objection from then on, for something is kept.

        Raises:
            AnsvarError: where no user is named.
        """
        erasure = "e" + secrets.token_hex(_ID_BYTES)
        values = {"erasure": erasure, "request": request, "state": DECIDED, "decided_by": named(by), "decided_at": moment, "summary": {}}
        with self._ledger.engine.begin() as connection:
            record(connection, Act(by, "erasure.decided", erasure, moment))
            connection.execute(tables.erasures.insert().values(values | {"choices": {**(choices or {})}}))
            if ends is not None:
                follow(connection, request, ends.scopes, ends.hashes, by, moment)
        return erasure

    def erasures(self, *states: str, request: str | None = None) -> list[dict[str, Any]]:
        """The erasures in some states, or in any; of one request, or of all; oldest first."""
        statement = sa.select(tables.erasures).order_by(tables.erasures.c.decided_at, tables.erasures.c.erasure)
        if states:
            statement = statement.where(tables.erasures.c.state.in_(states))
        if request is not None:
            statement = statement.where(tables.erasures.c.request == request)
        with self._ledger.engine.connect() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def meant(self, erasure: str, run: str, moment: dt.datetime, hashes: Iterable[KeptHash], summary: dict[str, Any]) -> None:
        """A run is about to publish that a person is erased; by these hashes the person is known again."""
        rows = [vars(each) | {"erasure": erasure} for each in hashes]
        with self._ledger.engine.begin() as connection:
            connection.execute(tables.erased_identifiers.delete().where(tables.erased_identifiers.c.erasure == erasure))
            for start in range(0, len(rows), _PIECE):
                connection.execute(tables.erased_identifiers.insert(), rows[start : start + _PIECE])
            values = {"state": MEANT, "run": run, "erased_at": moment, "summary": summary}
            connection.execute(tables.erasures.update().where(tables.erasures.c.erasure == erasure).values(values))

    def given_up(self, erasure: str) -> None:
        """Who is to be erased cannot be told from others."""
        with self._ledger.engine.begin() as connection:
            connection.execute(tables.erasures.update().where(tables.erasures.c.erasure == erasure).values(state=UNCLEAR))

    def done(self, erasure: str, summary: dict[str, Any], bundles: Sequence[str], requests: Sequence[str]) -> None:
        """An erasure is carried out to the end: bundles of the person, whose files have gone, and earlier requests are known no more.

        Args:
            erasure: the erasure.
            summary: what went and what stays.
            bundles: the requests whose bundles went.
            requests: the requests that go as a whole.
        """
        with self._ledger.engine.begin() as connection:
            for table, ids in ((tables.bundles, bundles), (tables.request_identifiers, requests), (tables.requests, requests)):
                for each in ids:
                    connection.execute(table.delete().where(table.c.request == each))
                    mark(connection)
            own = sa.select(tables.erasures.c.request).where(tables.erasures.c.erasure == erasure).scalar_subquery()
            open_still = sa.select(tables.requests.c.request).where(tables.requests.c.request == own, tables.requests.c.state.not_in(ENDED))
            decided = sa.select(tables.erasures.c.decided_by, tables.erasures.c.erased_at).where(tables.erasures.c.erasure == erasure)
            for request in connection.scalars(open_still).all():
                by, at = connection.execute(decided).one()
                take_step(connection, request, Step(ERASED, by, at))
            connection.execute(tables.erasures.update().where(tables.erasures.c.erasure == erasure).values(state=DONE, summary=summary))
        self._ledger.wipe()

    def forget_verdicts(self, hashes: Sequence[str]) -> None:
        """Know no more of what was decided on source persons, given by the keyed hashes that the verdicts have."""
        one, other = tables.verdicts.c.one, tables.verdicts.c.other
        key: sa.BindParameter[str] = sa.bindparam("key")
        rows = [{"key": each} for each in hashes]
        if rows:
            with self._ledger.engine.begin() as connection:
                connection.execute(tables.verdicts.delete().where(sa.or_(one == key, other == key)), rows)
                mark(connection)

    def erased(self) -> pa.Table:
        """All keyed hashes by which who was erased is known again: `erasure`, `key_id`, `kind`, `hash`, `erased_at` (naive UTC)."""
        own, erasures = tables.erased_identifiers.c, tables.erasures.c
        statement = sa.select(own.erasure, own.key_id, own.kind, own.hash, erasures.erased_at).join(tables.erasures)
        types = dict.fromkeys(("erasure", "key_id", "kind", "hash"), pa.string()) | {"erased_at": pa.timestamp("us")}
        return self._table(statement.where(erasures.state.in_((PUBLISHED, DONE))), types)

    def kept(self) -> list[tuple[str, str]]:
        """The tables that an erasure kept by decision, as (erasure, table): there it takes nothing of what comes back."""
        return [(row["erasure"], table) for row in self.erasures() for table in row["choices"].get("keep", ())]

    def hashes_of(self, erasure: str) -> set[tuple[str, str, str]]:
        """The keyed hashes of one erasure, as (key id, kind, hash)."""
        columns = tables.erased_identifiers.c
        with self._ledger.engine.connect() as connection:
            rows = connection.execute(sa.select(columns.key_id, columns.kind, columns.hash).where(columns.erasure == erasure))
            return {(row.key_id, row.kind, row.hash) for row in rows}

    # Records that may come back, or not

    def decide_return(self, decision: str, hashes: Iterable[tuple[str, str]], by: str, reason: str, moment: dt.datetime) -> None:
        """Record what a named user decided on records of erased persons that bear no time: `admitted`, or `discarded`.

        Args:
            decision: the decision.
            hashes: key ids and keyed hashes of the records' ids.
            by: the named user.
            reason: why.
            moment: when, as a naive UTC timestamp.

        Raises:
            AnsvarError: where no user or no reason is named.
        """
        if not reason.strip():
            raise AnsvarError("Whoever decides on a record of a person who was erased gives a reason: it may not be empty.")
        common = {"decision": decision, "made_by": named(by), "made_at": moment, "reason": reason.strip()}
        columns = tables.returns.c
        with self._ledger.engine.begin() as connection:
            for key_id, each in hashes:
                connection.execute(tables.returns.delete().where(columns.key_id == key_id, columns.hash == each))
                connection.execute(tables.returns.insert().values(common | {"key_id": key_id, "hash": each}))

    def returns(self) -> pa.Table:
        """What was decided on such records: `key_id`, `hash`, `decision`."""
        columns = tables.returns.c
        types = {"key_id": pa.string(), "hash": pa.string(), "decision": pa.string()}
        return self._table(sa.select(columns.key_id, columns.hash, columns.decision), types)

    def returns_made(self) -> list[dict[str, Any]]:
        """When each such decision was made: `key_id`, `hash`, `made_at`."""
        columns = tables.returns.c
        with self._ledger.engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.select(columns.key_id, columns.hash, columns.made_at)).mappings()]

    def _table(self, statement: sa.Select[Any], types: dict[str, pa.DataType]) -> pa.Table:
        columns: dict[str, list[Any]] = {name: [] for name in types}
        with self._ledger.engine.connect().execution_options(yield_per=_PIECE) as connection:
            for row in connection.execute(statement):
                for values, value in zip(columns.values(), row, strict=True):
                    values.append(value)
        return pa.table({name: pa.array(columns[name], kind) for name, kind in types.items()})


def settle_erasures(connection: sa.Connection, run: str, *, published: bool) -> None:
    """What a run erased is gone for readers, or is still to be erased.

    Args:
        connection: within the transaction that settles the run.
        run: the run.
        published: whether readers see what the run did.
    """
    erasures = tables.erasures
    mine = (erasures.c.run == run, erasures.c.state == MEANT)
    if published:
        connection.execute(erasures.update().where(*mine).values(state=PUBLISHED))
        return
    for erasure in connection.scalars(sa.select(erasures.c.erasure).where(*mine)).all():
        connection.execute(tables.erased_identifiers.delete().where(tables.erased_identifiers.c.erasure == erasure))
    connection.execute(erasures.update().where(*mine).values(state=DECIDED, run=None, erased_at=None, summary={}))


def named(by: str) -> str:
    """The name of who answers for it.

    Raises:
        AnsvarError: where there is none, or it is too long.
    """
    if not by.strip():
        raise AnsvarError("Whoever decides this gives a name: it may not be empty.")
    if len(by.strip()) > _LONGEST_NAME:
        raise AnsvarError(f"The name of who decides has at most {_LONGEST_NAME} letters.")
    return by.strip()
