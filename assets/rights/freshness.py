"""How fresh is what an answer is made of: when each data set was last read from its source, and which fail to be read."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from assets.rights.holding import SourceState

if TYPE_CHECKING:
    from resources.ledger import Ledger
    from resources.register import Register

_BEHIND = dt.timedelta(hours=12)
_REFUSED = "refused"


def sources(register: Register) -> list[SourceState]:
    """The state of every data set, in the order of the catalogue.

    A data set fails where the newest batch of it was refused, or where others have been read half a day and more after it: a source that
    cannot be reached leaves no batch.
    """
    ledger = register.ledger
    read = {dataset.table: ledger.latest_read(dataset.source, dataset.name) for dataset in register.catalogue.datasets}
    newest = max((moment for moment in read.values() if moment is not None), default=None)
    refused = _refused(ledger)
    found = []
    for dataset in register.catalogue.datasets:
        moment = read[dataset.table]
        is_behind = newest is not None and (moment is None or newest - moment >= _BEHIND)
        found.append(SourceState(dataset.source, dataset, moment, is_behind or (dataset.source, dataset.name) in refused))
    return found


def _refused(ledger: Ledger) -> set[tuple[str, str]]:
    """The data sets whose newest batch was refused."""
    newest: dict[tuple[str, str], str] = {}
    for batch in ledger.batches():
        newest.setdefault((batch["source"], batch["dataset"]), batch["state"])
    return {dataset for dataset, state in newest.items() if state == _REFUSED}
