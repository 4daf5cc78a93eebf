"""What the terminal shows of a run: counts of each list that is read, and no more."""

from __future__ import annotations

import io

from rich.console import Console

from pipelines.cli.progress import progress_shown
from resources.connectors.progress import Progress, tell


def test_each_list_has_a_line() -> None:
    """Pages and records of each list are shown as they come; what is told when nobody watches is nobody's."""
    screen = io.StringIO()
    with progress_shown("Reading …", Console(file=screen, force_terminal=True, width=120)):
        tell(Progress("zendesk.tickets", 1, 1000))
        tell(Progress("zendesk.tickets", 12, 11500))
        tell(Progress("prh.companies", 3, 250))
    tell(Progress("prh.companies", 4, 300))
    shown = screen.getvalue()
    assert "11,500 records on 12 pages" in shown
    assert "prh.companies" in shown
    assert "300 records" not in shown
