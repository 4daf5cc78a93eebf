"""Whether a generation has the tables of this version of the program: one that was published before an upgrade may lack some."""

from __future__ import annotations

from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING

from resources.errors import AnsvarError
from resources.warehouse.describe import Described

if TYPE_CHECKING:
    from resources.warehouse.base import Engine


def require_layout(opened: Engine) -> None:
    """See that an opened generation can be read.

    Raises:
        AnsvarError: where tables or columns are missing that every generation has.
    """
    listed = "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() WHERE database_name = current_database()"
    missing = _columns() - set(opened.rows(listed))
    if missing:
        table, column = min(missing)
        raise AnsvarError(
            f"The register was published by an earlier version of Ansvar: {len(missing)} columns are missing, as {table}.{column}."
            " Run `ansvar run` once, which brings it up to date."
        )


@cache
def _columns() -> frozenset[tuple[str, str]]:
    with closing(Described()) as described:
        return frozenset((table, column) for table, columns in described.tables().items() for column in columns)
