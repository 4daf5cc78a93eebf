"""What the ledger keeps of corrections: what is right in which field of which record, until the source has it.

The value is kept as long as the correction holds and goes with it; what the source has wrongly is kept as a keyed hash.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import tables
from resources.ledger.audit import Act, record
from resources.ledger.wipe import mark

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from resources.ledger import Ledger

MEANT, IN_FORCE, ASKED, FULFILLED, WITHDRAWN, GONE, VOID = "meant", "in_force", "asked", "fulfilled", "withdrawn", "gone", "void"
HOLDING = (IN_FORCE, ASKED)
"""States in which a correction holds; `asked`: the source says a third thing, and a person is to decide."""
_ID_BYTES = 10
_COLUMNS = ("correction", "record", "field", "value", "key_id", "old_hash", "state")
_ENDED = {"value": None, "old_hash": "", "proof": None}


@dataclass(frozen=True)
class Correction:
    """A field of a record, what is right in it (None: nothing), and the keyed hash of what is wrong."""

    dataset: str
    record: str
    field: str
    value: str | None
    key_id: str
    old_hash: str
    proof: str


class CorrectionLedger:
    """The part of a ledger that corrections are written to."""

    def __init__(self, ledger: Ledger) -> None:
        """Work on a ledger."""
        self._ledger = ledger

    def meant(self, request: str, run: str, correction: Correction, by: str, moment: dt.datetime) -> str:
        """A run is about to publish a correction; gives its random id.

        Raises:
            AnsvarError: where no user or no proof is named.
        """
        if not correction.proof.strip():
            raise AnsvarError("A correction says how it was shown to be right: give --proof.")
        made = "c" + secrets.token_hex(_ID_BYTES)
        values = vars(correction) | {"correction": made, "request": request, "run": run, "state": MEANT}
        with self._ledger.engine.begin() as connection:
            record(connection, Act(by, "correction.made", made, moment))
            connection.execute(tables.corrections.insert().values(values | {"made_by": by.strip(), "made_at": moment}))
        return made

    def corrections(self, *states: str) -> list[dict[str, Any]]:
        """The corrections in some states, or in any that came to something, newest first; without what is right and the proof of it."""
        columns = [column for column in tables.corrections.c if column.name not in ("value", "old_hash", "key_id", "proof")]
        listed = states or (*HOLDING, FULFILLED, WITHDRAWN, GONE)
        statement = sa.select(*columns).where(tables.corrections.c.state.in_(listed))
        with self._ledger.engine.connect() as connection:
            ordered = statement.order_by(tables.corrections.c.made_at.desc(), tables.corrections.c.correction)
            return [dict(row) for row in connection.execute(ordered).mappings()]

    def corrected(self, request: str) -> list[tuple[str, str]]:
        """The tables and fields corrected for a request, and not withdrawn: they hold, the source has them, or the record has gone."""
        columns = tables.corrections.c
        made = sa.select(columns.dataset, columns.field).where(columns.request == request, columns.state.in_((*HOLDING, FULFILLED, GONE)))
        with self._ledger.engine.connect() as connection:
            return [(row.dataset, row.field) for row in connection.execute(made.distinct().order_by(columns.dataset, columns.field))]

    def value(self, correction: str) -> str | None:
        """What is right by a correction that holds.

        Raises:
            AnsvarError: where there is none of that id.
        """
        columns = tables.corrections.c
        statement = sa.select(columns.value).where(columns.correction == correction, columns.state.in_(HOLDING))
        with self._ledger.engine.connect() as connection:
            found = connection.execute(statement).one_or_none()
        if found is None:
            raise AnsvarError("There is no correction of that id that holds: `ansvar correct list` shows those that there are.")
        return None if found.value is None else str(found.value)

    def holding(self, dataset: str | None = None, *, run: str = "") -> pa.Table:
        """The corrections that hold, of a table or of all, and those that a run means: the columns that `assets.ingest.corrected` reads."""
        columns = tables.corrections.c
        holds = sa.or_(columns.state.in_(HOLDING), sa.and_(columns.state == MEANT, columns.run == run))
        statement = (
            sa.select(columns.dataset, *(columns[name] for name in _COLUMNS)).where(holds).order_by(columns.made_at, columns.correction)
        )
        if dataset is not None:
            statement = statement.where(columns.dataset == dataset)
        with self._ledger.engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(statement).mappings()]
        return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in ("dataset", *_COLUMNS)})

    def found(self, states: dict[str, str], moment: dt.datetime) -> None:
        """What a reading of the source found of corrections, by their ids: `fulfilled` ones end, and what was right is kept no longer.

        Args:
            states: the new state of each: `in_force`, `asked`, `fulfilled` or `gone`.
            moment: when, as a naive UTC timestamp.
        """
        columns, ended = tables.corrections.c, [each for each, state in states.items() if state in (FULFILLED, GONE)]
        if not states:
            return
        with self._ledger.engine.begin() as connection:
            for each, state in states.items():
                values: dict[str, Any] = {"state": state} | ({**_ENDED, "ended_at": moment} if each in ended else {})
                connection.execute(tables.corrections.update().where(columns.correction == each).values(values))
            if ended:
                mark(connection)
        if ended:
            self._ledger.wipe()

    def withdraw(self, correction: str, by: str, moment: dt.datetime) -> None:
        """What the source says counts from its next reading on; what was said to be right is kept no longer.

        Raises:
            AnsvarError: where there is no such correction that holds, or no user is named.
        """
        columns = tables.corrections.c
        statement = tables.corrections.update().where(columns.correction == correction, columns.state.in_(HOLDING))
        with self._ledger.engine.begin() as connection:
            record(connection, Act(by, "correction.withdrawn", correction, moment))
            if (
                connection.execute(statement.values({"state": WITHDRAWN, "ended_by": by.strip(), "ended_at": moment} | _ENDED)).rowcount
                == 0
            ):
                raise AnsvarError("There is no correction of that id that holds: `ansvar correct list` shows those that there are.")
            mark(connection)
        self._ledger.wipe()

    def keep(self, correction: str, by: str, moment: dt.datetime) -> None:
        """What was said to be right holds against the third thing, too, that the source says.

        The hash of what is wrong is taken anew at the next reading: until then anything but what is right counts as wrong.

        Raises:
            AnsvarError: where there is no such correction that waits for a decision, or no user is named.
        """
        columns = tables.corrections.c
        statement = tables.corrections.update().where(columns.correction == correction, columns.state == ASKED)
        with self._ledger.engine.begin() as connection:
            record(connection, Act(by, "correction.kept", correction, moment))
            if connection.execute(statement.values(state=IN_FORCE, old_hash="")).rowcount == 0:
                raise AnsvarError("There is no correction of that id that waits for a decision: `ansvar correct list` shows them.")

    def learned(self, hashes: Iterable[tuple[str, str]]) -> None:
        """What the source says wrongly, as keyed hashes by the correction's id: of those that were kept against a third thing."""
        columns = tables.corrections.c
        with self._ledger.engine.begin() as connection:
            for correction, digest in hashes:
                statement = tables.corrections.update().where(columns.correction == correction, columns.old_hash == "")
                connection.execute(statement.values(old_hash=digest))


def settle_corrections(connection: sa.Connection, run: str, *, published: bool) -> None:
    """What a run corrected holds, or was never said.

    Args:
        connection: within the transaction that settles the run.
        run: the run.
        published: whether readers see what the run did.
    """
    corrections = tables.corrections
    mine = (corrections.c.run == run, corrections.c.state == MEANT)
    values: dict[str, Any] = {"state": IN_FORCE} if published else {"state": VOID} | _ENDED
    if connection.execute(corrections.update().where(*mine).values(values)).rowcount and not published:
        mark(connection)
