"""Every statement that is made in Python keeps to the part of SQL that every engine reads alike, as the models do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from resources.warehouse.portable import refusals
from resources.warehouse.translate import translated
from tests.helpers.life import live
from tests.helpers.sent import sent
from tests.helpers.small import Small

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.sent import Sent

OFFICER = "Dana Officer"
ENGINES_OWN = {"assets/identity/features.py", "assets/identity/propose.py"}
"""What Splink is given, which runs on DuckDB in memory beside any engine."""
LATER = "2031-01-15T03:00:00+02:00"


def _not_portable(statements: Sent) -> list[str]:
    found = []
    for statement, (file, line) in statements.items():
        found += [each.at(file, line) for each in refusals(statement)]
        tree = sqlglot.parse_one(statement, read="duckdb")
        query = tree if isinstance(tree, exp.Query) else tree.args.get("expression")
        if isinstance(query, exp.Query) and "information_schema" not in statement and "read_parquet" not in statement:
            assert translated(query.sql(dialect="duckdb"))
    return found


def test_what_a_register_sends_is_portable(tmp_path: Path) -> None:
    """Nothing that a register's life sends to the engine is refused; a refusal would name the file and the line."""
    small = Small(tmp_path)
    with sent("assets/") as statements:
        live(small)
    small.close()
    kept = {statement: place for statement, place in statements.items() if place[0] not in ENGINES_OWN}
    senders = {file.split("/")[1] for file, _ in kept.values()}
    assert senders == {"identity", "ingest", "outreach", "retention", "rights"}
    assert _not_portable(kept) == []
