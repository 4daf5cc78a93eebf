"""The last day that is kept and the first that is not, to the instant, in the register's time zone."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from assets.retention.purge import plan
from tests.helpers.records import chat, customer

if TYPE_CHECKING:
    from tests.helpers.small import Small

HELSINKI = ZoneInfo("Europe/Helsinki")
BEFORE_ALL = "2020-01-01T03:00:00+02:00"

# An instant in UTC at which a record ended, and the last local day on which it is kept.
LAST_DAYS = {
    "chats": [  # three months
        ("2026-07-14T20:59:59Z", "2026-10-14"),  # 23:59:59 on the 14th in Helsinki
        ("2026-07-14T21:00:00Z", "2026-10-15"),  # midnight: the 15th
        ("2026-07-14T23:30:00Z", "2026-10-15"),  # still the 14th in UTC, 02:30 on the 15th here
        ("2026-07-15T20:59:59.999Z", "2026-10-15"),
        ("2025-11-27T10:00:00Z", "2026-02-27"),
        ("2025-11-28T10:00:00Z", "2026-02-28"),
        ("2025-11-29T10:00:00Z", "2026-02-28"),  # February has no 29th
        ("2025-11-30T10:00:00Z", "2026-02-28"),
        ("2025-11-30T22:00:00Z", "2026-03-01"),  # midnight: 1 December
        ("2023-11-29T10:00:00Z", "2024-02-29"),  # a leap year
        ("2023-11-30T10:00:00Z", "2024-02-29"),
        ("2024-02-29T10:00:00Z", "2024-05-29"),
        ("2026-01-31T10:00:00Z", "2026-04-30"),
        ("2026-03-28T21:59:59Z", "2026-06-28"),  # the night before summer time
        ("2026-03-28T22:00:00Z", "2026-06-29"),  # summer time begins on the 29th: a day of 23 hours
        ("2026-03-29T00:59:59Z", "2026-06-29"),
        ("2026-03-29T20:59:59Z", "2026-06-29"),
        ("2026-03-29T21:00:00Z", "2026-06-30"),
        ("2026-10-24T20:59:59Z", "2027-01-24"),
        ("2026-10-24T21:00:00Z", "2027-01-25"),  # summer time ends on the 25th: a day of 25 hours
        ("2026-10-25T00:30:00Z", "2027-01-25"),  # 03:30 for the first time
        ("2026-10-25T01:30:00Z", "2027-01-25"),  # 03:30 once more
        ("2026-10-25T21:59:59Z", "2027-01-25"),
        ("2026-10-25T22:00:00Z", "2027-01-26"),
    ],
    "calls": [  # seven months
        ("2026-03-14T21:59:59Z", "2026-10-14"),
        ("2026-03-14T22:00:00Z", "2026-10-15"),
        ("2025-07-31T10:00:00Z", "2026-02-28"),
        ("2026-07-31T21:00:00Z", "2027-03-01"),
        ("2026-08-31T10:00:00Z", "2027-03-31"),
    ],
    "month": [("2026-01-31T10:00:00Z", "2026-02-28"), ("2026-02-28T10:00:00Z", "2026-03-28"), ("2024-01-30T10:00:00Z", "2024-02-29")],
    "year": [("2024-02-29T10:00:00Z", "2025-02-28"), ("2023-02-28T10:00:00Z", "2024-02-28"), ("2023-12-31T22:00:00Z", "2025-01-01")],
    "fortnight": [("2026-02-20T10:00:00Z", "2026-03-06"), ("2024-02-20T10:00:00Z", "2024-03-05"), ("2026-10-18T20:59:59Z", "2026-11-01")],
}


def _due(small: Small, today: dt.date) -> int:
    with small.register.warehouse.viewing(small.run) as engine:
        return sum(record.records for record in plan(engine, small.register.catalogue, today))


@pytest.mark.parametrize("rule", LAST_DAYS)
def test_kept_on_the_last_day_and_due_on_the_next(small: Small, rule: str) -> None:
    """On each record's last day it is not due yet; on the day after, it is."""
    small.dataset("chats.conversations")["retention"] = rule
    small.describe()
    small.at(BEFORE_ALL)
    small.deliver("chats", [chat(number, ended_at) for number, (ended_at, _) in enumerate(LAST_DAYS[rule])])
    small.load("chats")
    last_days = [dt.date.fromisoformat(day) for _, day in LAST_DAYS[rule]]
    days = sorted({day + dt.timedelta(days=shift) for day in last_days for shift in (-1, 0, 1)})
    assert [sum(last < today for last in last_days) for today in days] == [_due(small, today) for today in days]


@pytest.mark.parametrize(
    ("moment", "kept"),
    [
        ("2026-10-14T23:59:59+03:00", ["chat-1", "chat-2"]),
        ("2026-10-15T00:00:00+03:00", ["chat-2"]),
        ("2026-10-15T20:59:59Z", ["chat-2"]),
        ("2026-10-15T21:00:00Z", []),
    ],
)
def test_the_day_begins_at_midnight_here(small: Small, moment: str, kept: list[str]) -> None:
    """A purge at the last second of a local day takes what the day before left, a second later the day's own."""
    small.at("2026-08-01T03:00:00+03:00")
    small.deliver("chats", [chat(1, "2026-07-14T20:59:59Z"), chat(2, "2026-07-14T23:30:00Z")])
    small.load("chats")
    small.at(moment)
    small.purge()
    assert [row[0] for row in small.rows("SELECT id FROM register.chats_conversations ORDER BY 1")] == kept


def test_dates_have_no_time_zone(small: Small) -> None:
    """Where the anchor is a date, its own day counts, whatever the hour."""
    small.deliver("shop", [customer(1, ended_on="2025-10-14"), customer(2, ended_on="2025-10-15")])
    small.at("2026-10-14T23:59:59+03:00")
    small.load("shop")
    small.at("2026-10-15T00:00:00+03:00")
    small.purge()
    assert small.rows("SELECT customer_number FROM register.shop_customers") == [("C2",)]


def test_the_door_and_the_purge_agree(small: Small) -> None:
    """For any instants and days: what the purge would take is what ingest does not let in, and both are what a plain calendar says."""
    rng = random.Random(20261015)  # noqa: S311 - sample data, no secret
    first = dt.datetime(2023, 1, 1, tzinfo=dt.UTC)
    instants = [first + dt.timedelta(seconds=rng.randrange(4 * 366 * 86_400)) for _ in range(1_000)]
    small.deliver("chats", [chat(number, instant.isoformat()) for number, instant in enumerate(instants)])
    small.at(BEFORE_ALL)
    small.load("chats")
    last_days = [_three_months_after(instant.astimezone(HELSINKI).date()) for instant in instants]
    for _ in range(10):
        today = rng.choice(last_days) + dt.timedelta(days=rng.randrange(2))
        assert sum(last < today for last in last_days) == _due(small, today)
    day = dt.date(2025, 5, 31)
    small.at(f"{day}T12:00:00+03:00")
    kept = {f"chat-{number}" for number, last in enumerate(last_days) if last >= day}
    small.purge()
    assert {row[0] for row in small.rows("SELECT id FROM register.chats_conversations")} == kept
    account = small.account("chats")
    assert (account.unchanged, account.dropped) == (len(kept), {"past_retention": len(instants) - len(kept)})


def _three_months_after(day: dt.date) -> dt.date:
    """The same day three months on, or the month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + 3, 12)
    for number in range(day.day, 27, -1):
        try:
            return dt.date(year, month + 1, number)
        except ValueError:
            continue
    return dt.date(year, month + 1, day.day)
