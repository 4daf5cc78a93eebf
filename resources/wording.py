"""How the three languages write texts, dates, numbers and periods.

The texts themselves stand beside what is written with them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.calendar import Period
    from resources.catalogue.shapes import Label

LANGUAGES = ("fi", "sv", "en")
NARROW = "\u00a0"
_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
_MONTHS_A_YEAR = 12
# One of each unit, and several: Finnish as the object of "is kept" (kuukauden, kolme kuukautta).
_UNITS = {
    "en": {"year": ("one year", "years"), "month": ("one month", "months"), "day": ("one day", "days")},
    "sv": {"year": ("ett år", "år"), "month": ("en månad", "månader"), "day": ("en dag", "dagar")},
    "fi": {"year": ("yhden vuoden", "vuotta"), "month": ("yhden kuukauden", "kuukautta"), "day": ("yhden päivän", "päivää")},
}
_NUMBERS = {
    "en": ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    "sv": ("två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv", "tretton"),
    "fi": (
        *("kaksi", "kolme", "neljä", "viisi", "kuusi", "seitsemän"),
        *("kahdeksan", "yhdeksän", "kymmenen", "yksitoista", "kaksitoista", "kolmetoista"),
    ),
}
_AND = {"en": "and", "sv": "och", "fi": "ja"}


@dataclass(frozen=True)
class Wording:
    """Texts, dates and numbers in a language (`fi`, `sv`, `en`); times in a time zone."""

    language: str
    zone: str
    texts: Mapping[str, Label]

    def text(self, key: str, **values: object) -> str:
        """A text with its values filled in."""
        return self.texts[key].in_language(self.language).format(**values)

    def has(self, key: str) -> bool:
        """Whether there is a text of that key."""
        return key in self.texts

    def date(self, day: dt.date) -> str:
        """A date: 15.10.2026, or 15 October 2026."""
        if self.language == "en":
            return NARROW.join((str(day.day), _MONTHS[day.month - 1], str(day.year)))
        return f"{day.day}.{day.month}.{day.year}"

    def local_date(self, moment: dt.datetime) -> str:
        """The local date of a naive UTC timestamp."""
        return self.date(self.local(moment).date())

    def moment(self, moment: dt.datetime) -> str:
        """A naive UTC timestamp as local date and time, to the second where it is not a full minute."""
        local = self.local(moment)
        hour, minute = str(local.hour) if self.language == "fi" else f"{local.hour:02d}", f"{local.minute:02d}"
        separator = ":" if self.language == "en" else "."
        time = separator.join([hour, minute] + ([f"{local.second:02d}"] if local.second else []))
        before = {"fi": f"{NARROW}klo{NARROW}", "sv": f"{NARROW}kl.{NARROW}", "en": f",{NARROW}"}[self.language]
        return f"{self.date(local.date())}{before}{time}"

    def integer(self, number: int) -> str:
        """A whole number, its thousands set apart."""
        return f"{number:,}".replace(",", "," if self.language == "en" else NARROW)

    def period(self, period: Period) -> str:
        """A retention period in words; see `period_in_words`."""
        return period_in_words(period, self.language)

    def local(self, moment: dt.datetime) -> dt.datetime:
        """A naive UTC timestamp in the time zone."""
        return moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(self.zone))


def period_in_words(period: Period, language: str) -> str:
    """A retention period in words: `three months`, `tre månader`, `kolme kuukautta` (as the object of a verb).

    Args:
        period: the period.
        language: `fi`, `sv` or `en`.
    """
    years, months = divmod(period.months, _MONTHS_A_YEAR)
    if months and years == 1:  # thirteen months, not one year and one month
        years, months = 0, period.months
    parts = [_counted(number, unit, language) for number, unit in ((years, "year"), (months, "month"), (period.days, "day")) if number]
    return f" {_AND[language]} ".join(parts)


def _counted(number: int, unit: str, language: str) -> str:
    one, many = _UNITS[language][unit]
    if number == 1:
        return one
    words = _NUMBERS[language]
    return f"{words[number - 2] if number - 2 < len(words) else number} {many}"
