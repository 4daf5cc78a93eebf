"""Work out which source persons are the same data subject: connected components of strong identifiers, and of what people decided.

Joining two people wrongly would hand one the other's data, so what is shared, common or contradictory joins nobody. The steps are those
of `steps`; here stands on whom they are taken: on all persons, or on those alone whom a change can concern (`changes`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.identity import changes, steps
from assets.identity.companies import join_companies
from assets.identity.rules import rules_in_force, vocabulary

if TYPE_CHECKING:
    from assets.identity.kept import Kept
    from resources.catalogue import Catalogue
    from resources.warehouse import Engine

KEPT = ("persons", "subjects", "links", "review", "record_persons")
"""The tables that are shown; beside them stay `identifiers`, `memory`, `aliases`, `history`, `candidates`, `chains`, `judged_persons`."""


def is_stale(engine: Engine) -> bool:
    """Whether records came or went that the identity tables do not know of yet."""
    marked = "SELECT (SELECT count(*) FROM meta.unresolved) + (SELECT count(*) FROM meta.changed_persons)"
    return engine.count(marked) > 0 or not changes.are_told(engine)


def resolve(engine: Engine, catalogue: Catalogue, kept: Kept | None = None) -> dict[str, int]:
    """Rebuild the identity tables from `identity.identifiers`, inside the caller's transaction; gives counts.

    A subject keeps its id as its persons come and go: of several that come together the oldest id stays, and the others become its
    aliases; of a subject that comes apart, the part with most persons keeps the id, and the others take up those that they had before.

    Args:
        engine: the run's working copy.
        catalogue: the register's catalogue.
        kept: what people decided, and ids that the ledger remembers; without it there are no decisions.
    """
    vocabulary(engine, catalogue)
    engine.run("CREATE OR REPLACE TABLE identity.changed (person VARCHAR)")
    engine.run("DELETE FROM identity.judged_persons")
    steps.work_out(engine, kept, None)
    return _finish(engine, catalogue, kept)


def update(engine: Engine, catalogue: Catalogue, kept: Kept | None = None) -> dict[str, int]:
    """Bring the identity tables up to date with what changed since they were worked out, as `resolve` would; gives the same counts.

    Only those are worked out anew whom a change can concern; all are where that is a large part of them, where the rules or decisions
    are others than before, or where identifiers were changed without being told of. The arguments are those of `resolve`.
    """
    rules = rules_in_force(catalogue, kept)
    if not changes.are_told(engine, rules):
        return resolve(engine, catalogue, kept)
    vocabulary(engine, catalogue)
    scope = changes.find(engine, kept)
    if scope is None:
        return resolve(engine, catalogue, kept)
    if scope.persons:
        steps.work_out(engine, kept, scope)
    else:
        steps.review_alone(engine, kept)
    return _finish(engine, catalogue, kept)


def _finish(engine: Engine, catalogue: Catalogue, kept: Kept | None) -> dict[str, int]:
    counts = _counts(engine) | join_companies(engine, catalogue, kept.pepper if kept else "")
    changes.forget(engine)
    steps.drop_passing(engine)
    changes.note(engine, rules_in_force(catalogue, kept))
    return counts


def _counts(engine: Engine) -> dict[str, int]:
    counts = {table: engine.count(f"SELECT count(*) FROM identity.{table}") for table in KEPT}
    counts["not_joining"] = engine.count("""
        SELECT count(*) FROM (
          SELECT kind, value FROM identity.links WHERE reason IS NOT NULL AND reason <> 'kind_never_joins'
          GROUP BY kind, value HAVING count(*) > 1
        ) AS found
    """)
    counts["proposals"] = engine.count("SELECT count(DISTINCT proposal) FROM identity.review")
    counts["contradictions"] = engine.count("SELECT count(DISTINCT label) FROM identity.chains WHERE contradicts")
    counts["aliases"] = engine.count("SELECT count(*) FROM identity.aliases")
    return counts
