"""A login that was begun: what the browser holds until the provider sends it back.

The browser's cookie is signed with a key of the home's pepper. What the provider is told (the state, the nonce, the digest of PKCE's
verifier) is worked out of the cookie and the pepper, so nobody who has not that cookie can go on with the login, and nothing of it has
to be kept: not here, and not in the ledger.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field

from resources.keyed_hash import keyed_hash

PATIENCE = dt.timedelta(minutes=10)
"""How long a login may take at the provider."""
_DOMAIN = "begun login"
_BYTES = 32


@dataclass(frozen=True)
class Begun:
    """A begun login: a random secret, when it began, where it goes on to, and in which language its pages were."""

    pepper: str = field(repr=False)
    secret: str = field(repr=False)
    at: dt.datetime
    onward: str
    language: str

    @classmethod
    def now(cls, pepper: str, at: dt.datetime, onward: str, language: str) -> Begun:
        """A new one."""
        return cls(pepper, secrets.token_urlsafe(_BYTES), at.replace(microsecond=0), onward, language)

    @classmethod
    def opened(cls, pepper: str, cookie: str | None, at: dt.datetime) -> Begun | None:
        """The one whose cookie a browser shows; None where it is none of ours, or too old."""
        written, _, signature = (cookie or "").partition(".")
        if not hmac.compare_digest(keyed_hash(pepper, _DOMAIN, written).encode(), signature.encode()):
            return None
        try:
            secret, moment, onward, language = json.loads(base64.urlsafe_b64decode(written))
            begun = cls(pepper, str(secret), dt.datetime.fromisoformat(moment), str(onward), str(language))
        except (ValueError, TypeError, binascii.Error):
            return None
        return begun if begun.at <= at < begun.at + PATIENCE else None

    @property
    def cookie(self) -> str:
        """What the browser holds."""
        said = json.dumps([self.secret, self.at.isoformat(), self.onward, self.language], separators=(",", ":"))
        written = base64.urlsafe_b64encode(said.encode()).decode()
        return f"{written}.{keyed_hash(self.pepper, _DOMAIN, written)}"

    @property
    def digest(self) -> str:
        """What the ledger knows it as: SHA-256 of its secret."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    @property
    def state(self) -> str:
        """What the provider brings back with the browser."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """What the ID token must hold."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """PKCE's verifier (RFC 7636): 64 letters, 256 bits."""
        return self._derived("verifier")

    def _derived(self, what: str) -> str:
        return keyed_hash(self.pepper, f"{_DOMAIN}/{what}", self.secret)
