"""After a purge, no byte of what went is found in any file of the home."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from tests.helpers.bundles import delivered
from tests.helpers.records import call, chat, customer, trader
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.small import Small

LATER = "2027-11-01T03:00:00+02:00"


class Marks:
    """Distinct values that cannot be compressed, so that a search for their bytes finds them."""

    def __init__(self) -> None:
        """None yet."""
        self.all: dict[str, bytes] = {}

    def text(self, name: str) -> str:
        """A marker of a field."""
        mark = secrets.token_hex(16)
        self.all[name] = mark.encode()
        return mark

    def email(self, name: str) -> str:
        """A marker that is an e-mail address."""
        return f"{self.text(name)}@koe.example"

    def number(self, name: str, before: str = "") -> str:
        """A marker of digits."""
        mark = before + "".join(secrets.choice("123456789") for _ in range(17))
        self.all[name] = mark.encode()
        return mark

    def phone(self, name: str) -> str:
        """A marker that is a telephone number in its normal form."""
        mark = "+35840" + "".join(secrets.choice("123456789") for _ in range(7))
        self.all[name] = mark.encode()
        return mark

    def sound(self, name: str) -> bytes:
        """A marker in bytes that are no text."""
        self.all[name] = secrets.token_bytes(32)
        return secrets.token_bytes(5_000) + self.all[name] + secrets.token_bytes(5_000)

    def found(self, folder: Path) -> set[str]:
        """The markers whose bytes stand in any file below a folder."""
        contents = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
        return {name for name, mark in self.all.items() if any(mark in content for content in contents)}


def _fill(small: Small, marks: Marks, *, past: bool) -> None:
    """A record of every source with a marker in every field that holds text, and a quarantined one; past their periods, or not."""
    which = "past" if past else "kept"
    ended = "2026-10-01T10:00:00Z" if past else "2027-10-31T10:00:00Z"
    (small.data / "calls" / f"{which}.wav").write_bytes(marks.sound(f"{which} sound"))
    shop = {
        "customer_number": marks.number(f"{which} customer number", "C"),
        "name": marks.text(f"{which} name"),
        "email": marks.email(f"{which} customer's email"),
        "phone": marks.phone(f"{which} customer's phone"),
        "kind": "consumer",
        "ended_on": ended[:10],
    }
    quarantined = {"name": marks.text(f"{which} quarantined name"), "email": marks.email(f"{which} quarantined email")}
    bad = customer(2, visits="x", ended_on=ended[:10]) | quarantined
    visitor = {
        "id": marks.text(f"{which} chat"),
        "user_id": marks.text(f"{which} user"),
        "email": marks.email(f"{which} visitor's email"),
        "phone": marks.phone(f"{which} visitor's phone"),
        "cookie": marks.text(f"{which} cookie"),
        "agent_email": marks.email(f"{which} agent"),
        "text": marks.text(f"{which} text"),
        "ended_at": ended,
    }
    small.deliver("shop", [shop, bad], f"{which}.ndjson")
    small.deliver("chats", [visitor], f"{which}.ndjson")
    if past:
        small.deliver("chats", f'{{"id": "{marks.text("past broken line")}\n', "broken.ndjson")
    recorded = call(1, ended, audio=f"{which}.wav", phone=marks.phone(f"{which} caller")) | {"id": marks.text(f"{which} call")}
    small.deliver("calls", [recorded], f"{which}.csv")
    company = trader(1, name=marks.text(f"{which} trader's name")) | {"id": marks.text(f"{which} trader")}
    small.deliver("registry", [company if past else company | {"ended_on": ended[:10]}], f"{which}.ndjson")


def test_no_byte_of_what_went_is_left(small: Small) -> None:
    """Markers of every field, of quarantine and of audio stand in the home before the purge; after it those of what went are nowhere.

    Nowhere: the warehouse, the ledger with its write-ahead log, the recordings, what a run that died left in landing, temporary files.
    """
    marks = Marks()
    sources = ("shop", "chats", "calls", "registry")
    _fill(small, marks, past=True)
    _fill(small, marks, past=False)
    everything = set(marks.all)
    sounds = {name for name in everything if name.endswith("sound")}
    past = {name for name in everything if name.startswith("past")}
    small.load(*sources)
    assert everything - sounds == marks.found(small.home.path / "landing")
    small.publish()
    assert marks.found(small.home.path / "landing") == set()
    assert everything - sounds == marks.found(small.home.path / "warehouse")
    assert sounds == marks.found(small.home.path / "recordings")
    small.load(*sources, run="died")
    assert everything - sounds == marks.found(small.home.path / "landing")
    small.at(LATER)
    ledger = {file.name for file in small.home.path.glob("ledger.db*")}
    assert {"ledger.db", "ledger.db-wal", "ledger.db-shm"} == ledger
    assert sum(record.records for record in small.purge().records) == 6
    assert everything - past == marks.found(small.home.path)
    small.close()
    assert everything - past == marks.found(small.home.path)


@pytest.mark.parametrize("key", [["id"], "content"], ids=["key", "content"])
def test_no_byte_of_a_field_that_went_before_its_record_is_left(small: Small, key: object) -> None:
    """A field's marker is gone from every file with the purge that emptied it, and stays gone when the source delivers it again."""
    dataset = small.dataset("chats.conversations")
    dataset["key"] = key
    dataset["fields"]["text"]["retention"] = "month"
    dataset["persons"]["visitor"].append("ip")
    tags = {"category": "user.device.ip_address", "origin": "website", "promise": "held", "identifies": "ip", "shared": True}
    dataset["fields"]["ip"] = {"type": "text", "retention": "month", **tags}
    small.describe()
    marks = Marks()
    whole = {name: marks.text(f"past {name}") for name in ("text", "ip")} | {"user_id": marks.text("kept user")}
    bad = f'{{"id": "{marks.text("past bad chat")}", "user_id": "{marks.text("past bad user")}"'
    small.deliver("chats", [chat(1, **whole), chat(2, "2026-10-14T10:00:00Z", text=marks.text("kept text"))])
    small.deliver("chats", f"{bad}\n", "bad.ndjson")
    small.ingest("chats")
    assert set(marks.all) == marks.found(small.home.path)
    small.at("2026-11-20T03:00:00+02:00")
    small.deliver("chats", [chat(1, **whole), chat(2, "2026-10-30T10:00:00Z", text=marks.text("kept text"))])
    small.load("chats")
    small.purge()
    assert {"kept user", "kept text"} == marks.found(small.home.path)
    for _ in range(2):
        small.ingest("chats")
        small.purge()
        assert {"kept user", "kept text"} == marks.found(small.home.path)


def test_no_byte_of_our_own_records_is_left(small: Small) -> None:
    """A bundle is gone a month after its making, and an answered request with what the person gave three years after its receipt.

    Gone: from the outbox, from the ledger and from its write-ahead log.
    """
    marks = Marks()
    ledger, home = small.register.ledger, small.home.path
    request = file_verified(ledger, "access", "en", [("email", marks.email("answered"))], small.register.clock.now())
    ledger.new_request("access", "en", [("email", marks.email("unanswered"))], small.register.clock.now())
    delivered(small.register, request.id, marks.text("bundle").encode())
    small.deliver("shop", [customer(1)])
    small.ingest("shop")
    assert set(marks.all) == marks.found(home)
    small.at("2026-11-16T03:00:00+02:00")
    small.purge()
    assert {"answered", "unanswered"} == marks.found(home)
    small.at("2029-10-16T03:00:00+03:00")
    small.purge()
    assert {"unanswered"} == marks.found(home)
    assert (home / "ledger.db-wal").stat().st_size == 0
    small.close()
    assert {"unanswered"} == marks.found(home)


def test_no_byte_of_a_superseded_row_is_left(small: Small) -> None:
    """What an update or a snapshot took away is gone from the files with the run that took it, without waiting for a purge."""
    marks = Marks()
    small.deliver("shop", [customer(1, name=marks.text("name")), customer(2, name=marks.text("other")), customer(3)])
    small.ingest("shop")
    assert {"name", "other"} == marks.found(small.home.path)
    small.deliver("shop", [customer(1, name="Aino"), customer(3)])
    small.ingest("shop")
    assert marks.found(small.home.path) == set()


def test_no_byte_of_a_field_that_left_is_left(small: Small) -> None:
    """A field that is no longer described is gone from the files with the next run."""
    marks = Marks()
    small.deliver("shop", [customer(1, name=marks.text("name"), email=marks.email("email"))])
    small.ingest("shop")
    assert {"name", "email"} == marks.found(small.home.path)
    fields = small.dataset("shop.customers")["fields"]
    del fields["name"], fields["email"]
    small.dataset("shop.customers")["persons"]["customer"].remove("email")
    small.describe()
    small.ingest("shop")
    assert marks.found(small.home.path) == set()
