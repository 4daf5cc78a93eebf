"""By when a request must be answered: dates worked out by hand, with the calendar of Finland."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from resources.catalogue.request_shapes import RequestsShape
from resources.errors import AnsvarError
from resources.ledger import Request
from resources.requests.life import check_extension, timing

ZONE = "Europe/Helsinki"
STOPS = RequestsShape(clock_stops="identity")
RUNS = RequestsShape()

ONE_MONTH = [
    ("2025-11-24", "2025-12-29"),  # Christmas Eve is a Wednesday; the 25th and 26th, Saturday, Sunday
    ("2025-12-01", "2026-01-02"),  # New Year's Day
    ("2025-12-06", "2026-01-07"),  # Epiphany
    ("2025-12-31", "2026-02-02"),  # 31 January is a Saturday
    ("2026-01-15", "2026-02-16"),  # a Sunday
    ("2026-01-28", "2026-03-02"),  # 28 February is a Saturday
    ("2026-01-29", "2026-03-02"),  # there is no 29 February in 2026
    ("2026-01-30", "2026-03-02"),
    ("2026-01-31", "2026-03-02"),
    ("2026-02-28", "2026-03-30"),  # 28 March is a Saturday
    ("2026-03-02", "2026-04-02"),  # the Thursday before Easter
    ("2026-03-03", "2026-04-07"),  # Good Friday
    ("2026-03-04", "2026-04-07"),  # the Saturday of Easter
    ("2026-03-05", "2026-04-07"),  # Easter Sunday
    ("2026-03-06", "2026-04-07"),  # Easter Monday
    ("2026-03-07", "2026-04-07"),  # the Tuesday after
    ("2026-03-31", "2026-04-30"),  # there is no 31 April
    ("2026-04-01", "2026-05-04"),  # 1 May is a Friday
    ("2026-04-14", "2026-05-15"),  # Ascension Day
    ("2026-04-30", "2026-06-01"),  # 30 May is a Saturday
    ("2026-05-18", "2026-06-18"),  # the day before Midsummer Eve
    ("2026-05-19", "2026-06-22"),  # Midsummer Eve
    ("2026-05-20", "2026-06-22"),  # Midsummer Day
    ("2026-05-31", "2026-06-30"),
    ("2026-07-31", "2026-08-31"),
    ("2026-08-31", "2026-09-30"),
    ("2026-09-30", "2026-10-30"),
    ("2026-10-01", "2026-11-02"),  # a Sunday
    ("2026-10-31", "2026-11-30"),
    ("2026-11-06", "2026-12-07"),  # Independence Day is a Sunday
    ("2026-11-24", "2026-12-28"),  # Christmas Eve is a Thursday
    ("2026-11-26", "2026-12-28"),  # Boxing Day is a Saturday
    ("2026-12-01", "2027-01-04"),  # New Year's Day is a Friday
    ("2026-12-06", "2027-01-07"),  # Epiphany
    ("2027-02-26", "2027-03-30"),  # Good Friday to Easter Monday
    ("2027-11-06", "2027-12-07"),  # Independence Day is a Monday
    ("2028-01-29", "2028-02-29"),  # a leap day
    ("2028-01-31", "2028-02-29"),
    ("2028-02-29", "2028-03-29"),
    ("2028-03-31", "2028-05-02"),  # 30 April is a Sunday, 1 May a Monday
    ("2028-04-01", "2028-05-02"),
]
EXTENDED = [
    ("2026-01-03", "2026-04-07"),  # Good Friday
    ("2026-02-01", "2026-05-04"),  # 1 May
    ("2026-03-19", "2026-06-22"),  # Midsummer Eve
    ("2026-09-24", "2026-12-28"),  # Christmas Eve
    ("2026-10-06", "2027-01-07"),  # Epiphany
    ("2026-11-30", "2027-03-01"),  # 28 February is a Sunday
    ("2027-11-30", "2028-02-29"),  # a leap day
]


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _noon(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}T10:00:00")


def _request(received: str, **more: str) -> Request:
    moments = {f"{name}_at": _noon(day) for name, day in more.items()}
    return replace(Request("r1", "access", "fi", "received", _noon(received), ()), **moments)  # type: ignore[arg-type] # moments alone


@pytest.mark.parametrize(("received", "last"), ONE_MONTH)
def test_a_month_from_receipt(received: str, last: str) -> None:
    """A request is to be answered a calendar month from receipt, or on the next working day."""
    assert timing(_request(received), RUNS, ZONE, _day(received)).deadline == _day(last)


@pytest.mark.parametrize(("received", "last"), EXTENDED)
def test_three_months_where_it_was_extended(received: str, last: str) -> None:
    """Two months more are counted from receipt, not from the first deadline."""
    assert timing(_request(received, extended=received), RUNS, ZONE, _day(received)).deadline == _day(last)


def test_there_are_enough_dates() -> None:
    """The tables are as long as they are said to be."""
    assert len({*ONE_MONTH, *EXTENDED}) >= 40


def test_the_day_of_receipt_is_local() -> None:
    """What arrives at half past one at night was received on that local day, though in UTC it is still the day before."""
    request = replace(_request("2026-10-14"), received_at=dt.datetime(2026, 10, 14, 22, 30))  # noqa: DTZ001 - naive UTC
    assert timing(request, RUNS, ZONE, _day("2026-10-15")).deadline == _day("2026-11-16")


def test_days_left_and_overdue() -> None:
    """On the last day none is left and it is not overdue; the day after it is; what has ended is never."""
    request = _request("2026-10-13")
    assert [
        (each.days_left, each.is_overdue)
        for each in (timing(request, RUNS, ZONE, _day(day)) for day in ("2026-11-12", "2026-11-13", "2026-11-14"))
    ] == [(1, False), (0, False), (-1, True)]
    ended = timing(replace(request, state="answered"), RUNS, ZONE, _day("2027-01-01"))
    assert (ended.days_left, ended.is_overdue) == (None, False)


@pytest.mark.parametrize(
    ("asked", "verified", "last"),
    [
        ("2026-10-15", "2026-10-15", "2026-11-12"),  # shown on the same day
        ("2026-10-15", "2026-10-20", "2026-11-17"),  # five days
        ("2026-10-15", "2026-10-24", "2026-11-23"),  # nine days: the 21st is a Saturday
        ("2026-10-19", "2026-12-19", "2027-01-12"),  # asked on the seventh day; 61 days
        ("2026-10-20", "2026-12-19", "2026-11-12"),  # asked too late: the clock never stood
    ],
)
def test_the_clock_stands_while_it_is_asked_who_asks(asked: str, verified: str, last: str) -> None:
    """The deadline moves by the days between the question and the proof, if the person was asked within a week."""
    request = _request("2026-10-12", asked=asked, verified=verified)
    found = timing(request, STOPS, ZONE, _day("2026-12-20"))
    assert (found.deadline, found.stopped) == (_day(last), False)
    assert timing(request, RUNS, ZONE, _day("2026-12-20")).deadline == _day("2026-11-12")


def test_a_stopped_clock_is_never_overdue() -> None:
    """While the person has not answered, the deadline moves on with each day."""
    request = _request("2026-10-12", asked="2026-10-14")
    found = timing(request, STOPS, ZONE, _day("2027-01-14"))
    assert (found.stopped, found.is_overdue, found.deadline) == (True, False, _day("2027-02-12"))
    late = timing(request, RUNS, ZONE, _day("2027-01-14"))
    assert (late.stopped, late.is_overdue) == (False, True)


def test_an_extension_is_made_before_the_deadline_and_once() -> None:
    """On the last day the time can be extended, on the day after not, and never twice."""
    check_extension(_request("2026-10-12"), RUNS, ZONE, _day("2026-11-12"))
    with pytest.raises(AnsvarError, match="The deadline has passed"):
        check_extension(_request("2026-10-12"), RUNS, ZONE, _day("2026-11-13"))
    with pytest.raises(AnsvarError, match="extended already"):
        check_extension(_request("2026-10-12", extended="2026-10-13"), RUNS, ZONE, _day("2026-11-12"))
