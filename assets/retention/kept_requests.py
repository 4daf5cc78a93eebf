"""Which requests, with their bundles, are those of somebody whose data are kept: they are kept with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from assets.ingest.people import normalised
from assets.retention.own import Back
from resources.ledger.holds import OPEN_REQUEST, HoldLedger

if TYPE_CHECKING:
    from assets.ingest.held import Holds
    from assets.retention.due import Terms
    from resources.register import Register
    from resources.warehouse import Engine


def back_of(engine: Engine, register: Register, holds: Holds, terms: Terms) -> Back:
    """What keeps requests and bundles back: a legal hold or a restriction. An open request keeps the data, not the answers to earlier ones.

    Args:
        engine: a warehouse in which `prepare` said what is held and approved.
        register: the register.
        holds: what keeps.
        terms: on what terms what is due goes.
    """
    approved = frozenset(row[0] for row in engine.rows("SELECT hash FROM approved")) if _asks(register, terms) else frozenset()
    return Back({} if holds.keeping.is_empty else _held(engine, register), approved, terms)


def _asks(register: Register, terms: Terms) -> bool:
    own = register.catalogue.retention.own
    return bool({own.bundles, own.requests} & terms.approved_rules)


def _held(engine: Engine, register: Register) -> dict[str, str]:
    catalogue = register.catalogue
    regions = sorted({source.shape.region for source in catalogue.sources.values()})
    given = {
        (request, kind, value)
        for request, kind, text in HoldLedger(register.ledger).identifiers()
        if kind in catalogue.vocabulary.identifiers
        for region in regions
        if (value := normalised(kind, text, catalogue, region)) is not None
    }
    rows = sorted(given)
    columns = {
        column: pa.array([row[index] for row in rows], pa.string()) for index, column in enumerate(("request", "identifier", "value"))
    }
    engine.register("request_rows", pa.table(columns))
    found = engine.rows(
        """
        SELECT given.request, min(kept.kind)
        FROM request_rows AS given
        INNER JOIN held_values AS kept ON kept.identifier = given.identifier AND kept.value = given.value
        WHERE kept.kind <> $open
        GROUP BY given.request
        """,
        {"open": OPEN_REQUEST},
    )
    engine.unregister("request_rows")
    return dict(found)
