"""Limits: the last day in Python and in SQL is the same, and is what a calendar says."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from whenever import Date, Instant

from resources.calendar import Period
from resources.limits import ByLaw, Calendar, Event, Longest, Shortest, laws_of, relations_of
from resources.spoken import limit_in_words
from resources.warehouse.dialect import local_date, timestamp_of
from resources.warehouse.engine import engine
from resources.warehouse.last_days import last_day_of
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.limits import Limit, Start
    from resources.warehouse import Engine

LABEL = {"fi": "suhde jatkuu", "sv": "relationen varar", "en": "the relation lasts"}
STARTS: tuple[Start, ...] = ("anchor", "end_of_year", "end_of_accounting_year")
RELATIONS = ("one", "other")


def _day(rng: random.Random) -> dt.date:
    return dt.date(1990, 1, 1) + dt.timedelta(days=rng.randrange(25_000))


def _period(rng: random.Random) -> Period:
    return Period(rng.randrange(130), rng.randrange(1, 400))


def _calendar(rng: random.Random) -> Calendar:
    return Calendar(_period(rng), rng.choice(STARTS), rng.randint(1, 12))


def _limit(rng: random.Random, depth: int = 2) -> Limit:
    form = rng.randrange(5) if depth else rng.randrange(2)
    if form == 0:
        return _calendar(rng)
    if form == 1:
        return Event(rng.choice(RELATIONS), _period(rng), LABEL)
    parts = tuple(_limit(rng, depth - 1) for _ in range(rng.randint(2, 3)))
    if form == 4:
        return ByLaw(parts[0], tuple(_calendar(rng) for _ in parts[1:]))
    return Longest(parts) if form == 2 else Shortest(parts)


@pytest.fixture(scope="module")
def duck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine in memory."""
    with engine(None, tmp_path_factory.mktemp("spill")) as opened:
        yield opened


@pytest.mark.parametrize("seed", range(8))
def test_python_and_sql_agree(duck: Engine, seed: int) -> None:
    """Whatever the limit, the anchor and what relations say: the engine gives the days that Python gives, for 3,200 random rows."""
    rng = random.Random(seed)  # noqa: S311 - sample data, no secret
    spoken = {relation: (f"of_{relation}", f"until_{relation}") for relation in RELATIONS}
    for _ in range(10):
        limit = _limit(rng)
        anchors = [None if rng.random() < 0.1 else _day(rng) for _ in range(40)]
        ended = [{each: None if rng.random() < 0.3 else _day(rng) for each in RELATIONS if rng.random() < 0.7} for _ in anchors]
        columns: dict[str, object] = {"number": range(len(anchors)), "anchor": pa.array(anchors, pa.date32())}
        for each in RELATIONS:
            columns |= {
                f"of_{each}": [each in row for row in ended],
                f"until_{each}": pa.array([row.get(each) for row in ended], pa.date32()),
            }
        duck.register("rows_of_it", pa.table(columns))
        found = duck.rows(f"SELECT {last_day_of(limit, 'anchor', spoken)} FROM rows_of_it ORDER BY number")  # noqa: S608 - our own text
        duck.unregister("rows_of_it")
        assert [row[0] for row in found] == [limit.last_day(anchor, row) for anchor, row in zip(anchors, ended, strict=True)], str(limit)


def test_thousands_of_dates_are_those_of_whenever(duck: Engine) -> None:
    """Months are added once from the start, then days: 4,000 random dates and periods are what whenever says, in Python and in SQL."""
    rng = random.Random(20261015)  # noqa: S311 - sample data, no secret
    for _ in range(20):
        limit = Calendar(Period(rng.randrange(1, 130), rng.randrange(400)), rng.choice(STARTS), 5)
        days = [dt.date(1990, 1, 1) + dt.timedelta(days=rng.randrange(25_000)) for _ in range(200)]
        expected = [Date(limit.start_of(day)).add(months=limit.period.months, days=limit.period.days).to_stdlib() for day in days]
        duck.register("anchors", pa.table({"number": range(len(days)), "anchor": days}))
        found = duck.rows(f"SELECT {last_day_of(limit, 'anchor')} FROM anchors ORDER BY number")  # noqa: S608 - our own text
        duck.unregister("anchors")
        assert [row[0] for row in found] == expected
        assert [limit.last_day(day, {}) for day in days] == expected


@pytest.mark.parametrize("source_zone", ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "Australia/Lord_Howe"])
def test_rows_from_sources_in_other_zones(duck: Engine, source_zone: str) -> None:
    """A local time of a source anywhere becomes the local date of the register, as whenever says, nights of changing clocks among them."""
    rng = random.Random(source_zone)  # noqa: S311 - sample data, no secret
    nights = [dt.datetime(2026, 3, 29, 1), dt.datetime(2026, 10, 25, 1), dt.datetime(2024, 2, 29, 22), dt.datetime(2025, 12, 31, 22)]  # noqa: DTZ001 - in UTC
    moments = [night + dt.timedelta(minutes=7 * step) for night in nights for step in range(-60, 60)]
    moments += [dt.datetime(2020, 1, 1) + dt.timedelta(seconds=rng.randrange(10 * 366 * 86_400)) for _ in range(500)]  # noqa: DTZ001 - in UTC
    instants = [Instant.from_utc(each.year, each.month, each.day, each.hour, each.minute, each.second) for each in moments]
    written = [each.to_tz(source_zone).to_stdlib().isoformat() for each in instants]
    expected = [each.to_tz("Europe/Helsinki").date().add(months=3).to_stdlib() for each in instants]
    duck.register("times", pa.table({"number": range(len(written)), "text": written}))
    anchored = local_date(timestamp_of("text", source_zone, [], None), "Europe/Helsinki")
    found = duck.rows(f"SELECT {last_day_of(Calendar(Period(3, 0)), anchored)} FROM times ORDER BY number")  # noqa: S608 - our own text
    duck.unregister("times")
    assert [row[0] for row in found] == expected


@pytest.mark.parametrize(
    ("limit", "anchor", "last"),
    [
        (Calendar(Period(1, 0)), "2026-01-31", "2026-02-28"),
        (Calendar(Period(1, 0)), "2024-01-31", "2024-02-29"),
        (Calendar(Period(12, 0)), "2024-02-29", "2025-02-28"),
        (Calendar(Period(48, 0)), "2024-02-29", "2028-02-29"),
        (Calendar(Period(72, 0), "end_of_year"), "2020-01-01", "2026-12-31"),
        (Calendar(Period(72, 0), "end_of_year"), "2020-12-31", "2026-12-31"),
        (Calendar(Period(72, 0), "end_of_accounting_year", 8), "2020-08-31", "2026-12-31"),  # its financial year ended that day
        (Calendar(Period(72, 0), "end_of_accounting_year", 8), "2020-09-01", "2027-12-31"),  # its financial year ended in 2021
        (Longest((Calendar(Period(1, 0)), Calendar(Period(0, 30)))), "2026-02-28", "2026-03-30"),
        (Shortest((Calendar(Period(1, 0)), Calendar(Period(0, 30)))), "2026-02-28", "2026-03-28"),
        (ByLaw(Calendar(Period(12, 0)), (Calendar(Period(72, 0), "end_of_year"),)), "2020-05-05", "2026-12-31"),
        (ByLaw(Calendar(Period(96, 0)), (Calendar(Period(72, 0), "end_of_year"),)), "2020-05-05", "2028-05-05"),
    ],
)
def test_last_days(limit: Limit, anchor: str, last: str) -> None:
    """Month ends, leap days, ends of years, the longer, the shorter, and what the law demands of a shorter wish."""
    assert limit.last_day(dt.date.fromisoformat(anchor), {}) == dt.date.fromisoformat(last)


def test_what_is_not_known_keeps() -> None:
    """A relation that holds keeps what takes the longest; the shortest of several ends with what is known."""
    day, event = dt.date(2026, 1, 31), Event("relation", Period(1, 0), LABEL)
    assert event.last_day(day, {"relation": None}) is None
    assert event.last_day(day, {"relation": dt.date(2026, 3, 31)}) == dt.date(2026, 4, 30)
    assert event.last_day(day, {}) == dt.date(2026, 2, 28)  # the relation says nothing of it
    assert Longest((event, Calendar(Period(3, 0)))).last_day(day, {"relation": None}) is None
    assert Shortest((event, Calendar(Period(3, 0)))).last_day(day, {"relation": None}) == dt.date(2026, 4, 30)
    assert Calendar(Period(3, 0)).last_day(None, {}) is None


def test_the_local_day_of_an_instant_is_whole() -> None:
    """The last instant kept and the first gone lie a second apart, at midnight of the register's zone, on days of 23 and 25 hours, too."""
    for day, hours in ((dt.date(2026, 3, 29), 23), (dt.date(2026, 10, 25), 25), (dt.date(2026, 6, 1), 24)):
        last = Calendar(Period(0, 1)).last_day(day - dt.timedelta(days=1), {})
        assert last == day
        first, after = (dt.datetime.combine(each, dt.time(), ZoneInfo("Europe/Helsinki")) for each in (last, last + dt.timedelta(days=1)))
        assert (after.astimezone(dt.UTC) - first.astimezone(dt.UTC)) == dt.timedelta(hours=hours)


@pytest.mark.parametrize("seed", range(50))
def test_every_limit_has_words_in_each_language(seed: int) -> None:
    """Each form is told in Finnish, Swedish and English, with nothing left to fill in, and names what it waits for."""
    limit = _limit(random.Random(seed))  # noqa: S311 - sample data, no secret
    for language in LANGUAGES:
        words = limit_in_words(limit, language)
        assert "{" not in words
        assert not relations_of(limit) or LABEL[language] in words
    assert all(str(law) in str(limit) for law in laws_of(limit))
