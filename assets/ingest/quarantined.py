"""What lies in quarantine, for people: counted and listed by opaque ids; a record itself only once the ledger knows who looks, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from resources.errors import AnsvarError

if TYPE_CHECKING:
    from resources.register import Register

LOOK = "quarantine"


@dataclass(frozen=True)
class Chosen:
    """Of which table, and by which field, rule and reason records are listed; of all where None."""

    dataset: str | None = None
    field: str | None = None
    rule: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Quarantined:
    """A record in quarantine: the rule that it breaks, its text as its source gave it, and what stood around it there."""

    dataset: str
    field: str | None
    rule: str
    reason: str
    text: str
    around: str | None


def counts(register: Register) -> list[tuple[Any, ...]]:
    """The records by table, field, rule and reason, and how many there are of each."""
    with register.warehouse.reading() as engine:
        return engine.rows("""
            SELECT dataset, field, rule, reason, count(*) FROM quarantine.records
            GROUP BY dataset, field, rule, reason
            ORDER BY dataset, field, rule, reason
        """)


def records(register: Register, chosen: Chosen, last: int, skipped: int = 0) -> list[tuple[Any, ...]]:
    """Opaque id, table, field, rule and time of records, newest first: so many, after those that are skipped."""
    with register.warehouse.reading() as engine:
        return engine.rows(
            """
            SELECT _quarantine, dataset, field, rule, _quarantined_at FROM quarantine.records
            WHERE ($dataset IS NULL OR dataset = $dataset) AND ($field IS NULL OR field = $field)
              AND ($rule IS NULL OR rule = $rule) AND ($reason IS NULL OR reason = $reason)
            ORDER BY _quarantined_at DESC, dataset, _quarantine LIMIT $last OFFSET $skipped
            """,
            vars(chosen) | {"last": last, "skipped": skipped},
        )


def look(register: Register, record: str, by: str, reason: str) -> str:
    """Record that a named user looks at a record, and why; gives the look's id.

    Raises:
        AnsvarError: where there is no such record, or no user or no reason is named.
    """
    record_of(register, record)
    return register.ledger.record_look(LOOK, record, by, reason, register.clock.now())


def record_of(register: Register, record: str) -> Quarantined:
    """The record of an id, without control characters by which its text could take over a terminal; the look at it is recorded already.

    Raises:
        AnsvarError: where there is none.
    """
    with register.warehouse.reading() as engine:
        found = engine.rows(
            "SELECT dataset, field, rule, reason, record, _context FROM quarantine.records WHERE _quarantine = $record", {"record": record}
        )
    if not found:
        raise AnsvarError("There is no record of that id in quarantine: `ansvar quarantine list` shows those that there are.")
    dataset, field, rule, broken, text, around = found[0]
    return Quarantined(dataset, field, rule, broken, _printable(text or ""), None if around in (None, "{}") else _printable(around))


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() or letter in "\n\t" else f"\\u{ord(letter):04x}" for letter in text)
