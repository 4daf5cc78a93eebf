"""Requests at the desk, over HTTP, on a register that holds somebody's data."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from assets.rights.export import export
from assets.rights.gather import Gathered
from assets.rights.holding import Holding
from assets.rights.ledgered import add_ledgered
from assets.rights.listed import list_page
from assets.rights.requests import file
from resources.ledger import tables
from resources.ledger.audit import verify
from resources.ledger.corrections import CorrectionLedger
from resources.ledger.erasures import ErasureLedger
from resources.ledger.request_list import Wanted
from resources.ledger.requests import Filing
from resources.roles import Role
from tests.helpers.requests import file_verified, put
from tests.helpers.visiting import PASSWORD

if TYPE_CHECKING:
    from tests.helpers.visiting import Answered, Visitor
    from tests.pipelines.desk.rooms import Room

EMAIL = "maija.korhonen@voltti.example"
MAIJA = [("email", EMAIL)]
NEW = {"kind": "access", "language": "en", "kind-0": "email", "value-0": EMAIL}


@pytest.fixture(scope="module")
def officer(desk: Room) -> Visitor:
    """An officer."""
    return desk.visitor()


def _send(visitor: Visitor, path: str, **form: str) -> Answered:
    return visitor.post(path, csrf=visitor.mark(), **form)


def _goes(answered: Answered) -> str:
    """Where an answer leads."""
    assert answered.status == 303, answered.text
    return (answered.headers["Location"] or "").partition("#")[0]


def _shown(visitor: Visitor, path: str) -> str:
    """A page's text without its tags."""
    answered = visitor.get(path)
    assert answered.status == 200, answered.text
    return " ".join(re.sub(r"<[^>]*>", " ", answered.text).split())


def _state(desk: Room, request: str) -> str:
    return desk.register.ledger.request(request).state


def test_from_filing_to_the_bundle(desk: Room, officer: Visitor) -> None:
    """A request is filed, verified and exported; every act is the officer's, and what was given is shown within a recorded look alone."""
    at = _goes(_send(officer, "/requests/new", **NEW, message="Pyydän tietoni.", by="somebody else", received="2026-10-30"))
    request = at.rpartition("/")[2]
    page = _shown(officer, at)
    assert "Access to data" in page
    assert "30 October 2026" in page
    assert not [text for text in (EMAIL, "Pyydän") if text in page]
    assert officer.post(at, csrf=officer.mark(), do="look", reason=" ").status == 400
    looked = _goes(_send(officer, at, do="look", reason="The letter says who it is"))
    assert EMAIL in _shown(officer, looked)
    assert "Pyydän tietoni." in _shown(officer, looked)
    other = desk.visitor()
    assert EMAIL not in _shown(other, f"{at}?look=l0000")
    assert 'class="step"' in officer.get(at).text
    assert "/export" not in officer.get(at).text
    assert _goes(_send(officer, at, do="verify", how="signed_in")) == at
    assert _state(desk, request) == "verified"
    assert _goes(_send(officer, f"{at}/export", do="export")) == f"{at}/export"
    (run,) = desk.instance.get_runs(dg.RunsFilter(job_name="export_bundle", tags={"dagster/partition": request}))
    under_way = officer.get(f"{at}/export")
    assert under_way.headers["Refresh"] == "2"
    assert "The bundle is being made." in under_way.text
    assert officer.get(f"{at}/export?still=1").headers["Refresh"] is None
    assert _goes(_send(officer, f"{at}/export", do="export")) == f"{at}/export"
    assert desk.instance.get_runs_count(dg.RunsFilter(job_name="export_bundle", tags={"dagster/partition": request})) == 1
    ended = officer.graphql(
        "mutation T($r: String!) { terminateRun(runId: $r, terminatePolicy: MARK_AS_CANCELED_IMMEDIATELY) { __typename } }", r=run.run_id
    )
    assert ended.json["data"]["terminateRun"]["__typename"] == "TerminateRunSuccess"
    assert "The bundle was not made." in _shown(officer, f"{at}/export")
    export(desk.register, request)
    assert f'href="/bundles/{request}"' in officer.get(f"{at}/export").text
    assert "The bundle is made and waits." in _shown(officer, at)
    assert [each for each in desk.acts(request) if each[0] == "officer"] == [
        ("officer", "request.filed"),
        ("officer", "request.looked"),
        ("officer", "request.verified"),
        ("officer", "export.asked"),
        ("officer", "export.asked"),
    ]
    assert verify(desk.register.ledger.engine) == []
    told = Gathered(Holding(), [], [])
    add_ledgered(desk.register, desk.register.ledger.request(request), told)
    assert [each.what for each in told.holding.looks] == ["answer"]


def test_a_look_is_its_own_and_ends(desk: Room, officer: Visitor) -> None:
    """A look is good for the one who began it, at what it was begun for, and not for long."""
    request, other = (file_verified(desk.register.ledger, "access", "en", MAIJA, desk.register.clock.now()).id for _ in range(2))
    looked = _goes(_send(officer, f"/requests/{request}", do="look", reason="To read it"))
    assert EMAIL in officer.get(looked).text
    assert EMAIL not in officer.get(looked.replace(request, other)).text
    held = _goes(_send(officer, f"/requests/{request}/held", do="look", reason="To see", table="crm_contacts"))
    assert "Ostopäällikkö" in officer.get(held).text
    assert EMAIL not in officer.get(f"/requests/{request}?{held.partition('?')[2]}").text
    desk.entrance.users.add("second", Role.OFFICER, PASSWORD, ("console", desk.register.clock.now()))
    second = desk.visitor("second")
    assert EMAIL not in second.get(looked).text
    assert "Ostopäällikkö" not in second.get(held).text
    desk.at("2026-11-02T08:31:00Z")
    assert EMAIL not in officer.get(looked).text
    assert "Ostopäällikkö" not in officer.get(held).text
    desk.at("2026-11-02T08:15:00Z")


def test_what_is_held(desk: Room, officer: Visitor) -> None:
    """Counts need the right alone; records a reason, which the person is told of; others stay out of them, as in the bundle."""
    request = file_verified(desk.register.ledger, "access", "en", MAIJA, desk.register.clock.now()).id
    counts = officer.get(f"/requests/{request}/held").text
    assert [text for text in ("Ostopäällikkö", EMAIL, "Lasku") if text in counts] == []
    before = {each["look"] for each in desk.register.ledger.looks("subject")}
    held = _goes(_send(officer, f"/requests/{request}/held", reason="To answer the request", table="helpdesk_tickets"))
    records = officer.get(held).text
    assert "040-1234567" in records
    assert [text for text in ("Matti", "358507654321", "c-10002", "Tunnistus") if text in records] == []
    (look,) = (each for each in desk.register.ledger.looks("subject") if each["look"] not in before)
    assert (look["by"], look["reason"]) == ("officer", "To answer the request")
    assert desk.acts(look["thing"])[-1] == ("officer", "subject.looked")
    assert officer.get(held.replace("helpdesk_tickets", "nothing")).status == 200
    assert officer.get(held.replace("page=1", "page=99")).status == 200


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"kind": ""}, "Choose what the person asks for."),
        ({"kind": "objection"}, "An objection has something that it is to"),
        ({"scope": "marketing"}, "An objection has something that it is to"),
        ({"purpose": "sales"}, "Only a withdrawal of consent has a purpose"),
        ({"kind": "withdrawal", "purpose": "sales"}, "That purpose does not rest on a consent"),
        ({"language": "de"}, "Choose the language of the answer."),
        ({"received": "2026-11-03"}, "The day lies ahead."),
        ({"received": "yesterday"}, "That is no day."),
        ({"value-0": "", "message": " "}, "Give at least one identifier"),
        ({"kind-0": "business_id"}, "Choose the kind of the identifier."),
        ({"value-0": "", "kind-3": "email", "value-3": "Maija"}, "That does not look like one of its kind."),
        ({"value-0": "x" * 400}, "That does not look like one of its kind."),
        ({"message": "x" * 20_001}, "The text is too long."),
    ],
)
def test_what_is_wrong_is_told_at_its_field(desk: Room, officer: Visitor, wrong: dict[str, str], fault: str) -> None:
    """Nothing is filed; the fault stands at its field, which is named as wrong, and what was filled in is still there."""
    before = len(desk.register.ledger.requests())
    answered = _send(officer, "/requests/new", **(NEW | {"message": "Pyydän"} | wrong))
    assert answered.status == 400
    assert answered.text.count(fault) == 2
    assert answered.text.count('aria-invalid="true"') == (0 if fault.startswith("Give at least") else 1)
    assert "Pyydän" in answered.text or "message" in wrong
    assert len(desk.register.ledger.requests()) == before


def test_steps_and_letters(desk: Room, officer: Visitor) -> None:
    """Each step follows where it may, by who is logged in; the letters that fit are made, recorded, and hold nothing of the person."""
    at = _goes(_send(officer, "/requests/new", **(NEW | {"kind": "rectification", "language": "sv"})))
    request = at.rpartition("/")[2]
    assert _send(officer, at, do="start").status == 400
    assert _send(officer, at, do="verify", how="by heart").status == 400
    assert _send(officer, at, do="refuse", ground="not_portable").status == 400
    assert _send(officer, at, do="close", note=" ").status == 400
    assert _send(officer, at, do="everything").status == 400
    for do in ({"do": "ask"}, {"do": "verify", "how": "document_shown"}, {"do": "start"}, {"do": "extend", "ground": "number"}):
        assert _goes(_send(officer, at, **do)) == at
    assert _send(officer, at, do="extend", ground="number").status == 400
    letters = {each: _send(officer, f"{at}/letter", kind=each, format="pdf") for each in ("receipt", "identity", "extension")}
    assert all(each.body.startswith(b"%PDF") for each in letters.values())
    assert letters["receipt"].headers["Content-Disposition"] == f'attachment; filename="receipt-{request}.pdf"'
    assert _send(officer, f"{at}/letter", kind="answer", format="pdf").status == 400
    assert _send(officer, f"{at}/letter", kind="answer", format="exe").status == 400
    assert _send(officer, at, do="answered").status == 400
    assert _send(officer, at, do="at_source", note=" ").status == 400
    assert _goes(_send(officer, at, do="at_source", note="The spelling, as the shop's system shows it")) == at
    answer = _send(officer, f"{at}/letter", kind="answer", format="txt")
    assert request in answer.text
    assert EMAIL not in answer.text
    assert [what for _, what in desk.acts(request)][1:] == [
        *("request.asked", "request.verified", "request.started", "request.extended"),
        *("letter.made", "letter.made", "letter.made", "request.answered", "letter.made"),
    ]
    assert {by for by, _ in desk.acts(request)} == {"officer"}
    page = _shown(officer, at)
    assert "There is nothing left to do." in page
    assert "an identity document was shown" in page


def test_a_complaint_is_answered_with_what_was_found(officer: Visitor) -> None:
    """No more time is offered for it, nor that nobody showed who asks; what was found is needed, and stands in the letter."""
    at = _goes(_send(officer, "/requests/new", **(NEW | {"kind": "complaint", "language": "sv"})))
    page = officer.get(at).text
    offered = [each for each in ("extend", "answered", "identity_not_shown", "finding") if f'value="{each}"' in page]
    assert offered == ["finding"]
    assert _send(officer, at, do="extend", ground="number").status == 400
    assert _send(officer, at, do="refuse", ground="identity_not_shown").status == 400
    assert _send(officer, at, do="answered").status == 400
    assert _send(officer, at, do="finding", note=" ").status == 400
    assert _goes(_send(officer, at, do="finding", note="Fakturan gick till fel adress.")) == at
    assert "Fakturan gick till fel adress." in _send(officer, f"{at}/letter", kind="answer", format="txt").text
    assert "with what was found" in _shown(officer, at)


def test_a_restriction_and_an_objection_are_carried_out(desk: Room, officer: Visitor) -> None:
    """What would be done is shown first; then it is done, once, by the officer; a restriction is lifted in the end."""
    register = desk.register
    restriction = file_verified(register.ledger, "restriction", "en", MAIJA, register.clock.now()).id
    at = f"/requests/{restriction}"
    assert "are kept and used for nothing else" in officer.get(f"{at}/carry-out").text
    assert _state(desk, restriction) == "verified"
    assert _send(officer, f"{at}/carry-out", do="carry_out").status == 409
    assert _goes(_send(officer, f"{at}/carry-out", do="carry_out", ground="accuracy")) == at
    assert _state(desk, restriction) == "answered"
    assert "accuracy contested" in officer.get(at).text
    assert _goes(officer.get(f"{at}/carry-out")) == at
    assert "Before it can be lifted, the person must be told" in _shown(officer, at)
    assert _send(officer, at, do="lift").status == 400
    assert _send(officer, f"{at}/letter", kind="lifting", format="txt").status == 200
    assert _goes(_send(officer, at, do="lift")) == at
    assert _send(officer, at, do="lift").status == 400
    objection = file_verified(register.ledger, "objection", "en", MAIJA, register.clock.now(), "legitimate_interest").id
    keeping = file_verified(register.ledger, "access", "en", MAIJA, register.clock.now()).id
    at = f"/requests/{objection}"
    assert "Customer support" in officer.get(f"{at}/carry-out").text
    assert _goes(_send(officer, f"{at}/carry-out", do="carry_out")) == at
    assert _state(desk, objection) == "answered"
    assert "officer" in {by for by, _ in desk.acts(objection)}
    page = officer.get(f"{at}/carry-out").text
    assert "What would be done" in page
    assert 'name="do"' not in page
    assert _send(officer, f"{at}/carry-out", do="carry_out").status == 409
    for each in (restriction, objection, keeping):
        put(register.ledger, each, "closed")


def test_an_erasure_is_decided(desk: Room, officer: Visitor) -> None:
    """What goes and stays is shown in counts; what keeps records back is told; who confirms decides, and a run carries it out."""
    register = desk.register
    with register.ledger.engine.begin() as connection:
        connection.execute(tables.requests.update().values(state="closed"))
    request = file_verified(register.ledger, "erasure", "en", MAIJA, register.clock.now()).id
    keeping = file_verified(register.ledger, "access", "en", MAIJA, register.clock.now()).id
    at = f"/requests/{request}"
    assert "are kept back by a legal hold" in officer.get(f"{at}/carry-out").text
    assert _send(officer, f"{at}/carry-out", do="carry_out").status == 409
    put(register.ledger, keeping, "closed")
    foreseen = officer.get(f"{at}/carry-out").text
    assert "What is erased cannot be brought back." in foreseen
    assert EMAIL not in foreseen
    assert "objected to, Art. 17(1)(c)" in foreseen
    options = re.findall(r'<select id="choice-(\w+)".*?</select>', foreseen, re.DOTALL)
    assert {"crm_contacts", "helpdesk_tickets"} <= {*options}
    assert _send(officer, f"{at}/carry-out", do="carry_out", **{"choice-helpdesk_tickets": "still_needed"}).status == 409
    assert ErasureLedger(register.ledger).erasures(request=request) == []
    chosen = {"choice-crm_contacts": "still_needed", "choice-helpdesk_tickets": "unlawful"}
    assert _goes(_send(officer, f"{at}/carry-out", do="carry_out", **chosen)) == at
    assert "it is being carried out" in officer.get(at).text
    (decided,) = ErasureLedger(register.ledger).erasures(request=request)
    assert decided["choices"] == {"unlawful": ["helpdesk_tickets"], "keep": {"crm_contacts": "still_needed"}}
    assert desk.acts(decided["erasure"]) == [("officer", "erasure.decided")]
    assert "/carry-out" not in officer.get(at).text


def test_whom_an_unclear_request_means(desk: Room, officer: Visitor) -> None:
    """One whose identifiers several persons share lists them by opaque ids; each look, and what is settled, bears its reason."""
    register = desk.register
    filing = Filing("access", "en", (("phone", "040 123 4567"),), register.clock.now(), by="officer")
    request = file(register, filing).id
    assert _state(desk, request) == "unclear"
    at = f"/requests/{request}/candidates"
    page = officer.get(at).text
    candidates = re.findall(r'name="subject" value="([^"]+)"', page)
    assert len(candidates) == 2
    assert "Korhonen" not in page
    assert _send(officer, at, subject=candidates[0], do="look", reason="").status == 400
    assert _send(officer, at, subject="nobody", do="look", reason="To see").status == 400
    seen = [_send(officer, at, subject=each, do="look", reason="To see who it is").text for each in candidates]
    maija = next(candidate for candidate, text in zip(candidates, seen, strict=True) if "Korhonen" in text)
    assert not [text for text in seen if "liisa.lahti" in text or "Epäluotettava" in text]
    assert [desk.acts(each)[-1] for each in candidates] == [("officer", "subject.looked")] * 2
    assert _goes(_send(officer, at, subject=maija, do="settle", reason="She called from it")) == f"/requests/{request}"
    assert register.ledger.request(request).subject == maija
    assert _goes(officer.get(at)) == f"/requests/{request}"
    put(register.ledger, request, "closed")


def test_a_letter_without_an_identifier(desk: Room, officer: Visitor) -> None:
    """It is filed with its words, and unclear until an identifier is added; its pages say so, and nothing else can be done for it."""
    at = _goes(_send(officer, "/requests/new", **(NEW | {"value-0": "", "message": "Maija, Koekatu 1", "kind": "restriction"})))
    request = at.rpartition("/")[2]
    assert _state(desk, request) == "unclear"
    page = officer.get(at).text
    assert ["Add an identifier" in page, f"{at}/candidates" in page, f"{at}/carry-out" in page] == [True, False, False]
    assert [officer.get(f"{at}{below}").status for below in ("/held", "/candidates")] == [409, 200]
    for mistake in ({"kind": "email", "value": " "}, {"kind": "email", "value": "Maija"}, {"kind": "shoe_size", "value": "44"}):
        assert _send(officer, at, do="identify", **mistake).status == 400
    assert _goes(_send(officer, at, do="identify", kind="email", value=EMAIL)) == at
    assert _state(desk, request) == "received"
    assert "identifier added" in _shown(officer, at)
    put(desk.register.ledger, request, "closed")


def test_the_list_at_ten_thousand_requests(desk: Room, officer: Visitor) -> None:
    """Overdue ones stand first, also among extended ones and those whose clock stood; there is a page for every fifty of them."""
    register = desk.register
    now = register.clock.now()
    rows = []
    for number in range(10_000):
        received = now - dt.timedelta(hours=number % 2400)
        row = {"request": f"r{number:020x}", "kind": "access", "language": "fi", "state": "received", "received_at": received}
        row |= {"extended_at": now if number % 7 == 0 else None, "asked_at": received if number % 11 == 0 else None}
        ended = number % 3 == 0
        rows.append(row | ({"state": "answered", "ended_at": received} if ended else {"ended_at": None}))
    with register.ledger.engine.begin() as connection:
        connection.execute(tables.requests.update().values(state="closed", ended_at=now))
        connection.execute(tables.requests.insert(), rows)
    wanted = Wanted(kind="access")
    pages = [list_page(register, wanted, number, 997) for number in range(1, 12)]
    listed = [each for page in pages for each in page.rows]
    assert list_page(register, wanted, 99, 997) == pages[-1]
    assert len(listed) == len({each.request.id for each in listed}) == pages[0].total
    is_open = [each.timing.deadline for each in listed if each.timing.days_left is not None]
    assert is_open == sorted(is_open)
    assert all(each.timing.days_left is None for each in listed[len(is_open) :])
    shown = []
    for page in (1, 2, 60, 134):
        text = officer.get(f"/requests?page={page}").text
        shown += [int(days) for days in re.findall(r"overdue by (\d+) d", text)]
        assert "6,666 requests" in text
        assert f"Page {page} of 134" in text
    assert shown == sorted(shown, reverse=True)
    assert shown[0] > 30
    every = officer.get("/requests?which=all&kind=access&page=9999").text
    assert "answered" in every
    assert "received" not in _tables(every)
    assert officer.get("/requests?state=nonsense&kind=<script>&page=-1&which=x").status == 200
    answered = officer.get("/requests?state=answered").text
    assert len(re.findall(r'scope="row"', answered)) == 50
    with register.ledger.engine.begin() as connection:
        connection.execute(tables.requests.delete().where(tables.requests.c.request.like("r0000000%")))


def test_a_correction(desk: Room, officer: Visitor) -> None:
    """A field of a record that was looked at is corrected, with its proof; what does not fit is told, and nothing is without a look."""
    at = f"/requests/{file_verified(desk.register.ledger, 'rectification', 'en', MAIJA, desk.register.clock.now()).id}"
    assert _goes(officer.get(f"{at}/correct?table=crm_contacts&record=r1&look=l1")) == f"{at}/held"
    counts = officer.get(f"{at}/held").text
    assert "Correct it" not in counts
    assert ("officer", "request.counted") in desk.acts(at.removeprefix("/requests/"))
    look = _goes(_send(officer, f"{at}/held", do="look", table="crm_contacts", reason="A letter"))
    link = html.unescape(re.findall(r'href="([^"]*/correct[?][^"]*)"', officer.get(look).text)[0])
    page = officer.get(link).text
    assert "What is right" in page
    assert 'value="contact_id"' not in page
    assert "Choose one of" in _send(officer, link, do="correct", field="contact_id", value="C2", proof="A letter").text
    assert _send(officer, link, do="correct", field="company", value="Chair", proof=" ").status == 400
    with desk.register.warehouse.holding("another"):
        assert "A run is writing" in _send(officer, link, do="correct", field="company", value="Chair", proof="A letter").text
    done = _send(officer, link, do="correct", field="company", value="Chair", proof="A letter")
    assert "It is corrected in the register" in done.text
    with desk.register.warehouse.reading() as engine:
        assert engine.count("SELECT count(*) FROM register.crm_contacts WHERE company = 'Chair'") == 1
    assert "corrected already" in _send(officer, link, do="correct", field="company", value="Chair", proof="A letter").text
    assert "correction.made" in {what for by, what in desk.acts(CorrectionLedger(desk.register.ledger).corrections()[0]["correction"])}
    assert _goes(_send(officer, at, do="answered")) == at
    assert verify(desk.register.ledger.engine) == []


def _tables(text: str) -> str:
    """The rows of a page's table."""
    return text.partition("<tbody>")[2].partition("</tbody>")[0]


def test_what_is_no_request(desk: Room, officer: Visitor) -> None:
    """An id of nothing is a page that says so; what is no id is no page, and is written down nowhere."""
    assert officer.get("/requests/r00000000000000000000").status == 404
    for path in ("/requests/Maija", "/requests/r1", "/requests/new/held", "/requests/R00000000000000000000", "/requests/"):
        assert officer.get(path).status == 404
        assert desk.visitor("viewer").get(path).status == 404
    for below in ("", "/held", "/candidates", "/carry-out", "/correct", "/export"):
        assert officer.get(f"/requests/r00000000000000000000{below}").status == 404
    assert "Maija" not in "".join(what for _, what in desk.acts("requests/Maija"))
