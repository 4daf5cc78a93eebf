"""What comes from a provider is believed where it is about this login and signed by the issuer; others bring about nothing."""

from __future__ import annotations

import hmac
import json
import re
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from joserfc.jws import JWSRegistry

from resources.ledger import tables
from resources.oidc import transport
from tests.helpers.openid import CLIENT, DESCRIPTION, SECRET, answer, drip, hang_up
from tests.helpers.visiting import Visitor
from tests.pipelines.desk.by_provider import BEGUN, authorized, back, begin, login

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler

    from tests.helpers.openid import OpenIdProvider
    from tests.pipelines.desk.conftest import Served

    Claims = dict[str, Any]


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
    answered = login(visitor)
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
    visitor, before = served.visitor(), len(served.acts())
    location = None if path == DESCRIPTION else authorized(begin(visitor))
    openid.answers[path] = FAULTS[fault]
    monkeypatch.setattr(transport, "_DEADLINE", 0.2 if fault == "slow" else 10.0)
    answered = back(visitor, location) if location else visitor.post("/login/provider", next="/")
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
    own, planted = authorized(begin(victim)), authorized(begin(attacker))
    before, asked = len(served.acts()), len(openid.asked)
    cookie = victim.cookies[BEGUN]
    state = re.search(r"state=([0-9a-f]{64})", own)
    assert state is not None
    written, _, signature = cookie.partition(".")
    for location, cookies in (
        (planted, {BEGUN: cookie}),
        (planted, {}),
        (own, {}),
        (own, {BEGUN: attacker.cookies[BEGUN]}),
        (own.replace(f"state={state[1]}", ""), {BEGUN: cookie}),
        (own.replace(state[1], "0" * 64), {BEGUN: cookie}),
        (own, {BEGUN: f"{written}x.{signature}"}),
        (own, {BEGUN: written}),
        (own, {BEGUN: f".{signature}"}),
    ):
        assert back(Visitor(served.base, dict(cookies)), location).status == 400, location
    twice = {"Cookie": f"{BEGUN}={cookie}; {BEGUN}={cookie}"}
    assert Visitor(served.base).ask("GET", own.removeprefix(served.base), headers=twice).status == 400
    assert (len(served.acts()), len(openid.asked)) == (before, asked)
    assert back(victim, planted).status == 400
    assert victim.cookies == {BEGUN: cookie}
    served.at("2026-10-15T03:10:00+03:00")
    assert back(victim, own).status == 400
    served.at("2026-10-15T03:09:59+03:00")
    assert back(Visitor(served.base, {BEGUN: cookie}), own).status == 200


def test_a_login_comes_back_once(served: Served, openid: OpenIdProvider) -> None:
    """Neither a login nor its code is taken twice; a code that was given to another login, or under another issuer's name, is refused."""
    first, second, third, fourth = (served.visitor() for _ in range(4))
    location = authorized(begin(first))
    kept = dict(first.cookies)
    assert back(first, location).status == 200
    assert back(Visitor(served.base, kept), location).status == 403
    code = re.search(r"code=([^&]+)", authorized(begin(second)))
    own = authorized(begin(third))
    assert code is not None
    assert back(third, re.sub(r"code=[^&]+", f"code={code[1]}", own)).status == 403
    own = authorized(begin(fourth))
    assert back(fourth, own.replace("iss=http", "iss=https")).status == 403
    for wrong in ("code=", f"code={'x' * 5000}", "error=access_denied", "code=%00"):
        visitor = served.visitor()
        own = authorized(begin(visitor))
        assert back(visitor, re.sub(r"code=[^&]+", wrong, own)).status == 403
    assert openid.asked.count("/token") == 2
