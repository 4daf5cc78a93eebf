"""SQL that is put together: names, time zones, times and dates, against Python's own."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from resources.warehouse.dialect import date_of, literal, local_date, name, timestamp_of
from resources.warehouse.engine import Engine, engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HELSINKI = ZoneInfo("Europe/Helsinki")
ISO: tuple[list[str], str | None] = ([], None)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Engine]:
    """A database in memory."""
    with engine(None, tmp_path) as memory:
        yield memory


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _timestamp(opened: Engine, text: str, zone: str, formats: list[str], epoch: str | None = None) -> dt.datetime | None:
    found: dt.datetime | None = opened.scalar(f"SELECT {timestamp_of('$text', zone, formats, epoch)}", {"text": text})
    return found


def _naive(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(tzinfo=None)


@pytest.mark.parametrize("text", ["order", 'a"b', "select", "ä ö", "a.b", "x;DROP TABLE t"])
def test_names_are_quoted(opened: Engine, text: str) -> None:
    """A name of any letters names its column and nothing else."""
    assert opened.columns(f"SELECT 1 AS {name(text)}") == [text]


@pytest.mark.parametrize("text", ["it's", "''", "a\\b", "$x", "ä\n"])
def test_constants_are_quoted(opened: Engine, text: str) -> None:
    """A constant of any letters is that text."""
    assert text == opened.scalar(f"SELECT {literal(text)}")


@pytest.mark.parametrize("night", ["2024-03-31", "2024-10-27", "2026-03-29", "2026-10-25", "1981-03-29", "2000-01-01"])
def test_the_local_date_around_a_night(opened: Engine, night: str) -> None:
    """Every quarter of an hour around midnight and the change to and from summer time is on zoneinfo's date."""
    start = _moment(f"{night}T00:00:00") - dt.timedelta(hours=30)
    moments = [start + dt.timedelta(minutes=15 * step) for step in range(4 * 60)]
    found = opened.rows(f"SELECT {local_date('unnest($moments)', 'Europe/Helsinki')}", {"moments": moments})
    assert [moment.replace(tzinfo=dt.UTC).astimezone(HELSINKI).date() for moment in moments] == [row[0] for row in found]


@pytest.mark.parametrize("zone", ["Europe/Helsinki", "America/St_Johns", "Pacific/Auckland", "Asia/Kolkata", "UTC"])
def test_the_local_date_of_many_moments(opened: Engine, zone: str) -> None:
    """Random moments of sixty years are on zoneinfo's date."""
    rng = random.Random(2)  # noqa: S311 - a test's chance, the same each time
    moments = [_moment("1975-01-01") + dt.timedelta(seconds=rng.randrange(60 * 366 * 86400)) for _ in range(500)]
    found = opened.rows(f"SELECT {local_date('unnest($moments)', zone)}", {"moments": moments})
    assert [moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).date() for moment in moments] == [row[0] for row in found]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-01T10:20:30Z", "2024-01-01T10:20:30"),
        ("2024-01-01T10:20Z", "2024-01-01T10:20:00"),
        ("2024-01-01 10:20:30Z", "2024-01-01T10:20:30"),
        ("2024-01-01T10:20:30.5Z", "2024-01-01T10:20:30.500000"),
        ("2024-01-01T10:20:30.123456Z", "2024-01-01T10:20:30.123456"),
        ("2024-01-01T10:20:30.123456000Z", "2024-01-01T10:20:30.123456"),
        ("2024-01-01T10:20:30+02:00", "2024-01-01T08:20:30"),
        ("2024-01-01T10:20:30+0200", "2024-01-01T08:20:30"),
        ("2024-01-01T10:20:30+02", "2024-01-01T08:20:30"),
        ("2024-01-01T10:20:30-05:30", "2024-01-01T15:50:30"),
        ("2024-01-01 10:20:30 +02:00", "2024-01-01T08:20:30"),
        ("2024-01-01T10:20:30", "2024-01-01T08:20:30"),
        ("2024-07-01T10:20:30", "2024-07-01T07:20:30"),
        ("2024-07-01T10:20", "2024-07-01T07:20:00"),
        ("2024-07-01 10:20:30.25", "2024-07-01T07:20:30.250000"),
        ("2024-07-01T10:20:30.123456789", "2024-07-01T07:20:30.123457"),
        ("2024-07-01", "2024-06-30T21:00:00"),
        ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59"),
        ("0001-01-02T00:00:00Z", "0001-01-02T00:00:00"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59"),
    ],
)
def test_iso_times(opened: Engine, text: str, moment: str) -> None:
    """ISO 8601 times with an offset are what they say; those without one are of the field's time zone."""
    found = _timestamp(opened, text, "Europe/Helsinki", [])
    assert found is not None
    assert abs(found - _moment(moment)) <= dt.timedelta(microseconds=1)


NO_TIMES = """yesterday|2024-02-30|2024-13-01|2024-01-01T25:00:00|2024-01-01T10:61|2024-1-1|2024x0101|24-01-01|2024-01-01T|2024-01-01T10
2024-01-01X10:20:30|-infinity|infinity|epoch|EPOCH| epoch|01.02.24|01/02/24 10:00|2024-01-01T10:20:30+99:00|2024-01-01T10:20:30Zulu|now
2024-01-01 BC|x2024-01-01|2024-01-01T10:20:30.1234567890Z|0000-00-00|0000-00-00 00:00:00|\uff12\uff10\uff12\uff14-01-01|' OR 1=1 --| |"""


@pytest.mark.parametrize("text", [*NO_TIMES.replace("\n", "|").split("|"), "2024-01-01\n"])
def test_what_is_no_time(opened: Engine, text: str) -> None:
    """Nonsense is no time, no date and no epoch; it never ends the statement."""
    expressions = [timestamp_of("$text", "Europe/Helsinki", formats, None) for formats in ([], ["%d/%m/%Y %H:%M", "%Y"], ["%Y-%m-%d %z"])]
    expressions += [timestamp_of("$text", "Europe/Helsinki", [], "milliseconds"), date_of("$text", ["%d.%m.%Y", "%b %Y"])]
    assert opened.rows(f"SELECT {', '.join(expressions)}", {"text": text}) == [(None,) * 5]


@pytest.mark.parametrize(
    "text", ["", "x", "2024-02-30", "2024-13-01", "24-01-01", "2024-01-011", "0000-00-00", "2024/01/01", "2024-01-01T", "2024-01-01 "]
)
def test_what_is_a_date_begins_with_one(opened: Engine, text: str) -> None:
    """A date is four, two and two digits that exist in the calendar, with nothing or a time behind them."""
    begins = text in {"2024-01-01T", "2024-01-01 "}
    assert (dt.date(2024, 1, 1) if begins else None) == opened.scalar(f"SELECT {date_of('$text', [])}", {"text": text})


@pytest.mark.parametrize(
    ("formats", "text", "moment"),
    [
        (["%d.%m.%Y %H:%M"], "01.07.2024 10:20", "2024-07-01T07:20:00"),
        (["%Y-%m-%d %H:%M:%S", "%d.%m.%Y"], "01.07.2024", "2024-06-30T21:00:00"),
        (["%d/%b/%Y:%H:%M:%S %z"], "17/May/2015:10:05:03 +0000", "2015-05-17T10:05:03"),
        (["%d/%b/%Y:%H:%M:%S %z"], "17/May/2015:10:05:03 +0300", "2015-05-17T07:05:03"),
        (["%Y-%m-%dT%H:%M:%S.%f%z"], "2024-01-01T10:20:30.5+02:00", "2024-01-01T08:20:30.500000"),
        (["%d/%m/%Y", "%m/%d/%Y"], "02/03/2024", "2024-03-01T22:00:00"),
        (["%d/%m/%Y", "%m/%d/%Y"], "02/13/2024", "2024-02-12T22:00:00"),
    ],
)
def test_stated_formats(opened: Engine, formats: list[str], text: str, moment: str) -> None:
    """Formats are tried in their order; one with an offset is not moved by the field's time zone."""
    assert _moment(moment) == _timestamp(opened, text, "Europe/Helsinki", formats)


@pytest.mark.parametrize(
    ("epoch", "text", "moment"),
    [
        ("seconds", "0", "1970-01-01T00:00:00"),
        ("seconds", "1700000000", "2023-11-14T22:13:20"),
        ("seconds", "1700000000.25", "2023-11-14T22:13:20.250000"),
        ("seconds", "1700000000.123456789", "2023-11-14T22:13:20.123457"),
        ("milliseconds", "1700000000123", "2023-11-14T22:13:20.123000"),
        ("milliseconds", "1700000000123.5", "2023-11-14T22:13:20.123500"),
    ],
)
def test_epochs(opened: Engine, epoch: str, text: str, moment: str) -> None:
    """Seconds and milliseconds since 1970 are UTC whatever the field's time zone, to the microsecond."""
    assert _moment(moment) == _timestamp(opened, text, "Asia/Kolkata", [], epoch)


@pytest.mark.parametrize("epoch", ["seconds", "milliseconds"])
@pytest.mark.parametrize("text", ["-1", "1e9", "17e8", "0x10", "1.", ".5", "1700000000s", "9" * 13, "9" * 14, "9" * 15, "9" * 40, "1,5"])
def test_what_is_no_moment_of_these_ages(opened: Engine, epoch: str, text: str) -> None:
    """A number that is no moment of these ages is no time; it never ends the statement."""
    expected = {"9999999999999": "2286-11-20T17:46:39.999", "99999999999999": "5138-11-16T09:46:39.999"} if epoch == "milliseconds" else {}
    assert (_moment(expected[text]) if text in expected else None) == _timestamp(opened, text, "UTC", [], epoch)


@pytest.mark.parametrize(
    ("formats", "text", "date"),
    [
        ([], "2024-02-29", "2024-02-29"),
        ([], "2024-02-29T23:59:59+02:00", "2024-02-29"),
        (["%d.%m.%Y"], "29.02.2024", "2024-02-29"),
        (["%m/%d/%Y", "%Y-%m-%d"], "2024-02-29", "2024-02-29"),
        (["%d/%m/%y"], "1/2/24", "2024-02-01"),
    ],
)
def test_dates(opened: Engine, formats: list[str], text: str, date: str) -> None:
    """A date is read as ISO 8601 or by the stated formats, in their order; a time behind it is left off."""
    assert dt.date.fromisoformat(date) == opened.scalar(f"SELECT {date_of('$text', formats)}", {"text": text})


@pytest.mark.parametrize("zone", ["Europe/Helsinki", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_local_times_of_many_moments(opened: Engine, zone: str) -> None:
    """A local time that exists once is the moment that zoneinfo gives it."""
    rng = random.Random(3)  # noqa: S311 - a test's chance, the same each time
    local = [_moment("1990-01-01") + dt.timedelta(minutes=rng.randrange(40 * 366 * 1440)) for _ in range(500)]
    zoned = [(each.replace(tzinfo=ZoneInfo(zone)), each.replace(tzinfo=ZoneInfo(zone), fold=1)) for each in local]
    once = [(each, first) for each, (first, second) in zip(local, zoned, strict=True) if first.utcoffset() == second.utcoffset()]
    found = [_timestamp(opened, each.isoformat(), zone, []) for each, _ in once]
    assert len(once) > 450
    assert [_naive(first) for _, first in once] == found


def test_local_times_of_the_nights_of_change(opened: Engine) -> None:
    """A time that was skipped is moved on by an hour; one that came twice is one of the two."""
    skipped = _timestamp(opened, "2024-03-31T03:30:00", "Europe/Helsinki", [])
    twice = _timestamp(opened, "2024-10-27T03:30:00", "Europe/Helsinki", [])
    assert skipped == _moment("2024-03-31T01:30:00")
    assert twice in {_moment("2024-10-27T00:30:00"), _moment("2024-10-27T01:30:00")}
