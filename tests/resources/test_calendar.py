"""Retention periods, against arithmetic that shares nothing with them, in Python and in SQL."""

from __future__ import annotations

import calendar
import datetime as dt
import random
from typing import TYPE_CHECKING

import pytest

from resources.calendar import Period, deadline
from resources.warehouse.dialect import last_day
from resources.warehouse.engine import engine

if TYPE_CHECKING:
    from pathlib import Path

DATES = 3000
PERIODS = ["P1D", "P14D", "P3W", "P1M", "P3M", "P6M", "P12M", "P1Y", "P5Y", "P10Y", "P1Y6M", "P2M10D", "P1Y1M1W1D", "P24M", "P99999D"]


def _by_hand(anchor: dt.date, months: int, days: int) -> dt.date:
    """Months first, the day kept or the month's last one; then days."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    day = min(anchor.day, calendar.monthrange(year, month + 1)[1])
    return dt.date(year, month + 1, day) + dt.timedelta(days=days)


def _dates() -> list[tuple[dt.date, Period]]:
    rng = random.Random(1)  # noqa: S311 - a test's chance, the same each time
    first, last = dt.date(1900, 1, 1).toordinal(), dt.date(2100, 12, 31).toordinal()
    ends = [dt.date(year, month, calendar.monthrange(year, month)[1]) for year in (2023, 2024, 2100) for month in range(1, 13)]
    dates = ends + [dt.date.fromordinal(rng.randint(first, last)) for _ in range(DATES - len(ends))]
    return [(date, Period.parse(rng.choice(PERIODS))) for date in dates]


@pytest.mark.parametrize(
    ("text", "months", "days"),
    [
        ("P3M", 3, 0),
        ("P1Y", 12, 0),
        ("P1Y6M", 18, 0),
        ("P14D", 0, 14),
        ("P2W", 0, 14),
        ("P1Y2M3W4D", 14, 25),
        ("P0Y1D", 0, 1),
        ("P012M", 12, 0),
    ],
)
def test_periods_that_are_read(text: str, months: int, days: int) -> None:
    """Years are twelve months and weeks seven days; a month is never a number of days."""
    assert Period(months, days) == Period.parse(text)


NO_PERIODS = "|P|3M|P3|PM|P3m|p3M|P1.5Y|P-3M|-P3M|P3M1Y|P1D1W|PT5H|P1DT1H|P3M | P3M|P3M\n|P\u0663M|three months"


@pytest.mark.parametrize("text", [*NO_PERIODS.split("|"), 3, 3.0, None, True, ["P3M"]])
def test_periods_that_are_refused(text: object) -> None:
    """Anything but years, months, weeks and days, in that order and in whole numbers, is no period."""
    with pytest.raises(ValueError, match=r"is not a period: write one as P3M, P1Y6M or P14D"):
        Period.parse(text)


@pytest.mark.parametrize("text", ["P1000Y", "P99999M", "P10000W", "P100000D", "P1Y100000D"])
def test_a_period_that_is_too_long_is_refused(text: str) -> None:
    """A period of more digits than any law asks for is said to be too long, and not that it is none."""
    with pytest.raises(ValueError, match=r"is too long a period: write at most 999 years"):
        Period.parse(text)


@pytest.mark.parametrize("text", ["P0D", "P0M", "P0Y0M0W0D"])
def test_a_period_of_nothing_is_refused(text: str) -> None:
    """A period of no length would delete at once."""
    with pytest.raises(ValueError, match=r"is a period of no length"):
        Period.parse(text)


@pytest.mark.parametrize("text", PERIODS)
def test_a_period_is_written_as_it_is_read(text: str) -> None:
    """What a period is written as reads as the same period."""
    assert Period.parse(text) == Period.parse(str(Period.parse(text)))


@pytest.mark.parametrize(
    ("anchor", "period", "last"),
    [
        ("2023-01-31", "P1M", "2023-02-28"),
        ("2024-01-31", "P1M", "2024-02-29"),
        ("2024-02-29", "P1Y", "2025-02-28"),
        ("2024-02-29", "P4Y", "2028-02-29"),
        ("2024-03-31", "P1M", "2024-04-30"),
        ("2024-11-30", "P3M", "2025-02-28"),
        ("2024-12-31", "P2M", "2025-02-28"),
        ("2024-01-31", "P1M1D", "2024-03-01"),
        ("2024-12-31", "P1D", "2025-01-01"),
        ("2100-02-28", "P1D", "2100-03-01"),
    ],
)
def test_the_last_day_at_the_ends_of_months(anchor: str, period: str, last: str) -> None:
    """The day that bears the anchor's number, or the month's last one where there is none; days are added after months."""
    assert dt.date.fromisoformat(last) == Period.parse(period).last_day(dt.date.fromisoformat(anchor))


def test_the_last_day_of_many_dates() -> None:
    """On 3,000 random dates and every month's end, the last day is that of calendar arithmetic by hand."""
    pairs = _dates()
    assert [_by_hand(date, period.months, period.days) for date, period in pairs] == [period.last_day(date) for date, period in pairs]


def test_months_are_added_once() -> None:
    """Two months from 31 January are not one month and then another."""
    january = dt.date(2023, 1, 31)
    month = Period.parse("P1M")
    assert Period.parse("P2M").last_day(january) == dt.date(2023, 3, 31)
    assert month.last_day(month.last_day(january)) == dt.date(2023, 3, 28)


def test_sql_and_python_agree(tmp_path: Path) -> None:
    """The warehouse's last day is Python's, on the same 3,000 dates."""
    pairs = _dates()
    with engine(None, tmp_path) as opened:
        for period in {period for _, period in pairs}:
            anchors = [date for date, each in pairs if each == period]
            found = opened.rows(f"SELECT {last_day('unnest($anchors)', period)}", {"anchors": anchors})
            assert [period.last_day(anchor) for anchor in anchors] == [row[0] for row in found]


@pytest.mark.parametrize(
    ("received", "months", "last"),
    [
        ("2026-10-15", 1, "2026-11-16"),  # the fifteenth is a Sunday
        ("2026-11-06", 1, "2026-12-07"),  # Independence Day, which is a Sunday
        ("2026-11-24", 1, "2026-12-28"),  # Christmas Eve, Christmas Day, Boxing Day, Sunday
        ("2026-11-25", 1, "2026-12-28"),  # Christmas Day, Boxing Day, Sunday
        ("2027-01-31", 1, "2027-03-01"),  # the last of February is a Sunday
        ("2026-03-03", 1, "2026-04-07"),  # Good Friday, Easter, Easter Monday
        ("2026-05-19", 1, "2026-06-22"),  # Midsummer Eve, Midsummer Day, Sunday
        ("2026-01-02", 3, "2026-04-02"),
        ("2028-02-29", 1, "2028-03-29"),
    ],
)
def test_a_deadline(received: str, months: int, last: str) -> None:
    """An answer is due a calendar month from receipt, or on the next working day after a Saturday, Sunday or Finnish holiday."""
    assert deadline(dt.date.fromisoformat(received), months) == dt.date.fromisoformat(last)
