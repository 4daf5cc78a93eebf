"""Who is who, quarantine and holds at the desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from resources.ledger.holds import HoldLedger
from resources.ledger.identity import IdentityLedger
from tests.pipelines.desk.officer.conftest import OFFICER, OTHER, looked, sent

if TYPE_CHECKING:
    import pytest

    from tests.pipelines.desk.officer.conftest import Rooms


def test_a_verdict_is_given_and_taken_back(rooms: Rooms) -> None:
    """The queue tells ids alone; what speaks for and against is shown after a reason; the verdict and its end are in the chain."""
    officer, ledger = rooms.visitor(), IdentityLedger(rooms.register.ledger)
    queue = officer.get("/review?language=en").text
    (proposal,) = set(re.findall(r"/review/([0-9a-f]{32})", queue))
    assert "Aino" not in queue
    path = f"/review/{proposal}"
    assert "aino@koe.example" not in officer.get(path).text
    here = looked(officer, path, "two records of one address")
    page = officer.get(here).text
    assert page.count("aino@koe.example") >= 2
    assert "for one person" in officer.get(f"{here}&language=en").text
    assert len([each for each in rooms.register.ledger.looks("subject") if each["reason"] == "two records of one address"]) == 2
    assert "aino@koe.example" not in rooms.visitor(OTHER).get(here).text
    for wrong in ({"do": "join"}, {"do": "dance", "reason": "x"}):
        assert sent(officer, here, **wrong).status == 400
    assert sent(officer, here, do="apart", reason="father and son").status == 303
    assert "Decided: different persons." in officer.get("/review?language=en").text
    assert sent(officer, here, do="join", reason="the same").status == 400
    (verdict,) = ledger.verdicts()
    assert rooms.acts(verdict["decision"]) == [(OFFICER, "verdict.apart", "father and son")]
    assert sent(officer, "/review/decisions", decision=verdict["decision"]).status == 400
    assert sent(officer, "/review/decisions", decision="v0", reason="x").status == 400
    assert sent(officer, "/review/decisions", decision=verdict["decision"], reason="one person after all").status == 303
    assert rooms.acts(verdict["decision"])[-1] == (OFFICER, "verdict.undone", "one person after all")
    assert (ledger.verdicts(), "one person after all" in officer.get("/review/decisions").text) == ([], True)


def test_quarantine_is_counted_and_a_record_is_shown_for_a_reason(rooms: Rooms) -> None:
    """Counts and opaque ids without a look; the record as it came after it is recorded who looks, and for nobody else."""
    officer = rooms.visitor()
    page = officer.get("/quarantine").text
    assert ("must be at most 100" in page, "Maija" in page) == (True, False)
    (link,) = re.findall(r'href="(/quarantine\?dataset=shop_customers[^"#]*)', page)
    listed = officer.get(link.replace("&amp;", "&")).text
    (record,) = re.findall(r'href="/quarantine/([0-9a-f]{32})"', listed)
    path = f"/quarantine/{record}"
    assert "Maija" not in listed + officer.get(path).text
    assert sent(officer, path, reason="").status == 400
    here = looked(officer, path, "the shop asked")
    assert "Maija Korhonen" in officer.get(here).text
    assert rooms.acts(record)[-1] == (OFFICER, "quarantine.looked", "the shop asked")
    assert "Maija" not in rooms.visitor(OTHER).get(here).text


def test_a_hold_is_set_and_ended(rooms: Rooms) -> None:
    """A person and a data set are held until a later day; mistakes are told in words; the end and who is behind it are in the chain."""
    officer, ledger = rooms.visitor(), HoldLedger(rooms.register.ledger)
    good = {"do": "set", "covers": "dataset", "dataset": "chats.conversations", "reason": "a claim", "review": "2027-05-01"}
    for wrong in (
        {"reason": ""},
        {"review": "soon"},
        {"review": "2026-10-15"},
        {"dataset": ""},
        {"dataset": "chats.nothing"},
        {"covers": "subject", "target": "s0"},
        {"covers": "company", "target": "9100001-3"},
        {"covers": "everything"},
        {"do": "dance"},
    ):
        answered = sent(officer, "/holds", **(good | wrong))
        assert (
            answered.status,
            answered.text.count('role="alert"'),
            'lang="en"' in answered.text.partition("<main")[2].partition("</main>")[0],
        ) == (400, 1, False)
    assert ledger.holds() == []
    assert sent(officer, "/holds", **good).status == 303
    ((subject,),) = rooms.small.rows("SELECT subject FROM identity.subjects WHERE records > 20")
    assert sent(officer, "/holds", **(good | {"covers": "subject", "target": subject})).status == 303
    assert {each.covers for each in ledger.holds(ended=False)} == {"dataset", "subject"}
    for each in ledger.holds():
        assert sent(officer, "/holds", do="end", hold=each.hold).status == 303
        assert rooms.acts(each.hold) == [(OFFICER, "hold.made", "a claim"), (OFFICER, "hold.ended", None)]
    assert ledger.holds(ended=False) == []
    assert sent(officer, "/holds", do="end", hold="h0").status == 400


def test_a_look_is_over_after_a_while(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    """After that the reason is asked for again."""
    import datetime as dt  # noqa: PLC0415 - here alone

    officer = rooms.visitor()
    (record,) = [row[0] for row in rooms.small.rows("SELECT _quarantine FROM quarantine.records WHERE dataset = 'chats_conversations'")]
    here = looked(officer, f"/quarantine/{record}", "the shop asked")
    assert "soon" in officer.get(here).text
    monkeypatch.setattr("pipelines.desk.requests_shared._LOOK_LASTS", dt.timedelta(seconds=-1))
    assert "soon" not in officer.get(here).text
