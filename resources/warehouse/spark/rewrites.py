"""What inserts, deletes and updates leave in a table, as queries: files never change, so a table is written anew of what a query gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from resources.warehouse.engine import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence


def added(tree: exp.Expr, columns: Mapping[str, str], given: Callable[[str], Sequence[str]]) -> str:
    """The query of the rows that an INSERT adds, in the order of the table's columns.

    Args:
        tree: the INSERT.
        columns: the table's columns, each with what it has where nothing is given, in SQL.
        given: tells the columns of a query.
    """
    query = tree.expression
    if isinstance(query, exp.Values):
        query = exp.select("*").from_(exp.alias_(query.copy(), "given", table=True))
    if tree.args.get("by_name"):
        named = list(given(_text(query)))
    elif isinstance(tree.this, exp.Schema):
        named = [each.name for each in tree.this.expressions]
    else:
        return _text(query)
    places = [f"given_{place}" for place in range(len(named))]
    alias = exp.TableAlias(this=exp.to_identifier("given"), columns=[exp.to_identifier(place) for place in places])
    wanted = [
        exp.alias_(exp.column(places[named.index(each)]) if each in named else _read(default), each, quoted=True)
        for each, default in columns.items()
    ]
    return _text(exp.select(*wanted).from_(exp.Subquery(this=query.copy(), alias=alias)))


class Change:
    """A DELETE or an UPDATE, with or without other tables that it looks at."""

    def __init__(self, tree: exp.Expr, columns: Sequence[str]) -> None:
        """Take it apart.

        Args:
            tree: the statement, a DELETE or an UPDATE.
            columns: the columns of its table.

        Raises:
            WarehouseError: where it has a form that is not known here.
        """
        if tree.args.get("with_") or tree.args.get("returning"):
            raise WarehouseError("A DELETE or an UPDATE on Spark has no WITH and no RETURNING: make a temporary table first.")
        self._tree, self._table, self._columns = tree, tree.this, columns
        self._others = _others(tree)
        where = tree.args.get("where")
        parts = list(where.this.flatten()) if where is not None and isinstance(where.this, exp.And) else [where.this] if where else []
        self._own = _plain_first([part for part in parts if self._is_own(part)])
        self._joining = [part for part in parts if not self._is_own(part)]

    @property
    def touched(self) -> str:
        """The query of how many rows it changes."""
        return _text(self._those_touched(exp.func("count", exp.Star())))

    @property
    def matches(self) -> str | None:
        """The query of how many pairs of a row and other rows there are; None where what it writes does not depend on the other rows."""
        return _text(self._paired(exp.func("count", exp.Star()))) if self._writes_of_others else None

    @property
    def left(self) -> str:
        """The query of the table's rows after it."""
        kept = self._untouched()
        if isinstance(self._tree, exp.Delete):
            return " UNION ALL ".join(map(_text, kept))
        values = {each.this.name: each.expression for each in self._tree.expressions}
        new = [exp.alias_(values[each].copy() if each in values else self._column(each), each, quoted=True) for each in self._columns]
        changed = self._paired(*new) if self._writes_of_others else self._those_touched(*new)
        return " UNION ALL ".join(map(_text, [*kept, changed]))

    @property
    def _writes_of_others(self) -> bool:
        return isinstance(self._tree, exp.Update) and not all(self._is_own(each.expression) for each in self._tree.expressions)

    def _untouched(self) -> list[exp.Select]:
        every = [self._column(each) for each in self._columns]
        kept = []
        for place, part in enumerate(self._own):
            kept.append(self._from(*every).where(*self._own[:place], _fails(part)))
        if self._others:
            kept.append(self._from(*every).where(*self._own).where(exp.not_(self._met())))
        return kept

    def _those_touched(self, *wanted: exp.Expr) -> exp.Select:
        found = self._from(*wanted).where(*self._own)
        return found.where(self._met()) if self._others else found

    def _paired(self, *wanted: exp.Expr) -> exp.Select:
        others = [each.copy() for each in self._others]
        paired = self._from(*wanted)
        for other in others:
            joins = other.args.pop("joins", None) or []
            paired = paired.join(other, join_type="cross")
            for join in joins:
                paired.append("joins", join)
        return paired.where(*self._own, *self._joining)

    def _met(self) -> exp.Exists:
        """Whether other rows fit a row."""
        first, *more = (each.copy() for each in self._others)
        found = exp.select("1").from_(first)
        for other in more:
            found = found.join(other, join_type="cross")
        return exp.Exists(this=found.where(*self._joining))

    def _from(self, *wanted: exp.Expr) -> exp.Select:
        return exp.select(*(each.copy() for each in wanted)).from_(self._table.copy())

    def _column(self, column: str) -> exp.Expr:
        if self._table.alias:
            return exp.column(column, table=self._table.alias, quoted=True)
        return exp.column(column, table=self._table.this.copy(), db=self._table.args.get("db"), quoted=True)

    def _is_own(self, part: exp.Expr) -> bool:
        """Whether an expression looks at the table's own columns alone, subqueries left aside."""
        if not self._others:
            return True
        return all(self._is_of_table(column) for column in _columns_in(part))

    def _is_of_table(self, column: exp.Column) -> bool:
        if column.table:
            return bool(column.table.lower() == self._table.alias_or_name.lower())
        return column.name.lower() in {each.lower() for each in self._columns}


def altered(table: exp.Expr, held: Collection[str], after: Mapping[str, str], values: Mapping[str, exp.Expr]) -> str:
    """The query of a table's rows after an ALTER.

    Args:
        table: the table.
        held: its columns before it.
        after: its columns after it, each with the value, in SQL, that it has where it was not there before.
        values: what becomes of a column that stays, where it is another value.
    """
    wanted = [
        exp.alias_(values.get(each, exp.column(each, quoted=True)) if each in held else _read(default), each, quoted=True)
        for each, default in after.items()
    ]
    return _text(exp.select(*wanted).from_(table.copy()))


def _others(tree: exp.Expr) -> list[exp.Expr]:
    """The tables that a statement looks at beside its own."""
    if isinstance(tree, exp.Delete):
        return list(tree.args.get("using") or [])
    found = tree.args.get("from_")
    return [] if found is None else [found.this]


def _columns_in(part: exp.Expr) -> list[exp.Column]:
    """The columns of an expression, those inside its subqueries left out."""
    walked = part.walk(prune=lambda node: isinstance(node, exp.Query))
    return [each for each in walked if isinstance(each, exp.Column)]


def _plain_first(parts: list[exp.Expr]) -> list[exp.Expr]:
    """Conditions with those that look into no other table put together as the first."""
    plain = [part for part in parts if not part.find(exp.Query)]
    first: list[exp.Expr] = [exp.and_(*plain, copy=True)] if plain else []
    return [*first, *(part for part in parts if part.find(exp.Query))]


def _fails(part: exp.Expr) -> exp.Expr:
    """That a condition is false or unknown.

    An engine may take NOT IN for true of an unknown value unless it stands by itself, so what is looked up is said by EXISTS.
    """
    part = part.unnest()
    if not part.find(exp.Query):
        return exp.not_(exp.func("coalesce", part.copy(), exp.false()))
    if isinstance(part, exp.Or | exp.And):
        sides = [_fails(side) for side in part.flatten()]
        return exp.and_(*sides) if isinstance(part, exp.Or) else exp.or_(*sides)
    if isinstance(part, exp.Exists) or (isinstance(part, exp.Not) and isinstance(part.this, exp.Exists)):
        return exp.not_(part.copy())
    negated = isinstance(part, exp.Not)
    looked_up = part.this.unnest() if negated else part
    if not isinstance(looked_up, exp.In) or looked_up.args.get("query") is None or looked_up.this.find(exp.Query):
        raise WarehouseError("A DELETE or an UPDATE on Spark looks into another table by IN or EXISTS alone.")
    value, among = looked_up.this, exp.column("_looked_up", table="among")
    alias = exp.TableAlias(this=exp.to_identifier("among"), columns=[exp.to_identifier("_looked_up")])
    found = exp.select("1").from_(exp.Subquery(this=looked_up.args["query"].unnest().copy(), alias=alias))
    same = exp.EQ(this=among, expression=value.copy())
    if not negated:
        return exp.not_(exp.Exists(this=found.where(same)))
    unknown = [exp.Is(this=each.copy(), expression=exp.null()) for each in (among, value)]
    return exp.Exists(this=found.where(exp.or_(same, *unknown)))


def _read(value: str) -> exp.Expr:
    return exp.maybe_parse(value, dialect="duckdb")


def _text(tree: exp.Expr) -> str:
    return tree.sql(dialect="duckdb")
