"""What a named user decides of who is who: that two persons are one, that they are two, or that what one bears joins it to nobody.

A decision is a verdict, or several, in the ledger; it takes effect when identities are next worked out, and can be undone.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from assets.identity.kept import Kept, least_of_groups
from resources.errors import AnsvarError
from resources.ledger.identity import APART, JOIN, SPLIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.register import Register
    from resources.warehouse import Engine

_HASH = "sha256($pepper || person)"


def proposals(engine: Engine, most: int | None = None, skipped: int = 0) -> list[dict[str, Any]]:
    """What waits for a decision, the most probable first: `proposal`, `reason`, `probability`, and the source persons as opaque ids.

    Args:
        engine: what is published.
        most: how many are given; None for all.
        skipped: how many of the first are left out.
    """
    rows = engine.rows(
        """
        SELECT review.proposal, review.reason, review.probability, review.person
        FROM identity.review AS review
        INNER JOIN (
          SELECT proposal FROM identity.review GROUP BY proposal
          ORDER BY max(probability) DESC NULLS LAST, proposal LIMIT $most OFFSET $skipped
        ) AS listed ON listed.proposal = review.proposal
        ORDER BY review.probability DESC NULLS LAST, review.proposal, review.person
        """,
        {"most": most, "skipped": skipped},
    )
    found: dict[str, dict[str, Any]] = {}
    for proposal, reason, probability, person in rows:
        each = found.setdefault(proposal, {"proposal": proposal, "reason": reason, "probability": probability, "persons": []})
        each["persons"].append(person)
    return [*found.values()]


def decided(register: Register, found: Sequence[dict[str, Any]]) -> dict[str, str]:
    """The proposals, as `proposals` gives them, that were decided since identities were worked out last: `join` or `apart`, by proposal."""
    kept = Kept.of(register)
    verdicts = kept.ledger.verdicts()
    if not verdicts or not found:
        return {}
    persons = [person for each in found for person in each["persons"]]
    statement = f"SELECT person, {_HASH} FROM (SELECT unnest($persons) AS person) AS given"
    with register.warehouse.reading() as engine:
        hashes = dict(engine.rows(statement, {"persons": persons, "pepper": kept.pepper}))
    group = least_of_groups((each["one"], each["other"]) for each in verdicts if each["kind"] == JOIN)
    apart = {frozenset((each["one"], each["other"])) for each in verdicts if each["kind"] == APART}
    said: dict[str, str] = {}
    for each in found:
        own = [hashes[person] for person in each["persons"]]
        if len({group.get(one, one) for one in own}) == 1:
            said[each["proposal"]] = JOIN
        elif all(frozenset(pair) in apart for pair in combinations(own, 2)):
            said[each["proposal"]] = APART
    return said


def decide(register: Register, kind: str, ids: Sequence[str], by: str, reason: str) -> str:
    """Record a decision; gives its opaque id.

    Args:
        register: the register.
        kind: `join`, `apart` or `split`.
        ids: a proposal, or source persons, by their opaque ids as `ansvar review list` and `ansvar subject show` print them.
        by: the named user who decides.
        reason: why.

    Raises:
        AnsvarError: where an id is not known, there are too few persons, or an earlier decision says otherwise.
    """
    kept = Kept.of(register)
    with register.warehouse.reading() as engine:
        persons = _persons(engine, ids)
        if kind != SPLIT and len(persons) < len((1, 2)):
            raise AnsvarError("Such a decision is about two persons at least: give a proposal, or the ids of the persons.")
        hashes = _hashes(engine, persons, kept.pepper)
    pairs = _pairs(kind, hashes)
    _refuse_contradiction(kept, kind, pairs)
    return kept.ledger.decide(kind, pairs, by, reason, register.clock.now())


def _pairs(kind: str, hashes: list[str]) -> list[tuple[str, str | None]]:
    if kind == SPLIT:
        return [(each, None) for each in hashes]
    if kind == JOIN:
        return [(hashes[0], each) for each in hashes[1:]]
    return list(combinations(hashes, 2))


def _refuse_contradiction(kept: Kept, kind: str, pairs: Sequence[tuple[str, str | None]]) -> None:
    """Refuse to decide what contradicts a decision in force: which of them is wrong, people must say."""
    given = [*kept.ledger.verdicts(), *({"kind": kind, "one": one, "other": other} for one, other in pairs)]
    group = least_of_groups((each["one"], each["other"]) for each in given if each["kind"] == JOIN)
    for each in given:
        if each["kind"] == APART and group.get(each["one"], each["one"]) == group.get(each["other"], each["other"]):
            raise AnsvarError(
                "An earlier decision says otherwise of these persons: see `ansvar review decisions`, and undo the one that is wrong first."
            )


def _persons(engine: Engine, ids: Sequence[str]) -> list[str]:
    """The source persons that ids stand for: a proposal's, or their own."""
    found: list[str] = []
    for each in ids:
        rows = engine.rows("SELECT DISTINCT person FROM identity.review WHERE proposal = $id ORDER BY person", {"id": each})
        rows = rows or engine.rows("SELECT person FROM identity.persons WHERE person = $id", {"id": each})
        if not rows:
            raise AnsvarError("One of the ids is neither a proposal nor a source person: `ansvar review list` shows those that there are.")
        found += [row[0] for row in rows]
    return [*dict.fromkeys(found)]


def _hashes(engine: Engine, persons: list[str], pepper: str) -> list[str]:
    rows = engine.rows(f"SELECT {_HASH} FROM (SELECT unnest($persons) AS person) AS given", {"persons": persons, "pepper": pepper})
    return sorted(row[0] for row in rows)
