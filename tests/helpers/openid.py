"""A small OpenID provider on loopback: discovery, keys, authorization and tokens over HTTP, with tokens that are really signed."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import html
import json
import secrets
import sys
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from resources.oidc.settings import ProviderSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from resources.clock import Clock

    Claims = dict[str, Any]

CLIENT, SECRET = "register", "the-client's-own-secret"
DESCRIPTION = "/.well-known/openid-configuration"


class OpenIdProvider:
    """What it answers can be changed: the person who is logged in there, the claims, the signature, and whole answers by their path.

    `issued` holds every token and code that it gave, `asked` the paths that it was asked for.
    """

    def __init__(self, port: int, clock: Callable[[], Clock]) -> None:
        """Stand at a port; `localhost` is another site than `127.0.0.1`."""
        self.issuer, self._clock = f"http://localhost:{port}", clock
        self.key = ECKey.generate_key("P-256", parameters={"kid": "one", "use": "sig", "alg": "ES256"})
        self.reset()

    def reset(self) -> None:
        """Answer as a provider does."""
        self.person: Claims = {"sub": "subject-1", "email": "pia@koe.example", "email_verified": True, "preferred_username": "pia"}
        self.change: Callable[[Claims], object] = lambda _: None
        self.sign: Callable[[Claims], object] = lambda claims: jwt.encode({"alg": "ES256", "kid": "one"}, claims, self.key)
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.described: dict[str, Any] = {}
        self.keys: list[Any] = [self.key.as_dict(private=False)]
        self.scope, self.in_form = "openid email", False  # what it is asked for, and whether it takes the client's secret in the form
        self.asks = False  # whether the person has to click there
        self.issued: list[str] = []
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}

    def settings(self) -> ProviderSettings:
        """What a register is told of it."""
        return ProviderSettings(self.issuer, CLIENT, SECRET, "Koe-ID", "email")

    def description(self) -> dict[str, Any]:
        """What it says of itself."""
        endpoints = {f"{each}_endpoint": f"{self.issuer}/{each}" for each in ("authorization", "token")}
        return {
            "issuer": self.issuer,
            **endpoints,
            "jwks_uri": f"{self.issuer}/keys",
            "authorization_response_iss_parameter_supported": True,
            **self.described,
        }

    def get(self, handler: BaseHTTPRequestHandler, path: str, query: dict[str, str]) -> None:
        """Answer a browser, or a register that looks for addresses and keys."""
        if path == "/authorization":
            location = self.authorized(query)
            if self.asks:
                answer(handler, 200, f'<!doctype html><a href="{html.escape(location)}">Yes</a>'.encode(), "text/html")
                return
            handler.send_response(302)
            handler.send_header("Location", location)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        known = {"/keys": {"keys": self.keys}, DESCRIPTION: self.description()}
        answer(handler, 200 if path in known else 404, known.get(path, {}))

    def authorized(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to: the person is logged in here already.

        Raises:
            AssertionError: where the register asked for less than it should.
        """
        assert (query["client_id"], query["response_type"], query["code_challenge_method"]) == (CLIENT, "code", "S256")
        assert query["scope"] == self.scope
        assert len(query["code_challenge"]) == 43
        assert min(len(query["state"]), len(query["nonce"])) >= 43
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        self.issued.append(code)
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.issuer})}"

    def tokens(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        """The tokens for a code, once, to the client that can prove that it is the one who asked."""
        asked = self._codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        basic = f"Basic {base64.b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}"
        if (form.get("client_secret") != SECRET) if self.in_form else (authorization != basic):
            return 401, {"error": "invalid_client"}
        if asked is None or (form["redirect_uri"], challenge) != (asked["redirect_uri"], asked["code_challenge"]):
            return 400, {"error": "invalid_grant"}
        now = int(self._clock().now().replace(tzinfo=dt.UTC).timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **self.person}
        self.change(claims)
        access, signed = secrets.token_urlsafe(16), self.sign(claims)
        self.issued += [access, str(signed)]
        return 200, {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": signed}


class _Server(ThreadingHTTPServer):
    """A server that says nothing of a register that has stopped listening."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Let others be told."""
        if not isinstance(sys.exception(), OSError | ValueError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # as socketserver has it


@contextmanager
def openid_provider(clock: Callable[[], Clock]) -> Iterator[OpenIdProvider]:
    """A provider that is served until it is left."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, query = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
            if self._told(path):
                return
            provider.get(self, path, query)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if not self._told(self.path):
                form = {name: value for name, (value,) in parse_qs(body).items()}
                answer(self, *provider.tokens(form, self.headers.get("Authorization", "")))

        def _told(self, path: str) -> bool:
            provider.asked.append(path)
            if path in provider.answers:
                provider.answers[path](self)
            return path in provider.answers

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    provider = OpenIdProvider(server.server_address[1], clock)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answer(handler: BaseHTTPRequestHandler, status: int, said: object, kind: str = "application/json") -> None:
    """Answer in JSON, or with bytes as they are."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Answer so slowly that no single wait is long, until nobody listens any more."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    try:
        for _ in range(1000):
            handler.wfile.write(b" ")
            time.sleep(0.02)
    except OSError:
        return


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Answer nothing."""
    handler.close_connection = True
    handler.connection.close()
