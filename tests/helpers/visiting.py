"""Visiting the entrance as a program: every header as it is given, every path as it is written."""

from __future__ import annotations

import http.client
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from resources.catalogue import load_register
from resources.home import Home
from resources.ledger.users import CONSOLE, UserLedger
from resources.register import open_register
from resources.roles import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSWORD = "a staple for the battery"  # noqa: S105 - of users that tests make


@dataclass(frozen=True)
class Answered:
    """What the entrance answered."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def json(self) -> Any:
        """The body as data."""
        return json.loads(self.body)


@dataclass
class Visitor:
    """Somebody who visits, with the cookies that were set."""

    base: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes | str | None = None, headers: Mapping[str, str] | None = None) -> Answered:
        """The answer to one request; the headers are those given, with the cookies and Host, unless they are given too."""
        place = urlsplit(self.base)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        try:
            connection.putrequest(method, path, skip_host="Host" in (headers or {}), skip_accept_encoding=True)
            content = body.encode() if isinstance(body, str) else body
            for name, value in (sent | dict(headers or {})).items():
                connection.putheader(name, value)
            if content is not None:
                connection.putheader("Content-Length", str(len(content)))
            connection.endheaders(content)
            answer = connection.getresponse()
            answered = Answered(answer.status, answer.headers, answer.read())
        finally:
            connection.close()
        return answered

    def get(self, path: str) -> Answered:
        """A page."""
        return self.ask("GET", path, headers={"Accept": "text/html"})

    def post(self, path: str, **form: str) -> Answered:
        """A form, as a page of the entrance sends it."""
        headers = {"Origin": self.base, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(form), headers)

    def login(self, name: str, password: str = PASSWORD, **more: str) -> Answered:
        """Log in, and keep the session."""
        return self.kept(self.post("/login", name=name, password=password, **more))

    def kept(self, answered: Answered) -> Answered:
        """An answer whose cookies are kept, as browsers do."""
        for line in answered.headers.get_all("Set-Cookie") or []:
            cookie, _, value = line.partition(";")[0].partition("=")
            if "max-age=0" in line.lower():
                self.cookies.pop(cookie, None)
            else:
                self.cookies[cookie] = value
        return answered

    def mark(self, path: str = "/") -> str:
        """What the forms of this session bear."""
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', self.get(path).text)
        assert found is not None
        return found[1]

    def graphql(self, query: str, **variables: object) -> Answered:
        """Ask Dagster, as its own pages do."""
        headers = {"Origin": self.base, "Content-Type": "application/json", "Accept": "*/*"}
        return self.ask("POST", "/dagster/graphql", json.dumps({"query": query, "variables": variables}), headers)


def add_user(environment: Mapping[str, str], name: str, role: str) -> None:
    """Add a user to the home that an environment names."""
    register = open_register(load_register(environment["ANSVAR_REGISTER"]), Home(Path(environment["ANSVAR_HOME"])))
    UserLedger(register.ledger).add(name, Role(role), PASSWORD, (CONSOLE, register.clock.now()))
    register.ledger.close()
