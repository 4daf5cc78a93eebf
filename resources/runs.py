"""The beginning and the end of a writing run, across both stores: ledger first, then the warehouse, then the ledger again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resources.register import Register


def begin_run(register: Register, run: str) -> None:
    """Become the writer, and settle what earlier runs left between the ledger and the warehouse."""
    if register.warehouse.begin(run):
        register.ledger.settle(register.warehouse.published_runs())
        register.landing.clear(but_unfinished=True)
        register.home.clear_staging()


def finish_run(register: Register, run: str) -> None:
    """Publish what a run did, in a new file that holds no byte of what was deleted; confirm it in the ledger; its landing files go."""
    register.warehouse.publish(run, register.clock.now())
    register.ledger.confirm(run)
    register.landing.clear()
