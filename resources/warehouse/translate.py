"""DuckDB's SQL as Spark's: by sqlglot, with our own words wherever sqlglot's would mean something else.

A query says the same on both for the constructs that `portable` lets pass; everything else is an error, never a guess. Tables of a schema
become views of one name, `schema__table`; parameters stay bound, as `:name`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from resources.errors import AnsvarError
from resources.warehouse.patterns import alike, replaces_once
from resources.warehouse.strptime import is_zoned, parsed

if TYPE_CHECKING:
    from collections.abc import Callable

_APART = "__"
_TEXT, _NAIVE = "STRING", "TIMESTAMP_NTZ"
_DASHES = ("^(.{8})(.{4})(.{4})(.{4})(.{12})$", "$1-$2-$3-$4-$5")
_BLANKS = r"^\p{Zs}+|\p{Zs}+$"  # what DuckDB's trim takes away; Spark's takes the one at U+0020 only
_CASED = ("\u0130\u03a3", "i\u03c3")  # İ and Σ: letters that Spark lowers by their neighbours or into two, and DuckDB one by one
_ZONED = "zoned"
_WHOLE = exp.DataType.INTEGER_TYPES


class TranslateError(AnsvarError):
    """A statement that cannot be said in the other engine's words, and which part of it."""


@cache
def translated(query: str) -> str:
    """A query in DuckDB's dialect as Spark SQL.

    Args:
        query: one SELECT, set operation or VALUES; parameters as `$name`.

    Raises:
        TranslateError: where a part of it has no translation that is known to mean the same.
        PatternError: where a regular expression in it is none that all engines read alike.
    """
    try:
        tree = sqlglot.parse_one(query, read="duckdb")
    except SqlglotError:
        raise TranslateError("The statement is not read as DuckDB's SQL.") from None
    if not isinstance(tree, exp.Query | exp.Values):
        raise TranslateError(f"Only queries are translated, not {type(tree).__name__}.")
    root = exp.Paren(this=tree)  # so that the query itself may be replaced
    for node in reversed(list(root.walk())):
        if (change := _CHANGES.get(type(node))) is not None:
            new = change(node)
            if new is not node:
                node.replace(new)
    return str(root.this.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE, comments=False))


def _function(name: str, *given: exp.Expr | str | int) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=[exp.convert(each) if isinstance(each, str | int) else each for each in given])


def _cast(value: exp.Expr, kind: str) -> exp.Expr:
    return exp.Cast(this=value, to=exp.DataType.build(kind, dialect="spark"))


def _refused(node: exp.Expr, why: str) -> TranslateError:
    return TranslateError(f"{why}: {node.sql(dialect='duckdb')[:80]}")


def _table(table: exp.Table) -> exp.Expr:
    if not table.db:
        return table
    own = table.name
    table.set("this", exp.to_identifier(f"{table.db}{_APART}{own}", quoted=True))
    table.set("db", None)
    if not table.alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(own, quoted=True)))
    return table


def _column(column: exp.Column) -> exp.Expr:
    column.set("db", None)
    return column


def _like(node: exp.RegexpLike) -> exp.Expr:
    if node.args.get("flag") is not None:
        raise _refused(node, "A regular expression bears its flags itself")
    node.set("expression", _pattern(node.expression))
    return node


def _pattern(given: exp.Expr) -> exp.Expr:
    return exp.Literal.string(alike(given.name)) if _is_text(given) else given


def _is_text(node: exp.Expr | None) -> bool:
    return isinstance(node, exp.Literal) and node.is_string


def _replaced(node: exp.RegexpReplace) -> exp.Expr:
    pattern, by = node.expression, node.args["replacement"]
    modifiers = node.args.get("modifiers")
    flags = modifiers.name if modifiers is not None else ""
    if not (_is_text(pattern) and _is_text(by)) or flags not in {"", "g"} or (not flags and not replaces_once(pattern.name)):
        raise _refused(node, "Only what replaces every match ('g'), or can match but once, is the same everywhere")
    return _function("regexp_replace", node.this, alike(pattern.name), _references(node, by.name))


def _references(node: exp.Expr, by: str) -> str:
    """What is put in place of a match, with its groups as Java writes them."""
    pieces = by.split("\\")
    if "$" in by or any(not piece[:1].isdigit() or piece[1:2].isalnum() for piece in pieces[1:]):
        raise _refused(node, "What is put in place of a match holds what engines read differently")
    return pieces[0] + "".join("$" + piece for piece in pieces[1:])


def _extracted(node: exp.RegexpExtract | exp.RegexpExtractAll) -> exp.Expr:
    group = node.args.get("group") or exp.Literal.number(0)
    name = "regexp_extract_all" if isinstance(node, exp.RegexpExtractAll) else "regexp_extract"
    return _function(name, node.this, _pattern(node.expression), group)


def _trimmed(node: exp.Trim) -> exp.Expr:
    return node if node.expression is not None else _function("regexp_replace", node.this, alike(_BLANKS), "")


def _lowered(node: exp.Lower) -> exp.Expr:
    return _function("lower", _function("translate", node.this, *_CASED))


def _cast_to(node: exp.Cast) -> exp.Expr:
    kind = node.to.this
    if kind == exp.DataType.Type.UUID:
        bare = _function("replace", _function("lower", _cast(node.this, _TEXT)), "-", "")
        return _function("regexp_replace", bare, *_DASHES)
    if kind in _WHOLE and any(each.to.this == exp.DataType.Type.DECIMAL for each in node.this.find_all(exp.Cast)):
        node.set("this", _function("round", node.this, 0))  # DuckDB rounds to the next, Spark cuts off
    return node


def _added(node: exp.Add) -> exp.Expr:
    if isinstance(months := node.expression, exp.Anonymous) and months.name.lower() == "to_months":
        return _function("add_months", node.this.unnest(), months.expressions[0])
    return node


def _series(node: exp.GenerateSeries) -> exp.Expr:
    start, end = node.args["start"], node.args["end"]
    if node.args.get("step") is not None or node.args.get("is_end_exclusive"):
        raise _refused(node, "Only a series from one number to another is translated")
    counted = _function("sequence", start, end)  # which counts downwards, too
    return exp.Case(ifs=[exp.If(this=exp.GTE(this=end.copy(), expression=start.copy()), true=counted)])


def _moment(node: exp.UnixToTime) -> exp.Expr:
    if node.args.get("scale") != exp.UnixToTime.MICROS:
        raise _refused(node, "Only microseconds are made into a timestamp")
    return _cast(_function("timestamp_micros", node.this), _NAIVE)


def _window(node: exp.Window) -> exp.Expr:
    if isinstance(filtered := node.this, exp.Filter):
        node.set("this", _of_some(filtered))
    if isinstance(node.this, exp.RowNumber) and node.args.get("order") is None:
        node.set("order", exp.Order(expressions=[exp.Ordered(this=exp.Literal.number(1))]))  # Spark wants one
    return node


def _of_some(node: exp.Filter) -> exp.Expr:
    """An aggregate of those rows that fulfil a condition, without FILTER, which windows lack: it leaves out what is NULL."""
    aggregate, condition = node.this, node.expression.this
    if not isinstance(aggregate, exp.Min | exp.Max | exp.Sum | exp.Count | exp.LogicalOr) or isinstance(aggregate.this, exp.Distinct):
        raise _refused(node, "In a window, only min, max, sum, count and bool_or have a FILTER")
    value = exp.Literal.number(1) if isinstance(aggregate.this, exp.Star) else aggregate.this
    aggregate.set("this", exp.Case(ifs=[exp.If(this=condition, true=value)]))
    return aggregate


def _among(node: exp.ArrayContains) -> exp.Expr:
    known = exp.Not(this=exp.Is(this=node.expression.copy(), expression=exp.Null()))
    return exp.Case(ifs=[exp.If(this=known, true=_function("array_contains", node.this, node.expression))])


def _zoned(node: exp.Anonymous) -> exp.Expr:
    """A change of time zone: a naive time of one zone as that of another; one of them is UTC."""
    zone: exp.Expr
    value: exp.Expr
    zone, value = node.expressions
    if isinstance(node.parent, exp.Anonymous) and node.parent.name.lower() == "timezone":
        return node  # the outer one says what is meant
    if isinstance(value, exp.Anonymous) and value.name.lower() == "timezone":
        from_zone, moment = value.expressions
        return _to_utc(from_zone, moment) if zone.name == "UTC" else _function("convert_timezone", from_zone, zone, moment)
    if any(each.to.this == exp.DataType.Type.TIMESTAMPTZ for each in value.find_all(exp.Cast)) and zone.name == "UTC":
        return _cast(value, _NAIVE)
    if zone.name == "UTC" and any(each.meta.get(_ZONED) for each in value.walk()):
        return value  # what was parsed with its zone is in UTC already
    raise _refused(node, "A time is changed from one zone to another by timezone(zone, timezone(zone, time))")


def _to_utc(zone: exp.Expr, local: exp.Expr) -> exp.Expr:
    """The moment of a local time. Of the two in the hour that an autumn repeats, Spark takes the first and DuckDB the second."""
    if zone.name == "UTC":
        return local
    day = exp.Interval(this=exp.Literal.string("1"), unit=exp.var("DAY"))
    tomorrow = _function("convert_timezone", zone, "UTC", exp.Paren(this=exp.Add(this=local.copy(), expression=day)))
    second = exp.Paren(this=exp.Sub(this=tomorrow, expression=day.copy()))
    is_it = exp.EQ(this=_function("convert_timezone", "UTC", zone.copy(), second), expression=local.copy())
    first = _function("convert_timezone", zone.copy(), "UTC", local)
    return exp.Case(ifs=[exp.If(this=is_it, true=exp.Greatest(this=first, expressions=[second.copy()]))], default=first.copy())


def _strptime(node: exp.Anonymous) -> exp.Expr:
    text, formats = node.expressions
    listed = formats.expressions if isinstance(formats, exp.Array) else [formats]
    if not all(map(_is_text, listed)):
        raise _refused(node, "The format of a time is a constant")
    spark = text.sql(dialect="spark")
    read = [sqlglot.parse_one(parsed(spark, each.name), read="spark") for each in listed]
    found = read[0] if len(read) == 1 else _function("coalesce", *read)
    found.meta[_ZONED] = any(is_zoned(each.name) for each in listed)
    return found


def _left_alone(node: exp.Anonymous) -> exp.Expr:
    return node


_ANONYMOUS: dict[str, Callable[[exp.Anonymous], exp.Expr]] = {
    "timezone": _zoned,
    "try_strptime": _strptime,
    "to_months": _left_alone,
}


def _anonymous(node: exp.Anonymous) -> exp.Expr:
    change = _ANONYMOUS.get(node.name.lower())
    if change is None:
        raise _refused(node, "The function is not known to be the same everywhere")
    return change(node)


_CHANGES: dict[type[exp.Expr], Callable[[Any], exp.Expr]] = {
    exp.Table: _table,
    exp.Column: _column,
    exp.RegexpLike: _like,
    exp.RegexpReplace: _replaced,
    exp.RegexpExtract: _extracted,
    exp.RegexpExtractAll: _extracted,
    exp.Trim: _trimmed,
    exp.Lower: _lowered,
    exp.Cast: _cast_to,
    exp.TryCast: _cast_to,
    exp.Add: _added,
    exp.GenerateSeries: _series,
    exp.UnixToTime: _moment,
    exp.Window: _window,
    exp.ArrayContains: _among,
    exp.Anonymous: _anonymous,
}
