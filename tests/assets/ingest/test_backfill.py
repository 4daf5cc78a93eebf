"""Closed days of a source that are read again, by the preset of Matomo against a server on loopback."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from whenever import Instant

from assets.ingest.source import Outcome, ingest_days
from resources.clock import Clock
from resources.connectors.source_error import SourceError
from resources.errors import AnsvarError
from resources.ledger.cursors import cursor_of
from resources.register import open_register
from resources.runs import finish_run
from tests.presets.conftest import Preset
from tests.presets.services import TOKEN
from tests.resources.connectors.serving import Answer, Asked, Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Row = dict[str, Any]
FIRST, LAST = dt.date(2026, 10, 10), dt.date(2026, 10, 14)
NOW = "2026-10-15T01:00:00Z"


def visits(day: dt.date, *, path: str = "/", count: int = 3) -> list[Row]:
    """The visits of a day, as Matomo gives them."""
    at = int(dt.datetime(day.year, day.month, day.day, 9, tzinfo=dt.UTC).timestamp())
    return [
        {"idVisit": f"{day}-{number}", "visitorId": f"c{number}", "firstActionTimestamp": at, "actionDetails": [{"url": path}]}
        for number in range(count)
    ]


class Matomo:
    """A server that has the visits of each day, and a register that has read those of the last days."""

    def __init__(self, folder: Path, served: Served, held: dict[str, list[Row]]) -> None:
        """Read what there is."""
        self.served, self.held = served, held
        self.preset = Preset(folder, "matomo")
        file = self.preset.catalogue.folder / "sources" / "matomo.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("start: 2026-01-01", f"start: {FIRST}"), encoding="utf-8")
        self.preset.reload()
        self.preset.set(MATOMO_URL=served.url, MATOMO_TOKEN=TOKEN, MATOMO_SITE="1")
        self.preset.ingest("visits", now=NOW)
        self.runs = 0

    def days(self, *days: dt.date, now: str = NOW) -> Outcome:
        """Read days again, and publish it."""
        self.runs += 1
        preset, run = self.preset, f"days{self.runs}"
        preset.register = open_register(preset.catalogue, preset.home, Clock(preset.catalogue.notice.time_zone, Instant(now)))
        with closing(preset.register.ledger):
            try:
                outcome = ingest_days(preset.register, preset.source.datasets["visits"], run, days)
                finish_run(preset.register, run)
            finally:
                preset.register.warehouse.release(run)
            return outcome

    def pages(self) -> dict[str, str]:
        """The page of each visit that is held; a visit that is held twice would be an error."""
        with self.preset.register.warehouse.reading() as engine:
            rows = engine.rows("SELECT visit_id, pages FROM register.matomo_visits")
        assert len(dict(rows)) == len(rows)
        return dict(rows)

    def cursor(self) -> dict[str, str]:
        """Where the next daily reading goes on."""
        found = cursor_of(self.preset.register.ledger.engine, "matomo", "visits")
        assert found is not None
        return found.memory


@pytest.fixture
def matomo(tmp_path: Path) -> Iterator[Matomo]:
    """A register that has read five days of three visits each."""
    held = {str(FIRST + dt.timedelta(days=number)): visits(FIRST + dt.timedelta(days=number)) for number in range(5)}

    def answers(asked: Asked) -> Answer:
        start = int(asked.form["filter_offset"])
        return Answer(held.get(asked.form["date"], [])[start : start + 2])

    with serving(answers) as served:
        made = Matomo(tmp_path, served, held)
        served.asked.clear()
        yield made


def test_picked_days_alone_are_read(matomo: Matomo) -> None:
    """Two days are read again: a visit that changed is brought up to date, a new one comes, none is doubled, no other day is asked for."""
    day, other = FIRST, FIRST + dt.timedelta(days=2)
    matomo.held[str(day)] = [*visits(day, path="/changed"), *visits(day, count=4)[3:]]
    matomo.held[str(LAST)] = visits(LAST, path="/not asked for")
    outcome = matomo.days(other, day, day)
    account = outcome.account
    assert account is not None
    assert (account.read, account.inserted, account.updated, account.unchanged, account.balances) == (7, 1, 3, 3, True)
    assert {asked.form["date"] for asked in matomo.served.asked} == {str(day), str(other)}
    pages = matomo.pages()
    assert len(pages) == 16
    assert [pages[f"{day}-{number}"] for number in range(4)] == ["/changed", "/changed", "/changed", "/"]
    assert pages[f"{LAST}-0"] == "/"


def test_the_daily_reading_goes_on_where_it_would_have(matomo: Matomo) -> None:
    """Days that are read again move no cursor, and tell nothing of how new the data is; the batch is accounted for all the same."""
    before, read = matomo.cursor(), matomo.preset.register.ledger.latest_read("matomo", "visits")
    assert before == {"day": str(LAST)}
    matomo.days(FIRST, now="2026-10-20T10:00:00Z")
    ledger = matomo.preset.register.ledger
    assert (matomo.cursor(), ledger.latest_read("matomo", "visits")) == (before, read)
    newest, oldest = ledger.batches()
    assert (newest["state"], newest["account"]["read"], newest["account"]["days"], "days" in oldest["account"]) == ("done", 3, 1, False)
    with matomo.preset.register.warehouse.reading() as engine:
        assert engine.rows("SELECT read_from, read FROM meta.batches ORDER BY landed_at") == [("source", 15), ("days", 3)]
    matomo.served.asked.clear()
    matomo.preset.ingest("visits", now="2026-10-16T01:00:00Z")
    assert {asked.form["date"] for asked in matomo.served.asked} == {"2026-10-13", "2026-10-14", "2026-10-15"}


def test_what_is_too_old_does_not_come_back(matomo: Matomo) -> None:
    """Days whose visits are past their period are read, and none of them is loaded: they are counted as dropped by that rule."""
    matomo.held[str(FIRST)] = visits(FIRST, count=5)
    outcome = matomo.days(FIRST, now="2029-01-01T10:00:00Z")
    account = outcome.account
    assert account is not None
    assert (account.read, account.inserted) == (5, 0)
    assert account.dropped == {"past_retention": 2}  # the other three are held, and for the purge to take


def test_what_was_purged_does_not_come_back(matomo: Matomo) -> None:
    """A record whose keyed hash stands among those that went is dropped, though the source still has it."""
    register = matomo.preset.register
    with register.warehouse.reading() as engine:
        ((record,),) = engine.rows(f"SELECT _record FROM register.matomo_visits WHERE visit_id = '{FIRST}-1'")  # noqa: S608 - a date
        ((kept,),) = engine.rows(f"SELECT sha256('{register.home.pepper}' || '{record}')")
    register.ledger.gone_meant("run1", "matomo_visits", [kept])
    register.ledger.confirm("run1")
    account = matomo.days(FIRST).account
    assert account is not None
    assert account.dropped == {"purged_before": 1}


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (dt.date(2026, 10, 15), "2026-10-15 of matomo.visits is not over: days up to 2026-10-14 can be read"),
        (dt.date(2026, 10, 9), "2026-10-09 of matomo.visits is never read: its 'since' begins on 2026-10-10"),
    ],
)
def test_days_that_cannot_be_read(matomo: Matomo, day: dt.date, said: str) -> None:
    """A day that is not over, or stands before the first that is read at all, is an error, and nothing is asked of the source."""
    with pytest.raises(AnsvarError, match=said):
        matomo.days(FIRST, day)
    assert matomo.served.asked == []


def test_a_data_set_that_gives_no_days(matomo: Matomo) -> None:
    """Where a source gives no day for itself, the error says what it would need."""
    dataset = next(each for each in matomo.preset.catalogue.datasets if each.source != "matomo")
    with pytest.raises(AnsvarError, match="cannot be read day by day: its 'read' needs 'since' with 'by: day'"):
        ingest_days(matomo.preset.register, dataset, "days", [FIRST])


def test_a_source_that_is_away(matomo: Matomo) -> None:
    """Where the source refuses us, the error says so, and what is held, and where the next reading goes on, stay."""
    before = (matomo.pages(), matomo.cursor())
    matomo.preset.set(MATOMO_URL=f"{matomo.served.url}:1", MATOMO_TOKEN=TOKEN, MATOMO_SITE="1")
    with pytest.raises(SourceError, match="mend 'base_url'"):
        matomo.days(FIRST)
    assert (matomo.pages(), matomo.cursor()) == before
