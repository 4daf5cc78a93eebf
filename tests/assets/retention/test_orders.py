"""Work orders: the keys of what went, for the source to delete it too; sent to a real server and a real database, never unasked."""

from __future__ import annotations

import csv
import json
import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from assets.retention.orders import close_order, files_of
from assets.retention.run import overdue, purge_in_run
from assets.retention.sending import Sent, send
from resources.connectors.source_error import SourceError
from resources.errors import AnsvarError
from resources.keyed_hash import keyed_hash
from resources.ledger import tables
from resources.ledger.orders import OrderLedger
from tests.helpers.described import SHOP
from tests.helpers.erasing import erase, keeping
from tests.helpers.records import chat, customer
from tests.helpers.small import Small
from tests.resources.connectors.serving import Answer, Asked, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EMAIL = ("email", "aino@koe.example")
BY = "Dana Officer"


def _orders(small: Small, *states: str) -> list[dict[str, Any]]:
    return OrderLedger(small.register.ledger).orders(*states)


def _keys(small: Small, order: dict[str, Any]) -> list[dict[str, str]]:
    keys: list[dict[str, str]] = json.loads(files_of(small.register, order["work_order"])[0].read_text(encoding="utf-8"))
    return keys


def test_an_erasure_and_a_purge_order_their_keys(small: Small) -> None:
    """One order a data set, with the keys of what went and nothing else, as JSON and CSV, for the owner's eyes alone."""
    keeping(small, calls={"keeps": "legal_claims"})
    small.deliver("shop", [customer(1, email="aino@koe.example", name="Aino"), customer(2), customer(3, ended_on="2025-01-01")])
    small.deliver("chats", [chat(1, email="aino@koe.example", text="hello") | {"id": "=cmd|1"}, chat(2)])
    small.ingest("shop", "chats")
    erase(small, EMAIL)
    found = {(row["dataset"], row["reason"], row["state"], row["records"]): row for row in _orders(small)}
    assert set(found) == {("customers", "erasure", "open", 1), ("conversations", "erasure", "open", 1)}
    orders = {key[0]: row for key, row in found.items()}
    assert _keys(small, orders["customers"]) == [{"customer_number": "C1"}]
    assert _keys(small, orders["conversations"]) == [{"id": "=cmd|1"}]
    file = files_of(small.register, orders["conversations"]["work_order"])[1]
    with file.open(encoding="utf-8", newline="") as opened:
        assert list(csv.DictReader(opened)) == [{"id": "'=cmd|1"}]
    folder = small.home.path / "work_orders"
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    small.at("2027-02-01T03:00:00+02:00")
    purge_in_run(small.register, small.run)
    purged = [row for row in _orders(small) if row["reason"] == "purge"]
    assert [(row["dataset"], row["records"], _keys(small, row)) for row in purged] == [("conversations", 1, [{"id": "chat-2"}])]


def test_a_record_without_a_key_is_not_ordered(small: Small) -> None:
    """What is known by its content cannot be named to its source."""
    small.dataset("chats.conversations")["key"] = "content"
    keeping(small)
    small.deliver("chats", [chat(1, email="aino@koe.example")])
    small.ingest("chats")
    erase(small, EMAIL)
    assert _orders(small) == []


def test_without_a_period_there_are_no_orders(small: Small) -> None:
    """A register that does not say how long orders are kept makes none."""
    small.deliver("chats", [chat(1, "2026-07-01T10:00:00Z")])
    small.ingest("chats")
    small.at("2026-11-01T03:00:00+02:00")
    purge_in_run(small.register, small.run)
    assert (_orders(small), list((small.home.path / "work_orders").iterdir())) == ([], [])


def test_an_order_goes_when_its_period_is_over(small: Small) -> None:
    """An order that nobody saw to goes with its files and answers a month after it was made, counted; a file of no order goes, too."""
    keeping(small)
    small.deliver("shop", [customer(1, email="aino@koe.example")])
    small.ingest("shop")
    erase(small, EMAIL)
    stray = small.home.path / "work_orders" / "w0.json"
    stray.write_text("[]", encoding="utf-8")
    small.at("2026-11-15T23:00:00+02:00")
    assert "work_orders" not in {record.layer for record in overdue(small.register) if record.records > 1}
    small.at("2026-11-16T00:00:00+02:00")
    assert [(each.layer, each.records) for each in overdue(small.register)] == [("work_orders", 1)]
    small.at("2029-01-01T00:00:00+02:00")
    gone = {record.layer: record.records for record in purge_in_run(small.register, small.run).records if record.layer == "work_orders"}
    assert gone == {"work_orders": 2}
    assert (_orders(small), list((small.home.path / "work_orders").iterdir())) == ([], [])


def test_an_order_is_done_by_hand(small: Small) -> None:
    """Whoever deleted the records at the source says so by name; the keys go at once, that it was done stays."""
    keeping(small)
    small.deliver("shop", [customer(1, email="aino@koe.example")])
    small.ingest("shop")
    erase(small, EMAIL)
    (order,) = _orders(small, "open")
    close_order(small.register, order["work_order"], BY, small.register.clock.now())
    assert [(row["state"], row["done_by"]) for row in _orders(small)] == [("done", BY)]
    assert list((small.home.path / "work_orders").iterdir()) == []
    with pytest.raises(AnsvarError, match="no work order of that id"):
        close_order(small.register, "w1", BY, small.register.clock.now())


@pytest.fixture
def crm(tmp_path: Path) -> Iterator[Small]:
    """A register whose shop is an SQLite database that may be told to delete, by one statement a customer."""
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database, database:
        database.execute("CREATE TABLE customers (customer_number TEXT, email TEXT, kind TEXT)")
        rows = [(f"C{number}", "aino@koe.example" if number < 4 else f"{number}@koe.example", "consumer") for number in range(1, 9)]
        database.executemany("INSERT INTO customers VALUES (?, ?, ?)", rows)
    text = SHOP.replace("connector: files", "connector: database").replace('path: "${DATA}/shop"', f'url: "sqlite:///{tmp_path}/shop.db"')
    text = text.replace('read: {files: "*.ndjson", format: ndjson, where', "read: {table: customers, where")
    text = text.replace("persons: {customer: [customer_number, email, phone]}", "persons: {customer: [email, customer_number, phone]}")
    statement = "DELETE FROM customers WHERE customer_number = :customer_number"
    small = Small(tmp_path, {"shop": text.replace("    load: snapshot", f"    load: snapshot\n    deletes: {{statement: '{statement}'}}")})
    keeping(small)
    small.ingest("shop")
    yield small
    small.close()


def _left(small: Small) -> list[str]:
    with closing(sqlite3.connect(small.folder / "shop.db")) as database:
        return [row[0] for row in database.execute("SELECT customer_number FROM customers ORDER BY 1")]


def test_a_database_is_told_and_answers_are_recorded(crm: Small) -> None:
    """A dry run sends nothing; then each record is deleted by its key, one that is not there is absent, and the order is done."""
    erase(crm, EMAIL)
    (order,) = _orders(crm)
    assert list(send(crm.register, "shop", None)) == [Sent(order["work_order"], "shop.customers", 3)]
    assert len(_left(crm)) == 8
    with closing(sqlite3.connect(crm.folder / "shop.db")) as database, database:
        database.execute("DELETE FROM customers WHERE customer_number = 'C2'")
    assert list(send(crm.register, "shop", BY)) == [Sent(order["work_order"], "shop.customers", 3, deleted=2, absent=1)]
    assert _left(crm) == ["C4", "C5", "C6", "C7", "C8"]
    assert [(row["state"], row["deleted"], row["absent"], row["refused"]) for row in _orders(crm)] == [("done", 2, 1, 0)]
    with crm.register.ledger.engine.connect() as connection:
        rows = {row.hash: (row.status, row.code, row.sent_by) for row in connection.execute(tables.work_order_answers.select())}
    hashed = {number: keyed_hash(crm.home.pepper, "work_order/shop.customers", number) for number in ("C1", "C2", "C3")}
    assert rows == {hashed["C1"]: ("deleted", 1, BY), hashed["C2"]: ("absent", 0, BY), hashed["C3"]: ("deleted", 1, BY)}
    assert list((crm.home.path / "work_orders").iterdir()) == []
    assert list(send(crm.register, "shop", BY)) == []


def test_a_statement_that_takes_several_rows_is_rolled_back(crm: Small) -> None:
    """Two customers of one number: neither is deleted, the answer is `refused`, and the order stays open for a person to see to."""
    with closing(sqlite3.connect(crm.folder / "shop.db")) as database, database:
        database.execute("INSERT INTO customers VALUES ('C1', 'aino@koe.example', 'consumer')")
    erase(crm, EMAIL)
    (sent,) = send(crm.register, "shop", BY)
    assert (sent.deleted, sent.absent, sent.refused) == (2, 0, 1)
    assert _left(crm).count("C1") == 2
    (order,) = _orders(crm, "open")
    assert _keys(crm, order) == [{"customer_number": "C1"}, {"customer_number": "C2"}, {"customer_number": "C3"}]
    assert [each.waiting for each in send(crm.register, "shop", None)] == [1]


def test_a_database_that_refuses_is_a_clear_error(crm: Small) -> None:
    """A statement that the database does not take stops the sending, without a word of the record."""
    erase(crm, EMAIL)
    crm.dataset("shop.customers")["deletes"]["statement"] = "DELETE FROM nothing WHERE customer_number = :customer_number"
    crm.describe()
    with pytest.raises(SourceError, match="refused to delete") as caught:
        list(send(crm.register, "shop", BY))
    assert "C1" not in str(caught.value)
    assert len(_left(crm)) == 8


def _rest(small: Small, url: str) -> None:
    shop = small.described["shop"]
    shop |= {"connector": "rest", "connection": {"base_url": url, "auth": {"bearer": "${TOKEN}"}, "retries": 1}}
    dataset = small.dataset("shop.customers")
    dataset["read"] = {"path": "/customers", "records": "customers"}
    dataset["deletes"] = {"path": "/customers/{customer_number}", "rate": 600}
    small.describe()
    settings = small.home.path / "settings.env"
    settings.write_text(settings.read_text(encoding="utf-8") + "TOKEN=secret\n", encoding="utf-8")


def test_an_api_is_told_and_goes_on_where_it_stopped(small: Small) -> None:
    """Over HTTP: 204 is deleted, 404 absent, 409 refused; a server that fails stops it, and the next sending asks only for what is left."""
    keeping(small)
    statuses = {"/customers/C1": 204, "/customers/C2": 404, "/customers/C3": 409, "/customers/C4": 500}

    def answers(asked: Asked) -> Answer:
        if asked.method == "GET":
            rows = [{"customer_number": f"C{number}", "email": "aino@koe.example", "kind": "consumer"} for number in range(1, 5)]
            return Answer({"customers": rows})
        assert asked.headers["Authorization"] == "Bearer secret"
        return Answer({}, statuses[asked.path])

    with serving(answers) as served:
        _rest(small, served.url)
        small.dataset("shop.customers")["persons"]["customer"] = ["email", "customer_number", "phone"]
        small.describe()
        small.ingest("shop")
        erase(small, EMAIL)
        asked = len(served.asked)
        assert [each.waiting for each in send(small.register, "shop", None)] == [4]
        assert len(served.asked) == asked
        with pytest.raises(SourceError, match="HTTP 500"):
            list(send(small.register, "shop", BY))
        assert [(row["deleted"], row["absent"], row["refused"]) for row in _orders(small, "open")] == [(1, 1, 1)]
        statuses |= {"/customers/C3": 200, "/customers/C4": 202}
        before = len(served.asked)
        (sent,) = send(small.register, "shop", BY)
        assert (sent.deleted, sent.refused) == (2, 0)
        assert [(each.method, each.path) for each in served.asked[before:]] == [("DELETE", "/customers/C3"), ("DELETE", "/customers/C4")]
    assert [row["state"] for row in _orders(small)] == ["done"]


def test_what_cannot_be_told_says_so(small: Small) -> None:
    """A source without `deletes`, and one that is not there, are clear errors."""
    keeping(small)
    small.deliver("shop", [customer(1, email="aino@koe.example")])
    small.ingest("shop")
    erase(small, EMAIL)
    with pytest.raises(AnsvarError, match="state 'deletes' in its YAML, or delete them by hand"):
        list(send(small.register, "shop", None))
    with pytest.raises(AnsvarError, match="no source 'shp'"):
        list(send(small.register, "shp", None))
