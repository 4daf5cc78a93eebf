"""`ansvar review` and `ansvar subject`: a named user sees what is proposed, looks, decides, and takes it back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.helpers.customers import SOURCES, company, period
from tests.helpers.records import chat, customer
from tests.helpers.small import TODAY, Small

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pipelines.cli.conftest import Command

BY = ("--by", "Maija Korhonen", "--reason", "asked them")


@pytest.fixture(autouse=True)
def twice(small: Small) -> None:
    """One customer who stands in the shop twice, and another one."""
    small.deliver("shop", [customer(1, email="aino@koe.example"), customer(2, email="aino@koe.example"), customer(3)])
    small.deliver("chats", [chat(1, email="aino@koe.example")])
    small.ingest("shop", "chats")


def _waiting(ansvar: Command, on: tuple[str, ...]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ansvar(*on, "review", "list", "--json").out)
    return found


def test_what_waits_is_listed(ansvar: Command, on: tuple[str, ...]) -> None:
    """The list shows proposals and persons by opaque ids, and nobody's data."""
    (proposal,) = _waiting(ansvar, on)
    assert (len(proposal["persons"]), proposal["reason"], proposal["probability"]) == (2, "same_value", None)
    shown = ansvar(*on, "review", "list").out
    assert "1 proposals." in shown
    assert proposal["proposal"] in shown
    assert "aino" not in shown


@pytest.mark.parametrize(("kind", "subjects"), [("join", 2), ("apart", 3)])
def test_a_decision_is_made_and_undone(ansvar: Command, on: tuple[str, ...], small: Small, kind: str, subjects: int) -> None:
    """A decision takes effect with the next run, is told with who made it and why, and undone makes way for what was before."""
    (proposal,) = _waiting(ansvar, on)
    decision = ansvar(*on, "review", kind, proposal["proposal"], *BY).out.strip()
    small.ingest("shop", "chats")
    assert small.rows("SELECT count(*) FROM identity.subjects") == [(subjects,)]
    assert _waiting(ansvar, on) == []
    (made,) = json.loads(ansvar(*on, "review", "decisions", "--json").out)
    assert (made["decision"], made["kind"], made["made_by"], made["undone_by"]) == (decision, kind, "Maija Korhonen", None)
    assert ansvar(*on, "review", "undo", decision, "--by", "Liisa", "--reason", "wrong").code == 0
    assert "Liisa" in ansvar(*on, "review", "decisions").out
    small.ingest("shop", "chats")
    assert _waiting(ansvar, on) == [proposal]


def test_a_split_is_made(ansvar: Command, on: tuple[str, ...], small: Small) -> None:
    """A source person is taken out of its subject by its opaque id."""
    ((person,),) = small.rows("SELECT person FROM identity.persons WHERE source = 'shop' ORDER BY 1 LIMIT 1")
    assert ansvar(*on, "review", "split", person, *BY).code == 0
    assert ansvar(*on, "review", "split", "nobody", *BY).message.startswith("One of the ids is neither")


def test_a_subject_is_shown_once_the_look_is_recorded(ansvar: Command, on: tuple[str, ...], small: Small) -> None:
    """The records of a subject, and what each is joined by, are shown to a named user; the look stands in the ledger."""
    (proposal,) = _waiting(ansvar, on)
    ansvar(*on, "review", "join", proposal["proposal"], *BY)
    small.ingest("shop", "chats")
    ((subject,),) = small.rows("SELECT subject FROM identity.subjects WHERE persons = 3")
    shown = json.loads(ansvar(*on, "subject", "show", subject, *BY, "--json").out)
    assert (shown["subject"], [each["source"] for each in shown["persons"]]) == (subject, ["chats", "shop", "shop"])
    chats = shown["persons"][0]
    others = [each["person"] for each in shown["persons"][1:]]
    expected = {"kind": "email", "value": "aino@koe.example", "joins": True, "reason": None, "shared_with": others}
    assert chats["evidence"] == [expected]
    assert [(each["dataset"], each["fields"]["email"]) for each in shown["persons"][1]["records"]] == [
        ("shop_customers", "aino@koe.example")
    ]
    (look,) = small.register.ledger.looks("subject", subject)
    assert (look["by"], look["reason"]) == ("Maija Korhonen", "asked them")
    printed = ansvar(*on, "subject", "show", subject, *BY).out
    assert "3 source persons, 3 records." in printed
    assert "aino@koe.example" in printed
    ((former,),) = small.rows("SELECT alias FROM identity.aliases ORDER BY 1 LIMIT 1")
    assert json.loads(ansvar(*on, "subject", "show", former, *BY, "--json").out) == shown


def test_a_person_who_is_nobody_is_shown_alone(ansvar: Command, on: tuple[str, ...], small: Small) -> None:
    """Who may be any of several is shown by the source person's own id, and is said to be no subject."""
    ((person,),) = small.rows("SELECT person FROM identity.persons WHERE subject IS NULL")
    assert "may be any of several" in ansvar(*on, "subject", "show", person, *BY).out


def test_nobody_looks_at_nobody_nor_without_a_name(ansvar: Command, on: tuple[str, ...], small: Small) -> None:
    """An unknown id is an error, and so is a look without a name; neither shows nor records anything."""
    assert ansvar(*on, "subject", "show", "nobody", *BY).message.startswith("Nobody is known by this id")
    ((subject,),) = small.rows("SELECT min(subject) FROM identity.subjects")
    assert "gives a name and a reason" in ansvar(*on, "subject", "show", subject, "--by", " ", "--reason", "why").message
    assert small.register.ledger.looks() == []


def test_the_companies_of_a_subject_are_shown(ansvar: Command, tmp_path: Path) -> None:
    """Whoever looks at a subject sees the companies that the person works or worked for, with dates, and whether each is a customer."""
    crm = Small(tmp_path / "companies", SOURCES)
    crm.deliver("crm", [company(1, "2077474-0"), company(2, None, name="Entinen Oy", ended_on="2026-03-31")], "companies.ndjson")
    crm.deliver("crm", [period(1, 1, "Y1", role="boss"), period(2, 1, "Y2", ended_at="2026-02-01T10:00:00")], "contacts.ndjson")
    crm.ingest("crm")
    ((subject,),) = crm.rows("SELECT subject FROM identity.subjects")
    on = ("--register", crm.folder / "register", "--home", crm.home.path)
    printed = ansvar(*on, "subject", "show", subject, *BY, COLUMNS="200", ANSVAR_CLOCK=TODAY).out
    assert [" ".join(line.split()) for line in printed.splitlines() if line.endswith("crm_contacts")][-2:] == [
        "Yritys 1 2077474-0 boss 2021-01-01 – now 2020-01-01 – crm_contacts",
        "Entinen Oy – – 2021-01-01 2026-02-01 not now 2020-01-01 2026-03-31 crm_contacts",
    ]
    shown = json.loads(ansvar(*on, "subject", "show", subject, *BY, "--json", ANSVAR_CLOCK=TODAY).out)["employers"]
    assert [(each["is_live"], each["related_until"]) for each in shown] == [(True, None), (False, "2026-02-01")]
    crm.close()
