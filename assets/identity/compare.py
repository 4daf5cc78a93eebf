"""Source persons who may be one, side by side: what speaks for it and what against, for a named user to decide.

Whoever looks is written down in the ledger first, as a look at each subject; what is found goes to the caller alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assets.identity.features import FEATURES, features_of, folded
from resources.errors import AnsvarError
from resources.warehouse.dialect import literal, name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.catalogue import Catalogue
    from resources.register import Register
    from resources.warehouse import Engine

LOOK = "proposal"
MOST = 8  # persons that are shown side by side
FOR, AGAINST = "for", "against"
_TOLD = {"user.name": "name"} | FEATURES


@dataclass(frozen=True)
class Side:
    """A source person: its opaque id, its source, by which kind of identifier that names it, and its records by table."""

    person: str
    source: str
    named_by: str
    records: dict[str, int]


@dataclass(frozen=True)
class Compared:
    """One thing in which persons are compared: a feature or a kind of identifier, the values of each, and what they speak for.

    `speaks` is `for`, `against`, or None where nobody or only one of them has any.
    """

    what: str
    values: list[list[str]]
    speaks: str | None


@dataclass(frozen=True)
class SideBySide:
    """A proposal: why it was made, its persons, of whom `more` are not shown, and what they are compared in."""

    proposal: str
    reason: str
    probability: float | None
    sides: list[Side]
    more: int
    features: list[Compared]
    identifiers: list[Compared]


def look(register: Register, proposal: str, by: str, reason: str) -> str:
    """Record that a named user looks at the persons of a proposal, and why; gives the look's id.

    Raises:
        AnsvarError: where nothing of that id waits, or no user or no reason is named.
    """
    with register.warehouse.reading() as engine:
        persons = [row[0] for row in _rows(engine, proposal)][:MOST]
        subjects = engine.rows(
            "SELECT DISTINCT coalesce(subject, person) FROM identity.persons WHERE list_contains($persons, person) ORDER BY 1",
            {"persons": persons},
        )
    at = register.clock.now()
    for (subject,) in subjects:
        register.ledger.record_look("subject", subject, by, reason, at)
    return register.ledger.record_look(LOOK, proposal, by, reason, at)


def side_by_side(register: Register, proposal: str) -> SideBySide:
    """The persons of a proposal; the look at them is recorded already.

    Raises:
        AnsvarError: where nothing of that id waits.
    """
    with register.warehouse.reading() as engine:
        rows = _rows(engine, proposal)
        persons = [row[0] for row in rows][:MOST]
        told = _by_kind(persons, _features(engine, register.catalogue, persons))
        borne = _by_kind(
            persons,
            engine.rows(
                "SELECT person, kind, value, value FROM identity.links WHERE list_contains($persons, person) ORDER BY kind, value",
                {"persons": persons},
            ),
        )
        features = [told[each] for each in _TOLD.values() if each in told]
        _, reason, probability = rows[0]
        more = len(rows) - len(persons)
        return SideBySide(proposal, reason, probability, _sides(engine, persons), more, features, [*borne.values()])


def _rows(engine: Engine, proposal: str) -> list[tuple[Any, ...]]:
    rows = engine.rows(
        "SELECT person, reason, probability FROM identity.review WHERE proposal = $proposal ORDER BY person", {"proposal": proposal}
    )
    if not rows:
        raise AnsvarError("Nothing of that id waits for a decision: `ansvar review list` shows what does.")
    return rows


def _sides(engine: Engine, persons: list[str]) -> list[Side]:
    known = engine.rows("SELECT person, source, key_kind FROM identity.persons WHERE list_contains($persons, person)", {"persons": persons})
    counted = engine.rows(
        """
        SELECT person, dataset, count(DISTINCT _record) FROM identity.record_persons
        WHERE list_contains($persons, person) GROUP BY person, dataset ORDER BY dataset
        """,
        {"persons": persons},
    )
    sides = {
        person: Side(person, source, kind, {table: records for each, table, records in counted if each == person})
        for person, source, kind in known
    }
    return [sides[person] for person in persons if person in sides]


def _features(engine: Engine, catalogue: Catalogue, persons: list[str]) -> list[tuple[Any, ...]]:
    """Person, feature, value as it is held and value as it is compared, of the persons' own records."""
    selects = [*_selects(engine, catalogue)]
    if not selects:
        return []
    union = " UNION ALL ".join(selects)
    return engine.rows(f"SELECT DISTINCT person, feature, held, folded FROM ({union}) AS told ORDER BY feature, held", {"persons": persons})


def _selects(engine: Engine, catalogue: Catalogue) -> Iterator[str]:
    held = set(tables_of(engine, "register"))
    for dataset in catalogue.datasets:
        if dataset.table in held and dataset.shape.persons:
            for feature, key in features_of(dataset, _TOLD):
                yield (
                    f"SELECT _person AS person, {literal(feature)} AS feature, CAST({name(key)} AS VARCHAR) AS held, "
                    f"{folded(feature, name(key))} AS folded FROM register.{name(dataset.table)} "
                    f"WHERE list_contains($persons, _person) AND {name(key)} IS NOT NULL"
                )


def _by_kind(persons: list[str], rows: list[tuple[Any, ...]]) -> dict[str, Compared]:
    """The comparison in each kind of thing: for, where two have a value in common; against, where two have values and none is."""
    held: dict[str, dict[str, list[str]]] = {}
    compared: dict[str, dict[str, set[str]]] = {}
    for person, kind, value, folded_value in rows:
        held.setdefault(kind, {}).setdefault(person, []).append(str(value))
        if folded_value is not None:
            compared.setdefault(kind, {}).setdefault(person, set()).add(str(folded_value))
    return {
        kind: Compared(kind, [values.get(each, []) for each in persons], _speaks([*compared.get(kind, {}).values()]))
        for kind, values in held.items()
    }


def _speaks(values: list[set[str]]) -> str | None:
    if len(values) < len(("one", "another")):
        return None
    common = sum(map(len, values)) > len(set[str]().union(*values))
    return FOR if common else AGAINST
