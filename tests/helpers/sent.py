"""What is sent to the engine, recorded: each statement with the file and the line that sent it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from resources.warehouse.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ROOT = Path(__file__).parents[2]
_SELF = {str(_ROOT / "resources" / "warehouse" / "engine.py"), __file__}
Sent = dict[str, tuple[str, int]]


@contextmanager
def sent(*folders: str) -> Iterator[Sent]:
    """The statements that modules in these folders send meanwhile, each with the file and line that sent it first."""
    found: Sent = {}
    run = Engine.run

    def recorded(engine: Engine, statement: str, parameters: Mapping[str, object] | None = None) -> Engine:
        file, line = _sender()
        if file.startswith(folders):
            found.setdefault(statement, (file, line))
        return run(engine, statement, parameters)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Engine, "run", recorded)
        yield found


def _sender() -> tuple[str, int]:
    """Where the statement under way was sent from."""
    frame = sys._getframe(1)
    while frame.f_back is not None and (frame.f_code.co_filename in _SELF or not frame.f_code.co_filename.startswith(str(_ROOT))):
        frame = frame.f_back
    return frame.f_code.co_filename.removeprefix(f"{_ROOT}/"), frame.f_lineno
