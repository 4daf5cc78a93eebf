"""Retention periods and deadlines: calendar arithmetic on local dates.

Which data a period applies to is not decided here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import holidays
from whenever import Date

if TYPE_CHECKING:
    import datetime as dt

_PERIOD = re.compile(r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?", re.ASCII)
_LONG = re.compile(r"P(?=\d)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?", re.ASCII)  # of any length
_MONTHS_A_YEAR = 12
_DAYS_A_WEEK = 7
_DAYS_A_MONTH = 365.2425 / _MONTHS_A_YEAR
_SATURDAY = 5


@dataclass(frozen=True)
class Period:
    """A calendar period: whole months, then whole days.

    Written as an ISO 8601 duration of years, months, weeks and days (`P3M`, `P1Y6M`, `P14D`).
    """

    months: int
    days: int

    @classmethod
    def parse(cls, text: object) -> Period:
        """Read `PnYnMnWnD`; anything else, or a period of nothing, raises `ValueError`."""
        match = _PERIOD.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            is_long = isinstance(text, str) and _LONG.fullmatch(text) is not None
            most = "is too long a period: write at most 999 years (P999Y), 9999 months, 9999 weeks or 99999 days"
            msg = most if is_long else "is not a period: write one as P3M, P1Y6M or P14D"
            raise ValueError(msg)
        years, months, weeks, days = (int(part or 0) for part in match.groups())
        period = cls(years * _MONTHS_A_YEAR + months, weeks * _DAYS_A_WEEK + days)
        if not (period.months or period.days):
            msg = "is a period of no length: write one as P3M, P1Y6M or P14D"
            raise ValueError(msg)
        return period

    @property
    def nominal_days(self) -> float:
        """About how many days it is: to put periods in order, never to count one."""
        return self.months * _DAYS_A_MONTH + self.days

    def __str__(self) -> str:
        """The period as ISO 8601 text, years folded out of the months."""
        years, months = divmod(self.months, _MONTHS_A_YEAR)
        parts = ((years, "Y"), (months, "M"), (self.days, "D"))
        return "P" + "".join(f"{number}{unit}" for number, unit in parts if number)

    def last_day(self, anchor: dt.date) -> dt.date:
        """The last local date on which a record with this anchor is kept.

        A period in months ends with the last hour of the day that bears the anchor's number, or of the month's last day where
        there is none: Regulation (EEC, Euratom) No 1182/71, Art. 3(2)(c); in Finland Act 150/1930, section 3.
        """
        return Date(anchor).add(months=self.months, days=self.days).to_stdlib()


def deadline(received: dt.date, months: int = 1, stood: int = 0) -> dt.date:
    """The last local date on which a request may be answered: GDPR Art. 12(3).

    So many calendar months from receipt, and the days on which the clock stood; one that ends on a Saturday, a Sunday, a Finnish public
    holiday, or the eve of Christmas or midsummer ends on the next working day: Regulation (EEC, Euratom) No 1182/71, Art. 3(4); in
    Finland Act 150/1930, section 5.

    Args:
        received: the local date of receipt.
        months: one, or three where the answer was put off.
        stood: on how many days the clock stood.
    """
    day = Date(received).add(months=months).add(days=stood)
    while day.to_stdlib().weekday() >= _SATURDAY or day.to_stdlib() in _holidays(day.year):
        day = day.add(days=1)
    return day.to_stdlib()


@cache
def _holidays(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("FI", years=year)
