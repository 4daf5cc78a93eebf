"""Coming in and going out."""

from __future__ import annotations

import datetime as dt
import html
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import WebSocketException

from resources.ledger import tables
from resources.ledger.sessions import IDLE, LONGEST
from resources.one_time import address_of, code_at, secret_of, step_of
from resources.roles import Role
from tests.helpers.visiting import PASSWORD, Visitor

if TYPE_CHECKING:
    from tests.pipelines.desk.conftest import Served


def test_a_user_comes_in_and_goes_out(served: Served) -> None:
    """The session begins with the login and ends with the logout; its cookie is out of reach of scripts and other sites."""
    visitor = served.visitor()
    assert visitor.get("/").headers["Location"] == "/login"
    (cookie,) = visitor.login("Viewer").headers.get_all("Set-Cookie") or []
    assert [part.strip() for part in cookie.split(";")[1:]] == ["HttpOnly", "Path=/", "SameSite=strict"]
    assert "viewer" in visitor.get("/").text
    assert visitor.post("/logout", csrf=visitor.mark()).status == 303
    assert visitor.get("/").headers["Location"] == "/login"
    assert [what for by, what, _ in served.acts() if by == "viewer"][-2:] == ["login", "logout"]


def test_the_ledger_holds_no_password_and_no_token(served: Served) -> None:
    """Who reads the ledger cannot come in with what stands there."""
    visitor = served.visitor("viewer")
    (token,) = visitor.cookies.values()
    served.small.register.ledger.close()
    held = b"".join(path.read_bytes() for path in served.small.home.path.glob("ledger.db*"))
    assert token.encode() not in held
    assert PASSWORD.encode() not in held
    assert b"$argon2id$v=19$" in held


@pytest.mark.parametrize(
    ("name", "password"), [("viewer", "wrong"), ("nobody", PASSWORD), ("disabled", PASSWORD), ("", ""), ("x" * 500, "y" * 5000)]
)
def test_who_is_not_let_in(served: Served, name: str, password: str) -> None:
    """A wrong password, no such user, a disabled one: the answer is the same, and the name that was typed is written down nowhere."""
    visitor = served.visitor()
    before = len(served.acts())
    answered = visitor.login(name, password)
    assert answered.status == 401
    assert visitor.cookies == {}
    users = {user.name: user.user for user in served.entrance.users.users()}
    assert served.acts()[before:] == [("unknown", "login.failed", users.get(name, "unknown"))]
    assert answered.text.count('role="alert"') == 1


def test_guessing_takes_longer_and_longer(served: Served) -> None:
    """After five failures a name waits, whoever types it and whether there is such a user; the wait doubles; a login ends it."""
    for name in ("operator", "no.such.user"):
        guesses = [served.visitor().login(name, f"guess {number}").status for number in range(8)]
        assert guesses == [401] * 5 + [429] * 3
    assert served.visitor().login("operator").status == 429
    assert ("unknown", "login.locked", served.entrance.users.user("operator").user) in served.acts()
    served.passes(dt.timedelta(seconds=31))
    assert served.visitor().login("operator", "guess").status == 401
    answered = served.visitor().login("operator")
    assert (answered.status, answered.headers["Retry-After"]) == (429, "60")
    served.passes(dt.timedelta(seconds=61))
    assert served.visitor().login("operator").status == 303
    assert served.visitor().login("operator", "guess").status == 401


def test_many_guesses_at_once_are_no_more_than_one_after_another(served: Served) -> None:
    """Of thirty guesses at the same time, five are looked at."""
    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(lambda number: served.visitor().login("officer", f"guess {number}").status, range(30)))
    assert sorted(found) == [401] * 5 + [429] * 25


def test_an_address_that_tries_many_names_waits(served: Served) -> None:
    """Twenty failures of whatever names make all of an address wait; a header that names another address changes nothing."""
    for number in range(20):
        assert served.visitor().login(f"name{number}", "guess").status == 401
    headers = {"Origin": served.base, "Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": "192.0.2.7"}
    assert served.visitor().ask("POST", "/login", "name=viewer&password=x", headers).status == 429


@pytest.mark.parametrize(("passed", "in_use"), [(IDLE, False), (LONGEST, True)])
def test_a_session_ends_by_itself(served: Served, passed: dt.timedelta, in_use: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """One that is not used ends after half an hour, one that is, after twelve; also where the register's clock stands still."""
    visitor, step, left = served.visitor("viewer"), dt.timedelta(minutes=25), passed
    while in_use and left > step:
        served.passes(step)
        left -= step
        assert visitor.get("/").status == 200
    served.passes(left - dt.timedelta(seconds=0 if not in_use else 1))
    assert visitor.ask("GET", "/").status == 200
    served.passes(IDLE + dt.timedelta(seconds=2))
    assert visitor.ask("GET", "/").status == 401


def test_a_session_ends_at_once_with_what_it_stands_on(served: Served) -> None:
    """Another role, another password, a disabled account, a revoked session: each ends what was open, at the next request."""
    act = ("console", served.small.register.clock.now())
    users = served.entrance.users
    changing = users.add("changing", served.entrance.users.user("viewer").role, PASSWORD, act)
    for change in (
        lambda: users.set_role(users.user("changing"), users.user("operator").role, act),
        lambda: users.set_password(users.user("changing"), PASSWORD, act),
        lambda: served.entrance.sessions.revoke(changing, *act),
        lambda: users.disable(users.user("changing"), act),
    ):
        visitor = served.visitor("changing")
        assert visitor.ask("GET", "/").status == 200
        change()
        assert visitor.ask("GET", "/").status == 401


def test_a_session_that_was_planted_is_not_taken(served: Served) -> None:
    """A token that somebody else put into the browser is of no session, before the login and after it; an earlier session ends."""
    victim = served.visitor()
    victim.cookies["ansvar"] = "planted"
    victim.login("viewer")
    assert victim.cookies["ansvar"] != "planted"
    attacker = Visitor(served.base, {"ansvar": "planted"})
    assert attacker.ask("GET", "/").status == 401
    both = Visitor(served.base)
    headers = {"Cookie": f"ansvar=planted; ansvar={victim.cookies['ansvar']}"}
    assert both.ask("GET", "/", headers=headers).status == 401


def test_a_code_is_asked_for_and_taken_once(served: Served) -> None:
    """Who has an authenticator app comes in with its code alone; a code is taken once, and one of long ago not at all."""
    act = ("console", served.small.register.clock.now())
    users = served.entrance.users
    users.add("coded", users.user("viewer").role, PASSWORD, act)
    secret = secret_of(served.small.home.pepper, users.ask_code(users.user("coded"), act))
    served.passes(dt.timedelta(hours=1))
    step = step_of(served.entrance.clock.now())
    given = ["", "000000", code_at(secret, step - 2), code_at(secret, step), code_at(secret, step), code_at(secret, step - 1)]
    assert [served.visitor().login("coded", code=code).status for code in given] == [401, 401, 401, 303, 401, 401]


def test_one_s_own_password(served: Served) -> None:
    """A user changes the password with the present one; what is too short, or holds the name, is refused."""
    act = ("console", served.small.register.clock.now())
    served.entrance.users.add("own", served.entrance.users.user("viewer").role, PASSWORD, act)
    visitor = served.visitor("own")
    mark, other = visitor.mark("/password"), "quite another sentence"
    asked = [
        ("wrong", other, other),
        (PASSWORD, other, "not the same"),
        (PASSWORD, "short", "short"),
        (PASSWORD, "my own password", "my own password"),
        (PASSWORD, other, other),
    ]
    found = [visitor.post("/password", csrf=mark, present=present, new=new, again=again).status for present, new, again in asked]
    assert found == [403, 400, 400, 400, 303]
    assert visitor.ask("GET", "/").status == 401
    assert [served.visitor().login("own", each).status for each in (PASSWORD, other)] == [401, 303]


def test_a_password_that_somebody_else_chose_is_changed_first(served: Served) -> None:
    """With a first password, or one that an administrator gave, nothing can be done but to choose one's own, which is in the chain."""
    administrator, own, given = served.visitor("administrator"), "quite another sentence", "the second given sentence"
    mark, users = administrator.mark("/users"), served.entrance.users
    added = administrator.post("/users", csrf=mark, do="add", user="shadow", role="officer", password=PASSWORD)
    assert added.status == 303
    for first, second in ((PASSWORD, own), (given, own + "!")):
        shadow = Visitor(served.base)
        shadow.login("shadow", first)
        asked = ("/", "/requests", "/bundles", "/audit", "/dagster/", "/dagster/runs")
        assert [shadow.get(path).headers["Location"] for path in asked] == ["/password"] * len(asked)
        assert shadow.ask("GET", "/requests").status == 403
        assert shadow.graphql("{ version }").status == 403
        assert shadow.post("/requests/new", csrf="x", kind="access").status == 403
        with pytest.raises(WebSocketException):
            shadow.subscribe("subscription { locationStateChangeEvents { event { message } } }")
        page = shadow.get("/password").text
        assert "/requests" not in page
        changing = {"csrf": shadow.mark("/password"), "present": first}
        assert shadow.post("/password", **changing, new=first, again=first).status == 400
        assert shadow.post("/password", **changing, new=second, again=second).status == 303
        assert [served.visitor().login("shadow", each).status for each in (first, second)] == [401, 303]
        again = Visitor(served.base)
        again.login("shadow", second)
        assert again.get("/requests").status == 200
        assert administrator.post("/users", csrf=mark, do="password", user="shadow", password=given).status == 303
        assert again.ask("GET", "/").status == 401
    shadow_id = users.user("shadow").user
    kept = ("user.added", "user.password")
    assert [(by, what) for by, what, thing in served.acts() if thing == shadow_id and what.startswith(kept)] == [
        ("administrator", "user.added.officer"),
        ("shadow", "user.password"),
        ("administrator", "user.password_given"),
        ("shadow", "user.password"),
        ("administrator", "user.password_given"),
    ]


def test_an_administrator_helps_who_cannot_come_in(served: Served) -> None:
    """Who waits after failures is let in again, a code is asked for or not: each in the browser, each in the chain."""
    administrator, at = served.visitor("administrator"), served.entrance.clock.now()
    mark, user = administrator.mark("/users"), served.entrance.users.add("locked", Role.VIEWER, PASSWORD, ("console", at))
    assert [served.visitor().login("locked", "guess").status for _ in range(6)] == [401] * 5 + [429]
    assert administrator.post("/users", csrf=mark, do="unlock", user="locked").status == 303
    assert served.visitor().login("locked").status == 303
    shown = administrator.post("/users", csrf=mark, do="code", user="locked")
    salt = served.entrance.users.user("locked").code_salt
    assert salt is not None
    secret = secret_of(served.small.home.pepper, salt)
    assert (shown.status, html.unescape(shown.text).count(address_of(secret, "locked"))) == (200, 1)
    assert "otpauth" not in administrator.get("/users").text
    code = code_at(secret, step_of(at))
    assert [served.visitor().login("locked", code=each).status for each in ("", code)] == [401, 303]
    assert administrator.post("/users", csrf=mark, do="no_code", user="locked").status == 303
    assert served.visitor().login("locked").status == 303
    acts = [(by, what) for by, what, thing in served.acts() if thing == user and what.startswith("user.")]
    assert acts[1:] == [("administrator", f"user.{each}") for each in ("unlocked", "code_asked", "code_dropped")]


@pytest.mark.parametrize(
    "onward", ["//evil.example", "https://evil.example", "/\\evil.example", "/%0d%0aX: y", "javascript:alert(1)", "/login?next=/login"]
)
def test_a_login_goes_on_to_our_own_pages_alone(served: Served, onward: str) -> None:
    """Where a login leads is a page of ours, whatever the address said."""
    assert served.visitor().login("viewer", next=onward).headers["Location"] == "/"


def test_old_failures_and_sessions_go(served: Served) -> None:
    """What failed more than a day ago, and sessions that are over, are not kept."""
    served.visitor().login("somebody", "guess")
    served.visitor("viewer")
    served.at("2026-10-16T03:00:01+03:00")
    served.visitor("viewer")
    with served.small.register.ledger.engine.connect() as connection:
        failures = connection.execute(tables.login_failures.select()).all()
        sessions = connection.execute(tables.sessions.select()).all()
    assert [row.kind for row in failures if row.failures] == []
    assert len(sessions) == 1
