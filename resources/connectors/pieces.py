"""What of a list is read this time: all of it, what is new since the last time, one closed day after the other, or picked days."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from whenever import PlainDateTime

from resources.catalogue.shapes import RestRead
from resources.clock import local_date
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.catalogue.model import Dataset
    from resources.catalogue.shapes import Since

_PLACE = re.compile(r"(?<!\$)\{([a-z]+)\}")
_MADE_OF = {
    "from_",
    "type",
    "required",
    "one_of",
    "pattern",
    "min",
    "max",
    "after",
    "before",
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
    """When a source is read (naive UTC), the time zone of its days, and what the last reading that readers can see ended with.

    Where `days` are picked, they alone are read, and where the next reading goes on stays as it is.
    """

    now: dt.datetime
    zone: str = "UTC"
    memory: Mapping[str, str] | None = None
    days: tuple[dt.date, ...] = ()


def pieces(read: RestRead, moment: Moment) -> list[dict[str, Any]]:
    """What the names in a request stand for, a mapping for each piece; `{}` where a list is read as a whole.

    Args:
        read: how the list is read.
        moment: when, and since when.
    """
    since = read.since
    if since is None:
        return [{}]
    if moment.days:
        return [_of_day(since, day, moment.zone) for day in moment.days]
    overlap = span(since.overlap)
    if since.by == "day":
        first = _first_day(since, moment, overlap)
        count = (_yesterday(moment) - first).days + 1
        return [{"day": (first + dt.timedelta(days=number)).isoformat()} for number in range(count)]
    start = _midnight(since.start, moment.zone)
    last = (moment.memory or {}).get("until")
    begin = start if last is None else max(start, dt.datetime.fromisoformat(last) - overlap)
    return [{"since": _written(since, begin, moment.zone), "until": _written(since, moment.now, moment.zone)}]


def memory(read: RestRead, moment: Moment, cursor: str | None) -> dict[str, str] | None:
    """What the next reading goes on from; None where a list is read as a whole each time, and where days were picked.

    Args:
        read: how the list is read.
        moment: when it is read.
        cursor: the last cursor that the list named.
    """
    if moment.days:
        return None
    if read.paging.resume:
        return None if cursor is None else {"cursor": cursor}
    if read.since is None:
        return None
    if read.since.by == "day":
        day = _yesterday(moment).isoformat()
        return {"day": max(day, (moment.memory or {}).get("day", day))}
    return {"until": moment.now.isoformat()}


def since_by_days(dataset: Dataset) -> Since | None:
    """The `since` of a data set any closed day of which its source gives for itself; None of another.

    Such is one that is read `by: day`, or whose requests say where they begin (`{since}`) and where they end (`{until}`).
    """
    read = dataset.read
    if not isinstance(read, RestRead) or read.since is None:
        return None
    sent = json.dumps([read.path, read.params, read.first_params, read.each, None if read.parents is None else read.parents.model_dump()])
    is_window = "{since}" in sent and "{until}" in sent
    return read.since if read.since.by == "day" or is_window else None


def check_days(dataset: Dataset, moment: Moment) -> None:
    """See that the picked days of a data set can be read.

    Raises:
        AnsvarError: where its source gives no day for itself, or a day is not over or stands before the first that is read at all.
    """
    since = since_by_days(dataset)
    if since is None:
        told = "its 'read' needs 'since' with 'by: day', or '{since}' and '{until}' in its parameters"
        raise AnsvarError(f"{dataset.id} cannot be read day by day: {told}.")
    first, last = since.start, _yesterday(moment)
    for day in moment.days:
        if day > last:
            raise AnsvarError(f"{day} of {dataset.id} is not over: days up to {last} can be read (time zone {moment.zone}).")
        if day < first:
            raise AnsvarError(f"{day} of {dataset.id} is never read: its 'since' begins on {first}; state an earlier 'start' in the YAML.")


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


def _of_day(since: Since, day: dt.date, zone: str) -> dict[str, Any]:
    if since.by == "day":
        return {"day": day.isoformat()}
    begin, end = (_midnight(each, zone) for each in (day, day + dt.timedelta(days=1)))
    return {"since": _written(since, begin, zone), "until": _written(since, end, zone)}


def _midnight(day: dt.date, zone: str) -> dt.datetime:
    """When a day begins in a time zone, in naive UTC."""
    return PlainDateTime(day.year, day.month, day.day).assume_tz(zone).to_instant().to_stdlib().replace(tzinfo=None)


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
