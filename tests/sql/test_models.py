"""The models keep to the part of SQL that every engine reads alike (design, section 9), and can be said in Spark's words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from resources.warehouse.portable import refusals
from resources.warehouse.translate import translated

SQL = Path(__file__).parents[2] / "sql"
MODELS = [*sorted(SQL.rglob("*.sql")), *sorted((SQL.parent / "register" / "relations").glob("*.sql"))]


def _parsed(path: Path) -> exp.Expr:
    return sqlglot.parse_one(path.read_text(encoding="utf-8"), read="duckdb")


@pytest.mark.parametrize("path", MODELS, ids=lambda path: str(path.relative_to(SQL.parent)))
def test_a_model_is_one_select_in_the_portable_part(path: Path) -> None:
    """A model is a single SELECT that names its columns, of constructs on the list alone, each of which has a translation."""
    text = path.read_text(encoding="utf-8")
    assert [each.at(str(path.relative_to(SQL.parent))) for each in refusals(text)] == []
    tree = _parsed(path)
    assert isinstance(tree, exp.Query)
    assert all(isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star))
    assert translated(text)


@pytest.mark.parametrize("path", MODELS, ids=lambda path: str(path.relative_to(SQL.parent)))
def test_a_model_says_what_a_row_is_and_names_its_inputs(path: Path) -> None:
    """The comment at a model's head says what one row is, and its inputs are those that it reads."""
    text = path.read_text(encoding="utf-8")
    assert text.startswith("-- One row: ")
    named = set(re.findall(r"\b(?:identity|quarantine|register|meta)\.\w+|\btemp\.\w+", text.partition("-- Inputs:")[2].partition("\n")[0]))
    read = {f"{table.db}.{table.name}" for table in _parsed(path).find_all(exp.Table) if table.db}
    assert read == named
