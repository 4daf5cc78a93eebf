"""Names of the register's persons in the subject's texts: found by a join of the texts' pairs of words with the names of every data set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa

from assets.rights.inflection import ACCENTED, PLAIN, is_form
from resources.warehouse.dialect import name
from resources.warehouse.models import model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine

Pair = tuple[str, str]
Names = dict[Pair, set[Pair]]


def names_in_records(engine: Engine, catalogue: Catalogue, pairs: Iterable[Pair]) -> Names:
    """Which pairs of folded words are (forms of) two words of a name that some record of the register has.

    Args:
        engine: what is published.
        catalogue: the register's catalogue, which says where names stand.
        pairs: words that stand near each other in a text, in its order.

    Returns:
        For each pair that is a name, in either order, the names that it may be.
    """
    columns: dict[str, set[str]] = {}
    for table, column in engine.rows("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'register'"):
        columns.setdefault(table, set()).add(column)
    selects = [
        f"SELECT {expression} AS name FROM register.{name(dataset.table)}"
        for dataset in catalogue.datasets
        for expression in _full_names(dataset, columns.get(dataset.table, set()))
    ]
    return _known(engine, pairs, selects)


def names_in_addresses(engine: Engine, pairs: Iterable[Pair]) -> Names:
    """The same for names that e-mail addresses of the register are made of; they may be other words as well (`customer.service@…`)."""
    return _known(engine, pairs, [model("rights/address_names")])


def _known(engine: Engine, pairs: Iterable[Pair], selects: list[str]) -> Names:
    candidates = sorted({candidate for former, latter in pairs for candidate in ((former, latter), (latter, former))})
    if not selects or not candidates:
        return {}
    _candidates(engine, candidates)
    engine.run(f"CREATE OR REPLACE TEMP VIEW known_names AS {' UNION ALL '.join(selects)}")
    found: Names = {}
    for former, latter, first, last in engine.rows(model("rights/names"), {"accented": ACCENTED, "plain": PLAIN}):
        if is_form(former, first) and is_form(latter, last):
            for pair in ((former, latter), (latter, former)):
                found.setdefault(pair, set()).add((first, last))
    engine.run("DROP VIEW known_names")
    engine.run("DROP TABLE name_candidates")
    return found


def names_of_address(email: str) -> Pair | None:
    """The two words of an e-mail address that is made of a person's names (`liisa.lahti@…`)."""
    match = re.fullmatch(r"([a-z]{2,})[._-](?:[a-z][._-])?([a-z]{2,})\d*@.+", email.lower())
    return (match[1], match[2]) if match else None


def _full_names(dataset: Dataset, columns: set[str]) -> list[str]:
    """The expressions of the full names in a data set's records."""
    fields: dict[str, list[str]] = {"user.name": [], "user.name.first": [], "user.name.last": []}
    for field in dataset.fields.values():
        if field.shape.category in fields and field.shape.type == "text" and field.name in columns:
            fields[field.shape.category].append(name(field.name))
    firsts, lasts = fields["user.name.first"], fields["user.name.last"]
    pairs = zip(firsts, lasts, strict=True) if len(firsts) == len(lasts) else ((first, last) for first in firsts for last in lasts)
    return fields["user.name"] + [f"{first} || ' ' || {last}" for first, last in pairs]


def _candidates(engine: Engine, candidates: list[Pair]) -> None:
    """The table `name_candidates`: each pair with the beginnings that a name of it may have."""
    rows = [(*pair, pair[0][:former], pair[1][:latter]) for pair in candidates for former in (2, 3) for latter in (2, 3)]
    columns = ("former", "latter", "former_key", "latter_key")
    values = {column: pa.array([row[place] for row in rows], pa.string()) for place, column in enumerate(columns)}
    engine.register("candidate_rows", pa.table(values))
    engine.run("CREATE OR REPLACE TEMP TABLE name_candidates AS SELECT DISTINCT former, latter, former_key, latter_key FROM candidate_rows")
    engine.unregister("candidate_rows")
