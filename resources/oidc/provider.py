"""The talk with an OpenID provider: the authorization code flow with PKCE (OpenID Connect Core 1.0, section 3.1; RFC 7636; RFC 9700).

Addresses and keys are the provider's own, from where its issuer says that they are; an ID token is believed for what is signed with one of
these keys, and for nothing that it says of itself. No token is kept, and none is shown to anybody.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from resources.errors import AnsvarError
from resources.oidc.settings import CLAIMS, LONGEST, is_safe
from resources.oidc.transport import AwayError, guarded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from resources.oidc.begun import Begun
    from resources.oidc.settings import ProviderSettings

ALGORITHMS = [f"{family}{size}" for family in ("RS", "PS", "ES") for size in (256, 384, 512)]
"""What an ID token may be signed with: with a private key, so that whoever can look at a signature cannot make one."""
_KINDS = {"RSA", "EC"}
_LEEWAY = 60  # seconds that the provider's clock may be wrong
_FRESH = 600.0  # seconds that the provider's description is taken to hold
_AT_ONCE = 4  # logins that wait for the provider: a slow one must not take all threads of the entrance
_PATIENCE = 1.0  # seconds that a further one waits for its turn
_LONGEST_CODE = 4096
_ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class RefusedError(AnsvarError):
    """What came from the provider says of nobody who it is."""


@dataclass(frozen=True)
class Identity:
    """Whom the provider says somebody is: its own id for the person, and the name in the claim of the settings, where it vouches for it."""

    issuer: str
    subject: str
    name: str | None


@dataclass(frozen=True)
class Answer:
    """What the browser brought back: a code, or none; and which issuer it is said to be of (RFC 9207)."""

    code: str = field(repr=False)
    issuer: str | None = None


class Provider:
    """A provider, as its settings name it."""

    def __init__(self, settings: ProviderSettings) -> None:
        """Ask nothing yet."""
        self.settings = settings
        self._plain = settings.issuer.startswith("http://")
        self._gate, self._lock = threading.BoundedSemaphore(_AT_ONCE), threading.Lock()
        self._known: tuple[float, dict[str, Any]] | None = None

    def asked(self, begun: Begun, callback: str) -> str:
        """The address at the provider where the browser goes on.

        Args:
            begun: the login that was begun.
            callback: where the provider is to send the browser back to.

        Raises:
            AwayError: where the provider does not say which.
        """
        with self._session(callback) as session:
            address = self._described(session)["authorization_endpoint"]
            url, _ = session.create_authorization_url(address, state=begun.state, code_verifier=begun.verifier, nonce=begun.nonce)
        return str(url)

    def identity(self, answer: Answer, begun: Begun, callback: str, at: dt.datetime) -> Identity:
        """Whom the provider says has logged in, by the code that it gave.

        Args:
            answer: what the browser brought back.
            begun: the login that was begun.
            callback: where the provider was told to send the browser back to.
            at: when.

        Raises:
            RefusedError: where the code is refused, or the ID token is not about this login, or is not signed as it must be.
            AwayError: where the provider does not answer, or not as one does.
        """
        if not 0 < len(answer.code) <= _LONGEST_CODE or not answer.code.isprintable():
            raise RefusedError("There is no code.")
        with self._session(callback) as session:
            described = self._described(session)
            expected = described.get("authorization_response_iss_parameter_supported") is True
            if (answer.issuer is not None or expected) and answer.issuer != self.settings.issuer:
                raise RefusedError("The answer is another issuer's.")
            session.token_endpoint_auth_method = _way(described)
            tokens = _exchanged(session, described["token_endpoint"], answer.code, begun.verifier)
            keys = _keys(_fetched(session, described["jwks_uri"]))
        return self._believed(tokens, keys, begun, at)

    def _believed(self, tokens: Mapping[str, Any], keys: KeySet, begun: Begun, at: dt.datetime) -> Identity:
        """The identity in an ID token (OpenID Connect Core 1.0, section 3.1.3.7)."""
        issuer, client, now = self.settings.issuer, self.settings.client, _seconds(at)
        options = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client}}
        about = {"nonce": begun.nonce, "client_id": client, "access_token": tokens.get("access_token")}
        try:
            registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
            token = jwt.decode(tokens["id_token"], keys, registry=registry)
            claims = CodeIDToken(token.claims, token.header, options, about)
            claims.validate(now, _LEEWAY)
        except (JoseError, LookupError, TypeError, ValueError, AttributeError, RecursionError):
            raise RefusedError("The ID token is not to be believed.") from None
        subject = claims["sub"]
        if claims["aud"] not in (client, [client]) or claims["iat"] < _seconds(begun.at) - _LEEWAY:
            raise RefusedError("The ID token is for others too, or of another time.")
        if not 0 < len(subject) <= LONGEST or not subject.isprintable():
            raise RefusedError("The ID token names nobody.")
        return Identity(issuer, subject, _name(claims, self.settings.claim))

    def _described(self, session: requests.Session) -> dict[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery 1.0, section 4), read anew every ten minutes."""
        with self._lock:
            known = self._known
        if known and time.monotonic() < known[0]:
            return known[1]
        described = _fetched(session, get_well_known_url(self.settings.issuer, external=True))
        if described.get("issuer") != self.settings.issuer:
            raise AwayError("it describes another issuer than the one that is set: see ANSVAR_OIDC_ISSUER")
        if not all(is_safe(described.get(each), plain=self._plain) for each in _ADDRESSES):
            raise AwayError("it describes itself with addresses that are not https")
        with self._lock:
            self._known = (time.monotonic() + _FRESH, described)
        return described

    @contextmanager
    def _session(self, callback: str) -> Iterator[OAuth2Session]:
        if not self._gate.acquire(timeout=_PATIENCE):
            raise AwayError("too many logins wait for it")
        try:
            with OAuth2Session(
                self.settings.client,
                self.settings.secret,
                scope=CLAIMS[self.settings.claim],
                redirect_uri=callback,
                code_challenge_method="S256",
            ) as session:
                guarded(session, plain=self._plain)
                yield session
        finally:
            self._gate.release()


def _way(described: Mapping[str, Any]) -> str:
    """How the provider is told the client's secret: in the header, unless it takes it in the form alone."""
    supported = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    for way in ("client_secret_basic", "client_secret_post"):
        if way in supported:
            return way
    raise AwayError("it takes no client's secret")


def _exchanged(session: OAuth2Session, address: str, code: str, verifier: str) -> Mapping[str, Any]:
    """The tokens for a code."""
    try:
        tokens: Mapping[str, Any] = session.fetch_token(
            address, grant_type="authorization_code", code=code, code_verifier=verifier, allow_redirects=False
        )
    except AuthlibBaseError:
        raise RefusedError("The provider refuses the code.") from None
    except (requests.RequestException, TypeError, ValueError, RecursionError):
        raise AwayError("it answers what is no token") from None
    return tokens


def _fetched(session: requests.Session, address: str) -> dict[str, Any]:
    """A document of the provider's."""
    try:
        answer = session.get(address, withhold_token=True, allow_redirects=False)  # type: ignore[call-arg] # of Authlib's session
        found = answer.json() if answer.status_code == requests.codes.ok else None
    except (requests.RequestException, ValueError, RecursionError):
        raise AwayError("it answers what cannot be read") from None
    if not isinstance(found, dict):
        raise AwayError("it answers what cannot be read")
    return found


def _keys(found: Mapping[str, Any]) -> KeySet:
    """The provider's keys for signatures."""
    listed = found.get("keys")
    usable = [
        each
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict) and each.get("kty") in _KINDS and each.get("use", "sig") == "sig"
    ]
    try:
        return KeySet.import_key_set({"keys": usable})
    except (JoseError, LookupError, TypeError, ValueError, AttributeError):
        raise AwayError("its keys cannot be read") from None


def _name(claims: Mapping[str, Any], claim: str) -> str | None:
    """The name in a claim; an address of e-mail counts where the provider has verified it."""
    found = claims.get(claim)
    vouched = claim != "email" or claims.get("email_verified") is True
    return found if vouched and isinstance(found, str) and 0 < len(found) <= LONGEST else None


def _seconds(moment: dt.datetime) -> int:
    return int(moment.replace(tzinfo=dt.UTC).timestamp())
