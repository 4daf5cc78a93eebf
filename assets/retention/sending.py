"""Send work orders to a source that can be told to delete: each key once, its answer recorded; what is done is not sent again."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from assets.retention.orders import RECTIFICATION, close_order, files_of
from resources.connectors.extract import Connector
from resources.errors import AnsvarError
from resources.keyed_hash import keyed_hash
from resources.ledger.orders import ABSENT, DELETED, OPEN, REFUSED, Answer, OrderLedger
from resources.warehouse.dialect import name
from resources.warehouse.engine import engine as connection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from resources.catalogue import Dataset
    from resources.connectors.deleting import Deleter
    from resources.register import Register

_AT_ONCE = 100  # so many answers are recorded together: what stops in between is sent once more, and is then absent


@dataclass(frozen=True)
class Sent:
    """What became of an order: how many of its keys were still to be sent, and what the source answered of them; all 0 in a dry run."""

    order: str
    dataset: str
    waiting: int
    deleted: int = 0
    absent: int = 0
    refused: int = 0


def send(register: Register, source: str, by: str | None) -> Iterator[Sent]:
    """Send a source's open orders to delete, the oldest first; an order of which every record is deleted or absent is done.

    Args:
        register: the register.
        source: the source's name.
        by: the named user who lets it delete; None asks for nothing, and tells what would be sent.

    Raises:
        AnsvarError: where there is no such source, a data set does not say how its records are deleted, or an order's files are not there.
        SourceError: where the source is away or refuses us; what it answered before is recorded.
    """
    described = register.catalogue.sources.get(source)
    if described is None:
        raise AnsvarError(f"There is no source '{source}': `ansvar orders list` shows those that have orders.")
    ledger = OrderLedger(register.ledger)
    for row in ledger.orders(OPEN, source=source):
        if row["reason"] == RECTIFICATION:  # the record is to be mended by hand, and stays
            continue
        dataset = described.datasets.get(row["dataset"])
        if dataset is None or dataset.shape.deletes is None:
            what = f"{source}.{row['dataset']} does not say how its records are deleted at the source: state 'deletes' in its YAML"
            raise AnsvarError(f"{what}, or delete them by hand and record it with `ansvar orders done {row['work_order']}`.")
        if by is None:
            yield Sent(row["work_order"], dataset.id, sum(1 for _ in _waiting(register, dataset, row["work_order"])))
            continue
        with Connector(described, register.home).deleting(dataset) as deleter:
            yield _send(register, dataset, row["work_order"], by, deleter)


def _send(register: Register, dataset: Dataset, order: str, by: str, deleter: Deleter) -> Sent:
    ledger, keys = OrderLedger(register.ledger), _waiting(register, dataset, order)
    counts = {DELETED: 0, ABSENT: 0, REFUSED: 0}
    while piece := list(islice(keys, _AT_ONCE)):
        answers: list[Answer] = []
        try:
            for digest, key in piece:
                status, code = deleter(key)
                counts[status] += 1
                answers.append(Answer(digest, status, code))
        finally:
            ledger.answers(order, answers, by, register.clock.now())
    if not counts[REFUSED]:
        close_order(register, order, by, register.clock.now())
    return Sent(order, dataset.id, sum(counts.values()), **counts)


def _waiting(register: Register, dataset: Dataset, order: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The keys of an order that its source has not deleted, each with its keyed hash; read in pieces."""
    file = files_of(register, order)[0]
    if not file.is_file():
        raise AnsvarError(f"The file of the work order {order} is not there, so it cannot be sent: see work_orders in the home.")
    answered, pepper = OrderLedger(register.ledger).answered(order), register.home.pepper
    columns = "{" + ", ".join(f"{name(key)}: 'VARCHAR'" for key in dataset.key) + "}"
    with connection(None, register.home.path / "temporary") as memory:
        memory.run(
            f"CREATE TABLE keys AS SELECT row_number() OVER () AS _number, * FROM read_json($file, format = 'array', columns = {columns})",
            {"file": str(file)},
        )
        total = memory.count("SELECT count(*) FROM keys")
        for start in range(0, total, _AT_ONCE):
            listed = ", ".join(name(key) for key in dataset.key)
            select = f"SELECT {listed} FROM keys WHERE _number > $start AND _number <= $start + {_AT_ONCE} ORDER BY _number"
            for values in memory.rows(select, {"start": start}):
                digest = keyed_hash(pepper, f"work_order/{dataset.id}", "\x1f".join(values))
                if digest not in answered:
                    yield digest, dict(zip(dataset.key, values, strict=True))
