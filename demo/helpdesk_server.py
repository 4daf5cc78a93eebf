"""The helpdesk's API: tickets by page, messages by cursor, a token, a rate limit, and a server that stumbles now and then."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, ClassVar

from demo.answers import DocumentList, JsonHandler, number
from demo.sources import helpdesk as source

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "a-token-for-the-demonstration"  # noqa: S105 - opens nothing but fictional data
_MOST_TICKETS = 100
_MOST_MESSAGES = 200
_FAILING_PAGE = 2


class Helpdesk:
    """What the helpdesk holds, and which of its stumbles are still to come."""

    def __init__(self, folder: Path, *, failing: bool = False) -> None:
        """Open its files."""
        self.tickets = DocumentList(folder / source.TICKETS)
        self.messages = DocumentList(folder / source.MESSAGES)
        self.failing = failing
        self._lock = Lock()
        self._to_come = {"rate limit", "stumble"}

    def once(self, fault: str) -> bool:
        """True the first time that a fault is asked for."""
        with self._lock:
            due = fault in self._to_come
            self._to_come.discard(fault)
            return due


class HelpdeskHandler(JsonHandler):
    """Answers for a helpdesk."""

    root = "/api/v2"
    helpdesk: ClassVar[Helpdesk]

    def answer(self, path: str, query: dict[str, str]) -> None:
        """Tickets or messages, to whom bears the token."""
        if not hmac.compare_digest(self.headers.get("Authorization", ""), f"Bearer {TOKEN}"):
            self.send_error_body(HTTPStatus.UNAUTHORIZED, "unauthorized")
        elif path == "/tickets":
            self._tickets(query)
        elif path == "/messages":
            self._messages(query)
        else:
            self.send_error_body(HTTPStatus.NOT_FOUND, "not_found")

    def _tickets(self, query: dict[str, str]) -> None:
        """A page; past the end an empty one. The second page is met by the rate limit once, or always fails."""
        page, size = number(query, "page", 1), number(query, "per_page", _MOST_TICKETS, _MOST_TICKETS)
        if page == _FAILING_PAGE and self.helpdesk.failing:
            self.send_error_body(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error")
            return
        if page == _FAILING_PAGE and self.helpdesk.once("rate limit"):
            self.send_error_body(HTTPStatus.TOO_MANY_REQUESTS, "rate_limited", {"Retry-After": "1"})
            return
        tickets = self.helpdesk.tickets
        self.send_json(f'{{"tickets":{tickets.page((page - 1) * size, size)},"page":{page},"per_page":{size},"count":{len(tickets)}}}')

    def _messages(self, query: dict[str, str]) -> None:
        """A page from a cursor on; the first that is asked for with a cursor fails once. A wrong cursor is an error with HTTP 200."""
        size = number(query, "limit", _MOST_MESSAGES, _MOST_MESSAGES)
        start = _start(query["cursor"]) if "cursor" in query else 0
        if start is None:
            self.send_error_body(HTTPStatus.OK, "invalid_cursor")
            return
        if start > 0 and self.helpdesk.once("stumble"):
            self.send_error_body(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error")
            return
        messages = self.helpdesk.messages
        following = start + size
        more = following < len(messages)
        meta = json.dumps({"has_more": more, "next_cursor": _cursor(following) if more else None})
        self.send_json(f'{{"messages":{messages.page(start, size)},"meta":{meta}}}')


def _cursor(start: int) -> str:
    return base64.urlsafe_b64encode(f"from:{start}".encode()).decode()


def _start(cursor: str) -> int | None:
    try:
        name, _, start = base64.urlsafe_b64decode(cursor).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return int(start) if name == "from" and start.isdigit() else None
