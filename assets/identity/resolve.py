"""Work out which source persons are the same data subject: connected components of strong identifiers, and of what people decided.

Joining two people wrongly would hand one the other's data, so what is shared, common or contradictory joins nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from assets.identity.companies import join_companies
from assets.identity.kept import load_verdicts, recall, remember
from resources.warehouse.models import model

if TYPE_CHECKING:
    from assets.identity.kept import Kept
    from resources.catalogue import Catalogue
    from resources.warehouse import Engine

MOST_PERSONS_OF_A_VALUE = 50
MOST_PERSONS_OF_A_PROPOSAL = 5
KEPT = ("persons", "subjects", "links", "review", "record_persons")
"""The tables that are shown; beside them stay `identifiers`, `memory`, `aliases`, `history` and `candidates`."""
_PASSING = (
    *("kinds", "role_mailboxes", "evidence", "verdicts", "decided", "source_persons", "identifier_values", "evidence_hashes", "former"),
    *("returned", "edges", "labels", "contradictions", "components", "successors", "claims", "won", "assigned", "proposed"),
)


def is_stale(engine: Engine) -> bool:
    """Whether records were loaded that the identity tables do not know of yet."""
    return engine.count("SELECT count(*) FROM meta.unresolved") > 0


def resolve(engine: Engine, catalogue: Catalogue, kept: Kept | None = None) -> dict[str, int]:
    """Rebuild the identity tables from `identity.identifiers`, inside the caller's transaction; gives counts.

    A subject keeps its id as its persons come and go: of several that come together the oldest id stays, and the others become its
    aliases; of a subject that comes apart, the part with most persons keeps the id, and the others take up those that they had before.

    Args:
        engine: the run's working copy.
        catalogue: the register's catalogue.
        kept: what people decided, and ids that the ledger remembers; without it there are no decisions.
    """
    _vocabulary(engine, catalogue)
    _table(engine, "evidence")
    load_verdicts(engine, kept)
    _table(engine, "source_persons")
    _table(engine, "identifier_values", {"most": MOST_PERSONS_OF_A_VALUE})
    _remember_former(engine, kept.pepper if kept else "")
    _components(engine)
    recall(engine, kept)
    for step in ("successors", "claims", "won", "assigned"):
        _table(engine, step)
    _table(engine, "next_memory", {"now": engine.count("SELECT coalesce(max(since), 0) + 1 FROM identity.memory")})
    _table(engine, "next_aliases")
    remember(engine, kept)
    for step in ("persons", "record_persons", "subjects", "links"):
        _table(engine, step)
    _table(engine, "proposed", {"most": MOST_PERSONS_OF_A_PROPOSAL})
    _table(engine, "review")
    _forget_former(engine)
    engine.run("DELETE FROM meta.unresolved")
    counts = _counts(engine) | join_companies(engine, catalogue, kept.pepper if kept else "")
    for step in _PASSING:
        engine.run(f"DROP TABLE identity.{step}")
    return counts


def _components(engine: Engine) -> None:
    """Find components by rounds of least labels with pointer jumping, each one statement of the engine."""
    for step in ("edges", "labels"):
        _table(engine, step)
    while True:
        engine.run(f"CREATE OR REPLACE TABLE identity.next_labels AS {model('identity/round')}")
        moved = engine.count("""
            SELECT count(*) FROM identity.next_labels AS following
            INNER JOIN identity.labels AS labels ON labels.person = following.person
            WHERE following.label <> labels.label
        """)
        engine.run("DROP TABLE identity.labels")
        engine.run("ALTER TABLE identity.next_labels RENAME TO labels")
        if moved == 0:
            break
    for step in ("contradictions", "components"):
        _table(engine, step)


def _remember_former(engine: Engine, pepper: str) -> None:
    """Keep the identifiers of persons that have gone, as keyed hashes, and find by them who of those still held is the same."""
    _table(engine, "former", {"pepper": pepper})
    engine.run("INSERT INTO identity.history SELECT former, subject, key_kind, key_hash, hash FROM identity.former")
    some = engine.count("SELECT count(*) FROM identity.history") > 0
    hashes = model("identity/evidence_hashes")  # hashing all that is held is spared where nobody has gone
    engine.run(
        f"CREATE OR REPLACE TABLE identity.evidence_hashes AS SELECT * FROM ({hashes}) AS hashes WHERE $some",
        {"pepper": pepper, "some": some},
    )
    if some:
        engine.run(
            """
            DELETE FROM identity.history USING identity.source_persons AS persons
            WHERE identity.history.former = sha256($pepper || persons.person)
            """,
            {"pepper": pepper},
        )
    _table(engine, "returned")


def _forget_former(engine: Engine) -> None:
    """Keep what is known of persons that have gone only while somebody of the same subject is held, under the subject's present id.

    Who bore one identifier alone ties nothing to nothing, and is forgotten.
    """
    engine.run("""
        CREATE OR REPLACE TEMP TABLE following AS
        SELECT history.former, min(persons.subject) AS subject
        FROM identity.history AS history
        INNER JOIN identity.returned AS returned ON returned.former = history.former
        INNER JOIN identity.persons AS persons ON persons.person = returned.person
        WHERE persons.subject IS NOT NULL
        GROUP BY history.former
        HAVING min(persons.subject) = max(persons.subject) AND count(DISTINCT history.hash) > 1
    """)
    engine.run("""
        CREATE OR REPLACE TABLE identity.history AS
        SELECT DISTINCT history.former, following.subject, history.key_kind, history.key_hash, history.hash
        FROM identity.history AS history INNER JOIN following ON following.former = history.former
    """)
    engine.run("DROP TABLE following")


def _counts(engine: Engine) -> dict[str, int]:
    counts = {table: engine.count(f"SELECT count(*) FROM identity.{table}") for table in KEPT}
    counts["not_joining"] = engine.count(
        "SELECT count(*) FROM identity.identifier_values WHERE reason IS NOT NULL AND reason <> 'kind_never_joins' AND persons > 1"
    )
    counts["proposals"] = engine.count("SELECT count(DISTINCT proposal) FROM identity.review")
    counts["contradictions"] = engine.count("SELECT count(*) FROM identity.contradictions")
    counts["aliases"] = engine.count("SELECT count(*) FROM identity.aliases")
    return counts


def _vocabulary(engine: Engine, catalogue: Catalogue) -> None:
    kinds = catalogue.vocabulary.identifiers
    rows = {
        "kind": list(kinds),
        "joins": [kind.joins for kind in kinds.values()],
        "personal": [kind.personal for kind in kinds.values()],
        "exclusive": [kind.exclusive for kind in kinds.values()],
        "proposes": [kind.proposes for kind in kinds.values()],
    }
    for table, data in (("kinds", pa.table(rows)), ("role_mailboxes", pa.table({"mailbox": catalogue.vocabulary.role_mailboxes}))):
        engine.register("vocabulary_rows", data)
        engine.run(f"CREATE OR REPLACE TABLE identity.{table} AS SELECT * FROM vocabulary_rows")
        engine.unregister("vocabulary_rows")


def _table(engine: Engine, step: str, parameters: dict[str, object] | None = None) -> None:
    engine.run(f"CREATE OR REPLACE TABLE identity.{step} AS {model(f'identity/{step}')}", parameters)
