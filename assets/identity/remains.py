"""What stays of persons who were erased: a ground keeps some of their records, and keyed hashes tell whose they are.

What tied those records together, and what the person is known by, went with the rest. So the hashes stay as long as any of the records
does: the records are one subject's still, and a request by any identifier that the person had finds all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from assets.identity.kept import least_of_groups
from resources.ledger.identity import APART, JOIN, SPLIT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assets.identity.changes import Scope
    from resources.warehouse import Engine


def remember_remains(engine: Engine, pepper: str, erased: str, also: Iterable[tuple[str, str]] = ()) -> None:
    """Keep keyed hashes of all that erased subjects were known by, of whom records stay.

    To be called once their records were deleted, and before who is who is worked out anew.

    Args:
        engine: the run's working copy.
        pepper: the secret of keyed hashes.
        erased: the table of the erased source persons (`person`), as opaque ids.
        also: identifiers as (kind, value) of the one erased subject which no record bears.
    """
    listed = [*also]
    values = {"kind": [kind for kind, _ in listed], "value": [value for _, value in listed]}
    engine.register("also_rows", pa.table({key: pa.array(each, pa.string()) for key, each in values.items()}))
    engine.run("CREATE OR REPLACE TEMP TABLE also_borne AS SELECT kind, value FROM also_rows")
    engine.unregister("also_rows")
    engine.run(f"""
        CREATE OR REPLACE TEMP TABLE staying AS
        WITH held AS (
          SELECT DISTINCT persons.subject, persons.person
          FROM identity.persons AS persons
          INNER JOIN {erased} AS erased ON erased.person = persons.person
          SEMI JOIN identity.identifiers AS identifiers ON identifiers.person = persons.person
          WHERE persons.subject IS NOT NULL
        ),
        formers AS (
          SELECT subject, replace(CAST(uuid() AS VARCHAR), '-', '') AS former FROM (SELECT DISTINCT subject FROM held) AS subjects
        )
        SELECT formers.former, held.subject, held.person FROM held INNER JOIN formers ON formers.subject = held.subject
    """)
    engine.run("INSERT INTO identity.remains SELECT former, person FROM staying")
    engine.run(
        """
        INSERT INTO identity.known_by
        WITH formers AS (
          SELECT DISTINCT former, subject FROM staying
        ),
        borne AS (
          SELECT DISTINCT formers.former, formers.subject, links.kind, links.value
          FROM formers
          INNER JOIN identity.persons AS persons ON persons.subject = formers.subject
          INNER JOIN identity.links AS links ON links.person = persons.person AND links.joins
        ),
        of_others AS (
          SELECT DISTINCT borne.former, borne.kind, borne.value
          FROM borne
          INNER JOIN identity.links AS links ON links.kind = borne.kind AND links.value = borne.value
          INNER JOIN identity.persons AS persons ON persons.person = links.person AND persons.subject IS DISTINCT FROM borne.subject
        )
        SELECT DISTINCT borne.former, borne.kind, sha256($pepper || borne.kind || '/' || borne.value) AS hash
        FROM borne
        ANTI JOIN of_others ON of_others.former = borne.former AND of_others.kind = borne.kind AND of_others.value = borne.value
        UNION
        SELECT formers.former, also_borne.kind, sha256($pepper || also_borne.kind || '/' || also_borne.value)
        FROM formers CROSS JOIN also_borne
        """,
        {"pepper": pepper},
    )
    engine.run("""
        INSERT INTO identity.known_by
        SELECT DISTINCT staying.former, CAST(NULL AS VARCHAR) AS kind, history.hash
        FROM staying
        INNER JOIN identity.history AS history ON history.subject = staying.subject AND history.is_one
        ANTI JOIN identity.known_by AS known ON known.former = staying.former AND known.hash = history.hash
    """)
    engine.run("INSERT INTO meta.changed_persons SELECT person FROM staying")
    for passing in ("also_borne", "staying"):
        engine.run(f"DROP TABLE {passing}")


def forget_remains(engine: Engine, scope: Scope | None) -> None:
    """Forget whoever of them `identity.evidence` shows to be held no more; of whom nothing is left, the hashes too."""
    changed = "" if scope is None else "SEMI JOIN identity.changed AS changed ON changed.person = remains.person"
    engine.run(f"""
        CREATE OR REPLACE TEMP TABLE left_persons AS
        SELECT DISTINCT remains.person
        FROM identity.remains AS remains {changed} ANTI JOIN identity.evidence AS held ON held.person = CAST(remains.person AS UUID)
    """)
    engine.run("DELETE FROM identity.remains USING left_persons AS gone WHERE identity.remains.person = gone.person")
    engine.run("""
        CREATE OR REPLACE TEMP TABLE left_formers AS
        SELECT DISTINCT known.former FROM identity.known_by AS known ANTI JOIN identity.remains AS remains ON remains.former = known.former
    """)
    engine.run("DELETE FROM identity.known_by USING left_formers AS gone WHERE identity.known_by.former = gone.former")
    for table in ("left_persons", "left_formers"):
        engine.run(f"DROP TABLE {table}")


def join_remains(engine: Engine) -> None:
    """Add to `identity.verdicts` that what stays of one erased person is one, but for what people have decided otherwise since."""
    remains = engine.rows("""
        SELECT min(CAST(CAST(person AS UUID) AS VARCHAR)) OVER (PARTITION BY former) AS one, CAST(CAST(person AS UUID) AS VARCHAR) AS other
        FROM identity.remains
    """)
    verdicts = engine.rows("SELECT verdict_kind, CAST(one AS VARCHAR), CAST(other AS VARCHAR) FROM identity.verdicts") if remains else []
    split = {one for kind, one, _ in verdicts if kind == SPLIT}
    pairs = [pair for pair in remains if split.isdisjoint(pair)]
    group = least_of_groups([*((one, other) for kind, one, other in verdicts if kind == JOIN), *pairs])
    parted = {group[one] for kind, one, other in verdicts if kind == APART and one in group and group[one] == group.get(other)}
    tied = [pair for pair in pairs if group[pair[0]] not in parted]
    columns = {"one": [one for one, _ in tied], "other": [other for _, other in tied]}
    engine.register("tied_rows", pa.table({key: pa.array(each, pa.string()) for key, each in columns.items()}))
    engine.run(
        "INSERT INTO identity.verdicts SELECT NULL, $join, CAST(one AS UUID), CAST(other AS UUID) FROM tied_rows WHERE one <> other",
        {"join": JOIN},
    )
    engine.unregister("tied_rows")
