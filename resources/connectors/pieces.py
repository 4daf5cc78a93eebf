"""What of a list is read this time: all of it, what is new since the last time, or one closed day after the other."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from whenever import PlainDateTime

from resources.clock import local_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.catalogue.model import Dataset
    from resources.catalogue.shapes import RestRead, Since

_PLACE = re.compile(r"(?<!\$)\{([a-z]+)\}")
_MADE_OF = {
    "from_",
    "type",
    "required",
    "one_of",
    "pattern",
    "min",
    "max",
    "formats",
    "epoch",
    "time_zone",
    "remove",
    "repair",
    "identifies",
}
_UNITS = {"D": "days", "H": "hours", "M": "minutes"}


@dataclass(frozen=True)
class Moment:
    """When a source is read (naive UTC), the time zone of its days, and what the last reading that readers can see ended with."""

    now: dt.datetime
    zone: str = "UTC"
    memory: Mapping[str, str] | None = None


def pieces(read: RestRead, moment: Moment) -> list[dict[str, Any]]:
    """What the names in a request stand for, a mapping for each piece; `{}` where a list is read as a whole.

    Args:
        read: how the list is read.
        moment: when, and since when.
    """
    since = read.since
    if since is None:
        return [{}]
    overlap = span(since.overlap)
    if since.by == "day":
        first = _first_day(since, moment, overlap)
        count = (_yesterday(moment) - first).days + 1
        return [{"day": (first + dt.timedelta(days=number)).isoformat()} for number in range(count)]
    midnight = PlainDateTime(since.start.year, since.start.month, since.start.day).assume_tz(moment.zone)
    start = midnight.to_instant().to_stdlib().replace(tzinfo=None)
    last = (moment.memory or {}).get("until")
    begin = start if last is None else max(start, dt.datetime.fromisoformat(last) - overlap)
    return [{"since": _written(since, begin, moment.zone), "until": _written(since, moment.now, moment.zone)}]


def memory(read: RestRead, moment: Moment, cursor: str | None) -> dict[str, str] | None:
    """What the next reading goes on from; None where a list is read as a whole each time.

    Args:
        read: how the list is read.
        moment: when it is read.
        cursor: the last cursor that the list named.
    """
    if read.paging.resume:
        return None if cursor is None else {"cursor": cursor}
    if read.since is None:
        return None
    if read.since.by == "day":
        day = _yesterday(moment).isoformat()
        return {"day": max(day, (moment.memory or {}).get("day", day))}
    return {"until": moment.now.isoformat()}


def filled(value: Any, names: Mapping[str, Any]) -> Any:
    """A parameter, or several within each other, with each `{name}` replaced; one that is a name alone keeps its kind."""
    if isinstance(value, str):
        whole = _PLACE.fullmatch(value)
        if whole is not None and whole[1] in names:
            return names[whole[1]]
        return _PLACE.sub(lambda match: str(names.get(match[1], match[0])), value)
    if isinstance(value, dict):
        return {key: filled(each, names) for key, each in value.items()}
    return [filled(each, names) for each in value] if isinstance(value, list) else value


def described(dataset: Dataset) -> str:
    """A digest of what a data set's rows are made of: where it changes, all is read anew, for what was read before lacks something."""
    fields = {name: field.shape.model_dump(mode="json", include=_MADE_OF) for name, field in dataset.fields.items()}
    parts = [dataset.read.model_dump(mode="json"), dataset.shape.key, dataset.shape.persons, fields]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def span(text: str) -> dt.timedelta:
    """A length of time, as `P2D`, `PT6H` or `PT30M`."""
    return dt.timedelta(**{_UNITS[text[-1]]: int(re.sub(r"[^0-9]", "", text))})


def _first_day(since: Since, moment: Moment, overlap: dt.timedelta) -> dt.date:
    last = (moment.memory or {}).get("day")
    return since.start if last is None else max(since.start, dt.date.fromisoformat(last) + dt.timedelta(days=1) - overlap)


def _yesterday(moment: Moment) -> dt.date:
    """The last day that is over where the source is: nothing of it changes any more."""
    return local_date(moment.now, moment.zone) - dt.timedelta(days=1)


def _written(since: Since, time: dt.datetime, zone: str) -> str | int:
    if since.format == "epoch":
        return int(time.replace(tzinfo=dt.UTC).timestamp())
    return local_date(time, zone).isoformat() if since.format == "date" else f"{time:%Y-%m-%dT%H:%M:%SZ}"
