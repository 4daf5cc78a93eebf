"""What every request passes first: its address, its host, its session, and where it comes from; and what every answer bears."""

from __future__ import annotations

import asyncio
import logging
import re
import traceback
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse

from pipelines.desk.dagster_ui import PREFIX

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from pipelines.desk.entrance import Entrance
    from resources.ledger.sessions import Visitor

LOGIN = "/login"
PROVIDER = f"{LOGIN}/provider"
CALLBACK, CODE = f"{PROVIDER}/callback", f"{PROVIDER}/code"
_OPEN = {LOGIN, PROVIDER, CALLBACK, CODE, "/desk.css", "/favicon.ico"}
_READING = {"GET", "HEAD"}
_BIGGEST = 1_000_000  # bytes of a request
_LOOKED_AGAIN = 5.0  # seconds after which the session of an open websocket is looked at again
_PATH = re.compile(rb"/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]+(?:/[A-Za-z0-9._~!$&'()*+,;=:@-]+)*/?)?")
_CLOSED = 4401
_OUR_CSP = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_log = logging.getLogger("ansvar.desk")


@dataclass(frozen=True)
class _Caller:
    """Who asks: the origin that the request names, the visitor if there is one, with the token."""

    origin: str
    visitor: Visitor | None
    token: str | None


class Guard:
    """Lets through what may pass, to the application behind it."""

    def __init__(self, app: ASGIApp, entrance: Entrance) -> None:
        """Stand before an application."""
        self._app, self._entrance = app, entrance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at a request."""
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer(scope, send, encrypted=self._entrance.addresses.is_encrypted)
        try:
            caller = await self._caller(scope)
            refusal = await self._refusal(scope, caller) if caller else PlainTextResponse("There is nothing at that address.", 400)
            if refusal is None and caller is not None:
                await self._app(self._known(scope, caller), _bounded(receive), answer)
            elif refusal is not None:
                await refusal(scope, receive, answer)
        except _TooBigError:
            await answer.fail(PlainTextResponse("That is too much.", 413), receive)
        except Exception as error:  # noqa: BLE001 - the last resort: a traceback may hold personal data
            _say(error)
            await answer.fail(PlainTextResponse("Something went wrong here: see what `ansvar serve` printed.", 500), receive)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = await self._caller(scope)
        if caller is None or caller.visitor is None or not _is_own(Headers(scope=scope), caller.origin):
            await send({"type": "websocket.close", "code": _CLOSED})
            return
        conversation = asyncio.ensure_future(self._app(self._known(scope, caller), receive, send))
        watch = asyncio.ensure_future(self._until_over(caller.token))
        try:
            await asyncio.wait({conversation, watch}, return_when=asyncio.FIRST_COMPLETED)
            if conversation.done():
                if error := conversation.exception():
                    _say(error)
                    await _close(send)
            else:
                conversation.cancel()
                await asyncio.gather(conversation, return_exceptions=True)
                await _close(send)
        finally:
            watch.cancel()
            conversation.cancel()

    async def _until_over(self, token: str | None) -> None:
        while await run_in_threadpool(self._entrance.visitor, token, noted=False):  # noqa: ASYNC110 - the ledger tells nobody
            await asyncio.sleep(_LOOKED_AGAIN)

    async def _caller(self, scope: Scope) -> _Caller | None:
        """Who asks; None where the request names no address of ours."""
        headers = Headers(scope=scope)
        hosts, raw = headers.getlist("host"), scope.get("raw_path") or scope["path"].encode()
        origin = self._entrance.addresses.origin_of(hosts[0]) if len(hosts) == 1 else None
        if origin is None or not _PATH.fullmatch(raw) or b"/./" in raw + b"/" or b"/../" in raw + b"/":
            return None
        token = _cookie(headers, self._entrance.cookie)
        return _Caller(origin, await run_in_threadpool(self._entrance.visitor, token), token)

    async def _refusal(self, scope: Scope, caller: _Caller) -> Response | None:
        """Why a request does not pass; None where it does."""
        method, path, headers = scope["method"], scope["path"], Headers(scope=scope)
        if method not in {*_READING, "POST"}:
            return PlainTextResponse("That cannot be done here.", 405)
        if method == "POST" and not _is_own(headers, caller.origin):
            return await self._refused(caller, "origin", "That was asked by another site, or by none.")
        if path == f"{PREFIX}/graphql" and (
            method != "POST" or headers.get("content-type", "").partition(";")[0].strip() != "application/json"
        ):
            return await self._refused(caller, "content-type", "Ask by POST, in JSON.", 405 if method != "POST" else 415)
        if caller.visitor is None and path not in _OPEN:
            if method in _READING and "text/html" in headers.get("accept", ""):
                back = path + (f"?{scope['query_string'].decode('ascii', 'ignore')}" if scope["query_string"] else "")
                return RedirectResponse(f"{LOGIN}?next={quote(back, safe='')}" if back != "/" else LOGIN, 303)
            return PlainTextResponse("Log in first.", 401)
        return None

    async def _refused(self, caller: _Caller, what: str, words: str, status: int = 403) -> Response:
        if caller.visitor is not None:
            await run_in_threadpool(self._entrance.record, caller.visitor, "refused", what)
        return PlainTextResponse(words, status)

    def _known(self, scope: Scope, caller: _Caller) -> Scope:
        """The request, with what was found out of who asks; its scheme is what the browser sees."""
        headers = Headers(scope=scope)
        peer, forwarded = (scope.get("client") or ("", 0))[0], headers.get("x-forwarded-for")
        known = {
            "visitor": caller.visitor,
            "token": caller.token,
            "begun": _cookie(headers, self._entrance.begun_cookie),
            "origin": caller.origin,
            "address": self._entrance.addresses.client(peer, forwarded),
        }
        return {**scope, "state": {**scope.get("state", {}), **known}}


class _TooBigError(Exception):
    """A request is bigger than any that is meant."""


class _Answer:
    """What is sent back, with the headers that every answer bears."""

    def __init__(self, scope: Scope, send: Send, *, encrypted: bool) -> None:
        self._scope, self._send, self._encrypted, self._begun = scope, send, encrypted, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._begun = True
            self._add(MutableHeaders(scope=message), message["status"])
        await self._send(message)

    async def fail(self, response: Response, receive: Receive) -> None:
        """Answer with an error, if nothing was sent yet."""
        if not self._begun:
            await response(self._scope, receive, self)

    def _add(self, headers: MutableHeaders, status: int) -> None:
        path = self._scope["path"]
        kept = status == 200 and path.startswith(f"{PREFIX}/_next/static/")  # noqa: PLR2004 - their names are digests of what they are
        headers["Cache-Control"] = "private, max-age=86400, immutable" if kept else "no-store"
        for name, value in _HEADERS.items():
            headers[name] = value
        if self._encrypted:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if not path.startswith(f"{PREFIX}/"):
            headers.setdefault("Content-Security-Policy", _OUR_CSP)  # a page that shows what others wrote has a stricter one of its own


def _is_own(headers: Headers, origin: str) -> bool:
    """Whether a request was made by a page of this entrance: browsers say so of every one that changes something."""
    return headers.getlist("origin") == [origin] and headers.get("sec-fetch-site", "same-origin") == "same-origin"


def _cookie(headers: Headers, cookie: str) -> str | None:
    """What a cookie holds; None where there is none of that name, or more than one."""
    given = [part for line in headers.getlist("cookie") for part in line.split(";") if part.strip().partition("=")[0] == cookie]
    if len(given) != 1:
        return None
    try:
        return SimpleCookie(given[0].strip())[cookie].value
    except (CookieError, KeyError):
        return None


def _bounded(receive: Receive) -> Receive:
    """What is received, up to a bound."""
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > _BIGGEST:
            raise _TooBigError
        return message

    return bounded


async def _close(send: Send) -> None:
    """Close a websocket, unless it is closed already."""
    try:
        await send({"type": "websocket.close", "code": _CLOSED})
    except RuntimeError:
        return


def _say(error: BaseException) -> None:
    last = traceback.extract_tb(error.__traceback__)[-1]
    _log.error("Unexpected %s at %s:%s", type(error).__name__, last.filename, last.lineno)
