"""Coming in by an OpenID provider: who may, with what, and how often."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from resources.oidc import provider as talk
from resources.one_time import code_at, secret_of, step_of
from resources.roles import Role
from tests.helpers.browser import CHROMIUM, PHONE, WITHOUT_CHROMIUM, browser, violations
from tests.helpers.openid import DESCRIPTION, SECRET
from tests.helpers.visiting import PASSWORD, Visitor
from tests.pipelines.desk.by_provider import BEGUN, add_linked, authorized, back, goes_on_to, login

if TYPE_CHECKING:
    from tests.helpers.openid import OpenIdProvider
    from tests.pipelines.desk.conftest import Served


def test_a_linked_user_comes_in_and_goes_out(served: Served, openid: OpenIdProvider) -> None:
    """The session is a new one, the browser goes on to the page that it wanted; of what the provider said nothing is kept."""
    visitor = served.visitor()
    visitor.cookies["ansvar"] = "planted"
    begun = visitor.kept(visitor.post("/login/provider", next="/promises?x=1"))
    (cookie,) = begun.headers.get_all("Set-Cookie") or []
    parts = [part.strip() for part in cookie.split(";")]
    assert parts[0].startswith(f"{BEGUN}=")
    assert parts[1:] == ["HttpOnly", "Max-Age=600", "Path=/", "SameSite=lax"]
    came = back(visitor, authorized(goes_on_to(begun)))
    assert (came.status, goes_on_to(came)) == (200, "/promises?x=1")
    token = visitor.cookies.pop("ansvar")
    assert token != "planted"  # noqa: S105 - what was planted
    assert visitor.cookies == {}
    assert any(f"ansvar={token}; HttpOnly; Path=/; SameSite=strict" in line for line in came.headers.get_all("Set-Cookie") or [])
    visitor.cookies["ansvar"] = token
    assert "pia" in visitor.get("/").text
    assert visitor.post("/logout", csrf=visitor.mark()).status == 303
    assert visitor.ask("GET", "/").status == 401
    assert [(by, what) for by, what, _ in served.acts()][-2:] == [("pia", "login.provider"), ("pia", "logout")]
    served.small.register.ledger.close()
    held = b"".join(path.read_bytes() for path in served.small.home.path.glob("ledger.db*"))
    assert len(openid.issued) == 3
    assert [each for each in (*openid.issued, token, SECRET) if each.encode() in held] == []


def test_who_is_not_let_in(served: Served, openid: OpenIdProvider) -> None:
    """Who is no user does not become one; a user who is disabled, or no longer linked, stays out."""
    users, act = served.entrance.users, ("console", served.small.register.clock.now())
    add_linked(served, "over", "subject-over")
    over = users.user("over")
    count = len(users.users())
    openid.person |= {"sub": "subject-over"}
    assert login(served.visitor()).status == 200
    users.disable(over, act)
    before = len(served.acts())
    assert login(served.visitor()).status == 403
    assert served.acts()[before:] == [("unknown", "login.failed", over.user)]
    users.enable(over, act)
    visitor = served.visitor()
    login(visitor)
    assert visitor.ask("GET", "/").status == 200
    served.entrance.identities.unlink(over, act)
    assert visitor.ask("GET", "/").status == 401
    assert login(served.visitor()).status == 403
    assert len(users.users()) == count


def test_the_first_login_of_who_is_expected(served: Served, openid: OpenIdProvider) -> None:
    """Who is expected under a verified address becomes that user with the first login, by subject; nobody else does later."""
    users, act = served.entrance.users, ("console", served.small.register.clock.now())
    first = {"sub": "subject-new", "email": "Uusi@Koe.example", "email_verified": True}
    openid.person = first
    assert login(served.visitor()).status == 403
    users.add("uusi", Role.VIEWER, PASSWORD, act)
    served.entrance.identities.expect(users.user("uusi"), openid.issuer, "uusi@koe.example", act)
    for unverified in ({"email_verified": False}, {"email_verified": "true"}, {"email_verified": None}, {"email": "uus\u0131@koe.example"}):
        openid.person = first | unverified
        assert login(served.visitor()).status == 403
    openid.person = first
    assert login(served.visitor()).status == 200
    assert ("uusi", "user.bound", users.user("uusi").user) in served.acts()
    openid.person = first | {"sub": "subject-newer"}
    assert login(served.visitor()).status == 403
    openid.person = {"sub": "subject-new", "email": "other@koe.example"}
    assert login(served.visitor()).status == 200


def test_an_administrator_links_a_user_in_the_browser(served: Served, openid: OpenIdProvider) -> None:
    """The page of users says who is to come in by the provider, shows it, and ends it; not of the administrator's own account."""
    act = ("console", served.small.register.clock.now())
    served.entrance.users.add("selma", Role.VIEWER, PASSWORD, act)
    administrator = served.visitor("administrator")
    mark = administrator.mark("/users")
    openid.person = {"sub": "subject-selma", "email": "selma@koe.example", "email_verified": True}
    assert administrator.post("/users", csrf=mark, do="link", user="administrator", expected="selma@koe.example").status == 400
    assert administrator.post("/users", csrf=mark, do="link", user="selma", expected="").status == 400
    assert login(served.visitor()).status == 403
    assert administrator.post("/users", csrf=mark, do="link", user="selma", expected=" Selma@koe.example ").status == 303
    assert "waits for the first login" in administrator.get("/users?language=en").text
    assert login(served.visitor()).status == 200
    assert administrator.get("/users?language=en").text.count("linked to the login service") >= 1
    assert administrator.post("/users", csrf=mark, do="unlink", user="selma").status == 303
    assert login(served.visitor()).status == 403


def test_a_code_is_asked_for_all_the_same(served: Served, openid: OpenIdProvider) -> None:
    """A user with an authenticator app gives its code after the provider; in the same browser, once, and while linked."""
    users, act = served.entrance.users, ("console", served.small.register.clock.now())
    add_linked(served, "koodi", "subject-code")
    openid.person |= {"sub": "subject-code"}
    secret = secret_of(served.small.home.pepper, users.ask_code(users.user("koodi"), act))
    right = code_at(secret, step_of(act[1]))
    visitor = served.visitor()
    assert goes_on_to(login(visitor)) == "/login/provider/code"
    assert set(visitor.cookies) == {BEGUN}
    assert visitor.ask("GET", "/").status == 401
    assert "one-time-code" in visitor.get("/login/provider/code").text
    assert served.visitor().post("/login/provider/code", code=right).status == 400
    kept = dict(visitor.cookies)
    assert visitor.kept(visitor.post("/login/provider/code", code="000000")).status == 401
    came = visitor.kept(visitor.post("/login/provider/code", code=right))
    assert (came.status, set(visitor.cookies)) == (200, {"ansvar"})
    assert visitor.ask("GET", "/").status == 200
    assert Visitor(served.base, kept).post("/login/provider/code", code=code_at(secret, step_of(act[1]) + 1)).status == 400
    late = served.visitor()
    assert goes_on_to(login(late)) == "/login/provider/code"
    served.entrance.identities.unlink(users.user("koodi"), act)
    assert late.post("/login/provider/code", code=code_at(secret, step_of(act[1]) + 1)).status == 400


def test_guessing_codes_takes_longer_and_longer(served: Served, openid: OpenIdProvider) -> None:
    """After five wrong codes the user's name waits; after twenty logins that were refused, the address does."""
    users, act = served.entrance.users, ("console", served.small.register.clock.now())
    add_linked(served, "arvaus", "subject-guess")
    openid.person |= {"sub": "subject-guess"}
    users.ask_code(users.user("arvaus"), act)
    visitor = served.visitor()
    login(visitor)
    assert [visitor.post("/login/provider/code", code="000000").status for _ in range(6)] == [401] * 5 + [429]
    openid.person |= {"sub": "nobody"}
    found = [login(served.visitor()).status for _ in range(16)]
    assert found == [403] * 15 + [429]


@pytest.mark.parametrize(
    "onward", ["//evil.example", "https://evil.example", "/\\evil.example", "/%0d%0aX: y", "/login/provider", "/" + "x" * 5000]
)
def test_a_login_goes_on_to_our_own_pages_alone(served: Served, openid: OpenIdProvider, onward: str) -> None:
    """Where a login leads is a page of ours, whatever the form said."""
    del openid
    assert goes_on_to(login(served.visitor(), onward)) == "/"


def test_without_a_provider_there_is_none(served: Served, openid: OpenIdProvider) -> None:
    """The routes are there where a provider is set; only a page of ours begins a login, and GET does not."""
    visitor = served.visitor()
    assert visitor.get("/login/provider").status == 405
    assert visitor.ask("POST", "/login/provider", "next=/", {"Origin": "https://evil.example"}).status == 403
    assert "Koe-ID" in visitor.get("/login").text
    assert openid.asked == []


def test_only_so_many_wait_for_the_provider(served: Served, openid: OpenIdProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth that asks at once is told to come again, and keeps no thread."""
    monkeypatch.setattr(talk, "_PATIENCE", 0.01)
    provider = served.entrance.provider
    assert provider is not None
    taken = [provider._gate.acquire(blocking=False) for _ in range(5)]
    assert taken == [True] * 4 + [False]
    assert served.visitor().post("/login/provider", next="/").status == 502
    for _ in range(4):
        provider._gate.release()
    assert login(served.visitor()).status == 200
    assert openid.asked[0] == DESCRIPTION


@pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT_CHROMIUM)
def test_in_a_real_browser(served: Served, openid: OpenIdProvider) -> None:
    """From the button to the page that was wanted, over another site and back, with the session's cookie that only our own site sends."""
    users, at = served.entrance.users, served.small.register.clock.now()
    add_linked(served, "selain", "subject-browser")
    openid.person |= {"sub": "subject-browser"}
    secret = secret_of(served.small.home.pepper, users.ask_code(users.user("selain"), ("console", at)))
    with browser() as chromium:
        context = chromium.new_context(viewport={"width": PHONE, "height": 900}, base_url=served.base, locale="en-GB")
        page, said = context.new_page(), list[str]()
        page.on("console", lambda message: said.append(message.text))
        page.goto("/login?language=fi&next=/password")
        page.get_by_role("button", name="Kirjaudu palvelulla Koe-ID").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Kertakoodi")
        assert violations(page) == []
        page.get_by_label("Kertakoodi").fill(code_at(secret, step_of(at)))
        page.get_by_role("button", name="Kirjaudu sisään").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Vaihda salasana")
        assert {each["name"]: each["sameSite"] for each in context.cookies(served.base)}["ansvar"] == "Strict"
        page.get_by_role("button", name="Kirjaudu ulos").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Kirjaudu sisään")
        openid.person |= {"sub": "subject-1"}
        openid.asks = True
        page.get_by_role("button", name="Kirjaudu palvelulla Koe-ID").click()
        page.get_by_text("Yes").click()
        expect(page.get_by_text("pia", exact=True)).to_be_visible()
        page.get_by_role("button", name="Kirjaudu ulos").click()
        openid.person |= {"sub": "nobody"}
        page.get_by_role("button", name="Kirjaudu palvelulla Koe-ID").click()
        page.get_by_text("Yes").click()
        expect(page.get_by_role("alert")).to_contain_text("Sinua ei päästetty sisään.")
        if shots := os.environ.get("ANSVAR_SCREENSHOTS"):
            page.screenshot(path=f"{shots}/provider.png", full_page=True)
        assert violations(page) == []
        assert [each for each in said if "violates" in each or "blocked" in each] == []
