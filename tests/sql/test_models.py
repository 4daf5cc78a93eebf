"""The models keep to the subset of SQL that every engine reads alike (design, section 9)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

SQL = Path(__file__).parents[2] / "sql"
MODELS = [*sorted(SQL.rglob("*.sql")), *sorted((SQL.parent / "register" / "relations").glob("*.sql"))]
FORBIDDEN_FUNCTIONS = {"arg_max", "arg_min", "hash", "max_by", "min_by", "date_diff", "datediff", "list", "array_agg", "mode", "any_value"}
FORBIDDEN_NODES = (exp.Columns, exp.Pivot, exp.ArgMax, exp.ArgMin, exp.DateDiff, exp.ArrayAgg, exp.Delete, exp.Insert, exp.Create)


def _parsed(path: Path) -> list[exp.Expr | None]:
    return list(sqlglot.parse(path.read_text(encoding="utf-8"), read="duckdb"))


def _problems(tree: exp.Expr) -> list[str]:
    found = [type(node).__name__ for kind in FORBIDDEN_NODES for node in tree.find_all(kind)]
    found += [node.name for node in tree.find_all(exp.Anonymous) if node.name.lower() in FORBIDDEN_FUNCTIONS]
    for star in tree.find_all(exp.Star):
        if star.args.get("except_") or star.args.get("replace") or star.args.get("except"):
            found.append("* EXCLUDE or REPLACE")
        elif not isinstance(star.parent, exp.Count):
            found.append("SELECT *")
    for group in tree.find_all(exp.Group):
        found += ["GROUP BY ALL"] if group.args.get("all") else []
    for union in tree.find_all(exp.Union):
        found += ["UNION BY NAME"] if union.args.get("by_name") else []
    for join in tree.find_all(exp.Join):
        found += ["ASOF JOIN"] if str(join.args.get("method", "")).upper() == "ASOF" else []
    return found


@pytest.mark.parametrize("path", MODELS, ids=lambda path: str(path.relative_to(SQL.parent)))
def test_a_model_is_one_select_in_the_portable_subset(path: Path) -> None:
    """A model is a single SELECT and uses nothing that engines read differently."""
    trees = _parsed(path)
    assert len(trees) == 1
    tree = trees[0]
    assert isinstance(tree, exp.Query)
    assert _problems(tree) == []


@pytest.mark.parametrize("path", MODELS, ids=lambda path: str(path.relative_to(SQL.parent)))
def test_a_model_says_what_a_row_is_and_names_its_inputs(path: Path) -> None:
    """The comment at a model's head says what one row is, and its inputs are those that it reads."""
    text = path.read_text(encoding="utf-8")
    assert text.startswith("-- One row: ")
    named = set(re.findall(r"\b(?:identity|quarantine|register|meta)\.\w+|\btemp\.\w+", text.partition("-- Inputs:")[2].partition("\n")[0]))
    tree = _parsed(path)[0]
    assert tree is not None
    read = {f"{table.db}.{table.name}" for table in tree.find_all(exp.Table) if table.db}
    assert read == named


@pytest.mark.parametrize(
    "wrong",
    [
        "SELECT * FROM a",
        "SELECT a.* EXCLUDE (b) FROM a",
        "SELECT arg_max(a, b) FROM t",
        "SELECT hash(a) FROM t",
        "SELECT a, count(*) FROM t GROUP BY ALL",
        "SELECT a FROM t UNION ALL BY NAME SELECT a FROM u",
        "SELECT list(a ORDER BY b) FROM t",
        "SELECT date_diff('month', a, b) FROM t",
        "SELECT COLUMNS('a.*') FROM t",
    ],
)
def test_what_is_not_portable_is_refused(wrong: str) -> None:
    """Each construct that the subset leaves out is found."""
    tree = sqlglot.parse_one(wrong, read="duckdb")
    assert _problems(tree) != []
