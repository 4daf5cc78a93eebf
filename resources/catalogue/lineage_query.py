"""Reads a query clause by clause: what stands in FROM, what each projection is made of, and what set operations put together.

What counts as part of a value is decided in `lineage_values`; what a name stands for in `lineage_scope`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from resources.catalogue.lineage_scope import Node, Read, Relation, Scope
from resources.catalogue.lineage_values import Values
from resources.catalogue.positions import Problem, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CLAUSES = ("where", "group", "having", "qualify", "distinct", "order")
_CHOOSING = ("where", "having", "qualify")
_NO_ROWS_OF = ("SEMI", "ANTI")
_Ctes = dict[str, list[Node]]


class Reader:
    """Reads one SELECT; mistakes gather in `problems`."""

    def __init__(
        self, text: str, file: str, schema: Mapping[str, Sequence[str]], lookups: Mapping[str, Mapping[str, str]], *, stars: bool
    ) -> None:
        """Take the text and what it may read; see `lineage.lineage`."""
        self._text, self._file, self._stars, self._lookups = text, file, stars, lookups
        self._schema = {table.lower(): (table, columns) for table, columns in schema.items()}
        self.problems: list[Problem] = []

    def place(self, node: exp.Expr) -> tuple[int, int]:
        """The 1-based line and column where a part of the tree begins."""
        starts = [each.meta["start"] for each in node.walk() if "start" in each.meta]
        if not starts and node.parent is not None:
            return self.place(node.parent)
        start = min(starts, default=0)
        return self._text.count("\n", 0, start) + 1, start - self._text.rfind("\n", 0, start)

    def report(self, node: exp.Expr, message: str) -> None:
        """Remember a mistake where a part of the tree stands."""
        self.problems.append(Problem(self._file, *self.place(node), message))

    def read(self, query: exp.Expr, around: Scope) -> Read:
        """The columns of a query that stands within a SELECT, whose names it may use."""
        return self.query(query, around.ctes, around)

    def query(self, query: exp.Expr, ctes: _Ctes, outer: Scope | None) -> Read:
        """The columns of a query, among the CTEs that it may read and within the SELECT around it."""
        if not isinstance(query, exp.Subquery | exp.SetOperation | exp.Select | exp.Values):
            self.report(query, "cannot be followed: write a SELECT")
            return Read([])
        known, filters = self._ctes(query, ctes, outer)
        if isinstance(query, exp.Subquery):
            found = self.query(query.this, known, outer)
        elif isinstance(query, exp.Values):
            found = Read(self._rows(query, Scope(outer, known)))
        else:
            found = self._union(query, known, outer) if isinstance(query, exp.SetOperation) else self._select(query, known, outer)
        return Read(found.columns, found.filters + filters)

    def _ctes(self, query: exp.Expr, ctes: _Ctes, outer: Scope | None) -> tuple[_Ctes, list[Node]]:
        """The CTEs that hold within a query, and the columns that choose the rows of its own."""
        known, filters, with_ = dict(ctes), list[Node](), query.args.get("with_")
        if with_ is None:
            return known, filters
        for cte in with_.expressions:
            if with_.recursive and isinstance(cte.this, exp.Union):
                known[cte.alias.lower()] = self._recursive(cte, known, outer)
            else:
                found = self.query(cte.this, known, outer)
                known[cte.alias.lower()] = self._renamed(found.columns, cte)
                filters += found.filters
        return known, filters

    def _recursive(self, cte: exp.CTE, ctes: _Ctes, outer: Scope | None) -> list[Node]:
        """The columns of a query that may read itself: known by name before what they are made of."""
        first = self._renamed(self.query(cte.this.this, ctes, outer).columns, cte)
        columns = [Node(node.name, [node], None, node.line, node.column) for node in first]
        again = self.query(cte.this.expression, ctes | {cte.alias.lower(): columns}, outer)
        for node, following in self._paired(cte.this, columns, again.columns):
            node.made_of.append(following)
        return columns

    def _union(self, query: exp.SetOperation, ctes: _Ctes, outer: Scope | None) -> Read:
        if query.args.get("by_name"):
            self.report(query, "UNION BY NAME cannot be followed: write the columns in the same order and leave BY NAME out")
        left, right = self.query(query.this, ctes, outer), self.query(query.expression, ctes, outer)
        pairs = self._paired(query, left.columns, right.columns)
        both = [
            Node(node.name, [node] if isinstance(query, exp.Except) else [node, other], None, node.line, node.column)
            for node, other in pairs
        ]
        return Read(both, left.filters + right.filters)

    def _paired(self, query: exp.Expr, left: list[Node], right: list[Node]) -> list[tuple[Node, Node]]:
        if len(left) != len(right):
            self.report(query, f"one side gives {len(left)} columns and the other {len(right)}")
        return list(zip(left, right, strict=False))

    def _select(self, query: exp.Select, ctes: _Ctes, outer: Scope | None) -> Read:
        scope = Scope(outer, ctes)
        values = Values(scope, self.read, self.report)
        scope.windows = {window.name.lower(): window for window in query.args.get("windows") or []}
        from_ = query.args.get("from_")
        if from_ is not None:
            self._source(from_.this, scope)
        for join in query.args.get("joins") or []:
            self._join(join, scope)
        for lateral in query.args.get("laterals") or []:
            self._source(lateral, scope)
        columns: list[Node] = []
        for projection in query.expressions:
            columns += self._projection(projection, scope, values)
        for clause in _CLAUSES:
            found = values.of(query.args.get(clause))
            scope.filters += found if clause in _CHOOSING else []
        return Read(columns, scope.filters)

    def _projection(self, projection: exp.Expr, scope: Scope, values: Values) -> list[Node]:
        if projection.is_star:
            return self._star(projection, scope)
        line, column = self.place(projection)
        name = projection.alias or (projection.name if isinstance(projection, exp.Column) else "")
        if isinstance(projection, exp.Alias):
            identifier = projection.args["alias"]
            line, column = self.place(identifier) if "start" in identifier.meta else (line, column)
        node = Node(name, values.of(projection.unalias()), None, line, column)
        if isinstance(projection, exp.Alias):
            scope.aliases.setdefault(name.lower(), node)
        return [node]

    def _star(self, projection: exp.Expr, scope: Scope) -> list[Node]:
        star = projection if isinstance(projection, exp.Star) else projection.this
        if not self._stars or any(star.args.values()):
            self.report(projection, "SELECT * hides which columns it gives: name each, so that none comes in without its tags")
            return []
        wanted = projection.parts[0].name.lower() if isinstance(projection, exp.Column) else None
        line, column = self.place(projection)
        shown = [relation for relation in scope.relations if wanted in (None, relation.alias)]
        nodes, seen = [], set()
        for node in (node for relation in shown for node in relation.columns):
            merged = scope.merged.get(node.name.lower()) if wanted is None else None
            if merged is None or node.name.lower() not in seen:
                nodes.append(Node(node.name, merged or [node], None, line, column))
            seen.add(node.name.lower())
        return nodes

    def _join(self, join: exp.Join, scope: Scope) -> None:
        earlier = list(scope.relations)
        self._source(join.this, scope)
        joined = scope.relations[len(earlier) :]
        if join.method == "NATURAL":
            self.report(join, "a NATURAL join hides what joins: write USING")
        for identifier in join.args.get("using") or []:
            self._merge(identifier, join, scope, earlier, joined)
        on = join.args.get("on")
        scope.filters += Values(scope, self.read, self.report).of(on)
        for relation in joined:
            self._look_up(relation, on, scope)
        if join.kind in _NO_ROWS_OF:
            scope.relations = earlier

    def _merge(self, identifier: exp.Expr, join: exp.Join, scope: Scope, earlier: list[Relation], joined: list[Relation]) -> None:
        """One column of USING: its value is that of the side whose rows are all kept, else of either."""
        name = identifier.name.lower()
        left = scope.merged.get(name) or [node for relation in earlier if (node := relation.column(name)) is not None]
        right = [node for relation in joined if (node := relation.column(name)) is not None]
        if len(left) < 1 or len(right) != 1 or (len(left) > 1 and name not in scope.merged):
            self.report(identifier, f"'{identifier.name}' is not one column of each side of the join")
        scope.merged[name] = {"LEFT": left, "RIGHT": right}.get(join.side, left + right)

    def _look_up(self, relation: Relation, on: exp.Expr | None, scope: Scope) -> None:
        """Let the columns of a table that holds a function be made of what they are looked up by."""
        worked_out = self._lookups.get(relation.columns[0].base[0] if relation.columns and relation.columns[0].base else "", {})
        for equal in on.find_all(exp.EQ) if on is not None and worked_out else []:
            for side, other in ((equal.left, equal.right), (equal.right, equal.left)):
                for name, key in worked_out.items():
                    found = relation.column(name)
                    if found is not None and isinstance(side, exp.Column) and (side.table.lower(), side.name) == (relation.alias, key):
                        found.base, found.made_of = None, Values(scope, self.read, self.report).of(other)

    def _source(self, source: exp.Expr, scope: Scope) -> None:
        """Add what stands in FROM to a scope; what comes later in FROM may read it."""
        if source.args.get("pivots"):
            self.report(source, "PIVOT hides which columns it gives: write the columns with CASE")
        values = Values(scope, self.read, self.report)
        full_name = ""
        if isinstance(source, exp.Lateral):
            inner = source.this
            columns = self._inner(inner, scope) if isinstance(inner, exp.Query) else self._unnested(source, [inner], values)
        elif isinstance(source, exp.Unnest):
            columns = self._unnested(source, source.expressions, values)
        elif isinstance(source, exp.Values):
            columns = self._rows(source, scope)
        elif isinstance(source, exp.Subquery) and isinstance(source.this, exp.Table):
            self._source(source.this, scope)
            return
        elif isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
            full_name, columns = ".".join(part.name.lower() for part in source.parts), self._table(source, scope)
        elif isinstance(source, exp.Table):
            columns = self._unnested(source, [source.this], values)
        else:
            columns = self._inner(source, scope)
        scope.relations.append(Relation(source.alias_or_name.lower(), full_name, self._renamed(columns, source), is_known=bool(columns)))
        for join in source.args.get("joins") or []:
            self._join(join, scope)

    def _inner(self, query: exp.Expr, scope: Scope) -> list[Node]:
        """The columns of a query in FROM."""
        found = self.read(query, scope)
        scope.filters += found.filters
        return found.columns

    def _table(self, table: exp.Table, scope: Scope) -> list[Node]:
        name = ".".join(part.name for part in table.parts)
        cte = scope.ctes.get(name.lower())
        if cte is not None:
            return [Node(node.name, [node]) for node in cte]
        if name.lower() not in self._schema:
            self.report(table, f"there is no table '{name}': {nearest(name, {shown for shown, _ in self._schema.values()})}")
            return []
        shown, columns = self._schema[name.lower()]
        return [Node(column, [], (shown, column)) for column in columns]

    def _unnested(self, source: exp.Expr, expressions: list[exp.Expr], values: Values) -> list[Node]:
        """The columns of what makes rows of values: named by its alias, each made of its own, or of all that is given."""
        alias = source.args.get("alias")
        names = [column.name for column in (alias.columns if alias is not None else [])] or ["unnest"]
        made_of = [values.of(each) for each in expressions]
        if len(names) != len(made_of):
            made_of = [[node for each in made_of for node in each]] * len(names)
        return [Node(name, nodes) for name, nodes in zip(names, made_of, strict=True)]

    def _rows(self, rows: exp.Values, scope: Scope) -> list[Node]:
        values = Values(scope, self.read, self.report)
        tuples = [each.expressions if isinstance(each, exp.Tuple) else [each] for each in rows.expressions]
        return [Node(f"col{number}", [node for each in tuples for node in values.of(each[number])]) for number in range(len(tuples[0]))]

    def _renamed(self, columns: list[Node], source: exp.Expr) -> list[Node]:
        """The columns under the names that an alias gives them."""
        alias = source.args.get("alias")
        names = [column.name for column in alias.columns] if isinstance(alias, exp.TableAlias) else []
        if len(names) > len(columns):
            self.report(source, f"'{source.alias}' names {len(names)} columns of {len(columns)}")
        renamed = [Node(name, node.made_of, node.base, node.line, node.column) for name, node in zip(names, columns, strict=False)]
        return renamed + columns[len(names) :]
