"""A person's records in a spool, so that a hundred thousand of them take no more memory than a few."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assets.rights.holding import Row
    from resources.spool import Place, Spool

_MOST_ROWS = 1000
_MOST_LETTERS = 1_000_000


class Spooled:
    """Rows that lie in a spool, in their order: they are read anew each time, some at once."""

    def __init__(self, spool: Spool, rows: Iterable[Row]) -> None:
        """Put rows aside."""
        self._spool = spool
        self._places: list[Place] = []
        self._rows = 0
        for block in _blocks(rows):
            self._places.append(spool.write(pickle.dumps(block)))
            self._rows += len(block)

    def __len__(self) -> int:
        """How many there are."""
        return self._rows

    def __iter__(self) -> Iterator[Row]:
        """Each row."""
        for place in self._places:
            block: list[Row] = pickle.loads(self._spool.read(place))  # noqa: S301 - our own bytes, which the spool has sealed
            yield from block


def _blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows, as many at once as are read at once: not many, and no long ones."""
    block: list[Row] = []
    letters = 0
    for row in rows:
        block.append(row)
        letters += sum(len(value) for value in row.values.values() if isinstance(value, str))
        if len(block) == _MOST_ROWS or letters >= _MOST_LETTERS:
            yield block
            block, letters = [], 0
    if block:
        yield block
