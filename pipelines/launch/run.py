"""Carry out one run that Dagster's storage knows, in this process. It leans on names private to Dagster: this module alone has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
from dagster._cli.api import _execute_run_command_body
from dagster._utils.interrupts import capture_interrupts

from resources.warehouse.generations import give_up

if TYPE_CHECKING:
    from collections.abc import Callable

ENDED = "The process of this run ended without a word. What it had not published never happened."


def opened() -> Callable[[str], None]:
    """What carries out a run, as `dagster api execute_run` does in a process of its own; its events tell how it ended.

    Dagster's instance is opened here, before the process is forked in which a run is carried out: to find out that its databases are of
    this version takes a fifth of a second. None of them stays open.
    """
    instance = dg.DagsterInstance.get()
    instance.get_runs(limit=1)
    instance.event_log_storage.dispose()

    def carry_out(run: str) -> None:
        with capture_interrupts(), instance:
            try:
                _execute_run_command_body(run, instance, lambda _event: None, set_exit_code_on_failure=False)
            finally:
                give_up()

    return carry_out


def settle(run: str) -> None:
    """Mark a run as failed whose process has ended, unless it is over."""
    with dg.DagsterInstance.get() as instance:
        found = instance.get_run_by_id(run)
        if found is not None and not found.is_finished:
            instance.report_run_failed(found, ENDED)
