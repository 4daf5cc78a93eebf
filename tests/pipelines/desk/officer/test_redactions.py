"""The texts of an answer side by side, and what is decided on them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from resources.ledger.redactions import RedactionLedger
from tests.pipelines.desk.officer.conftest import OFFICER, OTHER, looked, sent

if TYPE_CHECKING:
    from tests.pipelines.desk.officer.conftest import Rooms


def test_side_by_side_and_decided(rooms: Rooms) -> None:
    """Shown after a reason, page by page, with what goes and what may have to; words go, stay, and are as before; the bundle follows."""
    request, officer = rooms.bundle(), rooms.visitor()
    path, ledger = f"/bundles/{request}/redactions", RedactionLedger(rooms.register.ledger)
    assert "soittakaa" not in officer.get(path).text
    here = looked(officer, path)
    assert rooms.acts(request)[-1] == (OFFICER, "bundle.review_looked", "before the release")
    page = officer.get(f"{here}&language=en").text
    assert "<mark>Aino Kettuselle</mark>" in page
    assert ('<span class="gone">[▮ name]</span>' in page, '<span class="suspect">Veli Vieras</span>' in page) == (True, True)
    assert ("&lt;b&gt;Eino&lt;/b&gt;" in page, "<b>Eino" in page) == (True, False)
    assert len(re.findall('<div class="sides">', page)) == 25
    assert len(re.findall('<div class="sides">', officer.get(f"{here}&page=2").text)) == 2
    assert "<mark>" not in rooms.visitor(OTHER).get(here).text
    assert sent(officer, here, take_out="Veli Vieras").status == 303
    assert sent(officer, here, do="keep", words="toinen.osoite@koe.example\n\nMyös\n").status == 303
    decided = {(each.what, each.phrase): each.redaction for each in ledger.decisions(request)}
    assert sorted(decided) == [("keep", "Myös"), ("keep", "toinen.osoite@koe.example"), ("take_out", "Veli Vieras")]
    page = officer.get(here).text
    assert ("<mark>Veli Vieras</mark>" in page, "<mark>toinen.osoite@koe.example</mark>" in page) == (True, False)
    for wrong in ({"do": "keep", "words": "\n"}, {"do": "dance", "words": "x"}, {"undo": "x0"}, {"keep": ""}):
        assert sent(officer, here, **wrong).status == 400
    for redaction in decided.values():
        assert sent(officer, here, undo=redaction).status == 303
    assert ledger.decisions(request) == []


def test_a_look_is_over_and_is_of_one_request(rooms: Rooms) -> None:
    """A look at one answer shows no other; a decision without one asks for the reason first, and decides nothing."""
    request, other, officer = rooms.bundle(), rooms.bundle(), rooms.visitor()
    look = looked(officer, f"/bundles/{request}/redactions").partition("?")[2]
    assert "<mark>" not in officer.get(f"/bundles/{other}/redactions?{look}").text
    assert sent(officer, f"/bundles/{other}/redactions?{look}", take_out="Veli").status == 400
    assert RedactionLedger(rooms.register.ledger).decisions(other) == []
