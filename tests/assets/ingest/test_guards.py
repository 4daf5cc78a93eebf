"""A source that changed its format, or broke, neither fills the quarantine nor empties the register; and every batch is accounted for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from assets.ingest.account import FEW, Account, RefusedError
from tests.helpers.records import call, chat, customer, trader

if TYPE_CHECKING:
    from tests.helpers.small import Small

EVERYTHING = ["_batch", "_ingested_at"]


def _customers(bad: int, good: int) -> list[dict[str, object]]:
    """So many customers with a number of visits that is none, and good ones."""
    return [customer(number, visits="many") for number in range(bad)] + [customer(100 + number) for number in range(good)]


def test_a_batch_of_a_changed_format_is_not_loaded(small: Small) -> None:
    """Where more than a tenth is bad, the batch changes no row, and says which rules how many records break; none of them is quoted."""
    small.deliver("shop", [customer(number, name="Aino") for number in range(100)])
    small.ingest("shop")
    before = small.everything()
    small.deliver("shop", [customer(number, visits="Maija") for number in range(11)] + [customer(50 + number) for number in range(89)])
    (outcome,) = small.load("shop").values()
    assert Account(read=100, refused=100) == outcome.account
    assert str(outcome.error) == (
        "shop.customers is not loaded: 11 of 100 records break a rule (visits type: 11), and at most 10 % may. What is held of it stays. "
        "Mend the field's rule or the source; or state a larger 'most_quarantined' for the data set."
    )
    assert before == small.everything()
    assert outcome.rows == 100


@pytest.mark.parametrize(
    ("bad", "good", "share", "loads"),
    [
        (FEW, 0, 0.1, True),
        (FEW + 1, 0, 0.1, False),
        (11, 99, 0.1, True),
        (11, 98, 0.1, False),
        (11, 0, 1, True),
        (11, 5000, 0, False),
        (30, 70, 0.3, True),
        (31, 70, 0.3, False),
    ],
)
def test_how_many_may_be_bad(small: Small, bad: int, good: int, share: float, loads: bool) -> None:  # noqa: FBT001 - a case
    """Up to the stated share loads, and so does any small number of bad records; one more does not."""
    small.dataset("shop.customers")["most_quarantined"] = share
    small.describe()
    small.deliver("shop", _customers(bad, good))
    (outcome,) = small.load("shop").values()
    assert outcome.account is not None
    assert loads == (outcome.error is None) == (outcome.account.inserted == good and outcome.account.quarantined == bad)
    assert outcome.account.balances


def test_what_is_dropped_by_a_rule_does_not_make_the_rest_look_good(small: Small) -> None:
    """The share is that of the records that could be loaded: those past their period, or left out, do not count."""
    old = [chat(number, ended_at="2020-01-01T00:00:00Z") for number in range(500)]
    small.deliver("chats", [*old, *(chat(1000 + number, ended_at="soon") for number in range(11)), chat(5000)])
    (outcome,) = small.load("chats").values()
    assert isinstance(outcome.error, RefusedError)


def test_the_data_sets_beside_a_refused_one_are_read(small: Small) -> None:
    """A batch that is refused stops neither the next data set of its source nor another source."""
    chats = small.described["chats"]["datasets"]
    chats["second"] = chats["conversations"] | {"read": {"files": "*.more", "format": "ndjson"}}
    small.describe()
    small.deliver("chats", [chat(number, ended_at="soon") for number in range(20)])
    small.deliver("chats", [chat(1)], "records.more")
    first, second = small.load("chats").values()
    assert (first.account, second.account) == (Account(read=20, refused=20), Account(read=1, inserted=1))
    assert second.error is None


def test_the_ledger_tells_of_a_refused_batch(small: Small) -> None:
    """It stands there as refused, with its counts, also after the run was published; what is held is as old as before."""
    small.deliver("shop", [customer(1)])
    small.ingest("shop")
    read_at = small.register.ledger.latest_read("shop", "customers")
    small.at("2026-10-16T03:00:00+03:00")
    small.deliver("shop", _customers(20, 0))
    (outcome,) = small.ingest("shop", whole=False).values()
    refused, loaded = small.register.ledger.batches()
    assert (refused["state"], refused["account"]["refused"], loaded["state"]) == ("refused", 20, "done")
    assert read_at == outcome.read_at == small.register.ledger.latest_read("shop", "customers")


@pytest.mark.parametrize("values", [{}, {"customer_number": "C1"}])
def test_a_required_field_that_a_source_no_longer_has(small: Small, values: dict[str, str]) -> None:
    """Where no JSON record of a batch has a required field, the batch is refused, and the field named; else the others are bad."""
    small.deliver("shop", [customer(1, name="Aino")])
    small.load("shop")
    before = small.everything()
    small.deliver("shop", [{"kind": "consumer"}, {"kind": "consumer", **values}])
    (outcome,) = small.load("shop").values()
    if values:
        assert Account(read=2, updated=1, quarantined=1) == outcome.account
        return
    assert Account(read=2, refused=2) == outcome.account
    assert str(outcome.error) == (
        "shop.customers is not loaded: no record of the batch has the required 'customer_number'. Has the source renamed or dropped it? "
        "Mend 'from' of the field, or take away its 'required: true'."
    )
    assert before == small.everything()


def test_a_field_that_is_there_and_empty_is_not_missing(small: Small) -> None:
    """A required field that every record has, without a value, makes bad records and no changed source."""
    small.deliver("registry", [trader(1, name=None), trader(2, name="")])
    assert Account(read=2, quarantined=2) == small.account("registry")


def test_a_column_that_a_source_no_longer_has(small: Small) -> None:
    """Of rows, the header line tells: a required column that is not in it refuses the batch, one that is not required does not."""
    (small.data / "calls" / "1.wav").write_bytes(b"sound")
    small.deliver("calls", [{key: value for key, value in call(1).items() if key not in ("ended_at", "phone")}], "calls.csv")
    (outcome,) = small.load("calls").values()
    assert "no record of the batch has the required 'ended_at'." in str(outcome.error)
    small.deliver("calls", [{key: value for key, value in call(1).items() if key != "phone"}], "calls.csv")
    assert Account(read=1, inserted=1) == small.account("calls")


def test_required_fields_in_several_places(small: Small) -> None:
    """A field is there where any of its paths is: in the enclosing document, in a list, or picked out of one."""
    conversations = small.dataset("chats.conversations")
    conversations["read"] = {"files": "*.ndjson", "format": "ndjson", "records": "messages"}
    fields = conversations["fields"]
    fields["id"]["from"] = ["^missing", "^id"]
    fields["text"] |= {"required": True, "from": "parts[*].text"}
    fields["email"] |= {"required": True, "from": {"each": "names", "where": {"kind": "x"}, "take": "mail"}}
    fields["ended_at"]["from"] = ["ended", "_line"]
    small.describe()
    small.deliver("chats", [{"id": "1", "messages": [{"parts": [{"text": None}], "names": []}]}])
    assert small.account("chats").quarantined == 1
    small.deliver("chats", [{"id": "1", "messages": [{"parts": [{"other": "x"}], "names": []}]}])
    (outcome,) = small.load("chats").values()
    assert "has the required 'text'." in str(outcome.error)
    small.deliver("chats", [{"messages": [{"body": "x"}]}])
    (outcome,) = small.load("chats").values()
    assert "has the required 'id', 'email', 'text'." in str(outcome.error)


def test_a_batch_of_nothing_misses_nothing(small: Small) -> None:
    """An empty file, or one that no line of can be read, is no changed source."""
    small.deliver("shop", "")
    assert Account(read=0) == small.account("shop")
    small.deliver("shop", "{\n")
    assert Account(read=1, quarantined=1) == small.account("shop")


def test_every_batch_stands_in_the_published_warehouse(small: Small) -> None:
    """`meta.batches` has a row for each batch whose work is published, refused ones among them, and each is accounted for to the record."""
    small.deliver("shop", [customer(1), customer(2, visits="x"), customer(3, kind="stranger"), customer(1, name="Aino")])
    small.deliver("chats", [chat(number, ended_at="soon") for number in range(20)])
    small.deliver("registry", [trader(1)])
    small.ingest("shop", "chats", "registry", whole=False)
    small.deliver("shop", [customer(1, name="Aino")])
    small.ingest("shop", whole=False)
    with small.register.warehouse.reading() as engine:
        rows = engine.rows("""
            SELECT source, read, inserted, updated, unchanged, quarantined, refused, dropped, dropped_by, deleted, kept_back, run
            FROM meta.batches ORDER BY run, source
        """)
        unaccounted = engine.rows("""
            SELECT batch FROM meta.batches WHERE read <> inserted + updated + unchanged + quarantined + refused + dropped
        """)
        ids = {row[0] for row in engine.rows("SELECT batch FROM meta.batches")}
    assert [(*row[:8], json.loads(row[8]), *row[9:]) for row in rows] == [
        ("chats", 20, 0, 0, 0, 0, 20, 0, {}, 0, 0, "run001"),
        ("registry", 1, 1, 0, 0, 0, 0, 0, {}, 0, 0, "run001"),
        ("shop", 4, 1, 0, 0, 1, 0, 2, {"superseded_in_batch": 1, "where": 1}, 0, 0, "run001"),
        ("shop", 1, 0, 0, 1, 0, 0, 0, {}, 0, 0, "run002"),
    ]
    assert unaccounted == []
    assert ids == {batch["batch"] for batch in small.register.ledger.batches()}


def test_an_empty_snapshot_does_not_empty_quarantine(small: Small) -> None:
    """What a snapshot would delete is kept where it is suspiciously small: rows, and records in quarantine, which are counted with them."""
    small.deliver("shop", [*(customer(number) for number in range(4)), customer(7, visits="x"), customer(8, visits="y")])
    small.load("shop")
    before = small.everything()
    small.deliver("shop", "")
    assert Account(read=0, kept_back=6) == small.account("shop")
    assert before == small.everything()


@pytest.mark.parametrize(("share", "deleted", "kept_back"), [(0.9, 0, 2), (0.8, 2, 0), (0.1, 2, 0), (1, 0, 2)])
def test_how_small_a_snapshot_may_be_is_stated(small: Small, share: float, deleted: int, kept_back: int) -> None:
    """The share of what is held that a snapshot must still have stands in the YAML."""
    small.dataset("shop.customers")["smallest_snapshot"] = share
    small.describe()
    small.deliver("shop", [customer(number) for number in range(10)])
    small.load("shop")
    small.deliver("shop", [customer(number) for number in range(8)])
    assert Account(read=8, unchanged=8, deleted=deleted, kept_back=kept_back) == small.account("shop")


def test_a_line_of_a_snapshot_that_cannot_be_read_keeps_its_row(small: Small) -> None:
    """The row whose key stands in an unreadable line stays until that is mended; the other rows that the snapshot lacks are deleted."""
    small.deliver("shop", [customer(number, name=f"N{number}", email=f"{number}@koe.example") for number in range(6)])
    small.load("shop")
    lines = [json.dumps(customer(number, name=f"N{number}", email=f"{number}@koe.example")) for number in range(4)]
    small.deliver("shop", "\n".join([*lines[:3], lines[3][:-5]]) + "\n")
    assert Account(read=4, unchanged=3, quarantined=1, deleted=2, kept_back=1) == small.account("shop")
    numbers = "SELECT customer_number FROM register.shop_customers ORDER BY 1"
    assert [row[0] for row in small.rows(numbers)] == ["C0", "C1", "C2", "C3"]
    small.deliver("shop", "\n".join(lines[:3]) + "\n")
    assert Account(read=3, unchanged=3, deleted=1) == small.account("shop")
    assert [row[0] for row in small.rows(numbers)] == ["C0", "C1", "C2"]
    assert small.rows("SELECT * FROM quarantine.records") == []


def test_a_line_that_tells_no_key_keeps_every_row(small: Small) -> None:
    """Where an unreadable line may be any row's, nothing is deleted; once it is gone, what is missing goes."""
    small.deliver("shop", [customer(number) for number in range(6)])
    small.load("shop")
    lines = [json.dumps(customer(number)) for number in range(4)]
    small.deliver("shop", "\n".join([*lines, '{"kind": "consu']) + "\n")
    assert Account(read=5, unchanged=4, quarantined=1, kept_back=2) == small.account("shop")
    small.deliver("shop", "\n".join(lines) + "\n")
    assert Account(read=4, unchanged=4, deleted=2) == small.account("shop")


def test_unreadable_lines_where_keys_have_several_parts(small: Small) -> None:
    """Every part of a row's key must stand in the line for the row to be its; of records that are known by their content none is."""
    small.dataset("shop.customers")["key"] = ["customer_number", "kind"]
    small.dataset("shop.customers")["fields"]["kind"]["required"] = True
    small.describe()
    small.deliver("shop", [customer(number, kind=kind) for number in range(3) for kind in ("consumer", "company")])
    small.load("shop")
    lines = [json.dumps(customer(number, kind="consumer")) for number in range(2)] + [json.dumps(customer(0, kind="company"))]
    small.deliver("shop", "\n".join([*lines, json.dumps(customer(1, kind="company"))[:-1]]) + "\n")
    assert Account(read=4, unchanged=3, quarantined=1, deleted=2, kept_back=1) == small.account("shop")
    small.dataset("shop.customers")["key"] = "content"
    small.describe()
    small.deliver("shop", "\n".join(lines) + "\n")
    small.ingest("shop")
    held = small.rows("SELECT count(*) FROM register.shop_customers")
    small.deliver("shop", "\n".join([*lines[1:], lines[0][:-1]]) + "\n")
    account = small.account("shop")
    assert (account.deleted, account.quarantined) == (0, 1)
    assert held == small.rows("SELECT count(*) FROM register.shop_customers")
