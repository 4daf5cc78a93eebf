"""`ansvar discover`: what sources have and the catalogue does not, with lines to paste, and never a value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from pipelines.cli.discover import field_line, field_name
from resources.catalogue import load_register
from tests.helpers.described import WORDS
from tests.helpers.records import chat, customer
from tests.pipelines.cli.conftest import ROOT

if TYPE_CHECKING:
    from tests.helpers.small import Small
    from tests.pipelines.cli.conftest import Command

PHONES = [f"+35840765{number:04d}" for number in range(30)]
NONE = "No source has a field that the catalogue neither declares nor ignores."


def _ingest(small: Small) -> None:
    rows = [customer(number, contact={"mobile": phone}, by={phone: {"x": 1}}) for number, phone in enumerate(PHONES)]
    small.deliver("shop", rows)
    small.deliver("chats", [chat(1, mood="good"), chat(2)])
    small.ingest("shop", "chats")


def test_what_a_source_gives_no_longer(ansvar: Command, small: Small, on: tuple[str, ...]) -> None:
    """A declared field that no record has any more is told, with what to do."""
    small.deliver("shop", [customer(number, email=f"p{number}@koe.example") for number in range(30)])
    small.ingest("shop")
    small.deliver("shop", [customer(number) for number in range(30)])
    small.ingest("shop")
    told = "shop.customers.email: no record of the latest batch has it any more. Mend its 'from', or take it out."
    assert ansvar(*on, "discover").out == f"{NONE}\n{told}\n"
    assert json.loads(ansvar(*on, "discover", "--json").out) == [
        {"source": "shop", "dataset": "customers", "path": "email", "records": 0, "vanished": True}
    ]


def test_before_anything_was_read(ansvar: Command, on: tuple[str, ...]) -> None:
    """Of a register that has read nothing, nothing is told."""
    assert ansvar(*on, "discover").out == f"{NONE}\n"
    assert json.loads(ansvar(*on, "discover", "--json").out) == []


def test_what_nobody_tagged(ansvar: Command, small: Small, on: tuple[str, ...]) -> None:
    """Each undeclared field of the latest batches is told with its count, proposal and line; no value is printed."""
    _ingest(small)
    answer = ansvar(*on, "discover", "--json")
    found: list[dict[str, Any]] = json.loads(answer.out)
    assert found == [
        {
            "source": "chats",
            "dataset": "conversations",
            "path": "mood",
            "records": 1,
            "category": None,
            "identifies": None,
            "why": None,
            "share": None,
            "line": "mood: {type: text, category: FILL, origin: FILL, promise: FILL}",
        },
        {
            "source": "shop",
            "dataset": "customers",
            "path": "by.*.x",
            "records": 30,
            "category": None,
            "identifies": None,
            "why": None,
            "share": None,
            "line": None,
        },
        {
            "source": "shop",
            "dataset": "customers",
            "path": "contact.mobile",
            "records": 30,
            "category": "user.contact.phone_number",
            "identifies": "phone",
            "why": "name and values",
            "share": 1.0,
            "line": "mobile: {from: contact.mobile, type: text, category: user.contact.phone_number, origin: FILL, promise: FILL, "
            "identifies: phone, shared: FILL}",
        },
    ]
    printed = ansvar(*on, "discover").out
    assert [each["line"] for each in found if each["line"] and each["line"] not in printed] == []
    assert 'ignore: ["by.*.x", contact.mobile]' in printed
    assert [phone for phone in PHONES if phone in answer.out + printed] == []


def test_it_follows_the_catalogue(ansvar: Command, small: Small, on: tuple[str, ...]) -> None:
    """What has been declared or ignored since the batch was read is no longer told, though the source was not read again."""
    _ingest(small)
    small.dataset("shop.customers")["read"]["ignore"] = ["by"]
    small.dataset("chats.conversations")["fields"]["mood"] = {"type": "text", "category": "system", "label": WORDS}
    small.describe()
    assert [row["path"] for row in json.loads(ansvar(*on, "discover", "--json").out)] == ["contact.mobile"]


def test_the_latest_batch_counts(ansvar: Command, small: Small, on: tuple[str, ...]) -> None:
    """A field that the source no longer has is no longer told."""
    _ingest(small)
    small.at("2026-10-16T03:00:00+03:00")
    small.deliver("shop", [customer(number) for number in range(30)])
    small.deliver("chats", [chat(1)])
    small.ingest("shop", "chats")
    assert ansvar(*on, "discover").out == f"{NONE}\n"


def test_accounts_of_earlier_versions(ansvar: Command, small: Small, on: tuple[str, ...]) -> None:
    """A batch whose account does not speak of undeclared fields has none."""
    ledger = small.register.ledger
    ledger.batch_landed("b1", "shop", "customers", "run1", small.register.clock.now())
    ledger.batch_loaded("b1", {"read": 1, "inserted": 1})
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE batches SET state = 'done'")
    assert ansvar(*on, "discover").out == f"{NONE}\n"
    assert ansvar(*on, "batches").code == 0


@pytest.mark.parametrize(
    ("path", "taken", "name"),
    [
        ("mobile", (), "mobile"),
        ("contact.mobile", (), "mobile"),
        ("contact.mobile", ("mobile",), "contact_mobile"),
        ("^visitor.homePhone", ("phone",), "home_phone"),
        ("Sähköposti osoite", (), "sahkoposti_osoite"),
        ("tags[*].Äiti-1", (), "aiti_1"),
        ("E-Mail", (), "e_mail"),
        ("日本", (), "field_2"),
        ("日本", ("field_2",), "field_3"),
        ("_id", (), "id"),
        ("by.*.x", (), None),
        ("*", (), None),
    ],
)
def test_names_of_fields(path: str, taken: tuple[str, ...], name: str | None) -> None:
    """A field is proposed a name that the catalogue takes and no other field bears; none where the path is not wholly known."""
    assert field_name(path, set(taken)) == name


@pytest.mark.parametrize(
    ("category", "tags"),
    [
        ("user.content.private", {"origin", "promise", "mentions_others"}),
        ("user.content.internal_note", {"origin", "promise", "mentions_others", "withhold"}),
        ("user.unique_id", {"origin", "promise", "identifies", "shared"}),
        ("user.job_title", {"origin", "promise"}),
        ("system", set()),
    ],
)
def test_lines_state_every_tag(category: str, tags: set[str]) -> None:
    """The line of a category has every tag that must be stated for it, each as FILL; it is YAML, whatever the path."""
    catalogue = load_register(ROOT / "register")
    found = {"path": 'a[*]."b: c, d', "category": category, "identifies": None}
    parsed = YAML(typ="safe", pure=True).load(field_line(catalogue, "name", found))["name"]
    assert parsed["from"] == found["path"]
    assert {key for key, value in parsed.items() if value == "FILL"} == tags
