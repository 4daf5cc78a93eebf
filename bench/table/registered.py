"""All benchmarks of the table, in its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.table import gdpr, identity, ingest, persons, purge, snapshot
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from bench.harness import Benchmark

BENCHMARKS: dict[str, Benchmark] = {
    each.name: each for room in (ingest, snapshot, identity, persons, purge, gdpr) for each in room.BENCHMARKS
}


def named(beginning: str) -> list[Benchmark]:
    """The benchmark of that name, or those whose names begin so.

    Raises:
        AnsvarError: where there is none.
    """
    found = (
        [BENCHMARKS[beginning]] if beginning in BENCHMARKS else [each for name, each in BENCHMARKS.items() if name.startswith(beginning)]
    )
    if not found:
        raise AnsvarError(f"No benchmark is called '{beginning}': there are {', '.join(BENCHMARKS)}.")
    return found
