"""A field that goes before its record: emptied by the purge, never brought back, and counted."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from assets.ingest.account import Account
from assets.retention.purge import plan
from assets.retention.run import Verified, overdue, verify
from resources.ledger import PurgeRecord
from tests.helpers.records import call, chat
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADDRESS, OTHER = "203.0.113.7", "198.51.100.4"
TABLE = "chats_conversations"
FIRST = "2026-10-16T03:00:00+03:00"
AFTER_A_MONTH = "2026-11-03T03:00:00+02:00"
AFTER_THREE = "2027-01-03T03:00:00+02:00"


def _describe(small: Small, key: object) -> None:
    """Chats with the visitor's IP address, kept for a month where the chat is kept for three."""
    dataset = small.dataset("chats.conversations")
    dataset["key"] = key
    dataset["persons"]["visitor"].append("ip")
    tags = {"category": "user.device.ip_address", "origin": "website", "promise": "held", "identifies": "ip", "shared": True}
    dataset["fields"]["ip"] = {"type": "text", "retention": "month", **tags}
    small.describe()
    small.at(FIRST)


@pytest.fixture(params=[["id"], "content"], ids=["key", "content"])
def small(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Small]:
    """A register of chats whose records have a key, or are known by their content."""
    made = Small(tmp_path)
    _describe(made, request.param)
    yield made
    made.close()


def _held(small: Small) -> list[tuple[str, str | None]]:
    return small.rows("SELECT id, ip FROM register.chats_conversations ORDER BY id, ip")


def _addresses(small: Small) -> list[str]:
    return [row[0] for row in small.rows("SELECT value FROM identity.identifiers WHERE field = 'ip' ORDER BY 1")]


def _planned(small: Small) -> list[PurgeRecord]:
    with small.register.warehouse.viewing(small.run) as engine:
        return [record for record in plan(engine, small.register.catalogue, small.register.clock.today()) if record.records]


def _deliver(small: Small) -> None:
    rows = [chat(1, "2026-10-02T10:00:00Z", ip=ADDRESS), chat(2, "2026-10-10T10:00:00Z", ip=OTHER), chat(3, "2026-10-02T10:00:00Z")]
    small.deliver("chats", rows)


def test_the_purge_empties_the_field_and_keeps_the_record(small: Small) -> None:
    """What is past the field's period is planned, emptied and told by the ledger; the record and the others' fields stay."""
    _deliver(small)
    small.ingest("chats")
    assert _planned(small) == []
    small.at(AFTER_A_MONTH)
    expected = [PurgeRecord("field", TABLE, "month", 1, dt.date(2026, 10, 2), dt.date(2026, 10, 2))]
    assert (_planned(small), overdue(small.register)) == (expected, expected)
    run = small.run
    assert small.purge().records == expected
    assert _held(small) == [("chat-1", None), ("chat-2", OTHER), ("chat-3", None)]
    assert _addresses(small) == [OTHER]
    assert [(row["layer"], row["rule"], row["records"]) for row in small.register.ledger.purges_of(run)] == [("field", "month", 1)]
    assert (overdue(small.register), verify(small.register).overdue) == ([], 0)
    assert small.purge().records == []


def test_the_boundary_is_the_day(small: Small) -> None:
    """The field is kept through the last day of its period, and goes on the day after."""
    _deliver(small)
    small.load("chats")
    small.at("2026-11-02T23:59:59+02:00")
    assert small.purge().records == []
    small.at("2026-11-03T00:00:00+02:00")
    assert [record.layer for record in small.purge().records] == ["field"]


def test_a_source_that_still_has_it_never_brings_it_back(small: Small) -> None:
    """Read again and again, before the purge and after it, the same file changes nothing: neither rows nor counts."""
    _deliver(small)
    assert small.account("chats") == Account(read=3, inserted=3)
    small.publish()
    small.at(AFTER_A_MONTH)
    assert small.account("chats") == Account(read=3, unchanged=3)
    assert _held(small) == [("chat-1", ADDRESS), ("chat-2", OTHER), ("chat-3", None)]
    assert [record.layer for record in small.purge().records] == ["field"]
    for _ in range(2):
        assert small.account("chats") == Account(read=3, unchanged=3)
        assert _held(small) == [("chat-1", None), ("chat-2", OTHER), ("chat-3", None)]
        small.publish()
    assert _addresses(small) == [OTHER]


def test_what_is_first_read_late_comes_in_without_it(small: Small) -> None:
    """A record that is read for the first time when its field's period is over is loaded without the field, and stays the same."""
    _deliver(small)
    small.at(AFTER_A_MONTH)
    assert small.account("chats") == Account(read=3, inserted=3)
    assert _held(small) == [("chat-1", None), ("chat-2", OTHER), ("chat-3", None)]
    assert small.account("chats") == Account(read=3, unchanged=3)
    assert small.purge().records == []


def test_the_record_goes_whole_in_its_own_time(small: Small) -> None:
    """What is past the record's period is counted as a record alone, whether its field was emptied before or not."""
    _deliver(small)
    small.ingest("chats")
    small.at(AFTER_A_MONTH)
    small.purge()
    small.at(AFTER_THREE)
    found = [(record.layer, record.rule, record.records) for record in small.purge().records]
    assert found == [("register", "chats", 2), ("field", "month", 1)]
    assert _held(small) == [("chat-2", None)]
    account = small.account("chats")
    assert (account.unchanged, account.dropped) == (1, {"past_retention": 2})


def test_a_quarantined_record_goes_by_the_shortest_period(small: Small) -> None:
    """The text of a record that cannot be loaded holds the field, too: it goes by the field's rule, and does not come back."""
    small.dataset("chats.conversations")["fields"]["text"]["required"] = True
    small.describe()
    small.deliver("chats", [chat(1, "2026-10-02T10:00:00Z", ip=ADDRESS, text=None), chat(2, "never", ip=OTHER)])
    assert small.account("chats") == Account(read=2, quarantined=2)
    small.publish()
    small.at("2026-11-02T03:00:00+02:00")
    assert small.purge().records == []
    small.at("2026-11-17T03:00:00+02:00")
    purged = small.purge().records
    assert [(record.layer, record.rule, record.records) for record in purged] == [("quarantine", "month", 2)]
    assert small.account("chats") == Account(read=2, dropped={"past_retention": 1, "purged_before": 1})


def test_a_field_of_a_later_end_comes_back_with_it(tmp_path: Path) -> None:
    """Where the source moves the end itself, the period runs from the new one: the value is what the source says."""
    small = Small(tmp_path)
    _describe(small, ["id"])
    _deliver(small)
    small.ingest("chats")
    small.at(AFTER_A_MONTH)
    small.purge()
    small.deliver("chats", [chat(1, "2026-11-01T10:00:00Z", ip=ADDRESS), chat(2, "2026-10-10T10:00:00Z", ip=OTHER)])
    assert small.account("chats") == Account(read=2, updated=1, unchanged=1)
    assert _held(small)[0] == ("chat-1", ADDRESS)
    small.close()


def test_a_recording_that_goes_before_its_call(tmp_path: Path) -> None:
    """The audio may have a period of its own: its file goes, the rest of the call stays, and reading again brings nothing back."""
    small = Small(tmp_path)
    small.dataset("calls.recordings")["fields"]["audio"]["retention"] = "month"
    small.describe()
    small.at(FIRST)
    for number in (1, 2):
        (small.data / "calls" / f"{number}.wav").write_bytes(b"sound")
    small.deliver("calls", [call(1, "2026-10-02T10:00:00Z"), call(2, "2026-10-10T10:00:00Z")], "calls.csv")
    small.ingest("calls")
    small.at(AFTER_A_MONTH)
    purged = small.purge()
    assert ([(record.layer, record.records) for record in purged.records], purged.files) == ([("field", 1)], 1)
    assert small.account("calls") == Account(read=2, unchanged=2)
    small.publish()
    assert small.rows("SELECT id, audio FROM register.calls_recordings ORDER BY id") == [("call-1", None), ("call-2", "2.wav")]
    assert len([file for file in small.register.recordings.rglob("*") if file.is_file()]) == 1
    assert verify(small.register) == Verified(overdue=0, undeclared=0, orphans=0)
    small.close()


def test_another_change_does_not_bring_it_back(tmp_path: Path) -> None:
    """A record that changes elsewhere after its field was emptied is updated, and the field stays empty; before that it keeps its value."""
    small = Small(tmp_path)
    _describe(small, ["id"])
    _deliver(small)
    small.ingest("chats")
    small.at(AFTER_A_MONTH)
    small.deliver("chats", [chat(1, "2026-10-02T10:00:00Z", ip=OTHER, text="Terve")])
    assert small.account("chats") == Account(read=1, updated=1)
    assert _held(small)[0] == ("chat-1", ADDRESS)
    small.purge()
    small.deliver("chats", [chat(1, "2026-10-02T10:00:00Z", ip=ADDRESS, text="Hei")])
    assert small.account("chats") == Account(read=1, updated=1)
    assert small.rows("SELECT ip, text FROM register.chats_conversations WHERE id = 'chat-1'") == [(None, "Hei")]
    small.close()


class TestKnownByContent:
    """Records without a key, of which the ids are made of the content that is left."""

    @pytest.fixture
    def small(self, tmp_path: Path) -> Iterator[Small]:
        """Such a register."""
        made = Small(tmp_path)
        _describe(made, "content")
        yield made
        made.close()

    def test_the_value_cannot_be_found_out_from_the_id(self, small: Small) -> None:
        """After the purge no id of the record is a hash of a content with the address in it, in any table."""
        _deliver(small)
        small.ingest("chats")
        before = {row[0] for row in small.rows("SELECT _record FROM register.chats_conversations WHERE ip IS NOT NULL")}
        small.at(AFTER_A_MONTH)
        small.purge()
        left = {row[0] for row in small.rows("SELECT _record FROM register.chats_conversations WHERE ip IS NOT NULL")}
        (gone,) = before - left
        found = small.everything()
        assert [table for table, rows in found.items() if any(gone in row.values() for row in rows)] == []
        ids = {row["_record"] for row in found["register.chats_conversations"]}
        assert {row["_record"] for row in found["identity.identifiers"]} <= ids
        assert {row["_record"] for row in found["identity.record_persons"]} <= ids

    def test_equals_are_counted(self, small: Small) -> None:
        """Records that differ in the address alone stay as many as they were when it is gone, and are the same on every reading."""
        same = [chat(1, "2026-10-02T10:00:00Z", ip=f"203.0.113.{number}") for number in (1, 2, 3, 3)]
        small.deliver("chats", same)
        assert small.account("chats") == Account(read=4, inserted=4)
        small.publish()
        small.at(AFTER_A_MONTH)
        assert [record.records for record in small.purge().records] == [4]
        assert _held(small) == [("chat-1", None)] * 4
        for delivered in (same, same[1:], [*same, *same][:4]):
            small.deliver("chats", delivered)
            assert small.account("chats") == Account(read=len(delivered), unchanged=len(delivered))
            small.publish()
        assert _held(small) == [("chat-1", None)] * 4
        ids = small.rows("SELECT count(DISTINCT _record) FROM register.chats_conversations")
        assert ids == [(4,)]

    def test_one_that_comes_late_beside_one_that_is_held_whole(self, small: Small) -> None:
        """A late equal is loaded without its address while another is still held with it; after the purge both are there."""
        one, other = (chat(1, "2026-10-02T10:00:00Z", ip=address) for address in (ADDRESS, OTHER))
        small.deliver("chats", [one])
        small.ingest("chats")
        small.at(AFTER_A_MONTH)
        small.deliver("chats", [one, other])
        assert small.account("chats") == Account(read=2, inserted=1, unchanged=1)
        assert [record.records for record in small.purge().records] == [1]
        assert small.account("chats") == Account(read=2, unchanged=2)
        assert small.rows("SELECT count(*), count(DISTINCT _record) FROM register.chats_conversations") == [(2, 2)]
