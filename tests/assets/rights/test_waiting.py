"""The report of a bundle that waits, read out of its stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assets.rights import waiting
from assets.rights.export import export
from assets.rights.waiting import report_of
from resources.errors import AnsvarError
from tests.helpers.bundles import members
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from resources.register import Register


@pytest.mark.parametrize(("tail", "piece"), [(1 << 20, 1 << 20), (64, 1000)])
@pytest.mark.parametrize("kind", ["access", "portability"])
def test_the_report_is_what_the_person_will_see(small: Register, monkeypatch: pytest.MonkeyPatch, kind: str, tail: int, piece: int) -> None:
    """Wherever it stands in the ZIP, and however little of the stream is remembered, it is the bundle's report to the byte."""
    monkeypatch.setattr(waiting, "_TAIL", tail)
    monkeypatch.setattr(waiting, "_PIECE", piece)
    request = file_verified(small.ledger, kind, "fi", [("email", "maija.korhonen@voltti.example")], small.clock.now()).id
    export(small, request)
    assert b"".join(report_of(small, request)) == members(small, request)["report.html"]


def test_what_was_changed_is_not_shown(small: Register) -> None:
    """A bundle that is not what was made is refused before anything of it is read."""
    request = file_verified(small.ledger, "access", "fi", [("email", "maija.korhonen@voltti.example")], small.clock.now()).id
    export(small, request)
    (file,) = small.waiting.glob(f"{request}*")
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(AnsvarError, match="was changed since it was made"):
        report_of(small, request)
