"""What is known of one subject: its persons in each source, their records, and what joins each of them to the others.

Whoever looks is written down in the ledger first; what is found goes to the caller alone.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from assets.identity.companies import Employer, employers
from resources.errors import AnsvarError
from resources.warehouse.dialect import name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    from resources.register import Register
    from resources.warehouse import Engine


@dataclass(frozen=True)
class Evidence:
    """An identifier of a source person: whether it may join, why it may not, and which other persons of the subject bear the same."""

    kind: str
    value: str
    joins: bool
    reason: str | None
    shared_with: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """A record of a source person: its table, its id, the person's role in it, and its fields where it is the person's own."""

    dataset: str
    record: str
    role: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class SourcePerson:
    """A person as one source knows it."""

    person: str
    source: str
    named_by: str
    evidence: tuple[Evidence, ...]
    records: tuple[Record, ...]


@dataclass(frozen=True)
class Shown:
    """A subject, the ids it had before, its source persons, and for whom they work or have worked, the latest first.

    `subject` is None for a person who may be any of several.
    """

    subject: str | None
    former_ids: tuple[str, ...]
    persons: tuple[SourcePerson, ...]
    employers: tuple[Employer, ...]

    def as_data(self) -> dict[str, Any]:
        """All of it as plain data."""
        return asdict(self)


def show(register: Register, identifier: str, by: str, reason: str) -> Shown:
    """What is known of a subject, in what readers see.

    Args:
        register: the register.
        identifier: a subject's id, one that it had before, or a source person's, each as it is printed elsewhere.
        by: the named user who looks.
        reason: why.

    Raises:
        AnsvarError: where nobody is known by the id, or no user or no reason is named.
    """
    with register.warehouse.reading() as engine:
        subject, persons = _meant(engine, identifier)
        register.ledger.record_look("subject", subject or identifier, by, reason, register.clock.now())
        former = engine.rows("SELECT alias FROM identity.aliases WHERE subject = $subject ORDER BY alias", {"subject": subject})
        shown = tuple(_person(register, engine, each, persons) for each in persons)
        return Shown(subject, tuple(row[0] for row in former), shown, employers(engine, persons, register.clock.today()))


def _meant(engine: Engine, identifier: str) -> tuple[str | None, list[str]]:
    """The subject that an id means, and its persons; a person who is no subject alone."""
    rows = engine.rows(
        """
        SELECT coalesce(
          (SELECT min(subject) FROM identity.persons WHERE subject = $id),
          (SELECT min(subject) FROM identity.aliases WHERE alias = $id),
          (SELECT min(subject) FROM identity.persons WHERE person = $id))
        """,
        {"id": identifier},
    )
    subject = rows[0][0]
    statement = (
        "SELECT person FROM identity.persons WHERE subject = $subject OR ($subject IS NULL AND person = $id) ORDER BY source, person"
    )
    persons = [row[0] for row in engine.rows(statement, {"subject": subject, "id": identifier})]
    if not persons:
        raise AnsvarError(
            "Nobody is known by this id: `ansvar review list` shows source persons, a bundle and the log of looks show subjects."
        )
    return subject, persons


def _person(register: Register, engine: Engine, person: str, persons: list[str]) -> SourcePerson:
    ((source, named_by),) = engine.rows("SELECT source, key_kind FROM identity.persons WHERE person = $person", {"person": person})
    return SourcePerson(person, source, named_by, _evidence(engine, person, persons), _records(register, engine, person))


def _evidence(engine: Engine, person: str, persons: list[str]) -> tuple[Evidence, ...]:
    rows = engine.rows(
        """
        SELECT mine.kind, mine.value, mine.joins, mine.reason, theirs.person
        FROM identity.links AS mine
        LEFT JOIN identity.links AS theirs
          ON theirs.kind = mine.kind AND theirs.value = mine.value
          AND theirs.person <> mine.person AND list_contains($persons, theirs.person)
        WHERE mine.person = $person ORDER BY mine.kind, mine.value, theirs.person
        """,
        {"person": person, "persons": persons},
    )
    found: dict[tuple[str, str, bool, str | None], list[str]] = {}
    for kind, value, joins, reason, other in rows:
        found.setdefault((kind, value, joins, reason), []).extend([] if other is None else [other])
    return tuple(Evidence(*key, tuple(others)) for key, others in found.items())


def _records(register: Register, engine: Engine, person: str) -> tuple[Record, ...]:
    rows = engine.rows(
        "SELECT dataset, _record, role, is_main FROM identity.record_persons WHERE person = $person ORDER BY dataset, _record, role",
        {"person": person},
    )
    held = {dataset.table: dataset for dataset in register.catalogue.datasets}
    tables = set(tables_of(engine, "register"))
    own = {table: [record for dataset, record, _, is_main in rows if is_main and dataset == table] for table in {row[0] for row in rows}}
    fields: dict[str, dict[str, Any]] = {}
    for table, records in own.items():
        if table in held and table in tables and records:
            columns = ", ".join(name(field) for field in held[table].fields)
            statement = f"SELECT _record, {columns} FROM register.{name(table)} WHERE list_contains($records, _record)"
            for record in engine.arrow(statement, {"records": records}).to_pylist():
                fields[record.pop("_record")] = {key: value for key, value in record.items() if value is not None}
    return tuple(Record(dataset, record, role, fields.get(record, {}) if is_main else {}) for dataset, record, role, is_main in rows)
