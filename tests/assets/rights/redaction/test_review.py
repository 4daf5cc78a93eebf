"""Texts side by side, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.rights.redaction import review as module
from assets.rights.redaction.review import review

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from resources.register import Register


def test_long_answers_are_paged(small: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many texts stand on a page; pages are linked to each other, and the first tells what there is in all."""
    request = small.ledger.new_request("access", "en", [("email", "maija.korhonen@voltti.example")], small.clock.now())
    whole = review(small, request.id, tmp_path / "whole.html", "en")
    monkeypatch.setattr(module, "TEXTS_A_PAGE", 1)
    paged = review(small, request.id, tmp_path / "paged.html", "en")
    assert (len(whole.files), [file.name for file in paged.files]) == (1, ["paged.html", "paged-2.html"])
    assert (whole.shown, whole.taken) == (paged.shown, paged.taken)
    first, second = (file.read_text(encoding="utf-8") for file in paged.files)
    assert ('href="paged-2.html" rel="next"' in first, 'href="paged.html" rel="prev"' in second) == (True, True)
    assert ("In all" in first, "In all" in second, 'rel="next"' in second) == (True, False, False)
