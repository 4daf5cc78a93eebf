"""Records leave quarantine once their rule is mended: typed again out of their own text, by what the catalogue says now."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from assets.ingest.account import Account
from assets.ingest.release import Released, release
from tests.helpers.records import call, chat, customer, trader

if TYPE_CHECKING:
    from tests.helpers.small import Small

TOMORROW = "2026-10-16T03:00:00+03:00"


def _release(small: Small, *tables: str) -> list[Released]:
    """Release into the run that is under way; of all data sets, or of those named."""
    catalogue = small.register.catalogue
    return release(small.register, small.run, [each for each in catalogue.datasets if not tables or each.id in tables])


def _account(small: Small) -> Account:
    (released,) = _release(small)
    return released.account


def test_a_mended_rule_releases_what_now_fits(small: Small) -> None:
    """What fits the mended rule is loaded with its persons; the rest stays, with the time of its coming and the rule it breaks now."""
    small.deliver(
        "shop", [customer(1, visits=500, email="aino@koe.example"), customer(2, visits=2000), customer(3, visits=700, born_on="x")]
    )
    small.ingest("shop")
    before = small.rows("SELECT _quarantine, _batch, _quarantined_at FROM quarantine.records ORDER BY record")
    small.dataset("shop.customers")["fields"]["visits"] |= {"max": 1000}
    small.describe()
    small.at(TOMORROW)
    assert Account(read=3, inserted=1, quarantined=2) == _account(small)
    assert small.rows("SELECT customer_number, visits FROM register.shop_customers") == [("C1", 500)]
    assert small.rows("SELECT value FROM identity.identifiers WHERE kind = 'email'") == [("aino@koe.example",)]
    assert small.rows("SELECT field, rule, reason FROM quarantine.records ORDER BY record") == [
        ("visits", "max", "must be at most 1000"),
        ("born_on", "type", "must be a date"),
    ]
    assert before[1:] == small.rows("SELECT _quarantine, _batch, _quarantined_at FROM quarantine.records ORDER BY record")


def test_release_comes_to_what_the_source_would(small: Small) -> None:
    """A register whose rule was mended later is the same as one that had the right rule from the start."""
    records = [customer(number, visits=50 + number * 20, phone=f"040 12345{number:02d}") for number in range(10)]
    small.dataset("shop.customers")["fields"]["visits"]["max"] = 1000
    small.describe()
    small.deliver("shop", records)
    small.load("shop")
    expected = small.everything(without=["_batch"])
    small.register.warehouse.release(small.run)
    small.dataset("shop.customers")["fields"]["visits"]["max"] = 100
    small.describe()
    small.load("shop")
    assert small.rows("SELECT count(*) FROM quarantine.records") == [(7,)]
    small.dataset("shop.customers")["fields"]["visits"]["max"] = 1000
    small.describe()
    assert Account(read=7, inserted=7) == _account(small)
    assert expected == small.everything(without=["_batch"])


def test_a_released_update_changes_its_row(small: Small) -> None:
    """The newer version of a record that is held takes the row's place, and a snapshot's other rows stay."""
    small.deliver("shop", [customer(1, visits=3), customer(2)])
    small.ingest("shop")
    small.deliver("shop", [customer(1, visits=500), customer(2)])
    small.ingest("shop")
    small.dataset("shop.customers")["fields"]["visits"]["max"] = 1000
    small.describe()
    assert Account(read=1, updated=1) == _account(small)
    assert small.rows("SELECT customer_number, visits FROM register.shop_customers ORDER BY 1") == [("C1", 500), ("C2", None)]
    assert small.rows("SELECT * FROM quarantine.records") == []


def test_nothing_older_takes_the_place_of_what_is_newer(small: Small) -> None:
    """A bad record whose key could not be found, and of which a good one was read since, is dropped where its key is found later."""
    key = small.dataset("shop.customers")["fields"]["customer_number"]
    small.deliver("shop", [{"kind": "consumer", "number": "C1", "name": "old"}, customer(9)])
    small.dataset("shop.customers")["load"] = "append"
    small.describe()
    small.ingest("shop")
    small.at(TOMORROW)
    small.deliver("shop", [customer(1, name="new")])
    small.ingest("shop")
    key["from"] = ["customer_number", "number"]
    small.describe()
    assert Account(read=1, dropped={"superseded_since": 1}) == _account(small)
    assert small.rows("SELECT name FROM register.shop_customers WHERE customer_number = 'C1'") == [("new",)]
    assert small.rows("SELECT * FROM quarantine.records") == []


def test_the_latest_of_several_bad_versions_is_loaded(small: Small) -> None:
    """Where quarantine has several versions of a record, the one that came last counts."""
    small.dataset("chats.conversations")["fields"]["text"]["pattern"] = "^x"
    small.describe()
    small.deliver("chats", [chat(1, text="first"), chat(1, text="second"), chat(1, text="last")])
    small.ingest("chats")
    del small.dataset("chats.conversations")["fields"]["text"]["pattern"]
    small.describe()
    assert Account(read=3, inserted=1, dropped={"superseded_in_batch": 2}) == _account(small)
    assert small.rows("SELECT text FROM register.chats_conversations") == [("last",)]


def test_what_is_past_its_period_or_was_purged_is_not_loaded(small: Small) -> None:
    """Release obeys retention: what has ended since leaves quarantine, and enters no table."""
    small.dataset("chats.conversations")["fields"]["text"]["pattern"] = "^x"
    small.describe()
    small.deliver("chats", [chat(1, text="a", ended_at="2026-07-20T10:00:00Z"), chat(2, text="a")])
    small.ingest("chats")
    del small.dataset("chats.conversations")["fields"]["text"]["pattern"]
    small.describe()
    small.at("2026-11-01T03:00:00+02:00")
    assert Account(read=2, inserted=1, dropped={"past_retention": 1}) == _account(small)
    assert small.rows("SELECT id FROM register.chats_conversations") == [("chat-2",)]
    assert small.rows("SELECT * FROM quarantine.records") == []


def test_what_stands_around_a_record_is_kept_with_it(small: Small) -> None:
    """Fields out of the enclosing document, the list's number, the file and the line come back as they were read."""
    conversations = small.dataset("chats.conversations")
    conversations["read"] = {"files": "*.ndjson", "format": "ndjson", "records": "messages"}
    conversations["key"] = ["id", "user_id"]
    fields = conversations["fields"]
    fields["id"]["from"] = "^about['id]/x~"
    fields["user_id"] |= {"from": "_index", "required": True}
    fields["email"]["from"] = "^visitor.mail"
    fields["phone"] |= {"from": "_file", "type": "text"}
    fields["cookie"]["from"] = "_line"
    fields["text"]["pattern"] = "^x"
    fields["id"]["from"] = "^id"
    small.describe()
    messages = [{"text": text, "ended_at": "2026-10-01T10:00:00Z"} for text in ("one", "x", "three")]
    small.deliver("chats", [{"id": "d1", "messages": []}, {"id": "d2", "visitor": {"mail": "aino@koe.example"}, "messages": messages}])
    assert small.account("chats").quarantined == 2
    del fields["text"]["pattern"]
    small.describe()
    assert _account(small).inserted == 2
    columns = "id, user_id, email, phone, cookie, text"
    assert small.rows(f"SELECT {columns} FROM register.chats_conversations ORDER BY user_id") == [  # noqa: S608 - the test's own columns
        ("d2", str(number), "aino@koe.example", "records.ndjson", "2", text) for number, text in enumerate(("one", "x", "three"))
    ]


def test_what_was_kept_without_its_surroundings_is_not_tried(small: Small) -> None:
    """A field that comes to be read from around the record cannot be known of what is in quarantine already: it waits for its source."""
    fields = small.dataset("chats.conversations")["fields"]
    fields["text"]["pattern"] = "^x"
    small.describe()
    small.deliver("chats", [chat(1, text="a")])
    small.ingest("chats")
    del fields["text"]["pattern"]
    fields["cookie"]["from"] = "_file"
    small.describe()
    (released,) = _release(small)
    assert (released.account, released.untried) == (Account(0), 1)
    assert len(small.rows("SELECT * FROM quarantine.records")) == 1


FORMATS: list[tuple[dict[str, Any], str]] = [
    (
        {"files": "*.csv", "format": "csv"},
        'id,email,ended_at,text\n1,a@koe.example,2026-10-01T10:00:00Z,"say ""hi"",\nall"\n2,,2026-10-01T10:00:00Z,x\n',
    ),
    (
        {"files": "*.csv", "format": "delimited", "delimiter": "||", "record_end": "&&", "columns": ["id", "email", "ended_at", "text"]},
        '1||a@koe.example||2026-10-01T10:00:00Z||say "hi",&&\n2||||2026-10-01T10:00:00Z||x&&\n',
    ),
    (
        {"files": "*.csv", "format": "json"},
        '[{"id": 1, "ended_at": "2026-10-01T10:00:00Z", "text": "say"}, {"id": 2, "ended_at": "2026-10-01T10:00:00Z", "text": "x"}]',
    ),
]


@pytest.mark.parametrize(("read", "text"), FORMATS, ids=["csv", "delimited", "json"])
def test_every_format_is_typed_again(small: Small, read: dict[str, Any], text: str) -> None:
    """What is released is to the letter what is read of the source by the mended rules."""
    conversations = small.dataset("chats.conversations")
    conversations["read"] = read
    small.describe()
    small.deliver("chats", text, "records.csv")
    small.load("chats")
    expected = small.everything(without=["_batch"])
    small.register.warehouse.release(small.run)
    conversations["fields"]["text"]["pattern"] = "^x"
    small.describe()
    assert small.account("chats").quarantined == 1
    del conversations["fields"]["text"]["pattern"]
    small.describe()
    assert Account(read=1, inserted=1) == _account(small)
    assert expected == small.everything(without=["_batch"])


def test_lines_of_an_access_log_are_typed_again(small: Small) -> None:
    """A line of a log is taken apart again."""
    chats = small.described["chats"]
    chats["connector"] = "weblog"
    conversations = chats["datasets"]["conversations"]
    conversations["read"] = {"files": "*.log"}
    fields = conversations["fields"]
    for field, path in {"id": "request", "cookie": "host", "text": "user_agent", "ended_at": "time"}.items():
        fields[field]["from"] = path
    fields["ended_at"]["formats"] = ["%d/%b/%Y:%H:%M:%S %z"]
    fields["text"]["pattern"] = "^x"
    small.describe()
    small.deliver("chats", '192.0.2.1 - - [01/Oct/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "Mozilla \\"5\\""\n', "access.log")
    assert small.account("chats").quarantined == 1
    del fields["text"]["pattern"]
    small.describe()
    assert Account(read=1, inserted=1) == _account(small)
    assert small.rows("SELECT id, cookie, CAST(ended_at AS VARCHAR) FROM register.chats_conversations") == [
        ("GET /a HTTP/1.1", "192.0.2.1", "2026-10-01 10:00:00")
    ]


def test_a_call_whose_audio_came_later(small: Small) -> None:
    """A call that waited for its audio file is released with it."""
    small.deliver("calls", [call(1), call(2)], "calls.csv")
    small.load("calls")
    (small.data / "calls" / "2.wav").write_bytes(b"sound")
    assert Account(read=2, inserted=1, quarantined=1) == _account(small)
    assert [file.read_bytes() for file in (small.register.recordings / "calls_recordings").iterdir()] == [b"sound"]


def test_equal_records_without_a_key(small: Small) -> None:
    """Where the content is the key, equal bad records are as many rows after their release."""
    conversations = small.dataset("chats.conversations")
    conversations["key"] = "content"
    conversations["fields"]["text"]["pattern"] = "^x"
    small.describe()
    small.deliver("chats", [chat(1, text="a"), chat(1, text="a"), chat(2, text="a")])
    small.load("chats")
    del conversations["fields"]["text"]["pattern"]
    small.describe()
    assert Account(read=3, inserted=3) == _account(small)
    assert Account(read=3, unchanged=3) == small.account("chats")


def test_what_cannot_be_read_stays(small: Small) -> None:
    """A line that no rule would make readable is counted, and stays."""
    small.deliver("shop", '{"customer_number": "C1", "kind"\n')
    small.deliver("registry", [trader(1, name=None)])
    small.ingest("shop", "registry")
    before = small.everything()
    released = {each.dataset.id: (asdict(each.account), each.untried) for each in _release(small)}
    assert released == {
        "shop.customers": (asdict(Account(0)), 1),
        "registry.traders": (asdict(Account(read=1, quarantined=1)), 0),
    }
    assert before == small.everything()


def test_a_release_is_told_apart_from_a_reading(small: Small) -> None:
    """It stands among the batches as one out of quarantine, and makes what is held of the source no newer."""
    small.deliver("shop", [customer(1, visits=500)])
    small.ingest("shop")
    read_at = small.register.ledger.latest_read("shop", "customers")
    small.dataset("shop.customers")["fields"]["visits"]["max"] = 1000
    small.describe()
    small.at(TOMORROW)
    _release(small)
    small.publish()
    assert small.rows("SELECT read_from, read, inserted, quarantined FROM meta.batches ORDER BY landed_at") == [
        ("source", 1, 0, 1),
        ("quarantine", 1, 1, 0),
    ]
    assert read_at == small.register.ledger.latest_read("shop", "customers")
    assert list(small.register.landing.folder.iterdir()) == []


def test_a_bad_row_names_its_file_and_line(small: Small) -> None:
    """A row of a CSV file that breaks a rule stands in quarantine with the name of its file and the line on which it begins."""
    small.deliver("calls", 'id,phone,ended_at,audio\ncall-1,"+358\n40",2026-10-01T10:00:00Z,1.wav\n\ncall-2,,never,2.wav\n', "calls.csv")
    small.account("calls")
    rows = small.rows("SELECT json_extract_string(record, '$.id'), _context FROM quarantine.records WHERE field = 'ended_at'")
    assert [(record, json.loads(around)) for record, around in rows] == [("call-2", {"_file": "calls.csv", "_line": "5"})]
