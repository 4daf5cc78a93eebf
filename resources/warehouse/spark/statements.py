"""What a statement does, and to which table: worked out once for each text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp, parse_one

from resources.warehouse.dialect import name

_TRANSACTIONS = {exp.Transaction: "begin", exp.Commit: "commit", exp.Rollback: "rollback"}
_MAIN = "main"
_KEPT = 4096  # texts
_OWN = {"NFC_NORMALIZE", "STRIP_ACCENTS", "CURRENT_SETTING"}


@dataclass(frozen=True)
class Table:
    """A table as a statement names it."""

    schema: str
    own: str

    @property
    def key(self) -> str:
        """Its name among all: `schema.table`, or the table alone where it is a temporary one."""
        return f"{self.schema}.{self.own}" if self.schema else self.own

    @property
    def quoted(self) -> str:
        """Its name in DuckDB's SQL."""
        return f"{name(self.schema)}.{name(self.own)}" if self.schema else name(self.own)

    @property
    def view(self) -> str:
        """The name of the view by which Spark knows it."""
        return f"{self.schema}__{self.own}" if self.schema else self.own

    def renamed(self, own: str) -> Table:
        """A table of another name beside it."""
        return Table(self.schema, own)


@dataclass(frozen=True)
class Statement:
    """One statement.

    Attributes:
        verb: what it does, as `select`, `create`, `insert`.
        target: the table that it makes, changes or drops.
        reads: the tables that it names, the target among them where it is read.
        columns: the names of columns in it.
        of_catalogue: whether it asks of tables and columns alone.
        is_own: whether it asks for functions that DuckDB alone has.
    """

    verb: str
    tree: exp.Expr
    target: Table | None
    reads: tuple[Table, ...]
    columns: frozenset[str]
    of_catalogue: bool
    is_own: bool

    @property
    def named(self) -> Table:
        """The table that it makes, changes or drops.

        Raises:
            ValueError: where it names none.
        """
        if self.target is None:
            raise ValueError(self.verb)
        return self.target


@lru_cache(maxsize=_KEPT)
def understood(text: str) -> Statement:
    """Take a statement apart.

    Raises:
        sqlglot.errors.SqlglotError: where it is none.
    """
    tree = parse_one(text, read="duckdb")
    reads = _tables(tree)
    of_catalogue = bool(reads) and all(table.schema == "information_schema" or table.own.startswith("duckdb_") for table in reads)
    columns = frozenset(each.name for each in tree.find_all(exp.Column))
    is_own = isinstance(tree, exp.Query) and any(_called(each) in _OWN for each in tree.find_all(exp.Func))
    return Statement(_verb(tree), tree, _target(tree), reads, columns, of_catalogue, is_own)


def _called(function: exp.Func) -> str:
    return (function.name if isinstance(function, exp.Anonymous) else function.sql_name()).upper()


def _verb(tree: exp.Expr) -> str:
    for kind, verb in _TRANSACTIONS.items():
        if isinstance(tree, kind):
            return verb
    return "select" if isinstance(tree, exp.Query) else tree.key


def _target(tree: exp.Expr) -> Table | None:
    if isinstance(tree, exp.Query | exp.Command | exp.Copy | exp.Transaction | exp.Commit | exp.Rollback):
        return None
    this = tree.args["tables"][0] if isinstance(tree, exp.Drop) else tree.this
    this = this.this if isinstance(this, exp.Schema) else this
    return _table(this) if isinstance(this, exp.Table) else None


def _table(table: exp.Table) -> Table:
    function = table.this if isinstance(table.this, exp.Func) else None
    own = function.name.lower() if function is not None else table.name
    return Table("" if table.db == _MAIN else table.db, own)


def _tables(tree: exp.Expr) -> tuple[Table, ...]:
    named = {each.alias for each in tree.find_all(exp.CTE)}
    found = dict.fromkeys(map(_table, tree.find_all(exp.Table)))
    return tuple(each for each in found if each.own and (each.schema or each.own not in named))
