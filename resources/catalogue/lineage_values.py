"""The columns that the value of an expression is computed from.

All that the value itself depends on counts: the operands, the conditions of CASE and of an aggregate's FILTER (which is CASE written
shorter), and the partition and order of a window (a rank is nothing but its order). EXISTS counts with its conditions, for it has no other
value. A branch of CASE whose condition is the literal `false` gives nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from resources.catalogue.lineage_scope import UnresolvedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.catalogue.lineage_scope import Node, Read, Scope


class Values:
    """Finds the columns of expressions in one SELECT."""

    def __init__(self, scope: Scope, read: Callable[[exp.Expr, Scope], Read], report: Callable[[exp.Expr, str], None]) -> None:
        """Take the names that hold, how a query inside an expression is read, and where mistakes are told."""
        self._scope, self._read, self._report = scope, read, report

    def of(self, expression: exp.Expr | None, bound: frozenset[str] = frozenset()) -> list[Node]:
        """The columns that an expression is computed from; `bound` are names that it binds itself."""
        match expression:
            case None:
                found = []
            case exp.Column():
                found = self._column(expression, bound)
            case exp.Exists():
                inner = self._read(expression.this, self._scope)
                found = inner.columns + inner.filters
            case exp.Query():
                found = self._read(expression, self._scope).columns
            case exp.Case():
                found = self._case(expression, bound)
            case exp.Comprehension():
                found = self._comprehension(expression, bound)
            case exp.Columns() | exp.PositionalColumn():
                self._report(expression, "it is not said which column this is: name it")
                found = []
            case _:
                found = [node for child in expression.iter_expressions() for node in self.of(child, bound)]
                found += self._named_window(expression) if isinstance(expression, exp.Window) else []
        return found

    def _comprehension(self, comprehension: exp.Comprehension, bound: frozenset[str]) -> list[Node]:
        """`[x + a for x in list if x > b]`: of the list, and of what stands beside `x`."""
        inside = bound | {comprehension.expression.name.lower()}
        parts = [self.of(comprehension.args.get("iterator"), bound)]
        parts += [self.of(comprehension.args.get(key), inside) for key in ("this", "condition")]
        return [node for part in parts for node in part]

    def _column(self, column: exp.Column, bound: frozenset[str]) -> list[Node]:
        if isinstance(column.this, exp.Star):
            self._report(column, "a whole row is no value: name the columns")
            return []
        if column.parts[0].name.lower() in bound:
            return []
        try:
            return self._scope.resolve(column)
        except UnresolvedError as error:
            self._report(column, str(error))
            return []

    def _case(self, case: exp.Case, bound: frozenset[str]) -> list[Node]:
        found = self.of(case.args.get("this"), bound)
        for branch in case.args.get("ifs") or []:
            condition = branch.this
            if not (isinstance(condition, exp.Boolean) and condition.this is False and case.args.get("this") is None):
                found += self.of(condition, bound) + self.of(branch.args.get("true"), bound)
        return found + self.of(case.args.get("default"), bound)

    def _named_window(self, window: exp.Window) -> list[Node]:
        """The partition and order of a window that the SELECT names (`OVER w`)."""
        named = window.args.get("alias")
        if named is None:
            return []
        defined = self._scope.windows.get(named.name.lower())
        if defined is None:
            self._report(named, f"there is no window '{named.name}'")
            return []
        parts = [*(defined.args.get("partition_by") or []), defined.args.get("order")]
        return [node for part in parts for node in self.of(part)]
