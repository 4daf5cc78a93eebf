"""Who prohibits that their data is given to partners, as the data sets with a `prohibition` tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from assets.outreach.own import name_own
from resources.warehouse.dialect import literal, name
from resources.warehouse.engine import tables_of
from resources.warehouse.models import model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine


def identifier_hash(kind: str, value: str) -> str:
    """The expression of the keyed hash by which the ledger knows an identifier of a disclosure; `$pepper` is bound."""
    return f"sha256($pepper || 'disclosure/' || {kind} || '/' || {value})"


_HASH = identifier_hash("kind", "value")
_NOBODY = """
    SELECT
      CAST(NULL AS VARCHAR) AS person, CAST(NULL AS TIMESTAMP) AS since, CAST(NULL AS TIMESTAMP) AS until, CAST(NULL AS VARCHAR) AS purpose
    WHERE false
"""


def prohibitions(engine: Engine, catalogue: Catalogue) -> int:
    """How many prohibitions are held, those that have ended among them."""
    return engine.count(f"SELECT count(*) FROM ({_prohibitions(engine, catalogue)}) AS prohibitions")


def against_prohibition(engine: Engine, catalogue: Catalogue, disclosed: pa.Table, pepper: str, also: str = "") -> list[str]:
    """The disclosures of a person's data that the person prohibited at the time: one item a disclosure and person, sorted.

    Args:
        engine: what is published.
        catalogue: the register's catalogue.
        disclosed: `disclosure`, `hash`, `made_at` (naive UTC) and `purpose` of what was given, NULL where it is not known; see `hashes_of`.
        pepper: the secret of the keyed hashes.
        also: a SELECT of further prohibitions, as those that the ledger keeps.
    """
    hash_links(engine, catalogue, pepper)
    _take(engine, "disclosed", disclosed)
    name_prohibitions(engine, catalogue)
    if also:
        engine.run(f"INSERT INTO prohibitions {also}")
    return sorted(row[0] for row in engine.rows(model("outreach/against_prohibition")))


def name_prohibitions(engine: Engine, catalogue: Catalogue) -> None:
    """Make the temporary table `prohibitions` (`person`, `since`, `until`, `purpose`) of every prohibition that is held."""
    engine.run(f"CREATE OR REPLACE TEMP TABLE prohibitions AS {_prohibitions(engine, catalogue)}")


def hashes_of(engine: Engine, identifiers: Iterable[tuple[str, str]], pepper: str) -> list[str]:
    """The keyed hashes of normalised identifiers (kind and value), in their order, as the ledger keeps them of a disclosure."""
    given = list(identifiers)
    columns = {"number": list(range(len(given))), "kind": [kind for kind, _ in given], "value": [value for _, value in given]}
    engine.register("given_identifiers", pa.table(columns))
    found = engine.rows(f"SELECT {_HASH} FROM given_identifiers ORDER BY number", {"pepper": pepper}) if given else []
    engine.unregister("given_identifiers")
    return [row[0] for row in found]


def hash_links(engine: Engine, catalogue: Catalogue, pepper: str) -> None:
    """Make the temporary table `hashed_links` (`person`, `hash`, `is_own`) of all that source persons bear, and those of `name_own`."""
    name_own(engine, catalogue)
    engine.run(
        f"""
        CREATE OR REPLACE TEMP TABLE hashed_links AS
        SELECT links.person, {identifier_hash("links.kind", "links.value")} AS hash, coalesce(own.is_surely, false) AS is_own
        FROM identity.links AS links
        INNER JOIN identity.persons AS persons ON persons.person = links.person
        LEFT JOIN own_links AS own
          ON own.subject = coalesce(persons.subject, persons.person) AND own.kind = links.kind AND own.value = links.value
        """,
        {"pepper": pepper},
    )


def _take(engine: Engine, table: str, rows: pa.Table) -> None:
    engine.register("taken", rows)
    engine.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT disclosure, hash, made_at, purpose FROM taken")
    engine.unregister("taken")


def _prohibitions(engine: Engine, catalogue: Catalogue) -> str:
    """The SELECT of every prohibition: the person, from and until when (naive UTC timestamps, NULL where not known), for any purpose."""
    held = tables_of(engine, "register")
    selects = [_of(dataset) for dataset in catalogue.datasets if dataset.shape.prohibition is not None and dataset.table in held]
    return " UNION ALL ".join(selects) or _NOBODY


def _of(dataset: Dataset) -> str:
    prohibition = dataset.shape.prohibition
    if prohibition is None:
        return ""
    since, until = (
        f"CAST({name(field)} AS TIMESTAMP)" if field else "CAST(NULL AS TIMESTAMP)" for field in (prohibition.from_, prohibition.until)
    )
    conditions = " AND ".join(
        f"CAST({name(field)} AS VARCHAR) IN ({', '.join(literal(value) for value in values)})"
        for field, values in prohibition.where.items()
    )
    table = f"register.{name(dataset.table)}"
    columns = f"_person AS person, {since} AS since, {until} AS until, CAST(NULL AS VARCHAR) AS purpose"
    return f"SELECT {columns} FROM {table} WHERE _person IS NOT NULL AND {conditions}"
