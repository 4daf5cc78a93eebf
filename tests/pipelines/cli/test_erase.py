"""`ansvar erase`, `ansvar orders` and the decisions of `ansvar quarantine`: from a request to the last byte, through Dagster."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from assets.retention.erase import decide
from assets.rights.whom import whom
from tests.assets.retention.test_bytes import Marks
from tests.helpers.erasing import keeping
from tests.helpers.records import call, chat, customer, trader

if TYPE_CHECKING:
    from tests.helpers.small import Small
    from tests.pipelines.cli.conftest import Command

BY = ("--by", "Dana Officer")


@pytest.fixture
def marks(small: Small) -> Marks:
    """A customer with a marker in every field, in quarantine, in audio and as another's agent; and another customer, who stays."""
    marks = Marks()
    small.dataset("shop.customers")["recorded"] = "seen_at"
    keeping(small, registry={"keeps": "legal_obligation"})
    email, phone, user = marks.email("email"), marks.phone("phone"), marks.text("user")
    number = marks.number("number", "C")
    person = {"email": email, "phone": phone, "name": marks.text("name"), "seen_at": "2026-10-01T10:00:00Z"}
    bad = customer(3, email=email, name=marks.text("quarantined"), visits="x")
    small.deliver("shop", [customer(1, **person) | {"customer_number": number}, customer(2, email="bo@koe.example", name="Bo"), bad])
    visitor = {"email": email, "phone": phone, "user_id": user, "cookie": marks.text("cookie"), "text": marks.text("text")}
    small.deliver("chats", [chat(1, **visitor), chat(2, email="bo@koe.example", agent_email=email, text="hello")])
    (small.data / "calls" / "1.wav").write_bytes(marks.sound("sound"))
    small.deliver("calls", [call(1, phone=phone)], "calls.csv")
    small.deliver("registry", [trader(1)])
    return marks


def test_a_request_is_carried_out_to_the_last_byte(ansvar: Command, on: tuple[str, ...], small: Small, marks: Marks) -> None:
    """Run, request, preview, erasure, answer, and a night's run later: no marker is in any file of the home, Dagster's storage included.

    What the person gave with the request, and the keys that the sources are to delete, are left until they are answered and done.
    """
    number = marks.all["number"].decode()
    assert ansvar(*on, "run").code == 0
    assert marks.found(small.home.path) == set(marks.all)
    request = ansvar(*on, "request", "new", "--kind", "erasure", "--identifier", f"customer_number={number}", *BY).out.strip()
    assert ansvar(*on, "request", "verify", request, "--how", "signed_in", *BY).code == 0
    assert ansvar(*on, "erase", request).message.startswith("Say who decides it with --by NAME")
    assert ansvar(*on, "erase", request, "--answer").message.startswith("Nobody was erased for this request yet")
    shown = ansvar(*on, "erase", request, "--preview").out
    assert "Would erase" in shown
    assert marks.found(small.home.path) == set(marks.all)
    done = ansvar(*on, "erase", request, *BY)
    assert (done.code, done.err) == (0, "")
    assert "shop.customers" in done.out
    told = ansvar(*on, "erase", request, "--answer").out
    assert "Olemme poistaneet sinusta seuraavat tiedot" in told
    assert not any(mark.decode(errors="ignore") in shown + done.out + told for mark in marks.all.values())
    assert marks.found(small.home.path) == {"number"}
    orders = json.loads(ansvar(*on, "orders", "list", "--json").out)
    assert {(each["source"], each["dataset"], each["reason"], each["records"]) for each in orders} == {
        ("shop", "customers", "erasure", 1),
        ("chats", "conversations", "erasure", 1),
        ("calls", "recordings", "erasure", 1),
    }
    assert ansvar(*on, "run").code == 0
    assert small.rows("SELECT email, agent_email FROM register.chats_conversations") == [("bo@koe.example", None)]
    assert small.rows("SELECT customer_number FROM register.shop_customers") == [("C2",)]
    for each in orders:
        assert number not in ansvar(*on, "orders", "show", each["work_order"]).out
        assert ansvar(*on, "orders", "done", each["work_order"], *BY).code == 0
    assert "files have gone" in ansvar(*on, "orders", "show", orders[0]["work_order"]).out
    assert json.loads(ansvar(*on, "orders", "list", "--json").out) == []
    assert len(json.loads(ansvar(*on, "orders", "list", "--json", "--all").out)) == 3
    with small.register.ledger.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM request_identifiers")
    small.register.ledger.wipe()
    assert marks.found(small.home.path) == set()


def test_the_daily_job_carries_out_what_was_decided(ansvar: Command, on: tuple[str, ...], small: Small, marks: Marks) -> None:
    """An erasure that was decided and not carried out, as when the command was stopped, is carried out by the nightly job."""
    assert ansvar(*on, "run").code == 0
    request = ansvar(*on, "request", "new", "--kind", "erasure", "--email", marks.all["email"].decode() + "@koe.example", *BY).out.strip()
    assert ansvar(*on, "request", "verify", request, "--how", "signed_in", *BY).code == 0
    small.at("2026-10-15T03:00:00+03:00")
    decide(small.register, request, "Dana Officer", whom)
    assert ansvar(*on, "run").code == 0
    assert small.rows("SELECT customer_number FROM register.shop_customers") == [("C2",)]
    listed = json.loads(ansvar(*on, "request", "list", "--json").out)
    assert [(each["kind"], each["state"]) for each in listed] == [("erasure", "erased")]
    assert ansvar(*on, "request", "answered", request, *BY).code == 0


def test_a_named_user_lets_a_record_in_or_discards_it(ansvar: Command, on: tuple[str, ...], small: Small) -> None:
    """What came back without a time stands in quarantine by its id; a named user lets one in and discards the other."""
    keeping(small)
    small.deliver("shop", [customer(1, email="aino@koe.example"), customer(2), customer(3)])
    small.ingest("shop")
    request = ansvar(*on, "request", "new", "--kind", "erasure", "--email", "aino@koe.example", *BY).out.strip()
    assert ansvar(*on, "request", "verify", request, "--how", "signed_in", *BY).code == 0
    assert ansvar(*on, "erase", request, *BY).code == 0
    small.deliver("shop", [customer(number, email="aino@koe.example") for number in (1, 4)] + [customer(2), customer(3)])
    small.ingest("shop")
    (one, other) = [each["id"] for each in json.loads(ansvar(*on, "quarantine", "list", "--json").out)]
    assert ansvar(*on, "quarantine", "release").code == 0
    assert len(json.loads(ansvar(*on, "quarantine", "list", "--json").out)) == 2
    assert ansvar(*on, "quarantine", "release", "--id", one).message.startswith("Whoever decides on a record")
    assert ansvar(*on, "quarantine", "release", "--id", one, *BY, "--reason", "a new customer").code == 0
    assert ansvar(*on, "quarantine", "discard", other, *BY, "--reason", "an old record").code == 0
    assert json.loads(ansvar(*on, "quarantine", "list", "--json").out) == []
    assert len(small.rows("SELECT customer_number FROM register.shop_customers")) == 3


def test_nothing_is_sent_unasked(ansvar: Command, on: tuple[str, ...], small: Small) -> None:
    """Without an order there is nothing to send; to really send one, a name is needed."""
    keeping(small)
    assert ansvar(*on, "orders", "send", "shop").out == "There is no open order.\n"
    assert ansvar(*on, "orders", "send", "shop", "--really").message == "Say who lets the source delete with --by NAME."
    assert ansvar(*on, "orders", "send", "shp").message.startswith("There is no source 'shp'")


@pytest.mark.parametrize(
    ("born", "seen", "ground", "told"),
    [
        ("2008-10-16", "2026-10-01", "minor", "You are a minor: the data gathered when our online services"),
        ("2008-10-15", "2026-10-14", "was_minor", "You were a minor when data were gathered with our online services"),
        ("2008-10-14", "2026-10-14", None, None),
    ],
)
def test_the_data_of_a_minor_goes(  # noqa: PLR0913, PLR0917 - what is known of the person, and what is told of it
    ansvar: Command, on: tuple[str, ...], small: Small, born: str, seen: str, ground: str | None, told: str | None
) -> None:
    """Of who is a minor on the day, or was one when it was gathered: previewed and told with the ground, and gone; to the day."""
    keeping(small)
    child = customer(1, email="aino@koe.example", born_on=born)
    small.deliver("shop", [child, customer(2, email="bo@koe.example", born_on="2015-01-01")])
    small.deliver("chats", [chat(1, ended_at=f"{seen}T10:00:00Z", email="aino@koe.example"), chat(2, email="bo@koe.example")])
    small.ingest("shop", "chats")
    (small.register.intake / "refused").mkdir()
    (small.register.intake / "refused" / "f1.json").write_text('{"message": "from aino@koe.example"}', encoding="utf-8")
    request = ansvar(*on, "request", "new", "--kind", "erasure", "--email", "aino@koe.example", "--language", "en", *BY).out.strip()
    assert ansvar(*on, "request", "verify", request, "--how", "signed_in", *BY).code == 0
    shown = ansvar(*on, "erase", request, "--preview").out
    assert (f"\n{ground}: {told}" in shown) if told else ("Art. 17(1)(f)" not in shown)
    assert "f1.json" in shown
    done = ansvar(*on, "erase", request, *BY)
    assert (done.code, "f1.json" in done.out) == (0, True)
    assert small.rows("SELECT customer_number FROM register.shop_customers") == [("C2",)]
    assert small.rows("SELECT id FROM register.chats_conversations") == [("chat-2",)]
    answer = ansvar(*on, "erase", request, "--answer").out
    assert (told in answer) if told else ("minor" not in answer)
