"""The rows of `identity.identifiers`: whoever writes or deletes some does so here, so that it is known whose have changed.

Working out who is who then looks at those persons alone (`assets.identity.changes`). What is changed without being told is noticed by the
number of rows, and all is worked out anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.warehouse import Engine

_TABLE = "identity.identifiers"
_TELL = "INSERT INTO meta.changed_persons SELECT DISTINCT person FROM {relation} WHERE person IS NOT NULL"


def add_identifiers(engine: Engine, select: str) -> None:
    """Insert the rows of a SELECT that gives the columns of `identity.identifiers`."""
    engine.run(_TELL.format(relation=f"({select}) AS added"))
    _count(engine, engine.count(f"INSERT INTO {_TABLE} {select}"))


def forget_identifiers(
    engine: Engine, keys: str, key: str = "_record", *, also: str = "true", parameters: Mapping[str, object] | None = None
) -> None:
    """Delete the identifiers of the records that stand in a table.

    Args:
        engine: the run's working copy.
        keys: the table of the records.
        key: its column that holds their ids.
        also: a further condition on the rows of `held`, the identifiers.
        parameters: what the condition binds.
    """
    found = f"{_TABLE} AS held SEMI JOIN {keys} AS keys ON keys.{key} = held._record"
    engine.run(_TELL.format(relation=found) + f" AND {also}", parameters)
    gone = engine.count(
        f"DELETE FROM {_TABLE} AS held USING (SELECT DISTINCT {key} AS id FROM {keys}) AS keys WHERE held._record = keys.id AND {also}",
        parameters,
    )
    _count(engine, -gone)


def forget_identifiers_of(engine: Engine, dataset: str) -> None:
    """Delete all identifiers of a data set's table."""
    bound = {"dataset": dataset}
    engine.run(_TELL.format(relation=_TABLE) + " AND dataset = $dataset", bound)
    _count(engine, -engine.count(f"DELETE FROM {_TABLE} WHERE dataset = $dataset", bound))


def rename_records(engine: Engine, renamed: str, dataset: str) -> None:
    """Give records other ids: `renamed` has their `former` ids and the new ones (`id`)."""
    bound = {"dataset": dataset}
    differing = f"(SELECT former, id FROM {renamed} WHERE former <> id)"
    engine.run(
        _TELL.format(relation=f"{_TABLE} AS held SEMI JOIN {differing} AS keys ON keys.former = held._record") + " AND dataset = $dataset",
        bound,
    )
    engine.run(
        f"UPDATE {_TABLE} SET _record = keys.id FROM {differing} AS keys WHERE {_TABLE}._record = keys.former AND dataset = $dataset", bound
    )


def _count(engine: Engine, rows: int) -> None:
    """Keep the number of rows that is expected in step."""
    engine.run("UPDATE meta.resolved SET identifiers = identifiers + $rows", {"rows": rows})
