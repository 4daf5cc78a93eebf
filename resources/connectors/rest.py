"""Fetch a list behind a REST address, page by page, each page kept as it came, in UTF-8.

Every list ends by the source's own signal; a page that repeats, or a list that never ends, is an error and never a loop.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import requests
from whenever import Instant

from resources.connectors.files import UNDECODABLE
from resources.connectors.source_error import SourceError

if TYPE_CHECKING:
    from resources.catalogue.shapes import Paging, RestConnection, RestRead
    from resources.connectors.landing import Batch, RawFile

_MOST_PAGES = 100_000
_LONGEST_WAIT = 120.0
_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_REFUSED = {401, 403}
_HALF = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL)


@dataclass
class RestSource:
    """A REST source with its connection's values filled in."""

    source: str
    base_url: str
    connection: RestConnection
    session: requests.Session = field(default_factory=requests.Session)
    retried: Counter[str] = field(default_factory=Counter)

    def fetch(self, read: RestRead, batch: Batch) -> list[RawFile]:
        """Write every page of a list into a batch.

        Raises:
            SourceError: where the server is away, refuses us, keeps failing, answers with an error, or repeats itself.
        """
        paging = _Pages(self.source, read.paging, self.base_url.rstrip("/") + "/" + read.path.lstrip("/"), dict(read.params))
        pages: list[RawFile] = []
        while paging.url is not None:
            if len(pages) >= _MOST_PAGES:
                raise SourceError(self.source, f"{read.path} gave {_MOST_PAGES:,} pages without an end: see 'paging' in the YAML")
            answer = self._get(paging.url, paging.params)
            text = _text(answer)
            body = self._body(text, read)
            page = batch.new_file(read.path)
            page.path.write_text(text, encoding="utf-8", newline="")
            pages.append(page)
            paging.advance(body, at(body, read.records), answer.links.get("next", {}).get("url"))
        return pages

    def _body(self, text: str, read: RestRead) -> Any:
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            raise SourceError(
                self.source, f"{read.path} answered with something that is not JSON: see that 'base_url' is the API's address"
            ) from None
        if read.error is not None and at(body, read.error) is not None:
            raise SourceError(
                self.source, f"{read.path} answered with an error body: see the source's own log, and the credentials in its settings"
            )
        if not isinstance(at(body, read.records), list):
            raise SourceError(self.source, f"{read.path} has no list at '{read.records}': mend 'records' in the YAML")
        return body

    def _get(self, url: str, params: dict[str, str | int]) -> requests.Response:
        reason = ""
        for attempt in range(self.connection.retries + 1):
            wait = min(2.0**attempt * 0.25, _LONGEST_WAIT) * random.uniform(0.5, 1.5)  # noqa: S311 - jitter, no secret
            try:
                answer = self.session.get(url, params=params, timeout=self.connection.timeout, allow_redirects=False)
            except requests.ConnectionError:
                reason = "nothing answers at its address: see that the server runs and that 'base_url' in its settings is right"
            except requests.Timeout:
                reason = f"no answer came within {self.connection.timeout:g} s: see the server, or raise 'timeout'"
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
                if answer.status_code == requests.codes.ok:
                    return answer
                reason = self._refusal(answer)
                wait = _retry_after(answer, wait)
            self.retried[reason] += 1
            if attempt < self.connection.retries:
                time.sleep(wait)
        raise SourceError(self.source, f"{reason} (tried {self.connection.retries + 1} times)")

    def _refusal(self, answer: requests.Response) -> str:
        status = answer.status_code
        if status in _REFUSED:
            raise SourceError(self.source, f"it refuses our credentials (HTTP {status}): mend the token or password in its settings")
        if status not in _AGAIN:
            raise SourceError(self.source, f"it answered HTTP {status}: mend 'base_url' in its settings or 'path' in the YAML")
        return f"it answers HTTP {status}: see the server, or wait until it lets us in again"


class _Pages:
    """Where the next page is."""

    def __init__(self, source: str, paging: Paging, url: str, params: dict[str, str | int]) -> None:
        self.source = source
        self.paging = paging
        self.url: str | None = url
        self.params = params
        self.records = 0
        self.seen: set[str] = set()
        self.number = paging.first
        if paging.kind == "page" and paging.parameter:
            self.params[paging.parameter] = paging.first
        if paging.kind == "offset" and paging.parameter and paging.limit_parameter and paging.limit:
            self.params |= {paging.parameter: 0, paging.limit_parameter: paging.limit}

    def advance(self, body: Any, records: list[Any], link: str | None) -> None:
        found = len(records)
        self.records += found
        paging = self.paging
        if paging.kind in ("page", "offset"):
            total = self._total(body)
            done = found == 0 if total is None else self.records >= total
            if found:
                self._guard(hashlib.sha256(json.dumps(records).encode()).hexdigest())
            if total is not None and found == 0 and not done:
                raise SourceError(self.source, f"its list ended after {self.records} of {total} records: read it again later")
            self.number += 1
            step = self.number if paging.kind == "page" else self.records
            self.params[paging.parameter or ""] = step
            self.url = None if done else self.url
            return
        following = link if paging.kind == "link" else at(body, paging.next) if paging.next else None
        more = None if paging.more is None else at(body, paging.more) not in (False, None)
        if paging.kind == "none" or more is False or following in (None, "", False):
            if more:
                raise SourceError(self.source, "its list says that there is more, and names no next page: see 'paging' in the YAML")
            self.url = None
            return
        self._guard(str(following))
        if paging.kind == "cursor":
            self.params[paging.parameter or ""] = str(following)
        else:
            self._follow(str(following))

    def _total(self, body: Any) -> int | None:
        found = at(body, self.paging.total) if self.paging.total else None
        text = found if isinstance(found, str) else str(found) if type(found) in (int, float) else ""
        if found is not None and not re.fullmatch(r"[0-9]{1,15}([.]0)?", text):
            raise SourceError(self.source, f"its list has no number at '{self.paging.total}': mend 'total' in the YAML")
        return None if found is None else int(float(text))

    def _guard(self, following: str) -> None:
        if following in self.seen:
            raise SourceError(
                self.source, "its list comes to a page again that was read already: it would never end; see 'paging' in the YAML"
            )
        self.seen.add(following)

    def _follow(self, following: str) -> None:
        present = self.url or ""
        try:
            address = urljoin(present, following)
            elsewhere = urlsplit(address)[:2] != urlsplit(present)[:2]
        except ValueError:
            elsewhere = True
        if elsewhere:
            raise SourceError(self.source, "its next page lies on another host than 'base_url': our credentials are not sent there")
        self.url, self.params = address, {}


def _text(answer: requests.Response) -> str:
    """An answer's text, as JSON is encoded (RFC 8259, section 8.1), else as its header says; half a letter is marked as undecodable."""
    try:
        text = answer.content.decode(json.detect_encoding(answer.content))
    except UnicodeDecodeError:
        text = answer.text
    escaped = json.dumps(UNDECODABLE)[1:-1]
    return _HALF.sub(lambda match: escaped if match[1] else match[0], text.removeprefix("\ufeff"))


def at(body: Any, path: str) -> Any:
    """The value at a dotted path of a JSON document; None where there is none."""
    for step in path.split("."):
        body = body.get(step) if isinstance(body, dict) else None
    return body


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
