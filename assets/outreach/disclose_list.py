"""Make the list that a partner or an authority receives, and record that it does, together: neither is there without the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.outreach.allowed import PARTNER, Data, allowed, dataset_of
from assets.outreach.disclose import name_lines, refused_lines
from assets.outreach.lists import aside, check_target, put, write_csv
from assets.outreach.own import name_own, spread_written
from assets.outreach.prohibitions import identifier_hash
from assets.outreach.refusing import name_refusing, recorded
from resources.errors import AnsvarError
from resources.ledger import Disclosure
from resources.ledger.ledger import add_disclosure
from resources.warehouse.dialect import name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import sqlalchemy as sa

    from assets.outreach.received import Told
    from resources.catalogue import Dataset
    from resources.catalogue.notice_shapes import RecipientShape
    from resources.register import Register
    from resources.warehouse import Engine


@dataclass(frozen=True)
class Wanted:
    """What is to be given: to whom, for which purpose, on what ground; which fields of which data set; `lines`: of whom, by default all."""

    recipient: str
    purpose: str
    ground: str
    dataset: str
    fields: Sequence[str]
    lines: Sequence[str] | None = None

    @property
    def data(self) -> Data:
        """Which data, and for which purpose."""
        return Data(self.purpose, self.dataset, self.fields)


@dataclass(frozen=True)
class Given:
    """What was given: the disclosure's opaque id, how many records, and how many persons were left out, by reason."""

    disclosure: str
    records: int
    left_out: dict[str, int]


def disclose_list(register: Register, wanted: Wanted, by: str, file: Path) -> Given:
    """Write a list and record its disclosure.

    Raises:
        AnsvarError: where the recipient may not have it, something is unknown, the file is there already, no ground or name is given, or a
            list for a partner names somebody who must not be on it.
    """
    shape, dataset = allowed(register, wanted.recipient, wanted.data)
    kinds = {each: dataset.fields[each].shape.type for each in wanted.fields}
    if not wanted.ground.strip() or not by.strip():
        raise AnsvarError("A disclosure needs its ground and the name of the person who decides it.")
    check_target(file)
    with aside(register) as made:

        def make(told: Told) -> Callable[[sa.Connection], Given]:
            with register.warehouse.reading() as engine:
                _choose(engine, register, wanted, shape, told)
                left_out = dict(engine.rows("SELECT reason, count(DISTINCT subject) FROM left_out GROUP BY reason ORDER BY reason"))
                records = write_csv(engine, _select(dataset, wanted.fields), kinds, made)
                name_own(engine, register.catalogue)
                hashes = [row[0] for row in engine.rows(_hashes(dataset), {"pepper": register.home.pepper})]
            if not records:
                raise AnsvarError("Nobody is left whose data may be given: nothing was written or recorded.")
            return lambda connection: Given(add_disclosure(connection, _disclosure(register, wanted, shape, by), hashes), records, left_out)

        given = recorded(register, make)
        put(made, file)
    return given


def _disclosure(register: Register, wanted: Wanted, shape: RecipientShape, by: str) -> Disclosure:
    safeguard = shape.transfer.safeguard.en if shape.transfer else None
    moment = register.clock.now()
    return Disclosure(
        wanted.recipient, shape.kind, shape.country, wanted.ground.strip(), safeguard, by.strip(), moment, wanted.purpose, wanted.data.what
    )


def _choose(engine: Engine, register: Register, wanted: Wanted, shape: RecipientShape, told: Told) -> None:
    """Make the temporary tables `chosen` (`person`) of whose records are given, and `left_out` (`subject`, `reason`)."""
    dataset = dataset_of(register.catalogue, wanted.dataset)
    table = f"register.{name(dataset.table)}"
    engine.run("CREATE OR REPLACE TEMP TABLE refusing (subject VARCHAR, reason VARCHAR)")
    if shape.kind == PARTNER:
        name_refusing(engine, register, told, [wanted.purpose])
        spread_written(engine, dataset.table, wanted.fields)
    if wanted.lines is not None:
        name_lines(engine, register, wanted.lines)
        refused_lines(engine)
    named = "" if wanted.lines is None else "WHERE coalesce(persons.subject, persons.person) IN (SELECT subject FROM listed_subjects)"
    engine.run(f"""
        CREATE OR REPLACE TEMP TABLE asked AS
        SELECT DISTINCT held._person AS person, coalesce(persons.subject, persons.person) AS subject
        FROM {table} AS held INNER JOIN identity.persons AS persons ON persons.person = held._person {named}
    """)
    engine.run("""
        CREATE OR REPLACE TEMP TABLE left_out AS
        SELECT DISTINCT asked.subject, refusing.reason FROM asked INNER JOIN refusing ON refusing.subject = asked.subject
    """)
    engine.run("""
        CREATE OR REPLACE TEMP TABLE chosen AS
        SELECT asked.person, asked.subject FROM asked LEFT JOIN refusing ON refusing.subject = asked.subject WHERE refusing.subject IS NULL
    """)


def _select(dataset: Dataset, fields: Sequence[str]) -> str:
    columns = ", ".join(f"held.{name(field)}" for field in fields)
    return f"SELECT {columns} FROM register.{name(dataset.table)} AS held INNER JOIN chosen ON chosen.person = held._person"


def _hashes(dataset: Dataset) -> str:
    """The keyed hashes of all that is the own of those whose records are given: by each of them the disclosure is found again."""
    given = f"SELECT chosen.subject FROM chosen INNER JOIN register.{name(dataset.table)} AS held ON held._person = chosen.person"
    return f"""
        SELECT DISTINCT {identifier_hash("own.kind", "own.value")}
        FROM own_links AS own
        WHERE own.is_surely AND own.subject IN ({given})
    """
