"""What keeps the erasure of a person waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from assets.ingest.held import Holds, mark
from resources.ledger.holds import LEGAL_HOLD, RESTRICTION
from resources.requests.vocabulary import words

if TYPE_CHECKING:
    from assets.identity.whom import Whom
    from resources.ledger import Request
    from resources.register import Register
    from resources.warehouse import Engine

ANSWERED_FIRST = words().by_bundle
"""Kinds of requests that nobody could answer once the person is erased."""


def kept_back(engine: Engine, register: Register, request: Request, whom: Whom) -> int:
    """How many records of a person, loaded or in quarantine, something keeps for now.

    A legal hold, a restriction of processing, or another request that is to be answered with the very data: one of access or portability.
    """
    if not mark(engine, register.catalogue, Holds.of(register)):
        return 0
    others = [row["request"] for row in register.ledger.requests() if row["kind"] in ANSWERED_FIRST and row["request"] != request.id]
    given = {"erased_person_rows": [*whom.persons], "erased_text_rows": [*whom.quarantined], "other_requests": others}
    for view, values in given.items():
        engine.register(view, pa.table({"id": pa.array(values, pa.string())}))
    found = engine.count(
        """
        SELECT count(DISTINCT held.dataset || '/' || held.id)
        FROM held
        LEFT JOIN identity.record_persons AS records ON records._record = held.id AND records.dataset = held.dataset
        WHERE (held.kind IN ($hold, $restriction) OR held.hold IN (SELECT id FROM other_requests))
          AND (records.person IN (SELECT id FROM erased_person_rows) OR held.id IN (SELECT id FROM erased_text_rows))
        """,
        {"hold": LEGAL_HOLD, "restriction": RESTRICTION},
    )
    for view in given:
        engine.unregister(view)
    return found
