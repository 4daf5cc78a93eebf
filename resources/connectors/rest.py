"""Fetch a list behind a REST address, page by page, each page kept as it came; or several lists alike, one after the other.

Every list ends by the source's own signal; a page that repeats, or a list that never ends, is an error and never a loop.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from resources.connectors.http_client import Asking
from resources.connectors.paging import Pages, at
from resources.connectors.pieces import filled, memory, pieces
from resources.connectors.progress import Progress, tell
from resources.connectors.source_error import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from resources.catalogue.shapes import ListRead, ParentsRead, RestRead
    from resources.connectors.answers import Answers
    from resources.connectors.landing import RawFile
    from resources.connectors.pieces import Moment

_MOST_PAGES = 100_000


@dataclass(frozen=True)
class Fetched:
    """The pages of an extraction that hold its records, how many records those are, and what the next extraction goes on from."""

    files: list[RawFile]
    records: int
    memory: dict[str, str] | None


@dataclass
class RestSource:
    """A REST source with its connection's values filled in.

    Attributes:
        source: its name.
        base_url: its address.
        answers: where its answers come from.
        setting: fills `${NAME}` into a text.
        dataset: the data set that is read, as people know it.
    """

    source: str
    base_url: str
    answers: Answers
    setting: Callable[[str], str]
    dataset: str
    pages: int = 0
    records: int = 0

    def fetch(self, read: RestRead, moment: Moment) -> Fetched:
        """Write every page that is new to landing.

        Raises:
            SourceError: where the server is away, refuses us, keeps failing, answers with an error, or repeats itself.
        """
        files: list[RawFile] = []
        cursor = (moment.memory or {}).get("cursor") if read.paging.resume else None
        reached = cursor
        for names in pieces(read, moment):
            for extra in read.each or [{}]:
                for parent in self._parents(read.parents, names):
                    begun = self._pages(read, extra, names | ({} if parent is None else {"parent": parent}), cursor)
                    for page, records in self._read(begun, read, parent):
                        files.append(page)
                        self.records += len(records)
                        tell(Progress(self.dataset, self.pages, self.records))
                    reached = begun.cursor
        return Fetched(files, self.records, memory(read, moment, reached))

    def _parents(self, parents: ParentsRead | None, names: dict[str, Any]) -> Iterator[str | None]:
        """What each parent is known by, each once, in the order of their list; None alone where there are none to ask for."""
        if parents is None:
            yield None
            return
        known: dict[str, None] = {}
        for _, records in self._read(self._pages(parents, {}, names, None), parents, None):
            for record in records:
                found = at(record, parents.take)
                if not isinstance(found, str | int) or found == "":
                    raise SourceError(self.source, f"a parent has nothing at '{parents.take}': mend 'take' in the YAML")
                known[str(found)] = None
        yield from known

    def _pages(self, read: ListRead, extra: dict[str, object], names: dict[str, Any], cursor: str | None) -> Pages:
        in_path = {name: quote(str(value), safe="") for name, value in names.items()}
        url = self.base_url.rstrip("/") + "/" + str(filled(self._set(read.path), in_path)).lstrip("/")
        params = filled(self._set(read.params | extra), names)
        return Pages(
            self.source, read.paging, Asking(url, params, read.send, read.rate), filled(self._set(read.first_params), names), cursor
        )

    def _read(self, paging: Pages, read: ListRead, parent: str | None) -> Iterator[tuple[RawFile, list[Any]]]:
        while paging.asking is not None:
            if self.pages >= _MOST_PAGES:
                raise SourceError(self.source, f"{read.path} gave {_MOST_PAGES:,} pages without an end: see 'paging' in the YAML")
            page = self.answers.page(paging.asking, read.path, parent)
            self.pages += 1
            body = self._body(page.text, read)
            records = at(body, read.records)
            paging.advance(body, records, page.link)
            yield page.file, records

    def _body(self, text: str, read: ListRead) -> Any:
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

    def _set(self, value: Any) -> Any:
        """A parameter, or several within each other, with its settings filled in."""
        if isinstance(value, str):
            return self.setting(value)
        if isinstance(value, dict):
            return {key: self._set(each) for key, each in value.items()}
        return [self._set(each) for each in value] if isinstance(value, list) else value
