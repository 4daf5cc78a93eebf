"""Work out which source persons are the same data subject: connected components of strong identifiers.

Joining two people wrongly would hand one the other's data, so what is shared, common or contradictory joins nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from resources.warehouse.models import model

if TYPE_CHECKING:
    from resources.catalogue import Catalogue
    from resources.warehouse import Engine

MOST_PERSONS_OF_A_VALUE = 50
KEPT = ("persons", "subjects", "links", "review", "record_persons")
_PASSING = ("kinds", "role_mailboxes", "evidence", "source_persons", "identifier_values", "edges", "labels", "contradictions")


def is_stale(engine: Engine) -> bool:
    """Whether records were loaded that the identity tables do not know of yet."""
    return engine.count("SELECT count(*) FROM meta.unresolved") > 0


def resolve(engine: Engine, catalogue: Catalogue) -> dict[str, int]:
    """Rebuild the identity tables from `identity.identifiers`, inside the caller's transaction; gives counts.

    Components are found by rounds of least labels with pointer jumping, each one statement of the engine.
    """
    _vocabulary(engine, catalogue)
    for step in ("evidence", "source_persons"):
        _table(engine, step)
    _table(engine, "identifier_values", {"most": MOST_PERSONS_OF_A_VALUE})
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
    _table(engine, "contradictions")
    for step in ("persons", "record_persons", "subjects", "links", "review"):
        _table(engine, step)
    engine.run("DELETE FROM meta.unresolved")
    counts = {table: engine.count(f"SELECT count(*) FROM identity.{table}") for table in KEPT}
    counts["not_joining"] = engine.count(
        "SELECT count(*) FROM identity.identifier_values WHERE reason IS NOT NULL AND reason <> 'kind_never_joins' AND persons > 1"
    )
    counts["proposals"] = engine.count("SELECT count(DISTINCT proposal) FROM identity.review")
    for step in _PASSING:
        engine.run(f"DROP TABLE identity.{step}")
    return counts


def _vocabulary(engine: Engine, catalogue: Catalogue) -> None:
    kinds = catalogue.vocabulary.identifiers
    rows = {
        "kind": list(kinds),
        "joins": [kind.joins for kind in kinds.values()],
        "personal": [kind.personal for kind in kinds.values()],
        "exclusive": [kind.exclusive for kind in kinds.values()],
    }
    for table, data in (("kinds", pa.table(rows)), ("role_mailboxes", pa.table({"mailbox": catalogue.vocabulary.role_mailboxes}))):
        engine.register("vocabulary_rows", data)
        engine.run(f"CREATE OR REPLACE TABLE identity.{table} AS SELECT * FROM vocabulary_rows")
        engine.unregister("vocabulary_rows")


def _table(engine: Engine, step: str, parameters: dict[str, object] | None = None) -> None:
    engine.run(f"CREATE OR REPLACE TABLE identity.{step} AS {model(f'identity/{step}')}", parameters)
