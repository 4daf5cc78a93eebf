"""What is decided and remembered of who is who, between the ledger and a run: verdicts come in; ids of subjects go both ways.

The ledger knows source persons by keyed hashes. It is written before the run is published: should the run come to nothing, the register
still has its own memory, and what the ledger then knows too early is put right when the person is next seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from resources.ledger.identity import JOIN, IdentityLedger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from resources.register import Register
    from resources.warehouse import Engine

_AT_ONCE = 100_000
_HASH = "sha256($pepper || person)"


class Kept:
    """The ledger's side of who is who, and the secret that its keyed hashes are made with."""

    def __init__(self, ledger: IdentityLedger, pepper: str) -> None:
        """Work on a ledger."""
        self.ledger, self.pepper = ledger, pepper

    @classmethod
    def of(cls, register: Register) -> Kept:
        """What a register keeps."""
        return cls(IdentityLedger(register.ledger), register.home.pepper)


def load_verdicts(engine: Engine, kept: Kept | None) -> None:
    """Make `identity.verdicts` of the verdicts in force on persons that `identity.evidence` knows.

    `identity.judged_persons` holds whom any verdict speaks of, from one working out to the next: where only some persons are worked out
    anew, the others of them are still held.
    """
    given_verdicts(engine, kept)
    hashes = f"""
        SELECT {_HASH} AS hash, CAST(person AS UUID) AS person FROM (
          SELECT replace(CAST(person AS VARCHAR), '-', '') AS person FROM (SELECT DISTINCT person FROM identity.evidence) AS present
          UNION
          SELECT judged.person FROM identity.judged_persons AS judged
          ANTI JOIN identity.changed AS changed ON changed.person = judged.person
        ) AS persons WHERE $any
    """  # hashing is spared where nothing was ever decided
    some = engine.count("SELECT count(*) FROM given_verdicts") > 0
    engine.run(f"CREATE OR REPLACE TEMP TABLE person_hashes AS {hashes}", {"pepper": kept.pepper if kept else "", "any": some})
    engine.run("""
        CREATE OR REPLACE TABLE identity.verdicts AS
        SELECT given.verdict, given.verdict_kind, ones.person AS one, others.person AS other
        FROM given_verdicts AS given
        INNER JOIN person_hashes AS ones ON ones.hash = given.one
        LEFT JOIN person_hashes AS others ON others.hash = given.other
        WHERE given.other IS NULL OR others.person IS NOT NULL
    """)
    engine.run("""
        CREATE OR REPLACE TABLE identity.judged_persons AS
        SELECT DISTINCT replace(CAST(hashes.person AS VARCHAR), '-', '') AS person FROM person_hashes AS hashes
        SEMI JOIN (
          SELECT one AS hash FROM given_verdicts UNION SELECT other AS hash FROM given_verdicts
        ) AS judged ON judged.hash = hashes.hash
    """)
    for passing in ("given_verdicts", "person_hashes"):
        engine.run(f"DROP TABLE {passing}")


def group_decided(engine: Engine) -> None:
    """Make `identity.decided` of those whom `identity.verdicts` says to be one, and whether people said it."""
    joins = engine.rows(
        "SELECT CAST(one AS VARCHAR), CAST(other AS VARCHAR), verdict FROM identity.verdicts WHERE verdict_kind = $join", {"join": JOIN}
    )
    stands_for = least_of_groups((one, other) for one, other, _ in joins)
    by_people = {person for one, other, verdict in joins if verdict is not None for person in (one, other)}
    groups = {"person": [*stands_for], "stands_for": [*stands_for.values()], "by_people": [each in by_people for each in stands_for]}
    types = {"person": pa.string(), "stands_for": pa.string(), "by_people": pa.bool_()}
    _take(engine, "given_groups", pa.table({column: pa.array(values, types[column]) for column, values in groups.items()}))
    engine.run("""
        CREATE OR REPLACE TABLE identity.decided AS
        SELECT CAST(person AS UUID) AS person, CAST(stands_for AS UUID) AS stands_for, by_people FROM given_groups
    """)
    engine.run("DROP TABLE given_groups")


def given_verdicts(engine: Engine, kept: Kept | None) -> None:
    """Make the temporary table `given_verdicts` of the verdicts in force: `verdict`, `verdict_kind`, and keyed hashes `one` and `other`."""
    rows = kept.ledger.verdicts() if kept else []
    columns = {"verdict": "verdict", "verdict_kind": "kind", "one": "one", "other": "other"}
    _take(engine, "given_verdicts", pa.table({name: pa.array([row[of] for row in rows], pa.string()) for name, of in columns.items()}))


def _take(engine: Engine, table: str, rows: pa.Table) -> None:
    """Make a temporary table of Arrow rows."""
    engine.register("taken_rows", rows)
    engine.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM taken_rows")
    engine.unregister("taken_rows")


def least_of_groups(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Everybody who stands in a pair, and the least of those whom pairs connect; decisions are few, so plainly."""
    least: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    for pair in pairs:
        groups = {least.get(each, each) for each in pair}
        first = min(groups)
        together = sorted({person for group in groups for person in members.pop(group, [group])})
        members[first] = together
        least |= dict.fromkeys(together, first)
    return least


def recall(engine: Engine, kept: Kept | None, persons: str) -> None:
    """Put into `identity.memory` what the ledger remembers of persons that the register has no memory of, as after it was rebuilt.

    Args:
        engine: the run's working copy.
        kept: the ledger's side.
        persons: the SELECT of the persons that are held (`person`, as text).
    """
    if kept is None or not kept.ledger.has_subjects():
        return
    engine.run(
        f"""
        CREATE OR REPLACE TEMP TABLE unknown AS
        SELECT {_HASH} AS hash, person, row_number() OVER (ORDER BY persons.person) AS number
        FROM ({persons}) AS persons ANTI JOIN identity.memory AS memory ON memory.person = persons.person
        """,
        {"pepper": kept.pepper},
    )
    for part in _parts(engine, "SELECT hash FROM unknown", "unknown"):
        found = kept.ledger.subjects_of(part["hash"].to_pylist())
        if found:
            engine.register("recalled", pa.Table.from_pylist(found))
            engine.run("""
                INSERT INTO identity.memory
                SELECT unknown.person, recalled.subject, recalled.born, recalled.since
                FROM recalled INNER JOIN unknown ON unknown.hash = recalled.hash
            """)
            engine.unregister("recalled")
    engine.run("DROP TABLE unknown")
    if engine.count("SELECT count(*) FROM identity.aliases") == 0:
        aliases = kept.ledger.aliases()
        if aliases:
            engine.register("recalled", pa.Table.from_pylist(aliases))
            engine.run("INSERT INTO identity.aliases SELECT alias, subject FROM recalled")
            engine.unregister("recalled")


def remember(engine: Engine, kept: Kept | None) -> None:
    """Tell the ledger what is new in `identity.next_memory` and `identity.next_aliases`, beside what was remembered, and what has gone."""
    if kept is None:
        return
    known = kept.ledger.has_subjects()
    differing = {
        "changed": """
            SELECT later.person, later.subject, later.born, later.since FROM identity.next_memory AS later
            LEFT JOIN identity.remembered AS memory ON memory.person = CAST(later.person AS UUID)
            WHERE memory.subject IS DISTINCT FROM later.subject OR memory.born <> later.born OR memory.since <> later.since
        """,
        "left_over": "SELECT person, subject, subject AS born, since FROM identity.vanished",
    }
    for table, rows in differing.items():
        hashed = f"SELECT {_HASH} AS hash, subject, born, since FROM ({rows}) AS differing"
        # In the order of their keys, which is how the ledger's index is filled fastest.
        numbered = f"SELECT *, row_number() OVER (ORDER BY hash) AS number FROM ({hashed}) AS hashed"
        engine.run(f"CREATE OR REPLACE TEMP TABLE {table} AS {numbered}", {"pepper": kept.pepper})
    for part in _parts(engine, "SELECT hash FROM left_over", "left_over"):
        kept.ledger.forget_subjects(part["hash"].to_pylist())
    for part in _parts(engine, "SELECT hash, subject, born, since FROM changed", "changed"):
        kept.ledger.remember_subjects(part.to_pylist(), known=known)
    gone = engine.rows("SELECT alias FROM identity.present_aliases AS a ANTI JOIN identity.next_aliases AS b ON b.alias = a.alias")
    new = engine.rows("SELECT alias, subject FROM identity.next_aliases EXCEPT SELECT alias, subject FROM identity.present_aliases")
    kept.ledger.replace_aliases((row[0] for row in gone), [_alias(*row) for row in new])
    for table in ("changed", "left_over"):
        engine.run(f"DROP TABLE {table}")


def _alias(alias: str, subject: str) -> dict[str, Any]:
    return {"alias": alias, "subject": subject}


def _parts(engine: Engine, select: str, table: str) -> Iterator[pa.Table]:
    """A numbered table, part by part, so that memory is bounded."""
    for start in range(0, engine.count(f"SELECT count(*) FROM {table}"), _AT_ONCE):
        yield engine.arrow(f"{select} WHERE number > $start AND number <= $end ORDER BY number", {"start": start, "end": start + _AT_ONCE})
