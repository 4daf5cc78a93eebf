"""Days and times that are too early, too late, or in the wrong order are told by the rule that they break."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.helpers.records import customer

if TYPE_CHECKING:
    from tests.helpers.small import Small

# Field, rules, values of a record, and the rule that the record breaks with its reason; None where it breaks none. The zone is Helsinki's.
CASES: list[tuple[str, dict[str, Any], dict[str, Any], tuple[str, str] | None]] = [
    ("born_on", {"min": "1900-01-01"}, {"born_on": "1900-01-01"}, None),
    ("born_on", {"min": "1900-01-01"}, {"born_on": "1899-12-31"}, ("min", "must be at least 1900-01-01")),
    ("born_on", {"max": "2020-12-31"}, {"born_on": "2020-12-31"}, None),
    ("born_on", {"max": "2020-12-31"}, {"born_on": "2021-01-01"}, ("max", "must be at most 2020-12-31")),
    ("born_on", {"after": "1900-01-01"}, {"born_on": "1900-01-01"}, ("after", "must be after 1900-01-01")),
    ("born_on", {"after": "1900-01-01"}, {"born_on": "1900-01-02"}, None),
    ("born_on", {"before": "2020-12-31"}, {"born_on": "2020-12-31"}, ("before", "must be before 2020-12-31")),
    ("born_on", {"before": "2020-12-31"}, {"born_on": "2020-12-30"}, None),
    ("born_on", {"before": "2020-12-31"}, {}, None),
    ("ended_on", {"after": "born_on"}, {"born_on": "2026-01-01", "ended_on": "2026-01-01"}, ("after", "must be after born_on")),
    ("ended_on", {"after": "born_on"}, {"born_on": "2026-01-01", "ended_on": "2026-01-02"}, None),
    ("ended_on", {"after": "born_on"}, {"ended_on": "2026-01-02"}, None),
    ("ended_on", {"min": "born_on"}, {"born_on": "2026-01-01", "ended_on": "2026-01-01"}, None),
    ("ended_on", {"min": "born_on"}, {"born_on": "2026-01-02", "ended_on": "2026-01-01"}, ("min", "must be at least born_on")),
    ("seen_at", {"after": "2026-01-01"}, {"seen_at": "2025-12-31T22:00:00Z"}, ("after", "must be after 2026-01-01")),
    ("seen_at", {"min": "2026-01-01"}, {"seen_at": "2025-12-31T22:00:00Z"}, None),
    ("seen_at", {"min": "2026-01-01"}, {"seen_at": "2025-12-31T21:59:59Z"}, ("min", "must be at least 2026-01-01")),
    ("seen_at", {"max": "2026-01-01"}, {"seen_at": "2026-01-01T23:59:59"}, None),
    ("seen_at", {"max": "born_on"}, {"seen_at": "2026-01-01T23:59:59", "born_on": "2026-01-01"}, None),
    ("seen_at", {"max": "born_on"}, {"seen_at": "2026-01-01T22:00:00Z", "born_on": "2026-01-01"}, ("max", "must be at most born_on")),
    (
        "seen_at",
        {"max": "2026-01-01", "time_zone": "Asia/Tokyo"},
        {"seen_at": "2026-01-01T15:00:00Z"},
        ("max", "must be at most 2026-01-01"),
    ),
    ("born_on", {"before": "seen_at"}, {"seen_at": "2026-01-01T22:00:00Z", "born_on": "2026-01-01"}, None),
    ("visits", {"min": -5, "max": 7}, {"visits": 8}, ("max", "must be at most 7")),
    ("visits", {"min": -5, "max": 7}, {"visits": -5}, None),
    ("spent", {"min": 0.5}, {"spent": "0.49"}, ("min", "must be at least 0.5")),
]


@pytest.mark.parametrize(("field", "rules", "values", "broken"), CASES)
def test_bounds(small: Small, field: str, rules: dict[str, Any], values: dict[str, Any], broken: tuple[str, str] | None) -> None:
    """`min` and `max` allow what they name, `after` and `before` do not; a day is compared with a time's day where the field is."""
    small.dataset("shop.customers")["fields"][field] |= rules
    small.describe()
    small.deliver("shop", [customer(1, **values)])
    small.load("shop")
    found = small.rows("SELECT field, rule, reason FROM quarantine.records")
    assert found == ([] if broken is None else [(field, *broken)])
    assert small.rows("SELECT count(*) FROM register.shop_customers") == [(0 if broken else 1,)]


def test_two_times_are_compared_to_the_second(small: Small) -> None:
    """Times of two fields are compared as they are, whatever offsets they were written with."""
    fields = small.dataset("chats.conversations")["fields"]
    fields["begun_at"] = fields["ended_at"] | {"required": False}
    fields["ended_at"]["after"] = "begun_at"
    small.describe()
    times = [
        ("2026-10-01T10:00:00Z", "2026-10-01T13:00:00+03:00"),
        ("2026-10-01T10:00:00Z", "2026-10-01T12:59:59+03:00"),
        ("2026-10-01T10:00:00Z", "2026-10-01T13:00:00"),
        ("2026-10-01T10:00:00Z", "2026-10-01T12:59:59"),
    ]
    small.deliver("chats", [{"id": str(number), "ended_at": end, "begun_at": begin} for number, (end, begin) in enumerate(times)])
    small.load("chats")
    assert small.rows("SELECT id FROM register.chats_conversations ORDER BY id") == [("1",), ("3",)]


@pytest.mark.parametrize(("formats", "expected"), [(["%d/%m/%Y", "%m/%d/%Y"], "2026-02-01"), (["%m/%d/%Y", "%d/%m/%Y"], "2026-01-02")])
def test_formats_are_tried_in_their_order(small: Small, formats: list[str], expected: str) -> None:
    """Of several formats that fit, the first that is stated counts; a value that only a later one fits is read by that."""
    fields = small.dataset("shop.customers")["fields"]
    fields["born_on"]["formats"] = formats
    fields["seen_at"]["formats"] = [f"{each} %H:%M" for each in formats]
    small.describe()
    small.deliver(
        "shop",
        [
            customer(1, born_on="01/02/2026", seen_at="01/02/2026 12:00"),
            customer(2, born_on="02/23/2026"),
            customer(3, born_on="23/02/2026"),
        ],
    )
    small.load("shop")
    days = small.rows(
        "SELECT CAST(born_on AS VARCHAR), CAST(CAST(seen_at AS DATE) AS VARCHAR) FROM register.shop_customers ORDER BY customer_number"
    )
    assert days == [(expected, expected), ("2026-02-23", None), ("2026-02-23", None)]
