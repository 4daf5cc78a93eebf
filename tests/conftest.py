"""What holds for every test."""

from __future__ import annotations

import gc


def pytest_configure() -> None:
    """Look for garbage as seldom as the command does: what is imported stays, and is much."""
    gc.set_threshold(50_000, 20, 100)
