"""The first page, and the page of promises: what everybody who is in may see."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from assets.accountability.promises.page import promises_page
from assets.accountability.promises.status import status_of
from resources.errors import AnsvarError
from resources.roles import Right

if TYPE_CHECKING:
    from starlette.responses import Response

    from assets.accountability.promises.status import Status
    from pipelines.desk.page import Desk, Visit
    from resources.register import Register

_FRESH_SECONDS = 30.0


class _Judged:
    """The promises as they were judged last: whoever asks while they are being judged, or soon after, is told the same."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: Status | None = None
        self._of: tuple[Register, str] | None = None
        self._until = 0.0

    def now(self, register: Register) -> Status:
        """How the promises stand, as of half a minute ago at most; what was published since is judged at once."""
        with self._lock:
            of = (register, register.warehouse.generation)
            if self._found is None or of != self._of or time.monotonic() > self._until:
                self._found, self._of = status_of(register), of
                self._until = time.monotonic() + _FRESH_SECONDS
            return self._found


_judged = _Judged()


def front(desk: Desk, visit: Visit) -> Response:
    """Who is in, and what the role may do."""
    rights = [f"right_{each.value}" for each in Right if visit.user.role.may(each)]
    return desk.render(visit, "front.html", rights=rights)


def promises(desk: Desk, visit: Visit) -> Response:
    """Every promise of the notice, judged now: counts and states, nobody's data."""
    register = desk.entrance.register
    try:
        status = _judged.now(register)
    except AnsvarError:
        return desk.render(visit, "message.html", title=visit.words.text("nav_promises"), message=visit.words.text("nothing_yet"))
    return desk.render(visit, "promises.html", page=promises_page(status, register.catalogue, visit.words.language))
