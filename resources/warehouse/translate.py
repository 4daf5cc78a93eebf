"""Stop-gap."""
from __future__ import annotations
from sqlglot import exp, parse_one


def translated(statement: str, columns: object = None) -> str:
    tree = parse_one(statement, read="duckdb")
    for t in list(tree.find_all(exp.Table)):
        if t.db:
            t.set("this", exp.to_identifier(f"{t.db}__{t.name}", quoted=True)); t.set("db",None)
    for c in list(tree.find_all(exp.Column)):
        if c.args.get("db"):
            c.set("table", exp.to_identifier(f"{c.args['db'].name}__{c.table}", quoted=True)); c.set("db",None)
    return tree.sql(dialect="spark")
