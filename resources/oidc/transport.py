"""How the provider is asked: over https, with bounds on time and size, following it nowhere else."""

from __future__ import annotations

import io
import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from resources.errors import AnsvarError

_TIMEOUT = 5.0  # seconds without a byte
_DEADLINE = 10.0  # seconds for an answer
_BIGGEST = 256 * 1024  # bytes of an answer
_PIECE = 16 * 1024


class AwayError(AnsvarError):
    """The provider did not answer, or not as one does. It says which, and nothing of what the provider said."""


class Bounded(HTTPAdapter):
    """Sends a request, and reads its answer up to a bound."""

    def send(self, request: requests.PreparedRequest, *_: Any, **given: Any) -> requests.Response:
        """The whole answer.

        Raises:
            AwayError: where it does not come, comes too slowly, is too long, or sends us elsewhere.
        """
        until = time.monotonic() + _DEADLINE
        try:
            answer = super().send(request, **(given | {"stream": True, "timeout": _TIMEOUT}))
            with answer.raw as raw:
                answer.raw = io.BytesIO(_read(raw, until))
        except requests.exceptions.SSLError:
            raise AwayError("its certificate is not trusted: name its authority in REQUESTS_CA_BUNDLE") from None
        except (requests.RequestException, HTTPError, OSError):
            raise AwayError("it does not answer") from None
        if answer.is_redirect:
            raise AwayError("it sends us elsewhere")
        return answer


def guarded(session: requests.Session, *, plain: bool) -> None:
    """Let a session ask by https alone, or also by http where `plain` says so, with no credentials but those that it is given."""
    session.adapters.clear()
    for scheme in ("https://", "http://") if plain else ("https://",):
        session.mount(scheme, Bounded(max_retries=0))
    session.auth = _as_it_is
    session.headers["Accept-Encoding"] = "identity"


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without this, a session would send the credentials of `~/.netrc`."""
    return request


def _read(raw: Any, until: float) -> bytes:
    body = bytearray()
    while piece := raw.read1(_PIECE, decode_content=False):
        body += piece
        if len(body) > _BIGGEST:
            raise AwayError("its answer is too long")
        if time.monotonic() > until:
            raise AwayError("its answer takes too long")
    return bytes(body)
