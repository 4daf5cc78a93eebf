"""Work orders: the keys of the records that a purge or an erasure took, so that their source deletes them, too; one order a data set.

One for a correction names the record, the field and the correction: what is right is shown by `ansvar correct show`.

An order is two files in the home of one opaque name, as JSON (exact) and as CSV (a spreadsheet takes no key for a formula). They hold keys
and nothing else. A data set without a period for orders, or whose records are known by their content, has none.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from resources.ledger.orders import OrderLedger
from resources.warehouse.dialect import literal, name, plain_in_spreadsheets, written

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from resources.catalogue import Dataset
    from resources.register import Register
    from resources.warehouse import Engine

PURGE, ERASURE, RECTIFICATION = "purge", "erasure", "rectification"
_FORMATS = {"json": "FORMAT json, ARRAY true", "csv": "FORMAT csv, HEADER true"}


@dataclass
class Orders:
    """The work orders that a run makes, each with its id, source, data set and number of records; none where `folder` is None."""

    folder: Path | None
    made: list[tuple[str, str, str, int]] = field(default_factory=list)

    @classmethod
    def of(cls, register: Register) -> Orders:
        """The orders of a register; it makes none unless `retention.yaml` says how long they are kept."""
        return cls(register.work_orders if register.catalogue.retention.own.work_orders else None)

    def add(self, engine: Engine, dataset: Dataset, ids: str, also: Mapping[str, str] | None = None) -> None:
        """Write the order for records that are about to be deleted, or were corrected.

        Args:
            engine: the run's working copy, which still holds them.
            dataset: their data set.
            ids: a table of their ids, in the column `id`.
            also: what stands beside the keys: a correction's id and its field, never its value.
        """
        if self.folder is None or not dataset.key:
            return
        held = f"register.{name(dataset.table)} AS held INNER JOIN {ids} AS going ON going.id = held._record"
        records = engine.count(f"SELECT count(*) FROM {held}")
        if not records:
            return
        self.folder.mkdir(mode=0o700, exist_ok=True)
        order = OrderLedger.new_id()
        for ending, options in _FORMATS.items():
            texts = {key: written(f"held.{name(key)}", dataset.fields[key].shape.type) for key in dataset.key}
            order_by = ", ".join(texts.values())
            texts |= {key: literal(value) for key, value in (also or {}).items()}
            columns = ", ".join(f"{plain_in_spreadsheets(text) if ending == 'csv' else text} AS {name(key)}" for key, text in texts.items())
            file = self.folder / f"{order}.{ending}"
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            select = f"SELECT {columns} FROM {held} ORDER BY {order_by}"
            engine.run(f"COPY ({select}) TO {literal(str(file))} ({options}, USE_TMP_FILE false)")
        self.made.append((order, dataset.source, dataset.name, records))

    def meant(self, register: Register, run: str, reason: str) -> None:
        """Tell the ledger of the orders, before the run is published."""
        OrderLedger(register.ledger).meant(run, reason, register.clock.now(), self.made)


def files_of(register: Register, order: str) -> list[Path]:
    """The files of an order, whether they are there or not."""
    return [register.work_orders / f"{order}.{ending}" for ending in _FORMATS]


def close_order(register: Register, order: str, by: str, moment: dt.datetime) -> None:
    """What an order asks for is done: its keys are needed no more, and their files go.

    Raises:
        AnsvarError: where there is no such order, or no user is named.
    """
    ledger = OrderLedger(register.ledger)
    ledger.done(ledger.order(order)["work_order"], by, moment)
    for file in files_of(register, order):
        file.unlink(missing_ok=True)
