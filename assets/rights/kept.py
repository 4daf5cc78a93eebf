"""What keeps the data of subjects though a period has ended: a legal hold, or a restriction of processing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from assets.ingest.held import Holds, mark
from resources.ledger.holds import OPEN_REQUEST
from resources.warehouse.models import model

if TYPE_CHECKING:
    from resources.register import Register
    from resources.warehouse import Engine


def kept_by(engine: Engine, register: Register) -> defaultdict[str, dict[str, int]]:
    """Of each request how many records of its subject are kept, by what keeps them; that a request is open is not told of.

    Args:
        engine: what is published, with `subject_persons`.
        register: the register.
    """
    holds = Holds.of(register)
    lasting = tuple(each for each in holds.keeping.requests if each[1] != OPEN_REQUEST)
    mark(engine, register.catalogue, replace(holds, keeping=replace(holds.keeping, requests=lasting)))
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for request, kind, records in engine.rows(model("rights/kept")):
        found[request][kind] = records
    return found
