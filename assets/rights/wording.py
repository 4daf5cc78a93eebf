"""What the report says, in one language: texts out of `texts.yaml`, dates, numbers and periods as that language writes them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources as package_data
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

from resources.catalogue.shapes import Label

LANGUAGES = ("fi", "sv", "en")
_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
_NARROW = "\u00a0"


@cache
def texts() -> dict[str, Label]:
    """Every text, by its key."""
    data = YAML(typ="safe").load((package_data.files("assets.rights") / "texts.yaml").read_text(encoding="utf-8"))
    return {key: Label.model_validate(label) for key, label in data.items()}


@dataclass(frozen=True)
class Wording:
    """Texts, dates and numbers in a language; times in a time zone."""

    language: str
    zone: str

    def text(self, key: str, **values: object) -> str:
        """A text with its values filled in."""
        return texts()[key].in_language(self.language).format(**values)

    def has(self, key: str) -> bool:
        """Whether there is a text of that key."""
        return key in texts()

    def records(self, number: int) -> str:
        """So many records, in words."""
        return self.text("records_one") if number == 1 else self.text("records_many", number=self.integer(number))

    def marks(self, kinds: tuple[str, ...]) -> dict[str, str]:
        """What stands in a text in place of what was taken out, by kind."""
        return {kind: self.text(f"mark_{kind}") for kind in kinds}

    def date(self, day: dt.date) -> str:
        """A date: 15.10.2026, or 15 October 2026."""
        if self.language == "en":
            return _NARROW.join((str(day.day), _MONTHS[day.month - 1], str(day.year)))
        return f"{day.day}.{day.month}.{day.year}"

    def local_date(self, moment: dt.datetime) -> str:
        """The local date of a naive UTC timestamp."""
        return self.date(self._local(moment).date())

    def moment(self, moment: dt.datetime) -> str:
        """A naive UTC timestamp as local date and time, to the second where it is not a full minute."""
        local = self._local(moment)
        hour, minute = str(local.hour) if self.language == "fi" else f"{local.hour:02d}", f"{local.minute:02d}"
        separator = ":" if self.language == "en" else "."
        time = separator.join([hour, minute] + ([f"{local.second:02d}"] if local.second else []))
        before = {"fi": f"{_NARROW}klo{_NARROW}", "sv": f"{_NARROW}kl.{_NARROW}", "en": f",{_NARROW}"}[self.language]
        return f"{self.date(local.date())}{before}{time}"

    def value(self, value: object) -> str:
        """A field's value as it is read."""
        if isinstance(value, bool):
            return self.text("true" if value else "false")
        if isinstance(value, dt.datetime):
            return self.moment(value)
        if isinstance(value, dt.date):
            return self.date(value)
        if isinstance(value, Decimal):
            written = format(value.normalize(), "f")
            return written if self.language == "en" else written.replace(".", ",")
        return str(value)

    def integer(self, number: int) -> str:
        """A whole number, its thousands set apart."""
        return f"{number:,}".replace(",", "," if self.language == "en" else _NARROW)

    def _local(self, moment: dt.datetime) -> dt.datetime:
        return moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(self.zone))
