"""Did the register ever hold a record, and when did it go? Answered by keyed hashes, without holding the record."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from resources.catalogue.positions import nearest
from resources.errors import AnsvarError
from resources.ledger.plans import PlanLedger
from resources.warehouse.dialect import name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.catalogue import Dataset
    from resources.register import Register

_RECORD = re.compile("[0-9a-f]{32}")


def asked(register: Register, words: Sequence[str], dataset: str | None = None) -> tuple[int, list[dict[str, Any]]]:
    """How many records of what was asked for are held now, and the purges that took such a record, oldest first.

    Args:
        register: the register.
        words: a record's opaque id; or the values of its key at the source, in the order of the catalogue. A value by which records of
            several data sets are known, as a customer number, is looked for in all of them.
        dataset: the one data set that is meant, as `source.dataset`.

    Raises:
        AnsvarError: where there is no such data set, or none is known by so many values.
    """
    ids = _ids(register, words, dataset)
    hashes = [hashlib.sha256(f"{register.home.pepper}{each}".encode()).hexdigest()[:32] for each in ids]
    held = 0
    if register.warehouse.is_published:
        with register.warehouse.reading() as engine:
            for table in tables_of(engine, "register"):
                for each in ids:
                    held += engine.count(f"SELECT count(*) FROM register.{name(table)} WHERE _record = $record", {"record": each})
    return held, PlanLedger(register.ledger).asked(hashes)


def _ids(register: Register, words: Sequence[str], dataset: str | None) -> list[str]:
    """The ids of the records that may be meant."""
    datasets = [*register.catalogue.datasets]
    if dataset is not None:
        known = [each.id for each in datasets]
        if dataset not in known:
            raise AnsvarError(f"There is no such data set: {nearest(dataset, known)} `ansvar fields` shows them all.")
        datasets = [each for each in datasets if each.id == dataset]
    direct = [words[0]] if len(words) == 1 and _RECORD.fullmatch(words[0]) else []
    found = [_record(each, words) for each in datasets if isinstance(each.shape.key, list) and len(each.shape.key) == len(words)]
    if not found and not direct:
        raise AnsvarError("No data set is known by so many values: give those of a record's key, as `ansvar fields` lists it.")
    return direct + found


def _record(dataset: Dataset, words: Sequence[str]) -> str:
    """A record's id, as `assets.ingest.typing.record_id` makes it."""
    return hashlib.md5("\x1f".join((dataset.id, *words)).encode(), usedforsecurity=False).hexdigest()
