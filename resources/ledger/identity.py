"""What the ledger keeps of who is who: the ids of subjects, what they were called before, and what people decided.

Source persons stand in it as keyed hashes alone.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import tables
from resources.ledger.audit import Act, record

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from resources.ledger import Ledger

JOIN, APART, SPLIT = "join", "apart", "split"
_ID_BYTES = 10
_LONGEST_NAME = 120
_AT_ONCE = 500  # SQLite binds 999 values to a statement at least


class IdentityLedger:
    """The part of a ledger that the stage `identity` reads and writes."""

    def __init__(self, ledger: Ledger) -> None:
        """Work on a ledger."""
        self._ledger = ledger

    # Subjects

    def has_subjects(self) -> bool:
        """Whether any source person's subject is remembered."""
        with self._ledger.engine.connect() as connection:
            return connection.execute(sa.select(tables.subjects.c.hash).limit(1)).first() is not None

    def subjects_of(self, hashes: Sequence[str]) -> list[dict[str, Any]]:
        """What is remembered of source persons, by their keyed hashes: `hash`, `subject`, `born`, `since`."""
        found: list[dict[str, Any]] = []
        with self._ledger.engine.connect() as connection:
            for start in range(0, len(hashes), _AT_ONCE):
                statement = sa.select(tables.subjects).where(tables.subjects.c.hash.in_(hashes[start : start + _AT_ONCE]))
                found += [dict(row) for row in connection.execute(statement).mappings()]
        return found

    def forget_subjects(self, hashes: Iterable[str]) -> None:
        """Remember these source persons no more."""
        self._delete(tables.subjects, tables.subjects.c.hash, hashes)

    def remember_subjects(self, rows: list[dict[str, Any]], *, known: bool) -> None:
        """Remember which subject each source person is.

        Args:
            rows: `hash`, `subject`, `born`, `since`.
            known: whether some of them may be remembered already, and are replaced.
        """
        if known:
            self.forget_subjects(row["hash"] for row in rows)
        if rows:
            with self._ledger.engine.begin() as connection:
                connection.execute(tables.subjects.insert(), rows)

    # Aliases

    def aliases(self) -> list[dict[str, Any]]:
        """Every former id of a subject (`alias`) and the subject that it is now."""
        with self._ledger.engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.select(tables.aliases)).mappings()]

    def replace_aliases(self, gone: Iterable[str], rows: list[dict[str, Any]]) -> None:
        """Forget some former ids, and remember others."""
        self._delete(tables.aliases, tables.aliases.c.alias, [*gone, *(row["alias"] for row in rows)])
        if rows:
            with self._ledger.engine.begin() as connection:
                connection.execute(tables.aliases.insert(), rows)

    # Verdicts

    def verdicts(self) -> list[dict[str, Any]]:
        """The verdicts in force, oldest first."""
        return self._verdicts(tables.verdicts.c.undone_at.is_(None))

    def all_verdicts(self) -> list[dict[str, Any]]:
        """Every verdict that was ever given, oldest first, those that were undone among them."""
        return self._verdicts(sa.true())

    def decide(self, kind: str, pairs: Iterable[tuple[str, str | None]], made_by: str, reason: str, moment: dt.datetime) -> str:
        """Record what a named user decided; gives the decision's random id.

        Args:
            kind: `join` (both are one person), `apart` (they are two) or `split` (what it bears joins this one to nobody).
            pairs: keyed hashes of the source persons; of a split, one alone.
            made_by: the named user.
            reason: why.
            moment: when, as a naive UTC timestamp.

        Raises:
            AnsvarError: where no user or no reason is named.
        """
        decision = "v" + secrets.token_hex(_ID_BYTES)
        common = {"decision": decision, "kind": kind, "made_at": moment} | _answered("made_by", made_by, "reason", reason)
        rows = [common | {"verdict": secrets.token_hex(_ID_BYTES), "one": one, "other": other} for one, other in pairs]
        with self._ledger.engine.begin() as connection:
            record(connection, Act(made_by, f"verdict.{kind}", decision, moment, reason.strip()))
            connection.execute(tables.verdicts.insert(), rows)
        return decision

    def undo(self, decision: str, by: str, reason: str, moment: dt.datetime) -> None:
        """Take a decision back; that it was made, and who took it back, stays on record.

        Raises:
            AnsvarError: where there is no such decision in force, or no user or no reason is named.
        """
        columns = tables.verdicts.c
        values = {"undone_at": moment} | _answered("undone_by", by, "undone_reason", reason)
        statement = tables.verdicts.update().where(columns.decision == decision, columns.undone_at.is_(None)).values(values)
        with self._ledger.engine.begin() as connection:
            if connection.execute(statement).rowcount == 0:
                raise AnsvarError("There is no decision of that id in force: `ansvar review decisions` shows those that there are.")
            record(connection, Act(by, "verdict.undone", decision, moment, reason.strip()))

    def _verdicts(self, condition: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
        statement = sa.select(tables.verdicts).where(condition).order_by(tables.verdicts.c.made_at, tables.verdicts.c.verdict)
        with self._ledger.engine.connect() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def _delete(self, table: sa.Table, column: sa.Column[Any], keys: Iterable[str]) -> None:
        rows = [{"key": key} for key in keys]
        if rows:
            with self._ledger.engine.begin() as connection:
                connection.execute(table.delete().where(column == sa.bindparam("key")), rows)


def _answered(by_column: str, by: str, reason_column: str, reason: str) -> dict[str, str]:
    """Who answers for it, and why.

    Raises:
        AnsvarError: where either is empty.
    """
    if not by.strip() or not reason.strip():
        raise AnsvarError("Whoever decides who is who gives a name and a reason: neither may be empty.")
    if len(by.strip()) > _LONGEST_NAME:
        raise AnsvarError(f"The name of who decides has at most {_LONGEST_NAME} letters.")
    return {by_column: by.strip(), reason_column: reason.strip()}
