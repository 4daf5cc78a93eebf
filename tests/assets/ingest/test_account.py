"""Every record of a batch is accounted for, to the record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from assets.ingest.account import Account
from tests.helpers.records import chat, customer, trader

if TYPE_CHECKING:
    from tests.helpers.small import Small

RULES: list[tuple[str, str, dict[str, Any]]] = [
    ("email", "required", {"email": None}),
    ("customer_number", "required", {"customer_number": None}),
    ("customer_number", "pattern", {"customer_number": "K7"}),
    ("kind", "one_of", {"kind": "other"}),
    ("born_on", "type", {"born_on": "1980-02-30"}),
    ("born_on", "type", {"born_on": "30.1.1980"}),
    ("visits", "type", {"visits": "seven"}),
    ("visits", "type", {"visits": 1.5}),
    ("visits", "min", {"visits": -1}),
    ("visits", "max", {"visits": 101}),
    ("spent", "type", {"spent": "12,50"}),
    ("active", "type", {"active": "maybe"}),
    ("seen_at", "type", {"seen_at": "2026-13-01T00:00:00Z"}),
    ("seen_at", "type", {"seen_at": "2026-03-01T25:00:00"}),
]


def test_each_outcome_at_once(small: Small) -> None:
    """One batch with a record of every outcome: the account says of each what became of it, and balances."""
    kept = [customer(1, name="Aino"), customer(2, name="Eino"), customer(3, name="Ulla")]
    small.deliver("shop", kept)
    small.load("shop")
    later = [
        customer(1, name="Aino"),
        customer(2, name="Eino Olavi"),
        customer(4, name="first"),
        customer(4, name="second"),
        customer(5, visits="many"),
        customer(6, ended_on="2025-10-13"),
        customer(7, kind="stranger"),
        customer(8, kind=None),
    ]
    small.deliver("shop", later)
    expected = Account(
        read=8,
        inserted=1,
        updated=1,
        unchanged=1,
        quarantined=1,
        dropped={"where": 2, "past_retention": 1, "superseded_in_batch": 1},
        deleted=1,
    )
    account = small.account("shop")
    assert expected == account
    assert account.balances
    assert small.rows("SELECT customer_number, name FROM register.shop_customers ORDER BY 1") == [
        ("C1", "Aino"),
        ("C2", "Eino Olavi"),
        ("C4", "second"),
    ]


def test_what_was_purged_by_its_age_in_the_register_is_dropped(small: Small) -> None:
    """A record that was counted from its ingestion and purged is not read in again: it is dropped, and counted so."""
    small.deliver("registry", [trader(1), trader(2, ended_on="2026-10-14")])
    small.load("registry")
    small.at("2027-04-16T03:00:00+03:00")
    small.purge()
    assert Account(read=2, dropped={"past_retention": 1, "purged_before": 1}) == small.account("registry")


def test_each_rule_quarantines(small: Small) -> None:
    """A record that breaks a rule stands in quarantine with the field, the rule and its own text; the good one beside it does not."""
    small.dataset("shop.customers")["fields"]["email"]["required"] = True
    small.dataset("shop.customers")["most_quarantined"] = 1
    small.describe()
    bad = [customer(number, email=f"{number}@koe.example") | values for number, (_, _, values) in enumerate(RULES)]
    small.deliver("shop", [*bad, customer(99, email="good@koe.example")])
    assert Account(read=len(bad) + 1, inserted=1, quarantined=len(bad)) == small.account("shop")
    found = small.rows("SELECT record, field, rule FROM quarantine.records")
    assert sorted((json.dumps(record), field, rule) for record, (field, rule, _) in zip(bad, RULES, strict=True)) == sorted(found)


def test_the_reason_never_quotes_the_record(small: Small) -> None:
    """The reasons of quarantine say what a field must be, and hold nothing of the record."""
    small.deliver("shop", [customer(1, visits="Maija"), customer(2, born_on="Maija"), customer(3, kind="other", name="Maija")])
    small.load("shop")
    assert {"must be a whole number", "must be a date", "must be one of consumer, company"} == {
        row[0] for row in small.rows("SELECT reason FROM quarantine.records")
    }


def test_a_line_that_cannot_be_read_is_quarantined(small: Small) -> None:
    """A line that is no JSON stands in quarantine as it came, of no field."""
    small.deliver("chats", '{"id": "chat-1", "ended_at": "2026-10-01T10:00:00Z"}\n{"id": "chat-2", "ended\n')
    assert Account(read=2, inserted=1, quarantined=1) == small.account("chats")
    assert small.rows("SELECT field, rule, reason, record FROM quarantine.records") == [
        (None, "unreadable", "is not valid JSON", '{"id": "chat-2", "ended')
    ]


def test_bytes_that_are_no_text_are_quarantined(small: Small) -> None:
    """A line in another encoding than the stated one is not read as something that it is not."""
    lines = [json.dumps(chat(number, text="en tiedä"), ensure_ascii=False) for number in (1, 2)]
    (small.data / "chats" / "records.ndjson").write_bytes(lines[0].encode("latin-1") + b"\n" + lines[1].encode())
    assert Account(read=2, inserted=1, quarantined=1) == small.account("chats")
    assert small.rows("SELECT reason FROM quarantine.records") == [("is not text in the stated encoding",)]


def test_the_first_broken_rule_is_told(small: Small) -> None:
    """A record that breaks several rules stands in quarantine once."""
    small.deliver("shop", [customer(1, visits=-5, spent="much", born_on="never")])
    assert Account(read=1, quarantined=1) == small.account("shop")
    assert small.rows("SELECT field, rule FROM quarantine.records") == [("born_on", "type")]


def test_a_number_that_is_no_time_stops_nothing(small: Small) -> None:
    """Seconds that no time can hold, as milliseconds in their place, are one record's fault and not the batch's."""
    small.dataset("chats.conversations")["fields"]["ended_at"]["epoch"] = "seconds"
    small.describe()
    strange = [chat(number) | {"ended_at": value} for number, value in enumerate([99999999999999, 1790845200000, "-5", "1e5"])]
    small.deliver("chats", [*strange, chat(9) | {"ended_at": 1790845200}])
    assert Account(read=5, inserted=1, quarantined=4) == small.account("chats")


def test_a_record_without_any_key_of_its_own(small: Small) -> None:
    """Where the text is the key, equal records are as many rows as there are, and stay so."""
    small.dataset("chats.conversations")["key"] = "content"
    small.describe()
    small.deliver("chats", [chat(1), chat(1), chat(2)])
    assert Account(read=3, inserted=3) == small.account("chats")
    assert Account(read=3, unchanged=3) == small.account("chats")
    small.deliver("chats", [chat(2), chat(1), chat(1), chat(1)])
    assert Account(read=4, inserted=1, unchanged=3) == small.account("chats")


def test_an_empty_file_reads_nothing(small: Small) -> None:
    """A file without records is no error."""
    small.deliver("chats", "\n\n")
    assert Account(read=0) == small.account("chats")


def test_the_ledger_keeps_the_account(small: Small) -> None:
    """What a batch came to stands in the ledger, done once it is published, with counts and no record in it."""
    small.deliver("chats", [chat(1, email="aino@koe.example"), chat(2, ended_at="never")])
    run = small.run
    small.load("chats")
    assert [batch["state"] for batch in small.register.ledger.batches_of(run)] == ["loaded"]
    small.publish()
    (batch,) = small.register.ledger.batches_of(run)
    assert ("done", Account(read=2, inserted=1, quarantined=1).as_dict()) == (batch["state"], batch["account"])
    assert "aino" not in str(batch)
