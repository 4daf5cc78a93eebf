"""The steps of working out who is who, each one statement of the engine over all persons, or over those whom a change can concern.

Passing tables know a person by its opaque id as a number, and an identifier by a hash of its kind and value as a number: texts are joined
nowhere. Each goes as soon as the last step that reads it is done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.identity.kept import group_decided, load_verdicts, recall, remember
from assets.identity.remains import forget_remains, join_remains
from assets.identity.rules import MOST_PERSONS_OF_A_PROPOSAL, MOST_PERSONS_OF_A_VALUE
from resources.ledger.identity import SPLIT
from resources.warehouse.models import model

if TYPE_CHECKING:
    from assets.identity.changes import Scope
    from assets.identity.kept import Kept
    from resources.warehouse import Engine

_TEXT = "replace(CAST(person AS VARCHAR), '-', '') AS person"
_VIEWS = ("given", "remembered", "present_aliases")
_PASSING = (
    *("kinds", "role_mailboxes", "changed", "touched", "scope", "scoped_subjects", "evidence", "verdicts", "decided", "source_persons"),
    *(
        "borne_values",
        "identifier_values",
        "vanished",
        "former",
        "evidence_hashes",
        "met",
        "given_since",
        "returned",
        "successors",
        "edges",
        "round",
        "later",
    ),
    *("labels", "contradictions", "components", "next_chains", "claims", "won", "assigned", "next_memory", "next_aliases", "proposed"),
)


def work_out(engine: Engine, kept: Kept | None, scope: Scope | None) -> None:
    """Take all steps and write the tables; on a scope, only what stands in them of its persons and subjects."""
    pepper = kept.pepper if kept else ""
    if scope is None:
        for view in _VIEWS:
            engine.run(f"CREATE OR REPLACE VIEW identity.{view} AS {model(f'identity/{view}')}")
    _judge(engine, kept, scope)
    _find_former(engine, pepper)
    make(engine, "successors")
    _put(engine, "record_persons", scope)
    _put(engine, "links", scope)
    _components(engine)
    _drop(engine, "evidence", "identifier_values", "labels", "contradictions", "source_persons")
    for step in ("claims", "won", "assigned"):
        make(engine, step)
    make(engine, "next_memory", {"now": engine.count("SELECT coalesce(max(since), 0) + 1 FROM identity.memory")})
    make(engine, "next_aliases")
    _put(engine, "persons", scope)
    _put_subjects(engine, scope)
    _drop(engine, "components", "claims", "won", "assigned")
    remember(engine, kept)
    _take_memory(engine, scope)
    _forget_former(engine, scope)
    _review(engine)


def review_alone(engine: Engine, kept: Kept | None) -> None:
    """Write `identity.review` anew where no person changed: what is found probable may have."""
    engine.run("CREATE OR REPLACE TABLE identity.evidence (person UUID)")
    _load_decisions(engine, kept)
    _review(engine)


def make(engine: Engine, step: str, parameters: dict[str, object] | None = None) -> None:
    """Make a passing table by its model."""
    engine.run(f"CREATE OR REPLACE TABLE identity.{step} AS {model(f'identity/{step}')}", parameters)


def drop_passing(engine: Engine) -> None:
    """Drop every passing table that is still there: it holds identifiers."""
    kinds = dict(engine.rows("SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'identity'"))
    for view in _VIEWS:
        if view in kinds:
            engine.run(f"DROP {'VIEW' if kinds[view] == 'VIEW' else 'TABLE'} identity.{view}")
    _drop(engine, *_PASSING)


def _judge(engine: Engine, kept: Kept | None, scope: Scope | None) -> None:
    """Find who bears what, and which values join."""
    make(engine, "evidence")
    forget_remains(engine, scope)
    _load_decisions(engine, kept)
    make(engine, "source_persons")
    if scope is None:
        recall(engine, kept, f"SELECT {_TEXT} FROM identity.source_persons")
    make(engine, "borne_values")
    make(engine, "identifier_values", {"most": MOST_PERSONS_OF_A_VALUE})
    _drop(engine, "borne_values")
    if scope is not None:
        # Of a value that nothing changed of, not all who bear it may stand in the scope: why it joins nobody is what it was.
        engine.run("DELETE FROM identity.identifier_values USING standing WHERE identifier_values.identifier = standing.identifier")
        engine.run("INSERT INTO identity.identifier_values SELECT identifier, kind, NULL, reason FROM standing")
        engine.run("DROP TABLE standing")


def _load_decisions(engine: Engine, kept: Kept | None) -> None:
    load_verdicts(engine, kept)
    join_remains(engine)
    group_decided(engine)


def _find_former(engine: Engine, pepper: str) -> None:
    """Keep the identifiers of persons that have gone, as keyed hashes, and find by them who of those still held is the same."""
    make(engine, "vanished")
    make(engine, "former", {"pepper": pepper})
    engine.run("""
        INSERT INTO identity.history
        SELECT gone.former, gone.subject, gone.key_kind, gone.key_hash, gone.hash, true AS is_one FROM identity.former AS gone
    """)
    some = engine.count("SELECT (SELECT count(*) FROM identity.history) + (SELECT count(*) FROM identity.known_by)") > 0
    hashes = model("identity/evidence_hashes")  # hashing all that is held is spared where nobody has gone
    engine.run(
        f"CREATE OR REPLACE TABLE identity.evidence_hashes AS SELECT * FROM ({hashes}) AS hashes WHERE $some",
        {"pepper": pepper, "some": some},
    )
    if some:
        engine.run(
            f"""
            DELETE FROM identity.history USING (SELECT {_TEXT} FROM identity.source_persons) AS persons
            WHERE identity.history.former = sha256($pepper || persons.person)
            """,
            {"pepper": pepper},
        )
    make(engine, "met")
    make(engine, "given_since")
    engine.run("""
        UPDATE identity.identifier_values SET reason = 'several_persons_of_a_source'
        WHERE reason IS NULL AND identifier IN (SELECT identifier FROM identity.given_since)
    """)
    make(engine, "returned")
    _drop(engine, "evidence_hashes", "met", "given_since")


def _components(engine: Engine) -> None:
    """Find components: rounds of least labels, after each of which those of one label count as one, until no edge is left.

    What a round leaves is a smaller graph of labels, so that all rounds together cost little more than the first.
    """
    make(engine, "edges")
    rounds = 0
    while engine.count("SELECT count(*) FROM identity.edges") > 0:
        make(engine, "round")
        make(engine, "next_edges")
        engine.run(f"ALTER TABLE identity.round RENAME TO round_{rounds}")
        _drop(engine, "edges")
        engine.run("ALTER TABLE identity.next_edges RENAME TO edges")
        rounds += 1
    _drop(engine, "edges")
    engine.run("CREATE OR REPLACE TABLE identity.labels (person UUID, label UUID)")
    for number in reversed(range(rounds)):
        engine.run("ALTER TABLE identity.labels RENAME TO later")
        engine.run(f"ALTER TABLE identity.round_{number} RENAME TO round")
        make(engine, "labels")
        _drop(engine, "round", "later")
    for step in ("contradictions", "components", "next_chains"):
        make(engine, step)


def _put(engine: Engine, table: str, scope: Scope | None) -> None:
    """Write a table of persons by its model: whole, or in place of the rows of the scope's persons."""
    if scope is None:
        make(engine, table)
    else:
        _replace(engine, table, "person", "identity.scope", model(f"identity/{table}"))


def _put_subjects(engine: Engine, scope: Scope | None) -> None:
    if scope is None:
        make(engine, "subjects")
    else:
        _replace(engine, "subjects", "subject", "identity.scoped_subjects", model("identity/subjects"))


def _take_memory(engine: Engine, scope: Scope | None) -> None:
    """Remember from now on what was worked out."""
    keys = {"memory": ("person", "scope"), "chains": ("person", "scope"), "aliases": ("alias", "present_aliases")}
    for table, (key, scoped) in keys.items():
        rows = f"SELECT * FROM identity.next_{table}"
        if scope is None:
            engine.run(f"CREATE OR REPLACE TABLE identity.{table} AS {rows}")
        else:
            _replace(engine, table, key, f"identity.{scoped}", rows)


def _replace(engine: Engine, table: str, key: str, scoped: str, rows: str) -> None:
    """Put rows in place of those of a table whose key stands in `scoped`; what is as it was is not touched, for writing costs most."""
    columns = ", ".join(engine.columns(f"SELECT * FROM identity.{table} LIMIT 0"))
    engine.run(f"CREATE OR REPLACE TEMP TABLE following AS SELECT {columns} FROM ({rows}) AS following")
    engine.run(f"""
        CREATE OR REPLACE TEMP TABLE earlier AS
        SELECT {columns} FROM identity.{table} AS held WHERE held.{key} IN (SELECT {key} FROM {scoped})
    """)
    engine.run(f"""
        CREATE OR REPLACE TEMP TABLE differing AS
        SELECT {key} FROM (SELECT * FROM following EXCEPT SELECT * FROM earlier) AS come
        UNION
        SELECT {key} FROM (SELECT * FROM earlier EXCEPT SELECT * FROM following) AS gone
    """)
    engine.run(f"DELETE FROM identity.{table} USING differing WHERE {table}.{key} = differing.{key}")
    engine.run(f"INSERT INTO identity.{table} SELECT following.* FROM following SEMI JOIN differing ON differing.{key} = following.{key}")
    for passing in ("following", "earlier", "differing"):
        engine.run(f"DROP TABLE {passing}")


def _forget_former(engine: Engine, scope: Scope | None) -> None:
    """Keep what is known of persons that have gone only while somebody whom they tie is held, under the present id of the subject.

    Where those are not one subject, for their chain contradicts itself, the tie stays (`is_one` is false), so that the next working out
    finds the same; it tells nobody who is meant. Whom people split off nobody ties. Who bore one identifier alone ties nothing to
    nothing, and is forgotten.
    """
    engine.run(
        """
        CREATE OR REPLACE TEMP TABLE following AS
        WITH tied AS (
          SELECT
            history.former,
            history.hash,
            persons.subject,
            row_number() OVER (PARTITION BY history.former ORDER BY persons.person) AS place
          FROM identity.history AS history
          INNER JOIN identity.returned AS returned ON returned.former = history.former
          ANTI JOIN (SELECT one AS person FROM identity.verdicts WHERE verdict_kind = $split) AS splits ON splits.person = returned.person
          INNER JOIN identity.persons AS persons ON persons.person = replace(CAST(returned.person AS VARCHAR), '-', '')
          WHERE persons.subject IS NOT NULL
        )
        SELECT former, min(subject) FILTER (WHERE place = 1) AS subject, min(tied.subject) = max(tied.subject) AS is_one
        FROM tied
        GROUP BY former
        HAVING count(DISTINCT hash) > 1
    """,
        {"split": SPLIT},
    )
    # Beside those of the scope: who belongs to a subject that nothing changed of.
    others = "false" if scope is None else "following.former IS NULL AND scoped.subject IS NULL"
    scoped = "(SELECT CAST(NULL AS VARCHAR) AS subject)" if scope is None else "identity.scoped_subjects"
    engine.run(f"""
        CREATE OR REPLACE TABLE identity.history AS
        SELECT DISTINCT
          history.former,
          coalesce(following.subject, history.subject) AS subject,
          history.key_kind,
          history.key_hash,
          history.hash,
          coalesce(following.is_one, history.is_one) AS is_one
        FROM identity.history AS history
        LEFT JOIN following ON following.former = history.former
        LEFT JOIN {scoped} AS scoped ON scoped.subject = history.subject
        WHERE following.former IS NOT NULL OR {others}
    """)
    engine.run("DROP TABLE following")


def _review(engine: Engine) -> None:
    make(engine, "proposed", {"most": MOST_PERSONS_OF_A_PROPOSAL})
    make(engine, "review")


def _drop(engine: Engine, *tables: str) -> None:
    for table in tables:
        engine.run(f"DROP TABLE IF EXISTS identity.{table}")
