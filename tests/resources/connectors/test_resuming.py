"""An extraction that was broken off goes on where it stopped; what is read since the last time is asked for by its time or its cursor."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from resources.catalogue import load_register
from resources.connectors.landing import Landing
from resources.connectors.pieces import since_by_days
from tests.resources.connectors.conftest import NOW
from tests.resources.connectors.serving import Answer, Asked, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.connectors.extract import Extraction
    from tests.resources.connectors.conftest import Row, Source

COUNT, SIZE = 20, 3
FIELDS: Row = {"id": "id"}
CURSOR: Row = {"path": "/things", "records": "things", "paging": {"kind": "cursor", "parameter": "after", "next": "next"}}
LINK: Row = {"path": "/things", "records": "things", "paging": {"kind": "link"}}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is asked directly."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


def _page(asked: Asked) -> Answer:
    start = int(asked.query.get("after", "0"))
    end = start + SIZE
    following = {"next": str(end)} if end < COUNT else {}
    link = {"Link": f'<?after={end}>; rel="next"'} if end < COUNT else {}
    return Answer({"things": [{"id": number} for number in range(start, min(end, COUNT))], **following}, headers=link)


def _describe(source: Source, read: Row, url: str) -> None:
    (source.home.path / "settings.env").write_text(f"SHOP_URL={url}\n", encoding="utf-8")
    source.described(read, FIELDS, "rest", {"base_url": "${SHOP_URL}", "retries": 0})


def _ids(extraction: Extraction) -> list[int]:
    return [int(row["id"]) for row in pq.read_table(extraction.batch.records).to_pylist()]


class Relay:
    """A server whose address stays while what it answers changes."""

    def __init__(self, answers: Callable[[Asked], Answer]) -> None:
        """Begin with these answers."""
        self.answers = answers

    def __call__(self, asked: Asked) -> Answer:
        """Answer as it does now."""
        return self.answers(asked)


@pytest.mark.parametrize("read", [CURSOR, LINK], ids=["cursor", "link"])
@pytest.mark.parametrize("later", [dt.timedelta(minutes=5), dt.timedelta(hours=25)], ids=["soon", "a day later"])
def test_a_reader_that_was_killed(source: Source, read: Row, later: dt.timedelta) -> None:
    """What was read before the kill is not asked for again, and every record comes once; after a day all is read anew."""
    reached, held = threading.Event(), threading.Event()

    def stuck(asked: Asked) -> Answer:
        if int(asked.query.get("after", "0")) < 4 * SIZE:
            return _page(asked)
        reached.set()
        return Answer(drop=True, wait=held)

    relay = Relay(stuck)
    with serving(relay) as served:
        _describe(source, read, served.url)
        arguments = [str(source.register), str(source.home.path), "shop", "records", NOW.now.isoformat()]
        process = subprocess.Popen([sys.executable, "-m", "tests.helpers.read_and_die", *arguments])
        assert reached.wait(60)
        process.send_signal(signal.SIGKILL)
        process.wait()
        held.set()
        relay.answers = _page
        asked_before = len(served.asked)
        extraction = source.extract(replace(NOW, now=NOW.now + later))
    is_soon = later < dt.timedelta(days=1)
    assert _ids(extraction) == list(range(COUNT))
    assert (extraction.pages, extraction.resumed) == (7, 4 if is_soon else 0)
    assert len(served.asked) - asked_before == (3 if is_soon else 7)


def test_the_run_that_begins_leaves_what_can_go_on(source: Source) -> None:
    """A run that begins clears landing but for what was broken off; one that ends leaves nothing."""
    landing = Landing(source.home.path / "landing")
    batch = landing.new_batch("shop", "records")
    batch.answers.write_text("", encoding="utf-8")
    landing.new_batch("shop", "others")
    landing.clear(but_unfinished=True)
    assert landing.unfinished("shop", "records") == batch
    assert landing.unfinished("shop", "others") is None
    landing.clear()
    assert landing.unfinished("shop", "records") is None


def _asked_since(source: Source, since: Row, memory: dict[str, str] | None) -> tuple[list[Row], Any]:
    read = {"path": "/things", "records": "things", "params": {"from": "{since}", "to": "{until}"}, "since": since}
    with serving(lambda _: Answer({"things": []})) as served:
        _describe_appended(source, read, served.url)
        extraction = source.extract(replace(NOW, memory=memory))
    return [asked.query for asked in served.asked], extraction.memory


def _describe_appended(source: Source, read: Row, url: str) -> None:
    (source.home.path / "settings.env").write_text(f"SHOP_URL={url}\n", encoding="utf-8")
    source.described(read, {"id": {"from": "id", "required": True}}, "rest", {"base_url": "${SHOP_URL}", "retries": 0})
    file = source.register / "sources" / "shop.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace('"key": "content"', '"key": ["id"]'), encoding="utf-8")


@pytest.mark.parametrize(
    ("since", "memory", "asked"),
    [
        ({"start": "2026-01-01"}, None, {"from": "2026-01-01T00:00:00Z", "to": "2026-10-15T01:00:00Z"}),
        ({"start": "2026-01-01", "format": "epoch"}, None, {"from": "1767225600", "to": "1792026000"}),
        ({"start": "2026-01-01", "format": "date"}, {"until": "2026-10-10T12:00:00"}, {"from": "2026-10-10", "to": "2026-10-15"}),
        (
            {"start": "2026-01-01", "overlap": "PT30M"},
            {"until": "2026-10-10T12:00:00"},
            {"from": "2026-10-10T11:30:00Z", "to": "2026-10-15T01:00:00Z"},
        ),
        (
            {"start": "2026-10-10", "overlap": "P9D"},
            {"until": "2026-10-12T12:00:00"},
            {"from": "2026-10-10T00:00:00Z", "to": "2026-10-15T01:00:00Z"},
        ),
    ],
)
def test_what_is_new_since_the_last_time(source: Source, since: Row, memory: dict[str, str] | None, asked: Row) -> None:
    """The first reading begins at the start, the next where the last one ended, a little earlier, and never before the start."""
    assert _asked_since(source, since, memory) == ([asked], {"until": "2026-10-15T01:00:00"})


def test_no_day_is_over_yet(source: Source) -> None:
    """Where no day was closed since the last one, nothing is asked for, and that is no mistake."""
    read = {"path": "/{day}", "records": "things", "since": {"start": "2026-01-01", "by": "day"}}
    with serving(lambda _: Answer({"things": [{"id": 1}]})) as served:
        _describe_appended(source, read, served.url)
        extraction = source.extract(replace(NOW, memory={"day": "2026-10-14"}))
    assert (served.asked, extraction.decoded.read, extraction.memory) == ([], 0, {"day": "2026-10-14"})


def test_picked_days(source: Source) -> None:
    """Where requests say where they begin and end, a picked day is one from midnight to midnight of the source's time zone, on any clock.

    Where the next reading goes on is not told: it stays.
    """
    read = {"path": "/things", "records": "things", "params": {"from": "{since}", "to": "{until}"}, "since": {"start": "2026-01-01"}}
    with serving(lambda _: Answer({"things": []})) as served:
        _describe_appended(source, read, served.url)
        file = source.register / "sources" / "shop.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace('"UTC"', '"Europe/Helsinki"'), encoding="utf-8")
        extraction = source.extract(replace(NOW, memory={"until": "2026-10-10T12:00:00"}, days=(dt.date(2026, 3, 29), dt.date(2026, 4, 2))))
    assert [asked.query for asked in served.asked] == [
        {"from": "2026-03-28T22:00:00Z", "to": "2026-03-29T21:00:00Z"},  # summer time began: 23 hours
        {"from": "2026-04-01T21:00:00Z", "to": "2026-04-02T21:00:00Z"},
    ]
    assert extraction.memory is None
    dataset = load_register(source.register).sources["shop"].datasets["records"]
    assert since_by_days(dataset) is not None


def test_days_that_cannot_be_picked(source: Source) -> None:
    """A list that says where it begins and not where it ends gives no day for itself."""
    read = {"path": "/things", "records": "things", "params": {"from": "{since}"}, "since": {"start": "2026-01-01"}}
    _describe_appended(source, read, "http://127.0.0.1")
    assert since_by_days(load_register(source.register).sources["shop"].datasets["records"]) is None
