"""Coming in by an OpenID provider: who may, and what a provider, another site or another browser cannot bring about."""

from __future__ import annotations

import hmac
import html
import http.client
import json
import os
import re
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from joserfc.jws import JWSRegistry
from playwright.sync_api import expect

from resources.ledger import tables
from resources.oidc import provider as talk
from resources.oidc import transport
from resources.oidc.provider import Provider
from resources.one_time import code_at, secret_of, step_of
from resources.roles import Role
from tests.helpers.browser import CHROMIUM, PHONE, WITHOUT_CHROMIUM, browser, violations
from tests.helpers.openid import CLIENT, SECRET, answer, drip, hang_up
from tests.helpers.visiting import PASSWORD, Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.server import BaseHTTPRequestHandler

    from tests.helpers.openid import OpenIdProvider
    from tests.helpers.visiting import Answered
    from tests.pipelines.desk.conftest import Served

    Claims = dict[str, Any]

BEGUN = "ansvar-login"
DESCRIPTION = "/.well-known/openid-configuration"


@pytest.fixture
def openid(served: Served) -> Iterator[OpenIdProvider]:
    """The provider, as it is, and the user Pia, whom it knows."""
    _user(served, "pia", "subject-1")
    _forgotten(served)
    served.openid.reset()
    yield served.openid
    served.openid.reset()


def _user(served: Served, name: str, subject: str) -> None:
    users, at = served.entrance.users, served.small.register.clock.now()
    if users.find(name) is None:
        users.add(name, Role.VIEWER, PASSWORD, ("console", at))
        served.entrance.identities.link(users.user(name), served.openid.issuer, subject, ("console", at))


def _forgotten(served: Served) -> None:
    """Let the entrance know nothing of the provider that it learned before."""
    object.__setattr__(served.entrance, "provider", Provider(served.openid.settings()))


def _onward(answered: Answered) -> str:
    """Where a page goes on to by itself."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]*)"', answered.text)
    assert found is not None, answered.text
    return html.unescape(found[1])


def _begin(visitor: Visitor, onward: str = "/") -> str:
    """Begin to log in: the address at the provider."""
    answered = visitor.kept(visitor.post("/login/provider", next=onward))
    assert answered.status == 200, answered.text
    return _onward(answered)


def _authorized(address: str) -> str:
    """Be sent back by the provider: where to."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=30)
    connection.request("GET", f"{place.path}?{place.query}")
    location = connection.getresponse().headers["Location"]
    connection.close()
    return str(location)


def _back(visitor: Visitor, location: str) -> Answered:
    """Come back, and keep the cookies."""
    return visitor.kept(visitor.get(location.removeprefix(visitor.base)))


def _login(visitor: Visitor, onward: str = "/") -> Answered:
    return _back(visitor, _authorized(_begin(visitor, onward)))


def test_a_linked_user_comes_in_and_goes_out(served: Served, openid: OpenIdProvider) -> None:
    """The session is a new one, the browser goes on to the page that it wanted; of what the provider said nothing is kept."""
    visitor = served.visitor()
    visitor.cookies["ansvar"] = "planted"
    begun = visitor.kept(visitor.post("/login/provider", next="/promises?x=1"))
    (cookie,) = begun.headers.get_all("Set-Cookie") or []
    parts = [part.strip() for part in cookie.split(";")]
    assert parts[0].startswith(f"{BEGUN}=")
    assert parts[1:] == ["HttpOnly", "Max-Age=600", "Path=/", "SameSite=lax"]
    came = _back(visitor, _authorized(_onward(begun)))
    assert (came.status, _onward(came)) == (200, "/promises?x=1")
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


def test_a_password_that_was_not_used_holds_nobody_up(served: Served, openid: OpenIdProvider) -> None:
    """Who comes by the provider need not change a password that somebody else chose; who comes with it must."""
    del openid
    users, act = served.entrance.users, ("console", served.entrance.clock.now())
    users.set_password(users.user("pia"), PASSWORD, act, to_change=True)
    by_provider, by_password = served.visitor(), served.visitor("pia")
    _login(by_provider)
    assert by_provider.get("/").status == 200
    assert by_password.get("/").headers["Location"] == "/password"
    users.set_password(users.user("pia"), PASSWORD, act)


def _with_secret(claims: Claims, secret: bytes) -> str:
    """A token signed with what is taken for a secret; the library refuses to do that with a public key."""
    parts = [{"alg": "HS256", "kid": "one"}, claims]
    said = ".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    return f"{said}.{urlsafe_b64encode(hmac.digest(said.encode(), secret, 'sha256')).rstrip(b'=').decode()}"


OTHER = ECKey.generate_key("P-256", parameters={"kid": "one"})
LAX = JWSRegistry(algorithms=["none"])
ATTACKS: dict[str, Callable[[OpenIdProvider], Callable[[Claims], object]]] = {
    "another nonce": lambda _: lambda claims: claims.update(nonce="0" * 64),
    "no nonce": lambda _: lambda claims: claims.pop("nonce"),
    "another issuer": lambda openid: lambda claims: claims.update(iss=f"{openid.issuer}/"),
    "for another client": lambda _: lambda claims: claims.update(aud="another"),
    "for another client too": lambda _: lambda claims: claims.update(aud=[CLIENT, "another"], azp=CLIENT),
    "for nobody": lambda _: lambda claims: claims.pop("aud"),
    "given to another client": lambda _: lambda claims: claims.update(azp="another"),
    "expired": lambda _: lambda claims: claims.update(exp=claims["iat"] - 61),
    "never expires": lambda _: lambda claims: claims.pop("exp"),
    "expires at no time": lambda _: lambda claims: claims.update(exp=float("nan")),
    "of tomorrow": lambda _: lambda claims: claims.update(iat=claims["iat"] + 61),
    "of before the login": lambda _: lambda claims: claims.update(iat=claims["iat"] - 61),
    "not yet": lambda _: lambda claims: claims.update(nbf=claims["iat"] + 61),
    "of nobody": lambda _: lambda claims: claims.pop("sub"),
    "of an empty subject": lambda _: lambda claims: claims.update(sub=""),
    "of a number": lambda _: lambda claims: claims.update(sub=1),
    "of another access token": lambda _: lambda claims: claims.update(at_hash="0" * 22),
    "of somebody unknown": lambda _: lambda claims: claims.update(sub="subject-2"),
}
SIGNATURES: dict[str, Callable[[OpenIdProvider, Claims], object]] = {
    "unsigned": lambda _, claims: jwt.encode({"alg": "none"}, claims, OctKey.import_key("x" * 32), registry=LAX),
    "with the public key as a secret": lambda openid, claims: _with_secret(claims, openid.key.as_pem(private=False)),
    "with the client's secret": lambda _, claims: _with_secret(claims, SECRET.encode()),
    "with another key": lambda _, claims: jwt.encode({"alg": "ES256", "kid": "one"}, claims, OTHER),
    "with a key of its own": lambda _, claims: jwt.encode({"alg": "ES256", "jwk": OTHER.as_dict(private=False)}, claims, OTHER),
    "with a key that is elsewhere": lambda openid, claims: jwt.encode({"alg": "ES256", "jku": f"{openid.issuer}/evil"}, claims, OTHER),
    "with an unknown key": lambda openid, claims: jwt.encode({"alg": "ES256", "kid": "two"}, claims, openid.key),
    "changed": lambda openid, claims: _changed(jwt.encode({"alg": "ES256", "kid": "one"}, claims, openid.key)),
    "garbage": lambda _, __: "a.b.c",
    "too deep": lambda _, __: "[" * 100_000,
    "no text": lambda _, __: {"a": 1},
    "nothing": lambda _, __: None,
}


def _changed(token: str) -> str:
    header, payload, signature = token.split(".")
    return f"{header}.{payload}.{'A' * len(signature)}"


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")  # the attacks sign as nobody should
@pytest.mark.parametrize("name", [*ATTACKS, *SIGNATURES])
def test_a_token_that_is_not_to_be_believed(served: Served, openid: OpenIdProvider, name: str) -> None:
    """A token for another login, client, issuer or time, or not signed with one of the issuer's keys, lets nobody in."""
    if name in ATTACKS:
        openid.change = ATTACKS[name](openid)
    else:
        openid.sign = lambda claims: SIGNATURES[name](openid, claims)
    visitor, before = served.visitor(), len(served.acts())
    answered = _login(visitor)
    assert answered.status == 403
    assert answered.text.count('role="alert"') == 1
    assert visitor.cookies == {}
    assert served.acts()[before:] == [("unknown", "login.failed", "unknown")]
    assert "/evil" not in openid.asked


def _elsewhere(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "/evil")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


FAULTS: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {
    "down": hang_up,
    "slow": drip,
    "an error": lambda handler: answer(handler, 503, {}),
    "no JSON": lambda handler: answer(handler, 200, b"<html>"),
    "no object": lambda handler: answer(handler, 200, [1]),
    "deep": lambda handler: answer(handler, 200, b"[" * 200_000),
    "too long": lambda handler: answer(handler, 200, {"x": "x" * 300_000}),
    "elsewhere": _elsewhere,
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("path", [DESCRIPTION, "/token", "/keys"])
def test_a_provider_that_does_not_answer(
    served: Served, openid: OpenIdProvider, path: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is down, slow, or answers anything else keeps everybody out for that time: it is told, and is nobody's failure."""
    monkeypatch.setattr(transport, "_TIMEOUT", 2.0)
    monkeypatch.setattr(transport, "_DEADLINE", 0.2)
    openid.answers[path] = FAULTS[fault]
    visitor, before = served.visitor(), len(served.acts())
    answered = visitor.post("/login/provider", next="/") if path == DESCRIPTION else _login(visitor)
    assert answered.status == 502
    assert visitor.cookies == {}
    assert len(served.acts()) == before
    assert "/evil" not in openid.asked
    with served.small.register.ledger.engine.connect() as connection:
        assert [row.failures for row in connection.execute(tables.login_failures.select())] in ([], [0])
    assert served.visitor("viewer").ask("GET", "/").status == 200


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"jwks_uri": "https://user:password@evil.example/keys"},
    ],
)
def test_a_provider_that_describes_another(served: Served, openid: OpenIdProvider, described: dict[str, Any]) -> None:
    """A description of another issuer, or with addresses that are not https, is not followed."""
    openid.described = described
    answered = served.visitor().post("/login/provider", next="/")
    assert answered.status == 502
    assert "evil" not in answered.text


def test_what_is_not_this_browser_s_login(served: Served, openid: OpenIdProvider) -> None:
    """No state, another's state, no cookie, another's cookie, one that was changed, another issuer's answer, a login of ten minutes ago."""
    victim, attacker = served.visitor(), served.visitor()
    own, planted = _authorized(_begin(victim)), _authorized(_begin(attacker))
    before, asked = len(served.acts()), len(openid.asked)
    cookie = victim.cookies[BEGUN]
    state = re.search(r"state=([0-9a-f]{64})", own)
    assert state is not None
    begin, _, signature = cookie.partition(".")
    for location, cookies in (
        (planted, {BEGUN: cookie}),
        (planted, {}),
        (own, {}),
        (own, {BEGUN: attacker.cookies[BEGUN]}),
        (own.replace(f"state={state[1]}", ""), {BEGUN: cookie}),
        (own.replace(state[1], "0" * 64), {BEGUN: cookie}),
        (own, {BEGUN: f"{begin}x.{signature}"}),
        (own, {BEGUN: begin}),
        (own, {BEGUN: f".{signature}"}),
    ):
        assert _back(Visitor(served.base, dict(cookies)), location).status == 400, location
    twice = {"Cookie": f"{BEGUN}={cookie}; {BEGUN}={cookie}"}
    assert Visitor(served.base).ask("GET", own.removeprefix(served.base), headers=twice).status == 400
    assert (len(served.acts()), len(openid.asked)) == (before, asked)
    assert _back(victim, planted).status == 400
    assert victim.cookies == {BEGUN: cookie}
    served.at("2026-10-15T03:10:00+03:00")
    assert _back(victim, own).status == 400
    served.at("2026-10-15T03:09:59+03:00")
    assert _back(Visitor(served.base, {BEGUN: cookie}), own).status == 200


def test_a_login_comes_back_once(served: Served, openid: OpenIdProvider) -> None:
    """Neither a login nor its code is taken twice; a code that was given to another login, or under another issuer's name, is refused."""
    first, second, third, fourth = (served.visitor() for _ in range(4))
    location = _authorized(_begin(first))
    kept = dict(first.cookies)
    assert _back(first, location).status == 200
    assert _back(Visitor(served.base, kept), location).status == 403
    code = re.search(r"code=([^&]+)", _authorized(_begin(second)))
    own = _authorized(_begin(third))
    assert code is not None
    assert _back(third, re.sub(r"code=[^&]+", f"code={code[1]}", own)).status == 403
    own = _authorized(_begin(fourth))
    assert _back(fourth, own.replace("iss=http", "iss=https")).status == 403
    for wrong in ("code=", f"code={'x' * 5000}", "error=access_denied", "code=%00"):
        visitor = served.visitor()
        own = _authorized(_begin(visitor))
        assert _back(visitor, re.sub(r"code=[^&]+", wrong, own)).status == 403
    assert openid.asked.count("/token") == 2


def test_who_is_not_let_in(served: Served, openid: OpenIdProvider) -> None:
    """Who is no user does not become one; a user who is disabled, or no longer linked, stays out."""
    users, act = served.entrance.users, ("console", served.small.register.clock.now())
    _user(served, "over", "subject-over")
    over = users.user("over")
    count = len(users.users())
    openid.person |= {"sub": "subject-over"}
    assert _login(served.visitor()).status == 200
    users.disable(over, act)
    before = len(served.acts())
    assert _login(served.visitor()).status == 403
    assert served.acts()[before:] == [("unknown", "login.failed", over.user)]
    users.enable(over, act)
    visitor = served.visitor()
    _login(visitor)
    assert visitor.ask("GET", "/").status == 200
    served.entrance.identities.unlink(over, act)
    assert visitor.ask("GET", "/").status == 401
    assert _login(served.visitor()).status == 403
    assert len(users.users()) == count


def test_the_first_login_of_who_is_expected(served: Served, openid: OpenIdProvider) -> None:
    """Who is expected under a verified address becomes that user with the first login, by subject; nobody else does later."""
    users, act = served.entrance.users, ("console", served.small.register.clock.now())
    first = {"sub": "subject-new", "email": "Uusi@Koe.example", "email_verified": True}
    openid.person = first
    assert _login(served.visitor()).status == 403
    users.add("uusi", Role.VIEWER, PASSWORD, act)
    served.entrance.identities.expect(users.user("uusi"), openid.issuer, "uusi@koe.example", act)
    for unverified in ({"email_verified": False}, {"email_verified": "true"}, {"email_verified": None}, {"email": "uus\u0131@koe.example"}):
        openid.person = first | unverified
        assert _login(served.visitor()).status == 403
    openid.person = first
    assert _login(served.visitor()).status == 200
    assert ("uusi", "user.bound", users.user("uusi").user) in served.acts()
    openid.person = first | {"sub": "subject-newer"}
    assert _login(served.visitor()).status == 403
    openid.person = {"sub": "subject-new", "email": "other@koe.example"}
    assert _login(served.visitor()).status == 200


def test_an_administrator_links_a_user_in_the_browser(served: Served, openid: OpenIdProvider) -> None:
    """The page of users says who is to come in by the provider, shows it, and ends it; not of the administrator's own account."""
    act = ("console", served.small.register.clock.now())
    served.entrance.users.add("selma", Role.VIEWER, PASSWORD, act)
    administrator = served.visitor("administrator")
    mark = administrator.mark("/users")
    openid.person = {"sub": "subject-selma", "email": "selma@koe.example", "email_verified": True}
    assert administrator.post("/users", csrf=mark, do="link", user="administrator", expected="selma@koe.example").status == 400
    assert administrator.post("/users", csrf=mark, do="link", user="selma", expected="").status == 400
    assert _login(served.visitor()).status == 403
    assert administrator.post("/users", csrf=mark, do="link", user="selma", expected=" Selma@koe.example ").status == 303
    assert "waits for the first login" in administrator.get("/users?language=en").text
    assert _login(served.visitor()).status == 200
    assert administrator.get("/users?language=en").text.count("linked to the login service") >= 1
    assert administrator.post("/users", csrf=mark, do="unlink", user="selma").status == 303
    assert _login(served.visitor()).status == 403


def test_a_code_is_asked_for_all_the_same(served: Served, openid: OpenIdProvider) -> None:
    """A user with an authenticator app gives its code after the provider; in the same browser, once, and while linked."""
    users, act = served.entrance.users, ("console", served.small.register.clock.now())
    _user(served, "koodi", "subject-code")
    openid.person |= {"sub": "subject-code"}
    secret = secret_of(served.small.home.pepper, users.ask_code(users.user("koodi"), act))
    right = code_at(secret, step_of(act[1]))
    visitor = served.visitor()
    assert _onward(_login(visitor)) == "/login/provider/code"
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
    assert _onward(_login(late)) == "/login/provider/code"
    served.entrance.identities.unlink(users.user("koodi"), act)
    assert late.post("/login/provider/code", code=code_at(secret, step_of(act[1]) + 1)).status == 400


def test_guessing_codes_takes_longer_and_longer(served: Served, openid: OpenIdProvider) -> None:
    """After five wrong codes the user's name waits; after twenty logins that were refused, the address does."""
    users, act = served.entrance.users, ("console", served.small.register.clock.now())
    _user(served, "arvaus", "subject-guess")
    openid.person |= {"sub": "subject-guess"}
    users.ask_code(users.user("arvaus"), act)
    visitor = served.visitor()
    _login(visitor)
    assert [visitor.post("/login/provider/code", code="000000").status for _ in range(6)] == [401] * 5 + [429]
    openid.person |= {"sub": "nobody"}
    found = [_login(served.visitor()).status for _ in range(16)]
    assert found == [403] * 15 + [429]


@pytest.mark.parametrize(
    "onward", ["//evil.example", "https://evil.example", "/\\evil.example", "/%0d%0aX: y", "/login/provider", "/" + "x" * 5000]
)
def test_a_login_goes_on_to_our_own_pages_alone(served: Served, openid: OpenIdProvider, onward: str) -> None:
    """Where a login leads is a page of ours, whatever the form said."""
    del openid
    assert _onward(_login(served.visitor(), onward)) == "/"


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
    assert _login(served.visitor()).status == 200
    assert openid.asked[0] == DESCRIPTION


@pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT_CHROMIUM)
def test_in_a_real_browser(served: Served, openid: OpenIdProvider) -> None:
    """From the button to the page that was wanted, over another site and back, with the session's cookie that only our own site sends."""
    users, at = served.entrance.users, served.small.register.clock.now()
    _user(served, "selain", "subject-browser")
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
