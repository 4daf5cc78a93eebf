"""What the rooms of bundles, review, quarantine and holds share: reasons, and mistakes told in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING

from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from pipelines.desk.page import Desk, Visit

    Handler = Callable[[Desk, Visit], Response]

LONGEST_REASON = 500


class FaultError(AnsvarError):
    """Something that a visitor can mend, told by a text of the desk."""

    def __init__(self, key: str) -> None:
        """Tell it by the text of a key."""
        super().__init__(key)
        self.key = key


class NotThereError(FaultError):
    """There is nothing of the id in the path."""


@dataclass(frozen=True)
class Told:
    """A mistake as it is told, and in which language: what comes from below the desk is English."""

    text: str
    language: str


def told(visit: Visit, error: AnsvarError) -> Told:
    """How a mistake is told to a visitor."""
    if isinstance(error, FaultError):
        return Told(visit.words.text(error.key), visit.words.language)
    return Told(str(error), "en")


def room(handler: Handler) -> Handler:
    """A handler whose mistakes are told on a page of their own, where it does not tell them on its own page."""

    @wraps(handler)
    def answered(desk: Desk, visit: Visit) -> Response:
        try:
            return handler(desk, visit)
        except AnsvarError as error:
            status = 404 if isinstance(error, NotThereError) else 400
            title = "rooms_not_there" if isinstance(error, NotThereError) else "rooms_fault"
            return desk.render(visit, "fault.html", status, title=visit.words.text(title), error=told(visit, error))

    return answered


def need_published(desk: Desk) -> None:
    """See that there is something to read.

    Raises:
        FaultError: before the first run.
    """
    if not desk.entrance.register.warehouse.is_published:
        raise FaultError("nothing_yet")


def reason(visit: Visit) -> str:
    """The reason that was filled in.

    Raises:
        FaultError: where there is none.
    """
    given = visit.form.get("reason", "").strip()[:LONGEST_REASON]
    if not given:
        raise FaultError("rooms_no_reason")
    return given
