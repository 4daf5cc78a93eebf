"""What a person asks for, from the request to what is done, by the commands that a data protection officer uses."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.helpers.erasing import keeping
from tests.helpers.outreach import outreaching, say
from tests.helpers.records import customer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.small import Small
    from tests.pipelines.cli.conftest import Command

BY = ("--by", "Dana Officer")
CONSENT = {"customer_number": "C1", "channel": "email", "decision": "consent", "given_at": "2026-10-01T10:00:00Z"}


@pytest.fixture
def on(small: Small) -> tuple[str, ...]:
    """A register of two customers, one of whom consents to e-mail and was sent some; and its options."""
    outreaching(small)
    keeping(small)
    small.deliver("shop", [customer(1, email="aino@koe.example", name="Aino"), customer(2, email="bo@koe.example")])
    say(small, "consents", CONSENT)
    say(small, "events", {"email": "aino@koe.example", "event": "delivered", "at": "2026-09-01T10:00:00Z"})
    small.ingest("shop")
    return ("--register", str(small.folder / "register"), "--home", str(small.home.path), "--clock", "2026-10-15T03:00")


def _file(ansvar: Command, on: tuple[str, ...], kind: str, *more: str) -> str:
    request = ansvar(*on, "request", "new", "--kind", kind, "--email", "aino@koe.example", *more, *BY).out.strip()
    assert ansvar(*on, "request", "verify", request, "--how", "signed_in", *BY).code == 0
    return request


def _written_to(ansvar: Command, on: tuple[str, ...]) -> dict[str, int]:
    rows = json.loads(ansvar(*on, "audience", "--json").out)
    return {each["channel"]: each["written_to"] for each in rows}


def test_an_objection(ansvar: Command, on: tuple[str, ...], small: Small, tmp_path: Path) -> None:
    """Previewed, carried out and shown: at once in the audience and in what is published; what has no ground left is erased."""
    assert _written_to(ansvar, on) == {"email": 1, "phone": 0}
    assert ansvar(*on, "audience", "--channel", "fax").message == "There is no channel 'fax' in outreach.yaml. Known: email, phone."
    told = "'relation' is no purpose that outreach.yaml lists under 'marketing'. Known: marketing, targeting."
    assert ansvar(*on, "audience", "--purpose", "relation").message == told
    request = _file(ansvar, on, "objection", "--scope", "marketing")
    assert ansvar(*on, "request", "carry-out", request).message.startswith("Say who carries it out with --by NAME")
    shown = ansvar(*on, "request", "carry-out", request, "--preview").out
    assert ("marketing, targeting" in shown, "shop.events" in shown, "shop.customers" in shown) == (True, True, False)
    done = ansvar(*on, "request", "carry-out", request, *BY)
    assert (done.code, done.err) == (0, "")
    assert "shop.events" in done.out
    assert small.rows("SELECT count(*) FROM register.shop_events") == [(0,)]
    assert small.rows("SELECT DISTINCT reason FROM outreach.barred") == [("objection",)]
    assert _written_to(ansvar, on) == {"email": 0, "phone": 0}
    (row,) = json.loads(ansvar(*on, "objection", "list", "--json").out)
    assert (row["request"], row["scope"], row["made_by"]) == (request, "marketing", "Dana Officer")
    assert ansvar(*on, "request", "carry-out", request, *BY).message.startswith("This request is carried out already")
    told = ansvar(*on, "erase", request, "--answer").out
    assert ("Olet vastustanut käsittelyä" in told, "Tunnistetiedoistasi" in told, "Poistettujen tietueiden omista" in told) == (
        True,
        False,
        True,
    )
    letter = tmp_path / "answer.txt"
    assert ansvar(*on, "request", "letter", request, "--kind", "answer", "--output", letter, *BY).code == 0
    assert "Olet vastustanut käsittelyä" in " ".join(letter.read_text(encoding="utf-8").split())
    give = ("disclose", "--recipient", "partner", "--purpose", "marketing", "--ground", "Fair", *BY, "--dataset", "shop.customers")
    given = ansvar(*on, *give, "--fields", "name,email", "--output", tmp_path / "list.csv")
    assert (given.code, "Left out, objection: 1 persons." in given.out) == (0, True)
    assert "aino" not in (tmp_path / "list.csv").read_text(encoding="utf-8").lower()


def test_a_withdrawal(ansvar: Command, on: tuple[str, ...], small: Small, tmp_path: Path) -> None:
    """Of what is consented to alone; the letter names the purposes that end; one of a contract can only be refused, as what it is."""
    told = ansvar(*on, "request", "new", "--kind", "withdrawal", "--email", "aino@koe.example", "--purpose", "relation", *BY).message
    assert told.startswith("Nobody consents to 'relation', so no consent to it can be withdrawn: it rests on contract (GDPR Art. 6(1)(b)).")
    now = small.register.clock.now()
    filed = small.register.ledger.new_request("withdrawal", "en", [("email", "aino@koe.example")], now, "relation").id
    assert ansvar(*on, "request", "verify", filed, "--how", "signed_in", *BY).code == 0
    for how in (("--preview",), BY):
        assert "it rests on contract" in ansvar(*on, "request", "carry-out", filed, *how).message
    refuse = ("--ground", "no_consent", *BY)
    assert ansvar(*on, "request", "refuse", filed, *refuse).out == f"{filed} is refused.\n"
    request = _file(ansvar, on, "withdrawal", "--purpose", "marketing", "--language", "en")
    assert "'marketing' is consented to" in ansvar(*on, "request", "refuse", request, *refuse).message
    assert ansvar(*on, "request", "carry-out", request, *BY).code == 0
    assert small.rows("SELECT (SELECT count(*) FROM register.shop_events), (SELECT count(*) FROM register.shop_customers)") == [(0, 2)]
    for which, kind, said in ((filed, "refusal", "does not rest on your consent"), (request, "answer", "following purposes")):
        letter = tmp_path / f"{kind}.txt"
        assert ansvar(*on, "request", "letter", which, "--kind", kind, "--output", letter, *BY).code == 0
        assert said in " ".join(letter.read_text(encoding="utf-8").split())


def _disclosed(ansvar: Command, on: tuple[str, ...], folder: Path) -> None:
    """A partner was given the data of both customers."""
    (folder / "persons.txt").write_text("email=aino@koe.example\nemail=bo@koe.example\n", encoding="utf-8")
    give = ("disclosure", "new", "--recipient", "partner", "--ground", "Fair", *BY, "--persons", folder / "persons.txt")
    assert ansvar(*on, *give).code == 0


def test_an_erasure_tells_who_is_to_be_told(ansvar: Command, on: tuple[str, ...], tmp_path: Path) -> None:
    """Whoever was given the person's data is named, before and after."""
    _disclosed(ansvar, on, tmp_path)
    request = _file(ansvar, on, "erasure")
    for how in (("--preview",), BY):
        assert "To be told, for the data was given there: partner.\n" in ansvar(*on, "request", "carry-out", request, *how).out


def test_a_restriction_and_its_end(ansvar: Command, on: tuple[str, ...], tmp_path: Path) -> None:
    """Restricted from the receipt, answered by the command, which names who is to be told, and lifted."""
    _disclosed(ansvar, on, tmp_path)
    request = _file(ansvar, on, "restriction")
    assert "used for nothing" in ansvar(*on, "request", "carry-out", request, "--preview").out
    assert "needs its ground, with --ground: accuracy (Art. 18(1)(a))" in ansvar(*on, "request", "carry-out", request, *BY).message
    done = ansvar(*on, "request", "carry-out", request, *BY, "--ground", "claims")
    assert (done.code, "To be told, for the data was given there: partner.\n" in done.out) == (0, True)
    assert _written_to(ansvar, on)["email"] == 0
    answer = tmp_path / "answer.txt"
    assert ansvar(*on, "request", "letter", request, "--kind", "answer", "--output", answer, *BY).code == 0
    assert "18 artiklan 1 kohdan c alakohta" in " ".join(answer.read_text(encoding="utf-8").split())
    letter = ("request", "letter", request, "--kind", "lifting", "--output", tmp_path / "end.html", *BY)
    assert (ansvar(*on, *letter).code, ansvar(*on, "request", "lift", request, *BY).code) == (0, 0)
    assert _written_to(ansvar, on)["email"] == 1


def test_a_correction(ansvar: Command, on: tuple[str, ...], small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is right is read from standard input, stands in no argument and is printed to a named user alone."""
    request = _file(ansvar, on, "rectification")
    assert "ansvar correct" in ansvar(*on, "request", "carry-out", request, *BY).message
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"no address\n"), encoding="utf-8"))
    wrong = ("--dataset", "shop.customers", "--field", "email", "--value", "-", "--proof", "A letter")
    assert "does not look like one of kind email" in ansvar(*on, "correct", "new", request, *wrong, *BY).message
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("Äinö\n".encode()), encoding="utf-8"))
    what = ("--dataset", "shop.customers", "--field", "name", "--value", "-", "--proof", "A letter")
    made = ansvar(*on, "correct", "new", request, *what, *BY)
    assert (made.code, "Äinö" in made.out, "ansvar orders show" in made.out) == (0, False, True)
    assert small.rows("SELECT name FROM register.shop_customers WHERE customer_number = 'C1'") == [("Äinö",)]
    (row,) = json.loads(ansvar(*on, "correct", "list", "--json").out)
    assert (row["state"], row["field"]) == ("in_force", "name")
    assert ansvar(*on, "correct", "show", row["correction"], *BY, "--reason", "To mend it").out == "Äinö\n"
    assert ansvar(*on, "request", "answered", request, *BY).out == f"{request} is answered.\n"
    assert ansvar(*on, "correct", "withdraw", row["correction"], *BY).code == 0
    assert "no correction of that id" in ansvar(*on, "correct", "show", row["correction"], *BY, "--reason", "x").message
