"""What the demonstration's servers have in common: lists of JSON documents in a file, and answering with them."""

from __future__ import annotations

import json
from array import array
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from pathlib import Path


class DocumentList:
    """The lines of a file, found by their number without holding the file in memory."""

    def __init__(self, path: Path) -> None:
        """Read where each line begins."""
        self._path = path
        self._offsets = array("Q", [0])
        with path.open("rb") as file:
            for line in file:
                self._offsets.append(self._offsets[-1] + len(line))

    def __len__(self) -> int:
        """How many documents there are."""
        return len(self._offsets) - 1

    def page(self, start: int, size: int) -> str:
        """A JSON list of at most `size` documents from number `start` (from 0)."""
        end = min(start + size, len(self))
        if start >= end:
            return "[]"
        with self._path.open("rb") as file:
            file.seek(self._offsets[start])
            lines = file.read(self._offsets[end] - self._offsets[start]).decode().splitlines()
        return f"[{','.join(lines)}]"


class JsonHandler(BaseHTTPRequestHandler):
    """Answers GET with JSON; a subclass says what lies under its `root`."""

    root: ClassVar[str]

    def do_GET(self) -> None:
        """Answer, or say that nothing lies there."""
        split = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(split.query).items()}
        if not split.path.startswith(f"{self.root}/"):
            self.send_error_body(HTTPStatus.NOT_FOUND, "not_found")
            return
        self.answer(split.path.removeprefix(self.root), query)

    def answer(self, path: str, query: dict[str, str]) -> None:
        """Answer a request for a path below `root`."""
        raise NotImplementedError

    def send_json(self, text: str, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None) -> None:
        """Send a JSON document."""
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def send_error_body(self, status: HTTPStatus, code: str, headers: dict[str, str] | None = None) -> None:
        """Send an error in the form in which such APIs tell of it."""
        self.send_json(json.dumps({"error": {"code": code}}), status, headers)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives
        """Say nothing: addresses hold what was asked for."""


def number(query: dict[str, str], name: str, otherwise: int, most: int | None = None) -> int:
    """A positive number out of a query; what is none, or missing, counts as `otherwise`."""
    text = query.get(name, "")
    found = int(text) if text.isdigit() and int(text) > 0 else otherwise
    return found if most is None else min(found, most)
