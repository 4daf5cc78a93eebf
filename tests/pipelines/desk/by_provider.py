"""Logging in by an OpenID provider, step by step, as a browser does."""

from __future__ import annotations

import html
import http.client
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from resources.oidc.provider import Provider
from resources.roles import Role
from tests.helpers.visiting import PASSWORD

if TYPE_CHECKING:
    from tests.helpers.visiting import Answered, Visitor
    from tests.pipelines.desk.conftest import Served

BEGUN = "ansvar-login"
"""The cookie of a begun login."""


def add_linked(served: Served, name: str, subject: str) -> None:
    """Add a user whom the provider knows by a subject, unless there is one."""
    users, at = served.entrance.users, served.small.register.clock.now()
    if users.find(name) is None:
        users.add(name, Role.VIEWER, PASSWORD, ("console", at))
        served.entrance.identities.link(users.user(name), served.openid.issuer, subject, ("console", at))


def learn_anew(served: Served) -> None:
    """Let the entrance know nothing of the provider that it learned before."""
    object.__setattr__(served.entrance, "provider", Provider(served.openid.settings()))


def goes_on_to(answered: Answered) -> str:
    """Where a page goes on to by itself."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]*)"', answered.text)
    assert found is not None, answered.text
    return html.unescape(found[1])


def begin(visitor: Visitor, onward: str = "/") -> str:
    """Begin to log in: the address at the provider."""
    answered = visitor.kept(visitor.post("/login/provider", next=onward))
    assert answered.status == 200, answered.text
    return goes_on_to(answered)


def authorized(address: str) -> str:
    """Be sent back by the provider: where to."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=30)
    connection.request("GET", f"{place.path}?{place.query}")
    location = connection.getresponse().headers["Location"]
    connection.close()
    return str(location)


def back(visitor: Visitor, location: str) -> Answered:
    """Come back, and keep the cookies."""
    return visitor.kept(visitor.get(location.removeprefix(visitor.base)))


def login(visitor: Visitor, onward: str = "/") -> Answered:
    """Log in by the provider, from the beginning to what comes of it."""
    return back(visitor, authorized(begin(visitor, onward)))
