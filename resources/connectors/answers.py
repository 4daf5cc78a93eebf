"""The answers of a server in landing: each page kept as it came, in UTF-8, and read again where an extraction that was broken off goes on.

The pages that were asked for before are taken from landing, in the same order, so that the list goes on where it stopped, whatever names
its next page. A page counts once its line stands in the batch's list, after its file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from resources.connectors.files import UNDECODABLE

if TYPE_CHECKING:
    import requests

    from resources.connectors.http_client import Asking, HttpClient
    from resources.connectors.landing import Batch, RawFile

_HALF = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL)
_LONGEST_PAUSE = dt.timedelta(days=1)


@dataclass(frozen=True)
class Page:
    """A page: its text, the address of the next by its header, and its file."""

    text: str
    link: str | None
    file: RawFile


@dataclass
class Answers:
    """What a server answered in one extraction."""

    client: HttpClient
    batch: Batch
    kept: list[tuple[str, str | None]] = field(default_factory=list)
    resumed: int = 0
    taken: int = 0

    def page(self, asking: Asking, name: str, parent: str | None = None) -> Page:
        """The answer to a request, from landing where it was asked for before.

        Raises:
            SourceError: as `HttpClient.ask` does.
        """
        digest = hashlib.sha256(json.dumps([asking.url, asking.params, asking.send], sort_keys=True, default=str).encode()).hexdigest()
        file = self.batch.new_file(name, parent)
        if self.taken < len(self.kept):
            known, link = self.kept[self.taken]
            self.taken += 1
            if known == digest:
                self.resumed += 1
                return Page(file.path.read_text(encoding="utf-8"), link, file)
            self.kept = []  # the source names other pages now: what comes is asked for
            _cut(self.batch, self.taken - 1)
        answer = self.client.ask(asking)
        text = _text(answer)
        link = answer.links.get("next", {}).get("url")
        file.path.write_text(text, encoding="utf-8", newline="")
        with self.batch.answers.open("a", encoding="utf-8") as listing:
            listing.write(json.dumps([digest, link]) + "\n")
        return Page(text, link, file)


def begin(batch: Batch, described: list[Any], now: dt.datetime) -> None:
    """Begin the list of a batch's answers.

    Args:
        batch: the batch.
        described: what its extraction depends on.
        now: when it begins.
    """
    batch.answers.write_text(json.dumps([_digest(described), now.isoformat()]) + "\n", encoding="utf-8")


def begun(batch: Batch, described: list[Any], now: dt.datetime) -> tuple[dt.datetime, list[tuple[str, str | None]]] | None:
    """When an extraction that was broken off began, and its answers; None where it asked for something else, or is older than a day.

    Args:
        batch: the batch that it left.
        described: what the extraction depends on, which must be as it was.
        now: the present moment.
    """
    lines = batch.answers.read_text(encoding="utf-8").splitlines(keepends=True)
    whole = [line for line in lines if line.endswith("\n")]
    if not whole:
        return None
    digest, text = json.loads(whole[0])
    began = dt.datetime.fromisoformat(text)
    if digest != _digest(described) or not dt.timedelta() <= now - began <= _LONGEST_PAUSE:
        return None
    if len(whole) < len(lines):
        batch.answers.write_text("".join(whole), encoding="utf-8")
    return began, [(each[0], each[1]) for each in map(json.loads, whole[1:])]


def _cut(batch: Batch, count: int) -> None:
    lines = batch.answers.read_text(encoding="utf-8").splitlines(keepends=True)
    partial = batch.answers.with_suffix(".partial")
    partial.write_text("".join(lines[: count + 1]), encoding="utf-8")
    partial.replace(batch.answers)


def _digest(described: list[Any]) -> str:
    return hashlib.sha256(json.dumps(described, sort_keys=True, default=str).encode()).hexdigest()


def _text(answer: requests.Response) -> str:
    """An answer's text, as JSON is encoded (RFC 8259, section 8.1), else as its header says; half a letter is marked as undecodable."""
    try:
        text = answer.content.decode(json.detect_encoding(answer.content))
    except UnicodeDecodeError:
        text = answer.text
    escaped = json.dumps(UNDECODABLE)[1:-1]
    return _HALF.sub(lambda match: escaped if match[1] else match[0], text.removeprefix("\ufeff"))
