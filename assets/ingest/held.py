"""Which records are kept though they should go: by a legal hold, a restriction of processing, or a request that is still open.

A hold reaches on: to all records in which the person stands, to what those belong to and what belongs to them, and to what of them could
not be read. Here, and not in the stage `retention`, because what is kept must not be lost on its way in either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from assets.ingest.people import forms
from resources.ledger.holds import COMPANY, DATASET, LEGAL_HOLD, RESTRICTION, SUBJECT, HoldLedger, Keeping
from resources.warehouse.dialect import literal, name
from resources.warehouse.engine import tables_of
from resources.warehouse.models import model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from resources.catalogue import Catalogue, Dataset
    from resources.register import Register
    from resources.warehouse import Engine

_ROWS = ("dataset", "_record", "kind", "hold")
_NOTHING = {
    "held_persons": ("person", "kind", "hold"),
    "held_values": ("identifier", "value", "kind", "hold"),
    "held": ("dataset", "layer", "id", "kind", "hold"),
}
_BUSINESS_ID = "[0-9]{7}-[0-9]"


@dataclass(frozen=True)
class Holds:
    """What keeps records, and the secret that keyed hashes are made with."""

    keeping: Keeping
    pepper: str

    @classmethod
    def of(cls, register: Register) -> Holds:
        """What keeps records of a register now."""
        return cls(HoldLedger(register.ledger).keeping(), register.home.pepper)


def company_hash(pepper: str, value: str) -> str:
    """The SQL expression of the keyed hash of a business id."""
    return f"sha256({pepper} || 'business_id/' || upper(trim({value})))"


def mark(engine: Engine, catalogue: Catalogue, holds: Holds, source: str | None = None) -> bool:
    """Make the temporary table `held` (dataset, layer, id, kind, hold) of what is kept; gives whether anything keeps.

    A record that several holds keep stands there once for each. What is made beside it is read by `spare`.

    Args:
        engine: a warehouse, which is read alone.
        catalogue: the register's catalogue.
        holds: what keeps.
        source: the one source whose records are looked for; by default all.
    """
    _given(engine, catalogue, holds)
    if holds.keeping.is_empty:
        for table, columns in _NOTHING.items():
            _empty(engine, table, columns)
        return False
    tables = set(tables_of(engine, "register"))
    datasets = [dataset for dataset in catalogue.datasets if dataset.table in tables]
    _empty(engine, "company_rows", _ROWS)
    if _is_any(holds, COMPANY):
        _companies(engine, catalogue, datasets, holds.pepper)
    _make(engine, "held_persons", {"pepper": holds.pepper})
    _make(engine, "held_values")
    _empty(engine, "held_rows", _ROWS)
    _rows(engine, catalogue, [dataset for dataset in datasets if source in (None, dataset.source)], holds)
    _make(engine, "held_needles")
    _texts(engine, holds)
    _make(engine, "held")
    return True


def name_restricted(engine: Engine, catalogue: Catalogue, keeping: Keeping, pepper: str) -> None:
    """Make the temporary table `restricted` (`person`) of the source persons the processing of whose data is restricted.

    A request holds everybody whom its identifiers match, also where that is unclear.
    """
    requests = tuple(each for each in keeping.requests if each[1] == RESTRICTION)
    _given(engine, catalogue, Holds(Keeping(requests=requests), pepper))
    _empty(engine, "company_rows", _ROWS)
    if requests:
        _make(engine, "held_persons", {"pepper": pepper})
    else:
        _empty(engine, "held_persons", _NOTHING["held_persons"])
    engine.run("CREATE OR REPLACE TEMP TABLE restricted AS SELECT DISTINCT person FROM held_persons")


def _is_any(holds: Holds, covers: str) -> bool:
    return any(hold.covers == covers for hold in holds.keeping.holds)


def _given(engine: Engine, catalogue: Catalogue, holds: Holds) -> None:
    """What the ledger says, as tables that the models read."""
    keeping = holds.keeping
    values = {
        (kind, request, identifier, value)
        for request, kind, identifier, given in keeping.requests
        if identifier in catalogue.vocabulary.identifiers
        for value in forms(identifier, given, catalogue)
    }
    phones = [kind for kind, shape in catalogue.vocabulary.identifiers.items() if shape.normalise == "phone"]
    _take(engine, "hold_subjects", ("kind", "hold", "subject"), _targets(holds, SUBJECT))
    _take(engine, "hold_hashes", ("kind", "hold", "hash"), [(LEGAL_HOLD, hold, each) for hold, each in keeping.persons])
    _take(engine, "hold_companies", ("kind", "hold", "hash"), _targets(holds, COMPANY))
    _take(engine, "hold_values", ("kind", "hold", "identifier", "value"), sorted(values))
    _take(engine, "phone_kinds", ("identifier",), [(kind,) for kind in phones])


def _targets(holds: Holds, covers: str) -> list[tuple[str, str, str]]:
    return [(LEGAL_HOLD, hold.hold, hold.target) for hold in holds.keeping.holds if hold.covers == covers]


def _take(engine: Engine, table: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    given = pa.table({column: pa.array([row[index] for row in rows], pa.string()) for index, column in enumerate(columns)})
    engine.register("given_rows", given)
    engine.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM given_rows")
    engine.unregister("given_rows")


def _empty(engine: Engine, table: str, columns: tuple[str, ...]) -> None:
    engine.run(f"CREATE OR REPLACE TEMP TABLE {table} ({', '.join(f'{column} VARCHAR' for column in columns)})")


def _make(engine: Engine, step: str, parameters: dict[str, object] | None = None) -> None:
    engine.run(f"CREATE OR REPLACE TEMP TABLE {step} AS {model(f'retention/{step}')}", parameters)


def _companies(engine: Engine, catalogue: Catalogue, datasets: list[Dataset], pepper: str) -> None:
    """The records of the companies that are held: those that bear the business id, then those that name such a record."""
    for dataset in datasets:
        if dataset.shape.company_by is not None:
            engine.run(
                f"""
                INSERT INTO company_rows
                SELECT {literal(dataset.table)}, own._record, given.kind, given.hold
                FROM register.{name(dataset.table)} AS own
                INNER JOIN hold_companies AS given ON given.hash = {company_hash("$pepper", f"own.{name(dataset.shape.company_by)}")}
                """,
                {"pepper": pepper},
            )
    for dataset in datasets:
        through = dataset.shape.company_through
        whole = catalogue.whole_of(dataset, through) if through is not None else None
        if through is None or whole is None or whole not in datasets:
            continue
        engine.run(f"""
            INSERT INTO company_rows
            SELECT DISTINCT {literal(dataset.table)}, own._record, kept.kind, kept.hold
            FROM register.{name(dataset.table)} AS own
            INNER JOIN register.{name(whole.table)} AS there ON {_same("own", "there", through.fields)}
            INNER JOIN company_rows AS kept ON kept._record = there._record AND kept.dataset = {literal(whole.table)}
        """)


def _rows(engine: Engine, catalogue: Catalogue, datasets: list[Dataset], holds: Holds) -> None:
    """Everything that is kept in the register's tables."""
    listed = ", ".join(literal(dataset.table) for dataset in datasets) or "''"
    engine.run(f"""
        INSERT INTO held_rows
        SELECT * FROM company_rows WHERE dataset IN ({listed})
        UNION SELECT * FROM ({model("retention/held_named")}) AS named WHERE dataset IN ({listed})
    """)
    whole = {hold.target: hold.hold for hold in holds.keeping.holds if hold.covers == DATASET}
    for dataset in datasets:
        if dataset.id in whole:
            every = f"SELECT {literal(dataset.table)}, _record, {literal(LEGAL_HOLD)}, $hold FROM register.{name(dataset.table)}"
            engine.run(f"INSERT INTO held_rows {every}", {"hold": whole[dataset.id]})
    ties = [*_ties(catalogue, datasets)]
    while ties and sum(_reach(engine, *tie) for tie in ties):
        pass


def _ties(catalogue: Catalogue, datasets: list[Dataset]) -> Iterator[tuple[Dataset, Dataset, dict[str, str]]]:
    """The data sets whose records belong to those of another, with that, and by which fields."""
    for dataset in datasets:
        if dataset.shape.belongs_to is not None:
            whole = catalogue.whole_of(dataset, dataset.shape.belongs_to)
            if whole in datasets:
                yield dataset, whole, dataset.shape.belongs_to.fields


def _reach(engine: Engine, part: Dataset, whole: Dataset, fields: dict[str, str]) -> int:
    """Let what keeps a record keep what it belongs to, and all that belongs to the same; gives how many records that added."""
    sides = ((part, list(fields)), (whole, list(fields.values())))
    keys = " UNION ".join(
        f"""
        SELECT kept.kind, kept.hold, {", ".join(f"own.{name(field)} AS key{number}" for number, field in enumerate(named))}
        FROM register.{name(dataset.table)} AS own
        INNER JOIN held_rows AS kept ON kept._record = own._record AND kept.dataset = {literal(dataset.table)}
        """
        for dataset, named in sides
    )
    engine.run(f"CREATE OR REPLACE TEMP TABLE held_keys AS {keys}")
    added = 0
    for dataset, named in sides:
        same = " AND ".join(f"keys.key{number} = own.{name(field)}" for number, field in enumerate(named))
        added += engine.count(f"""
            INSERT INTO held_rows
            SELECT {literal(dataset.table)}, own._record, keys.kind, keys.hold
            FROM register.{name(dataset.table)} AS own
            INNER JOIN held_keys AS keys ON {same}
            EXCEPT
            SELECT dataset, _record, kind, hold FROM held_rows
        """)
    engine.run("DROP TABLE held_keys")
    return added


def _texts(engine: Engine, holds: Holds) -> None:
    """What is kept of what could not be read: by who stands in its text, by the company, or by its data set."""
    engine.run(f"CREATE OR REPLACE TEMP TABLE held_texts AS {model('retention/held_quarantine')}")
    if _is_any(holds, COMPANY):
        engine.run(
            f"""
            INSERT INTO held_texts
            SELECT DISTINCT texts.dataset, texts._quarantine, given.kind, given.hold
            FROM (
              SELECT dataset, _quarantine,
                unnest(regexp_extract_all(coalesce(record, '') || ' ' || coalesce(_context, ''), {literal(_BUSINESS_ID)})) AS word
              FROM quarantine.records
            ) AS texts
            INNER JOIN hold_companies AS given ON given.hash = {company_hash("$pepper", "texts.word")}
            """,
            {"pepper": holds.pepper},
        )
    for hold in holds.keeping.holds:
        if hold.covers == DATASET:
            table = hold.target.replace(".", "_")
            engine.run(
                "INSERT INTO held_texts SELECT dataset, _quarantine, $kind, $hold FROM quarantine.records WHERE dataset = $table",
                {"kind": LEGAL_HOLD, "hold": hold.hold, "table": table},
            )


def _same(one: str, other: str, fields: dict[str, str]) -> str:
    return " AND ".join(f"{one}.{name(own)} = {other}.{name(there)}" for own, there in fields.items())
