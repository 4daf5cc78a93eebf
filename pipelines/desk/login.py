"""The pages of coming in, going out, and one's own password."""

from __future__ import annotations

import re
from math import ceil
from typing import TYPE_CHECKING

from pipelines.desk.page import back_to
from pipelines.desk.sign_in import Typed, sign_in
from resources.errors import AnsvarError
from resources.passwords import is_right

if TYPE_CHECKING:
    import datetime as dt

    from starlette.responses import Response

    from pipelines.desk.page import Desk, Visit

_OWN_PATH = re.compile(r"/(?:[A-Za-z0-9._~?&=:,%-][A-Za-z0-9._~?&=:,%/-]*)?")
_MINUTE = 60
_LONGEST_PATH = 1000


def login(desk: Desk, visit: Visit) -> Response:
    """Ask for name and password, and let in. A session always begins with a new token; one that the browser came with ends."""
    onward = onward_of(visit.form.get("next") or visit.query.get("next") or "/")
    if not visit.form:
        return back_to(onward) if visit.visitor else desk.render(visit, "login.html", next=onward)
    typed = Typed(visit.form.get("name", ""), visit.form.get("password", ""), visit.form.get("code", ""))
    came = sign_in(desk.entrance, typed, visit.address)
    if came.wait is not None:
        return told_to_wait(desk, visit, came.wait, onward)
    if came.token is None:
        return desk.render(visit, "login.html", 401, next=onward, error=visit.words.text("login_wrong"))
    if visit.visitor:
        desk.entrance.sessions.end(visit.visitor, desk.entrance.register.clock.now())
    return let_in(desk, back_to(onward), came.token)


def let_in(desk: Desk, answer: Response, token: str) -> Response:
    """An answer with which the browser gets a session."""
    answer.set_cookie(desk.entrance.cookie, token, httponly=True, samesite="strict", secure=desk.entrance.addresses.is_encrypted, path="/")
    return answer


def told_to_wait(desk: Desk, visit: Visit, wait: dt.timedelta, onward: str) -> Response:
    """The login's page, for who has failed too often."""
    seconds = wait.total_seconds()
    waiting = desk.render(visit, "login.html", 429, next=onward, error=visit.words.text("login_wait", minutes=ceil(seconds / _MINUTE)))
    waiting.headers["Retry-After"] = str(ceil(seconds))
    return waiting


def logout(desk: Desk, visit: Visit) -> Response:
    """End the session."""
    desk.entrance.sessions.end(visit.user, desk.entrance.register.clock.now())
    answer = back_to("/login")
    answer.delete_cookie(desk.entrance.cookie, httponly=True, samesite="strict", secure=desk.entrance.addresses.is_encrypted, path="/")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def password(desk: Desk, visit: Visit) -> Response:
    """Give oneself another password; all of one's sessions end with it."""
    if not visit.form:
        return desk.render(visit, "password.html")
    entrance, at = desk.entrance, desk.entrance.register.clock.now()
    attempt = entrance.lockout.begin(visit.user.name, visit.address, at)
    user = entrance.users.user(visit.user.name)
    if attempt.locked_until is not None or not is_right(user.password, visit.form.get("present", "")):
        return desk.render(visit, "password.html", 403, error=visit.words.text("password_wrong"))
    entrance.lockout.succeeded(attempt)
    if visit.form.get("new") != visit.form.get("again"):
        return desk.render(visit, "password.html", 400, error=visit.words.text("password_differs"))
    try:
        entrance.users.set_password(user, visit.form.get("new", ""), (visit.user.name, at))
    except AnsvarError:
        return desk.render(visit, "password.html", 400, error=visit.words.text("password_weak"))
    return back_to("/login")


def onward_of(path: str) -> str:
    """Where a login goes on to: a page of our own, or the front page."""
    return path if len(path) <= _LONGEST_PATH and _OWN_PATH.fullmatch(path) and not path.startswith("/login") else "/"
