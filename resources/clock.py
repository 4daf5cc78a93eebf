"""The one clock. Nothing else in Ansvar asks what time it is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whenever import Instant, OffsetDateTime, PlainDateTime, TimeZoneNotFoundError, ZonedDateTime

from resources.errors import AnsvarError

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

CLOCK_SETTING = "ANSVAR_CLOCK"


@dataclass(frozen=True)
class Clock:
    """Tells the time in the register's time zone; `frozen` stands still at an instant."""

    zone: str
    frozen: Instant | None = None

    def now(self) -> dt.datetime:
        """The present moment as a naive UTC timestamp, as the warehouse and the ledger keep times."""
        return self._instant().to_stdlib().replace(tzinfo=None)

    def today(self) -> dt.date:
        """Today's date in the register's time zone."""
        return self._instant().to_tz(self.zone).date().to_stdlib()

    def _instant(self) -> Instant:
        return self.frozen or Instant.now()


def local_date(moment: dt.datetime, zone: str) -> dt.date:
    """The local date of a naive UTC timestamp in a time zone."""
    return PlainDateTime(moment).assume_utc().to_tz(zone).date().to_stdlib()


def clock_of(zone: str, home: Path) -> Clock:
    """The clock: `ANSVAR_CLOCK`, else the file `clock` in the home (the demonstration has one), else the real time.

    The setting is an ISO 8601 time; one without an offset is in the register's time zone.

    Raises:
        AnsvarError: where the setting is no time.
    """
    text = os.environ.get(CLOCK_SETTING, "").strip()
    file = home / "clock"
    if not text and file.is_file():
        text = file.read_text(encoding="utf-8").strip()
    return Clock(zone, _instant_of(text, zone) if text else None)


def _instant_of(text: str, zone: str) -> Instant:
    for read in (Instant, OffsetDateTime):
        try:
            moment = read(text)
        except ValueError:
            continue
        return moment if isinstance(moment, Instant) else moment.to_instant()
    try:
        local = text if "T" in text or " " in text else f"{text}T00:00"
        return ZonedDateTime(f"{local}[{zone}]").to_instant()
    except (ValueError, TimeZoneNotFoundError):
        msg = f"{CLOCK_SETTING} (or the file 'clock' in the home) is not a time: write one as 2026-10-15T03:00 or 2026-10-15T03:00:00Z."
        raise AnsvarError(msg) from None
