"""The bundle of one person: all of it is there, and nothing of another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assets.rights.export import export
from assets.rights.find import UnclearError
from resources.errors import AnsvarError
from resources.runs import finish_run
from tests.assets.rights.small import MAIJAS_CALL, MATTI, PEKKA, TICKETS
from tests.helpers.records import chat, customer
from tests.helpers.requests import file_verified
from tests.helpers.small import Small

if TYPE_CHECKING:
    from pathlib import Path

    from resources.register import Register
    from tests.assets.rights.conftest import Ask

SEALED = ["signing_key.pem", "VERIFY.html", "VERIFY.txt", "SHA256SUMS", "manifest.json", "manifest.json.sig"]
MAIJA = ("email", "maija.korhonen@voltti.example")
PEKKAS = ("contact_id", "C-10002")
LIISA = ("email", "liisa.lahti@aurinko.example")


def test_everything_of_the_person_is_there(ask: Ask) -> None:
    """The contact record is complete to the field: what is withheld is not in it, what is empty is null."""
    expected = [
        {
            "contact_id": "C-10001",
            "first_name": "Maija",
            "last_name": "Korhonen",
            "email": "Maija.Korhonen@voltti.example",
            "phone": "040 123 4567",
            "business_id": "9100001-3",
            "switchboard": "09 765 4321",
            "company": "Voltti Oy",
            "position": "Ostopäällikkö",
            "since": "2019-03-31",
            "until": None,
        }
    ]
    assert expected == ask(MAIJA).json("data/crm_contacts.json")


def test_every_table_is_there(ask: Ask) -> None:
    """Each data set in which the person stands is in the bundle, as JSON and as CSV, with facts of several sources, and no other file.

    The report comes first, what proves it all last.
    """
    answer = ask(MAIJA)
    tables = ["calls_recordings", "crm_contacts", "helpdesk_tickets", "web_visits", "facts", "quarantine"]
    data = [f"data/{table}.{ending}" for table in tables for ending in ("json", "csv")]
    report = ["report.html", "report.pdf", "about.json"]
    assert [*report, *data, "audio/calls_recordings-1.wav", "schema.json", "links.json", "withheld.json", *SEALED] == list(answer.members)
    exported = answer.exported
    assert (exported.state, exported.records, exported.tables, exported.files, exported.held) == ("waiting", 6, 4, 25, True)


def test_values_are_exact(ask: Ask) -> None:
    """Decimals are numbers, times are ISO 8601 in UTC."""
    ticket = ask(PEKKAS).json("data/helpdesk_tickets.json")[0]
    assert [ticket[field] for field in ("price", "opened_at", "solved_at")] == [-12.5, "2026-10-20T06:00:00Z", None]


def test_recording_is_there_byte_for_byte(ask: Ask) -> None:
    """The audio in the bundle is the audio of the source, under the name that the data files give it, beside that of the source."""
    answer = ask(MAIJA)
    (call,) = answer.json("data/calls_recordings.json")
    assert (call["audio"], call["audio.at_source"]) == ("audio/calls_recordings-1.wav", "maija-1.WAV")
    assert answer.members[call["audio"]] == MAIJAS_CALL
    assert "audio/calls_recordings-1.wav,maija-1.WAV" in answer.text("data/calls_recordings.csv")
    assert "audio.at_source" in answer.json("schema.json")["$defs"]["calls_recordings"]["items"]["properties"]


def test_nothing_of_a_colleague_who_shares_phone_and_company(ask: Ask) -> None:
    """Of Pekka, who shares Maija's telephone, switchboard and company, no other value stands in any file of Maija's bundle."""
    answer = ask(MAIJA, ("phone", "0401234567"))
    known = {value for key, value in PEKKA.items() if key not in ("phone", "business_id", "switchboard", "company")} - {""}
    known |= {str(TICKETS[1][key]) for key in ("id", "subject", "body", "price")}
    known |= {"pekka-2.wav", "pekka's voice", "192.0.2.8", "/salainen", "K-2", "Virtanen".upper(), "17.5.2020"}
    everything = b"\n".join(answer.members.values()).lower()
    assert set() == {value for value in known if value.lower().encode() in everything}


def test_nothing_of_those_whom_the_texts_mention(ask: Ask) -> None:
    """Of Matti, whom Maija's ticket names, and of Liisa, who answered it, no name, address, number or identifier is left."""
    everything = b"\n".join(ask(MAIJA).members.values()).decode(errors="replace").lower()
    known = {*MATTI.values(), "matti", "mäen", "+358507654321", "matti.maki", "liisa", "lahti", "c-10002"} - {""}
    assert set() == {value for value in known if value.lower() in everything}


def test_texts_are_redacted_in_place(ask: Ask) -> None:
    """Others are replaced by marks; the person's own name, address and number, dates and sums stay."""
    expected = (
        "Hei, olen Maija Korhonen, 040-1234567, maija.korhonen@voltti.example. Puhuin [▮ nimi] kanssa 12.10.2026 klo 14.30, "
        "hänen numeronsa on [▮ puhelin] ja osoite [▮ sähköposti]. [▮ nimi] voi soittaa. Asiakas [▮ tunniste] tietää. "
        "Hinta oli 2 500 euroa. Terveisin Maija\n[▮ nimi] vastasi jo."
    )
    ticket = ask(MAIJA).json("data/helpdesk_tickets.json")[0]
    assert (expected, "Lasku 20261234 ja [▮ nimi] puhelu") == (ticket["body"], ticket["subject"])


def test_what_is_withheld_is_said(ask: Ask) -> None:
    """Each value that is withheld and each thing taken out of a text is counted, with its reason."""
    withheld = ask(MAIJA, language="en").json("withheld.json")
    assert [(each["table"], each["field"], each["explanation"], each["count"]) for each in withheld["values"]] == [
        ("calls_recordings", "agent_email", "Concerns another person", 1),
        ("crm_contacts", "remark", "Trade secret", 1),
        ("helpdesk_tickets", "agent_email", "Concerns another person", 1),
        ("helpdesk_tickets", "security_remark", "Security of the service", 1),
    ]
    assert {(each["field"], each["kind"]): each["count"] for each in withheld["redacted"]} == {
        ("body", "name"): 3,
        ("body", "phone"): 1,
        ("body", "email"): 1,
        ("body", "identifier"): 1,
        ("subject", "name"): 1,
    }


def test_records_of_another_role_show_that_role_alone(ask: Ask) -> None:
    """Of the tickets that Liisa answered, she gets her own address, the time and the system's number: nothing of the customers."""
    answer = ask(LIISA)
    assert [
        {"ticket_id": "T-1", "agent_email": LIISA[1], "opened_at": "2026-10-12T12:00:00Z"},
        {"ticket_id": "T-2", "agent_email": LIISA[1], "opened_at": "2026-10-20T06:00:00Z"},
    ] == [{name: value for name, value in row.items() if value is not None} for row in answer.json("data/helpdesk_tickets.json")]
    everything = b"\n".join(answer.members.values()).decode(errors="replace").lower()
    assert set() == {
        value for value in ("maija", "pekka", "korhonen", "invertteri", "0401234567", "kahdesti", "49,9") if value in everything
    }
    assert [name for name in answer.members if name.startswith("audio/")] == []


def test_records_that_name_nobody_are_counted(ask: Ask) -> None:
    """A call from the switchboard, which many may use, is told of by its number alone."""
    assert ask(MAIJA).json("withheld.json")["unattributed"] == [{"table": "calls_recordings", "kind": "phone", "records": 1}]


def test_records_that_could_not_be_read_in(ask: Ask) -> None:
    """A bad record that is surely the person's own is shown; of one that another's identifier stands in, it is only said that it exists."""
    records = ask(MAIJA).json("data/quarantine.json")
    assert [each["record"] is not None for each in records] == [True, False]
    assert '"user": "C-10001"' in records[0]["record"]


def test_links_say_how_each_record_was_found(ask: Ask) -> None:
    """Each record bears the identifier that named the person in it; each identifier the sources that know it, and its origins there."""
    links = ask(MAIJA).json("links.json")
    record = {"table": "helpdesk_tickets", "row": 1, "role": "requester", "field": "email", "kind": "email", "value": MAIJA[1]}
    identifier = {
        "kind": "contact_id",
        "value": "C-10001",
        "sources": ["calls", "crm", "web"],
        "origins": ["data_subject", "derived", "website"],
        "joins": True,
        "reason": None,
    }
    assert (record in links["records"], identifier in links["identifiers"]) == (True, True)


def test_unknown_person_gets_a_letter(ask: Ask) -> None:
    """Whoever is not in the register gets a report that says so, and no data."""
    answer = ask(("email", "nobody@nowhere.example"))
    assert list(answer.members) == ["report.html", "report.pdf", "about.json", *SEALED]
    assert (answer.exported.held, answer.exported.records) == (False, 0)
    assert "Sinusta ei löytynyt tietoja" in answer.text("report.html")


def test_person_who_is_in_no_table_but_in_quarantine(ask: Ask) -> None:
    """Of whom only a bad record tells, something is held; the record may tell of customer service too, so its text is not shown."""
    answer = ask(("email", "Uusi@posti.example"))
    expected = {"data_set": "helpdesk.tickets", "time": "2026-11-02T08:15:00Z", "field": "opened_at", "rule": "type", "record": None}
    assert (answer.json("data/quarantine.json"), answer.exported.held) == ([expected], True)


def test_unclear_request_is_marked_and_not_answered(small: Register) -> None:
    """A shared telephone alone makes the request unclear; no bundle is made, and the error bears no personal data."""
    request = file_verified(small.ledger, "access", "fi", [("phone", "0401234567")], small.clock.now())
    with pytest.raises(UnclearError) as raised:
        export(small, request.id)
    assert small.ledger.request(request.id).state == "unclear"
    assert ("0401234567" in str(raised.value), (small.outbox / f"{request.id}.zip").exists()) == (False, False)


def test_answer_stands_in_the_ledger(small: Register, ask: Ask) -> None:
    """The ledger names the bundle, which waits: nobody has answered yet."""
    exported = ask(MAIJA).exported
    row = next(each for each in small.ledger.requests() if each["request"] == exported.request)
    assert ("in_progress", "waiting", f"{exported.request}.zip") == (row["state"], row["bundle"], row["file"])


@pytest.mark.parametrize("lost", ["shop_customers", "chats_conversations"])
def test_a_person_whose_records_are_not_found(tmp_path: Path, lost: str) -> None:
    """Whoever is known by a record that the tables do not hold gets no bundle without it: somebody is told to look."""
    small = Small(tmp_path)
    small.deliver("shop", [customer(1, email="asko@koti.example")])
    small.deliver("chats", [chat(1, email="asko@koti.example")])
    small.ingest("shop", "chats")
    with small.register.warehouse.writing(small.run) as engine:
        engine.run(f"DELETE FROM register.{lost}")  # noqa: S608 - a name of this test
    finish_run(small.register, small.run)
    request = file_verified(small.register.ledger, "access", "fi", [("email", "asko@koti.example")], small.register.clock.now())
    with pytest.raises(AnsvarError, match=rf"more records than were found \(in register.{lost}\)") as raised:
        export(small.register, request.id)
    assert "asko" not in str(raised.value)
    assert list(small.register.waiting.iterdir()) == []
    small.close()


def test_a_person_whose_table_nobody_describes(tmp_path: Path) -> None:
    """Whoever stands in a table that has left the catalogue gets no bundle that leaves it out."""
    small = Small(tmp_path)
    small.deliver("shop", [customer(1, email="asko@koti.example")])
    small.deliver("chats", [chat(1, email="asko@koti.example")])
    small.ingest("shop", "chats")
    (small.folder / "register" / "sources" / "chats.yaml").unlink()
    del small.described["chats"]
    small.describe()
    request = file_verified(small.register.ledger, "access", "fi", [("email", "asko@koti.example")], small.register.clock.now())
    with pytest.raises(AnsvarError, match=r"in register.chats_conversations\).* put it back"):
        export(small.register, request.id)
    small.close()


def test_request_that_is_not_there(small: Register) -> None:
    """An id that names no request is an error."""
    with pytest.raises(AnsvarError, match="no request of that id"):
        export(small, "../../etc/passwd")


def test_the_manifest_says_by_what_names_were_known(ask: Ask) -> None:
    """By the register alone, where no model of names is installed; what is withheld says the same."""
    answer = ask(MAIJA)
    known = [answer.json(name)["names_known_by"] for name in ("manifest.json", "withheld.json")]
    assert known == [{"register": True, "model": None}] * 2
