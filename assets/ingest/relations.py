"""The relations that retention rules wait for: of each record that they speak of, the date on which it ended, NULL while it holds.

A relation is the company's own SELECT, `relations/<name>.sql` in the register's folder. It is worked out over what is left once all has
gone that goes by the calendar alone: so that a ticket which goes tonight keeps nobody's contact data until tomorrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp, parse_one

from assets.ingest.dates import anchored_on
from resources.catalogue.lineage import parse
from resources.warehouse.dialect import literal, name
from resources.warehouse.engine import tables_of
from resources.warehouse.last_days import last_day_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine

REGISTER = "register"


def table_of(relation: str) -> str:
    """The temporary table of a relation: one row is a record (`_record`) and when it ended (`held_until`)."""
    return name(f"relation_{relation}")


def relate(engine: Engine, catalogue: Catalogue, today: dt.date, relations: Iterable[str]) -> list[str]:
    """Work out relations into temporary tables; gives those that could be.

    One that reads a table which was never loaded is not worked out: nobody knows whether it holds, so what waits for it is kept. Where it
    says something of a record several times, the longest counts.

    Args:
        engine: any connection; a relation is worked out in it anew each time.
        catalogue: the register's catalogue.
        today: the local date whose purge is thought of as done.
        relations: their names.
    """
    held, known = set(tables_of(engine, REGISTER)), []
    for relation in relations:
        tree = parse(catalogue.relations[relation], relation)
        if {table.name for table in tree.find_all(exp.Table) if table.db == REGISTER} <= held:
            engine.run(f"""
                CREATE OR REPLACE TEMP TABLE {table_of(relation)} AS
                SELECT _record, CASE WHEN count(*) = count(held_until) THEN max(held_until) END AS held_until
                FROM ({_over_what_is_left(tree, catalogue, today)}) AS spoken
                WHERE _record IS NOT NULL GROUP BY _record
            """)
            known.append(relation)
    return known


def _over_what_is_left(tree: exp.Query, catalogue: Catalogue, today: dt.date) -> str:
    """The SELECT, with each table of the register read without what is due by the calendar."""
    datasets = {dataset.table: dataset for dataset in catalogue.datasets}
    for column in tree.find_all(exp.Column):
        column.set("db", None)
    for table in list(tree.find_all(exp.Table)):
        dataset = datasets.get(table.name) if table.db == REGISTER else None
        if dataset is not None and not dataset.relations and dataset.rule.action != "blank":
            left = parse_one(f"({_left(dataset, catalogue.notice.time_zone, today)}) AS {name(table.alias_or_name)}", read="duckdb")
            table.replace(left)
    return tree.sql(dialect="duckdb")


def _left(dataset: Dataset, zone: str, today: dt.date) -> str:
    last = last_day_of(dataset.rule.limit, f"({anchored_on(dataset, zone)})")
    return f"SELECT * FROM {REGISTER}.{name(dataset.table)} WHERE coalesce({last} >= CAST({literal(today.isoformat())} AS DATE), true)"
