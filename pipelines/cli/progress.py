"""How far a run has come, on the terminal: a line of its own for each list that is read over an API."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from resources.connectors.progress import Progress, watching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console


@contextmanager
def progress_shown(doing: str, console: Console | None = None) -> Iterator[None]:
    """Show what is being done, and how many pages and records of each list were read, with their rate.

    Args:
        doing: what is being done.
        console: where; by default the terminal's standard error.
    """
    from rich import progress
    from rich.console import Console

    columns = (
        progress.SpinnerColumn(),
        progress.TextColumn("{task.description}"),
        progress.BarColumn(bar_width=16),
        progress.TextColumn("{task.fields[read]}"),
        progress.TimeElapsedColumn(),
    )
    shown = console or Console(stderr=True)
    with progress.Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal) as bars:
        bars.add_task(doing, total=None, read="")
        tasks: dict[str, progress.TaskID] = {}

        def show(read: Progress) -> None:
            if read.dataset not in tasks:
                tasks[read.dataset] = bars.add_task(read.dataset, total=None, read="")
            seconds = bars.tasks[bars.task_ids.index(tasks[read.dataset])].elapsed or 0.0
            rate = f", {read.records / seconds:,.0f}/s" if seconds else ""
            bars.update(tasks[read.dataset], read=f"{read.records:,} records on {read.pages:,} pages{rate}")

        with watching(show):
            yield
