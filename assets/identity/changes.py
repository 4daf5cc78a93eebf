"""Whom a change can concern, so that they alone are worked out anew.

They are those whose identifiers changed, who bears a value that one of them bears or bore, and all with whom any of these were one, or
whose id they claim. What nobody of these bears or is cannot have changed, so working out these alone gives what working out all would give:
a value is judged by those who bear it, a component is made of values that join, and an id is claimed by those who had it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.identity.kept import given_verdicts, recall
from resources.warehouse.models import model

if TYPE_CHECKING:
    from assets.identity.kept import Kept
    from resources.warehouse import Engine

LARGEST_SHARE = 0.2
"""Of all source persons: where more are concerned, working out all is as fast."""
FEWEST_IN_LARGEST = 1_000


@dataclass(frozen=True)
class Scope:
    """How many persons are worked out anew: those in `identity.scope`, with what `identity.given` and `identity.remembered` say of them."""

    persons: int


def are_told(engine: Engine, rules: str | None = None) -> bool:
    """Whether `meta.changed_persons` holds all who changed since the tables were worked out; and by these rules, where they are given."""
    return (
        engine.count(
            """
        SELECT count(*) FROM meta.resolved
        WHERE identifiers = (SELECT count(*) FROM identity.identifiers) AND rules = coalesce($rules, rules)
        """,
            {"rules": rules},
        )
        == 1
    )


def note(engine: Engine, rules: str) -> None:
    """Note what the tables were worked out from, so that the next change is told from it."""
    engine.run("DELETE FROM meta.resolved")
    engine.run("INSERT INTO meta.resolved SELECT count(*), $rules FROM identity.identifiers", {"rules": rules})


def forget(engine: Engine) -> None:
    """Take the changes for settled."""
    engine.run("DELETE FROM meta.unresolved")
    engine.run("DELETE FROM meta.changed_persons")


def find(engine: Engine, kept: Kept | None) -> Scope | None:
    """Make the passing tables of whom the changes can concern; None where these are too many."""
    engine.run("CREATE OR REPLACE TABLE identity.changed AS SELECT DISTINCT person FROM meta.changed_persons")
    if engine.count("SELECT count(*) FROM identity.changed") == 0:
        return Scope(0)
    _add_decided(engine, kept)
    most = max(LARGEST_SHARE * engine.count("SELECT count(*) FROM identity.persons"), FEWEST_IN_LARGEST)
    if engine.count("SELECT count(*) FROM identity.changed") > most:
        return None
    _touched(engine)
    recall(engine, kept, "SELECT DISTINCT person FROM present")
    engine.run("DROP TABLE present")
    _bearers(engine)
    if engine.count("SELECT count(*) FROM identity.scope") > most:
        return None
    _subjects(engine, kept)
    persons = engine.count("SELECT count(*) FROM identity.scope")
    if persons > most:
        return None
    _narrow(engine)
    return Scope(persons)


def _add_decided(engine: Engine, kept: Kept | None) -> None:
    """Where people decided of any of those who changed, add all of whom they decided: decisions are few, and hang together."""
    given_verdicts(engine, kept)
    concerned = engine.count(
        """
        SELECT count(*) FROM identity.changed AS changed
        LEFT JOIN identity.judged_persons AS judged ON judged.person = changed.person
        LEFT JOIN (
          SELECT one AS hash FROM given_verdicts UNION SELECT other AS hash FROM given_verdicts
        ) AS verdicts ON verdicts.hash = sha256($pepper || changed.person)
        WHERE judged.person IS NOT NULL OR verdicts.hash IS NOT NULL
        """,
        {"pepper": kept.pepper if kept else ""},
    )
    if concerned:
        engine.run("""
            INSERT INTO identity.changed
            SELECT judged.person FROM identity.judged_persons AS judged
            ANTI JOIN identity.changed AS changed ON changed.person = judged.person
        """)
    engine.run("DROP TABLE given_verdicts")


def _touched(engine: Engine) -> None:
    """`identity.touched`: the values that those who changed bear, or bore, and that may join."""
    engine.run("""
        CREATE OR REPLACE TEMP TABLE present AS
        SELECT DISTINCT given.person, given.kind, given.value
        FROM identity.identifiers AS given SEMI JOIN identity.changed AS changed ON changed.person = given.person
    """)
    engine.run("""
        CREATE OR REPLACE TABLE identity.touched AS
        SELECT DISTINCT borne.kind, borne.value FROM (
          SELECT kind, value FROM present
          UNION ALL
          SELECT links.kind, links.value FROM identity.links AS links SEMI JOIN identity.changed AS changed ON changed.person = links.person
        ) AS borne
        INNER JOIN identity.kinds AS kinds ON kinds.kind = borne.kind AND kinds.joins
    """)


def _bearers(engine: Engine) -> None:
    """`identity.scope`: those who changed, and who bears a value that they bear or bore."""
    engine.run("""
        CREATE OR REPLACE TABLE identity.scope AS
        SELECT person FROM identity.changed
        UNION
        SELECT links.person FROM identity.links AS links
        SEMI JOIN identity.touched AS touched ON touched.value = links.value AND touched.kind = links.kind
    """)


def _subjects(engine: Engine, kept: Kept | None) -> None:
    """Add all with whom those of the scope were one, whose id they claim, and with whom they hang together; nearly always in one round.

    `identity.scoped_subjects` are the ids that they have and claim.
    """
    engine.run("CREATE OR REPLACE TABLE identity.scoped_subjects (subject VARCHAR)")
    engine.run(
        """
        CREATE OR REPLACE TEMP TABLE claims AS
        WITH hashes AS (
          SELECT sha256($pepper || kind || '/' || value) AS hash FROM identity.touched
        )
        SELECT history.subject FROM identity.history AS history SEMI JOIN hashes ON hashes.hash = history.hash
        UNION
        SELECT memory.subject FROM identity.known_by AS known
        INNER JOIN identity.remains AS remains ON remains.former = known.former
        INNER JOIN identity.memory AS memory ON memory.person = remains.person
        SEMI JOIN hashes ON hashes.hash = known.hash
        """,
        {"pepper": kept.pepper if kept else ""},
    )
    engine.run("""
        CREATE OR REPLACE TEMP TABLE added AS
        SELECT memory.person, memory.subject, memory.born
        FROM identity.memory AS memory SEMI JOIN identity.scope AS scope ON scope.person = memory.person
    """)
    while True:
        _add_chains(engine)
        engine.run("INSERT INTO claims SELECT subject FROM added UNION SELECT born FROM added")
        engine.run("""
            CREATE OR REPLACE TEMP TABLE fresh AS
            SELECT DISTINCT claims.subject FROM claims ANTI JOIN identity.scoped_subjects AS known ON known.subject = claims.subject
        """)
        if engine.count("SELECT count(*) FROM fresh") == 0:
            break
        engine.run("INSERT INTO identity.scoped_subjects SELECT subject FROM fresh")
        engine.run("""
            CREATE OR REPLACE TEMP TABLE added AS
            SELECT members.person, members.subject, members.born FROM (
              SELECT memory.person, memory.subject, memory.born
              FROM identity.memory AS memory SEMI JOIN fresh ON fresh.subject = memory.subject
              UNION
              SELECT memory.person, memory.subject, memory.born
              FROM identity.memory AS memory SEMI JOIN fresh ON fresh.subject = memory.born
              WHERE memory.born <> memory.subject
            ) AS members
            ANTI JOIN identity.scope AS scope ON scope.person = members.person
        """)
        engine.run("INSERT INTO identity.scope SELECT person FROM added")
        engine.run("DELETE FROM claims")
    for passing in ("claims", "added", "fresh"):
        engine.run(f"DROP TABLE {passing}")


def _add_chains(engine: Engine) -> None:
    """Add who hangs together with somebody of the scope without being one subject."""
    engine.run("""
        CREATE OR REPLACE TEMP TABLE chained AS
        SELECT chains.person FROM identity.chains AS chains
        SEMI JOIN (
          SELECT known.label FROM identity.chains AS known SEMI JOIN identity.scope AS scope ON scope.person = known.person
        ) AS labels ON labels.label = chains.label
        ANTI JOIN identity.scope AS scope ON scope.person = chains.person
    """)
    if engine.count("SELECT count(*) FROM chained"):
        engine.run("INSERT INTO identity.scope SELECT person FROM chained")
        engine.run("""
            INSERT INTO added
            SELECT memory.person, memory.subject, memory.born
            FROM identity.memory AS memory SEMI JOIN chained ON chained.person = memory.person
        """)
    engine.run("DROP TABLE chained")


def _narrow(engine: Engine) -> None:
    """What the steps read of the scope: identifiers, memory and former ids; and why its other values join nobody (`standing`)."""
    within = "person IN (SELECT person FROM identity.scope)"
    for relation, condition in (("given", f"AND {within}"), ("remembered", f"WHERE {within}")):
        engine.run(f"CREATE OR REPLACE TABLE identity.{relation} AS {model(f'identity/{relation}')} {condition}")
    scoped = "IN (SELECT subject FROM identity.scoped_subjects)"
    engine.run(f"""
        CREATE OR REPLACE TABLE identity.present_aliases AS
        SELECT alias, subject FROM ({model("identity/present_aliases")}) AS aliases WHERE alias {scoped} OR subject {scoped}
    """)
    engine.run("""
        CREATE OR REPLACE TEMP TABLE standing AS
        SELECT DISTINCT CAST(md5(links.kind || '/' || links.value) AS UUID) AS identifier, links.kind, links.reason
        FROM identity.links AS links
        SEMI JOIN identity.scope AS scope ON scope.person = links.person
        ANTI JOIN identity.touched AS touched ON touched.value = links.value AND touched.kind = links.kind
        WHERE links.reason IS NOT NULL AND links.reason <> 'kind_never_joins'
    """)
