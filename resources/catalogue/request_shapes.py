"""The shape of `requests.yaml`: what a register says of how requests are dealt with. A register without it goes by the defaults."""

from __future__ import annotations

from typing import Literal

from resources.calendar import Period
from resources.catalogue.shapes import PeriodText, Shape


class RequestsShape(Shape):
    """`requests.yaml`.

    Attributes:
        clock_stops: `identity` where the time for answering does not run while a person was asked who asks and has not shown it.
        asked_within: by when the person must be asked for that, counted from receipt.
        due_soon: how long before its deadline a request is shown as soon due.
    """

    clock_stops: Literal["never", "identity"] = "never"
    asked_within: PeriodText = Period(0, 7)
    due_soon: PeriodText = Period(0, 7)
