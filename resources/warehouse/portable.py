"""The part of DuckDB's SQL that means the same on Spark: an allow-list over the syntax tree; whatever is not on it is refused.

Each part was compared on DuckDB and on Sail with edge cases (`tests/resources/warehouse/test_translate.py`). What only DuckDB's storage
needs (ATTACH, CHECKPOINT, COPY FROM DATABASE, `duckdb_tables()`), and what landing needs to decode files, is not meant to be portable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from resources.warehouse.patterns import PatternError, alike, replaces_once
from resources.warehouse.strptime import FormatError, parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NAMES = "Identifier Column Table TableAlias Alias Var Placeholder Literal Boolean Null Dot"
_QUERIES = """
    Select From Where Group Having Qualify Order Ordered Limit Distinct Join Subquery Paren Tuple Values With CTE Union Except Intersect
    Star Exists TableSample"""
_OPERATORS = """
    And Or Not Is In Between EQ NEQ GT GTE LT LTE NullSafeEQ NullSafeNEQ Add Sub Mul Neg DPipe Like Case If Cast TryCast DataType
    DataTypeParam"""
_FUNCTIONS = """
    Coalesce Nullif Greatest Least Lower Upper Trim Length Left Right Substring Replace Translate SplitPart StartsWith Contains Concat Chr
    MD5 SHA2 Encode Unhex Uuid RegexpLike RegexpReplace RegexpExtract RegexpExtractAll ArrayContains Array Explode GenerateSeries UnixToTime
    DateFromParts Year Month DateDiff Round Anonymous ReadParquet"""
_AGGREGATES = "Count Min Max Sum LogicalOr LogicalAnd Filter Window WindowSpec RowNumber ArrayAgg ArraySort"
_CHANGES = """
    Create Insert Update Delete Drop Alter AlterRename Copy CopyParameter Credentials Schema ColumnDef ColumnConstraint
    NotNullColumnConstraint DefaultColumnConstraint Properties TemporaryProperty Transaction Commit Rollback"""
_LISTED = (_NAMES, _QUERIES, _OPERATORS, _FUNCTIONS, _AGGREGATES, _CHANGES)
_ALLOWED = frozenset(getattr(exp, kind) for listed in _LISTED for kind in listed.split())
"""The kinds of nodes of a syntax tree that are known, by sqlglot's names."""
_NAMED = frozenset({"to_months", "timezone", "try_strptime"})
_TYPES = frozenset(
    {
        "TEXT",
        "VARCHAR",
        "BOOLEAN",
        "BIGINT",
        "INT",
        "DOUBLE",
        "DECIMAL",
        "DATE",
        "TIMESTAMP",
        "TIMESTAMPNTZ",
        "TIMESTAMPTZ",
        "UUID",
        "ARRAY",
        "LIST",
    }
)
_INSTEAD = {
    exp.ArgMax: "use row_number() and QUALIFY",
    exp.ArgMin: "use row_number() and QUALIFY",
    exp.Pivot: "use FILTER",
    exp.Columns: "name the columns",
    exp.AnyValue: "use min or max",
    exp.JSONExtract: "JSON is decoded in landing",
    exp.JSONExtractScalar: "JSON is decoded in landing",
    exp.Div: "engines divide whole numbers differently",
    exp.IntDiv: "engines divide whole numbers differently",
}


@dataclass(frozen=True)
class Refused:
    """A construct that is not portable: the line in the statement, from 1 on, what it is, and what to do instead."""

    line: int
    construct: str
    instead: str

    def at(self, file: str, first: int = 1) -> str:
        """The refusal as a message, with the file and the line in it; `first` is the line where the statement begins."""
        return f"{file}:{first + self.line - 1}: {self.construct} is not portable: {self.instead}."


def refusals(statement: str) -> list[Refused]:
    """Everything in a statement that is not on the list; none where all of it means the same on every engine."""
    try:
        trees = sqlglot.parse(statement, read="duckdb")
    except SqlglotError:
        return [Refused(1, "what is not read as SQL", "write one statement")]
    if len(trees) != 1 or (tree := trees[0]) is None:
        return [Refused(1, "more or less than one statement", "write one statement")]
    groups = [token.line for token in sqlglot.tokenize(statement, read="duckdb") if token.text.upper().startswith("GROUP")]
    found = {Refused(_line(node, groups), *why) for node in tree.walk() for why in _why(node)}
    return sorted(found, key=lambda each: (each.line, each.construct))


def _line(node: exp.Expr, groups: list[int]) -> int:
    """The line of the first name in a node, else of the nearest one around it; of GROUP BY ALL, that of its own words."""
    if isinstance(node, exp.Group) and len(groups) == 1:
        return groups[0]
    here: exp.Expr | None = node
    while here is not None:
        lines = [each.meta["line"] for each in here.walk() if "line" in each.meta]
        if lines:
            return int(min(lines)) if here is node else int(lines[0])
        here = here.parent
    return 1


def _why(node: exp.Expr) -> Iterator[tuple[str, str]]:
    kind = type(node)
    if kind not in _ALLOWED:
        yield (
            node.sql(dialect="duckdb").split("(")[0][:40].strip().lower() or kind.__name__,
            _INSTEAD.get(kind, "it is not known to be the same on Spark"),
        )
    elif (rule := _RULES.get(kind)) is not None and (said := rule(node)) is not None:
        yield said


_Said = tuple[str, str] | None


def _function(node: exp.Anonymous) -> _Said:
    named = node.name.lower()
    if named not in _NAMED:
        return f"{named}()", "it is not known to be the same on Spark"
    if named == "to_months" and not isinstance(node.parent, exp.Add):
        return "to_months() by itself", "add it to a date, and cast the sum to DATE"
    if named == "try_strptime":
        return _format(node)
    return None


def _format(node: exp.Anonymous) -> _Said:
    formats = node.expressions[1]
    try:
        for each in formats.expressions if isinstance(formats, exp.Array) else [formats]:
            parsed("''", each.name)
    except FormatError as error:
        return "a format of times", str(error)
    return None


def _pattern(node: exp.Expr) -> _Said:
    given = node.args["expression"]
    if not (isinstance(given, exp.Literal) and given.is_string) or node.args.get("flag") is not None:
        return "a pattern that is no constant, or has flags beside it", "write it as a constant"
    try:
        alike(given.name)
    except PatternError as error:
        return "a regular expression", str(error).rstrip(".")
    return None


def _replacing(node: exp.RegexpReplace) -> _Said:
    modifiers = node.args.get("modifiers")
    if (modifiers is None or modifiers.name != "g") and not replaces_once(node.args["expression"].name):
        return "regexp_replace() of the first match", "replace every match, with 'g'"
    return _pattern(node)


def _star(node: exp.Star) -> _Said:
    if any(node.args.get(each) for each in ("except", "except_", "replace", "rename")):
        return "* EXCLUDE, REPLACE or RENAME", "name the columns"
    return None


def _group(node: exp.Group) -> _Said:
    if any(node.args.get(each) for each in ("all", "rollup", "cube", "grouping_sets")) or any(each.is_number for each in node.expressions):
        return "GROUP BY of anything but expressions", "name what is grouped by"
    return None


def _union(node: exp.SetOperation) -> _Said:
    return ("UNION BY NAME", "put the columns into one order") if node.args.get("by_name") else None


def _join(node: exp.Join) -> _Said:
    if str(node.args.get("method") or "").upper() in {"ASOF", "POSITIONAL", "NATURAL"}:
        return f"{node.args['method'].upper()} JOIN", "join on conditions"
    return ("JOIN … USING", "join ON, and say whose column it is") if node.args.get("using") else None


def _sampled(node: exp.TableSample) -> _Said:
    """A share of a table, which is another one each time on any engine."""
    alike_everywhere = node.args.get("percent") is not None and node.args.get("seed") is None
    return None if alike_everywhere else ("a sample but of a share", "write TABLESAMPLE system(…%)")


def _distinct(node: exp.Distinct) -> _Said:
    return ("DISTINCT ON", "use row_number() and QUALIFY") if node.args.get("on") is not None else None


def _days(node: exp.DateDiff) -> _Said:
    unit = node.args.get("unit")
    return None if unit is None or unit.name.upper() == "DAY" else ("date_diff() but of days", "count days, or add months by to_months")


def _listed(node: exp.ArrayAgg) -> _Said:
    """`coalesce(list_sort(list(DISTINCT x) FILTER (x IS NOT NULL)), [])` alone is the same everywhere."""
    filtered = node.parent
    shaped = (
        isinstance(node.this, exp.Distinct)
        and isinstance(filtered, exp.Filter)
        and isinstance(filtered.parent, exp.ArraySort)
        and isinstance(filtered.parent.parent, exp.Coalesce)
    )
    return None if shaped else ("list()", "write coalesce(list_sort(list(DISTINCT x) FILTER (x IS NOT NULL)), [])")


def _typed(node: exp.DataType) -> _Said:
    return None if node.this.name in _TYPES else (f"the type {node.sql(dialect='duckdb')}", "use text, numbers, dates, timestamps")


def _cast(node: exp.Cast) -> _Said:
    inner, to = node.this, node.to.this.name
    if to in {"TEXT", "VARCHAR"} and isinstance(inner, exp.Cast) and inner.to.this.name in {"DOUBLE", "TIMESTAMPTZ"}:
        return f"CAST of {inner.to.this.name} to text", "cast a DECIMAL, or a naive timestamp"
    return None


def _tried(node: exp.TryCast) -> _Said:
    """A text must be known to be what it is cast to: engines take `1e3`, `epoch` and ` 5` differently."""
    here: exp.Expr | None = node
    while here is not None:
        parent = here.parent
        if isinstance(parent, exp.If) and parent.args.get("true") is here and parent.this.find(exp.RegexpLike) is not None:
            return None
        here = parent
    return "TRY_CAST", "put it under CASE WHEN regexp_matches(…) THEN"


def _values(node: exp.Values) -> _Said:
    return ("VALUES of columns", "use a CASE, or a UNION ALL") if node.find(exp.Column) is not None else None


def _deleted(node: exp.Delete) -> _Said:
    where = node.args.get("where")
    found = where is not None and where.find(exp.Query) is not None
    return ("DELETE with a subquery", "make a table of keys, and delete USING it") if found else None


def _selected(node: exp.Select) -> _Said:
    """Aliases used beside where they are given, and tables used as values."""
    own = {each.alias for each in node.expressions if isinstance(each, exp.Alias) and not _mentions(each.this, each.alias)}
    tables = {source.alias_or_name for source in (node.args.get("from_"), *node.args.get("joins", [])) if source is not None}
    places = [*node.expressions, *(node.args[part] for part in ("where", "group", "having", "qualify") if node.args.get(part) is not None)]
    for column in (column for place in places for column in place.find_all(exp.Column)):
        if column.table or column.find_ancestor(exp.Select) is not node:
            continue
        if column.name in own:
            return f"the alias '{column.name}' in the SELECT that gives it", "repeat the expression, or put it into a CTE"
        if column.name in tables and isinstance(column.this, exp.Identifier):
            return f"'{column.name}', which is a table, as a value", "name its columns"
    return None


def _mentions(expression: exp.Expr, name: str) -> bool:
    return any(column.name == name for column in expression.find_all(exp.Column))


def _among(node: exp.In) -> _Said:
    """A subquery stands in a condition: Sail has none in a value, none in a join's condition, and under OR takes NULL for no member."""
    if node.args.get("query") is None:
        return None
    inside = node.find_ancestor(exp.Where, exp.Having, exp.Case, exp.Join, exp.Select)
    if not isinstance(inside, exp.Where | exp.Having):
        return "IN (SELECT …) outside WHERE", "join what it reads"
    either = node.find_ancestor(exp.Or, exp.Where, exp.Having)
    missing = exp.Is(this=node.this.copy(), expression=exp.Null())
    if isinstance(node.parent, exp.Not) and isinstance(either, exp.Or) and missing not in either.root().find_all(exp.Is):
        return "NOT IN (SELECT …) under OR", "say beside it that the value IS NULL, or join what it reads"
    return None


def _windowed(node: exp.Window) -> _Said:
    numbered = isinstance(node.this, exp.RowNumber) and node.args.get("order") is None
    return ("row_number() without an order", "say ORDER BY") if numbered else None


_RULES: dict[type[exp.Expr], Callable[[Any], _Said]] = {
    exp.Anonymous: _function,
    exp.RegexpLike: _pattern,
    exp.RegexpReplace: _replacing,
    exp.RegexpExtract: _pattern,
    exp.RegexpExtractAll: _pattern,
    exp.Star: _star,
    exp.Group: _group,
    exp.Union: _union,
    exp.Except: _union,
    exp.Intersect: _union,
    exp.Join: _join,
    exp.TableSample: _sampled,
    exp.Distinct: _distinct,
    exp.DateDiff: _days,
    exp.ArrayAgg: _listed,
    exp.DataType: _typed,
    exp.Cast: _cast,
    exp.TryCast: _tried,
    exp.Values: _values,
    exp.Delete: _deleted,
    exp.Select: _selected,
    exp.Window: _windowed,
    exp.In: _among,
}
