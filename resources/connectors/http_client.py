"""Ask a server over HTTP, as often as it takes and no faster than it allows.

Neither a credential nor an answer ever stands in an error.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import requests
from whenever import Instant

from resources.connectors.source_error import SourceError

if TYPE_CHECKING:
    from resources.connectors.pace import Pace

_LONGEST_WAIT = 120.0
_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_REFUSED = {401, 403}
_MISASKED = {400, 414, 422}


@dataclass(frozen=True)
class Asking:
    """One request: its address, its parameters, and whether they go in the address (`query`) or, by POST, as a `form` or as `json`.

    `send` is `delete` or `post` for one that asks for no list, and has no parameters. `rate` is how many of its kind may be sent in a
    minute, `answers` which HTTP statuses are an answer.
    """

    url: str
    params: dict[str, Any]
    send: str = "query"
    rate: int | None = None
    answers: frozenset[int] = frozenset({requests.codes.ok})


@dataclass
class HttpClient:
    """A source behind HTTP; `form` holds what goes along in each form, `retried` counts what was tried again, by its reason."""

    source: str
    timeout: float
    retries: int
    pace: Pace
    session: requests.Session = field(default_factory=requests.Session)
    form: dict[str, str] = field(default_factory=dict)
    retried: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Know no credentials but those that we are given: without one of its own, a session would send those of `~/.netrc`."""
        self.session.auth = _as_it_is

    def ask(self, asking: Asking) -> requests.Response:
        """The answer to a request, which is HTTP 200 unless it says otherwise.

        Raises:
            SourceError: where the server is away, refuses us, or keeps failing.
        """
        reason = ""
        for attempt in range(self.retries + 1):
            wait = min(2.0**attempt * 0.25, _LONGEST_WAIT) * random.uniform(0.5, 1.5)  # noqa: S311 - jitter, no secret
            self.pace.wait(asking.rate)
            try:
                answer = self._send(asking)
            except requests.exceptions.SSLError:
                reason = "its certificate is not trusted, or it speaks no TLS: see 'base_url', or name the authority in REQUESTS_CA_BUNDLE"
            except requests.ConnectionError:
                reason = "nothing answers at its address: see that the server runs and that 'base_url' in its settings is right"
            except requests.Timeout:
                reason = f"no answer came within {self.timeout:g} s: see the server, or raise 'timeout'"
            except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
                reason = "its answer broke off: see the server, or the connection to it"
            except (
                requests.RequestException,
                ValueError,
            ) as error:  # ValueError: an address or a credential with letters that none can have
                raise SourceError(
                    self.source, f"its address cannot be asked ({type(error).__name__}): mend 'base_url' or the credentials in its settings"
                ) from None
            else:
                if answer.status_code in asking.answers:
                    return answer
                reason = self._refusal(answer)
                wait = _retry_after(answer, wait)
            self.retried[reason] += 1
            if attempt < self.retries:
                self.pace.sleep(wait)
        raise SourceError(self.source, f"{reason} (tried {self.retries + 1} times)")

    def _send(self, asking: Asking) -> requests.Response:
        if asking.send == "query":
            return self.session.get(asking.url, params=asking.params, timeout=self.timeout, allow_redirects=False)
        if asking.send in ("delete", "post"):
            return self.session.request(asking.send.upper(), asking.url, timeout=self.timeout, allow_redirects=False)
        body: dict[str, Any] = {"json": asking.params} if asking.send == "json" else {"data": asking.params | self.form}
        return self.session.post(asking.url, timeout=self.timeout, allow_redirects=False, **body)

    def _refusal(self, answer: requests.Response) -> str:
        status = answer.status_code
        if status in _REFUSED:
            raise SourceError(self.source, f"it refuses our credentials (HTTP {status}): mend the token or password in its settings")
        if status in _MISASKED:
            raise SourceError(
                self.source,
                f"it does not take what it is asked (HTTP {status}): mend 'params' or 'path' in the YAML, or the settings in them",
            )
        if status not in _AGAIN:
            raise SourceError(self.source, f"it answered HTTP {status}: mend 'base_url' in its settings or 'path' in the YAML")
        return f"it answers HTTP {status}: see the server, or wait until it lets us in again"


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _retry_after(answer: requests.Response, otherwise: float) -> float:
    """Seconds to wait, as `Retry-After` says (RFC 9110, section 10.2.3), at most two minutes."""
    text = answer.headers.get("Retry-After", "")
    if text.isdecimal():
        return min(float(text), _LONGEST_WAIT)
    try:
        until = Instant(parsedate_to_datetime(text))
    except (ValueError, TypeError):
        return otherwise
    return min(max((until - Instant.now()).total("seconds"), 0.0), _LONGEST_WAIT)
