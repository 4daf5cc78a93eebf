"""`requests.yaml`: read strictly where it is there, and not needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resources.calendar import Period
from resources.catalogue import load_register
from tests.resources.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from resources.catalogue.positions import Problem


def test_a_register_without_it_goes_by_the_defaults(small: Path) -> None:
    """Without the file the clock never stands, and a week is soon; the digest changes when it is written."""
    before = load_register(small)
    assert (before.requests.clock_stops, before.requests.due_soon) == ("never", Period(0, 7))
    (small / "requests.yaml").write_text("clock_stops: identity\ndue_soon: P2W\n", encoding="utf-8")
    after = load_register(small)
    assert (after.requests.clock_stops, after.requests.due_soon, after.requests.asked_within) == ("identity", Period(0, 14), Period(0, 7))
    assert before.digest != after.digest


def test_the_demonstration_company_lets_the_clock_stand() -> None:
    """The register that is shipped states it."""
    assert load_register(ROOT / "register").requests.clock_stops == "identity"


@pytest.mark.parametrize(
    ("text", "line", "column", "told"),
    [
        ("clock_stops: sometimes\n", 1, 1, "never"),
        ("due_soon: P7D\nasked_within: a week\n", 2, 1, "is not a period: write one as P3M, P1Y6M or P14D"),
        ("clock_stop: identity\n", 1, 1, "clock_stops"),
        ("due_soon: P7D\ndue_soon: P8D\n", 2, 1, "due_soon"),
    ],
)
def test_mistakes_are_told_with_their_place(  # noqa: PLR0913, PLR0917 - a mistake, and where and how it is told
    small: Path, problems: Callable[[], list[Problem]], text: str, line: int, column: int, told: str
) -> None:
    """A wrong value, an unknown key or one that stands twice is a mistake with file, line and column."""
    (small / "requests.yaml").write_text(text, encoding="utf-8")
    (problem,) = problems()
    assert (problem.file, problem.line, problem.column) == ("requests.yaml", line, column)
    assert told in problem.message
