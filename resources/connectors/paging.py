"""Where the next page of a list is, by the list's own signal; a page that comes again is an error and never a loop."""

from __future__ import annotations

import hashlib
import json
import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from resources.connectors.http_client import Asking
from resources.connectors.source_error import SourceError

if TYPE_CHECKING:
    from resources.catalogue.shapes import Paging

_NOTHING = (None, "", False)


class Pages:
    """The requests of one list, one after the other; `asking` is the next one, None after the last.

    `cursor` is the last cursor that the list named: what comes after its end is asked for by it.
    """

    def __init__(self, source: str, paging: Paging, asking: Asking, first_params: dict[str, Any], cursor: str | None = None) -> None:
        """Begin at the first page, or after a cursor that an earlier reading ended with.

        Args:
            source: the source's name, for errors.
            paging: how the next page is asked for.
            asking: the address, and the parameters of every page.
            first_params: those of the first page alone.
            cursor: where to begin.
        """
        self.source = source
        self.paging = paging
        self.params = deepcopy(asking.params)
        self.send, self.rate = asking.send, asking.rate
        self.records = 0
        self.seen: set[str] = set()
        self.number = paging.first
        self.cursor = cursor
        self.reached: str | None = None
        begun = cursor is not None and paging.kind == "cursor"
        first = deepcopy(self.params) | ({} if begun else deepcopy(first_params))
        if paging.limit_parameter and paging.limit and paging.kind in ("offset", "keyset"):
            put(self.params, paging.limit_parameter, paging.limit)
            put(first, paging.limit_parameter, paging.limit)
        if paging.kind == "page":
            put(first, paging.parameter, paging.first)
        if paging.kind == "keyset" or (paging.kind == "offset" and paging.limit):
            put(first, paging.parameter, self._place(paging.first))
        if begun and cursor is not None:
            put(first, paging.parameter, cursor)
            self.seen.add(cursor)
        self.asking: Asking | None = Asking(asking.url, first, self.send, self.rate)

    def advance(self, body: Any, records: list[Any], link: str | None) -> None:
        """Go on from a page to the next.

        Args:
            body: the page.
            records: its records.
            link: the address of the next page by its header, if it has one.

        Raises:
            SourceError: where the list repeats itself, or does not say where it goes on.
        """
        self.records += len(records)
        if self.paging.kind in ("page", "offset"):
            self._by_number(body, records)
        elif self.paging.kind == "keyset":
            self._by_value(records)
        else:
            self._by_name(body, link)

    def _by_number(self, body: Any, records: list[Any]) -> None:
        total, found = self._total(body), len(records)
        ended = self._ended(body)
        done = ended if ended is not None else found == 0 if total is None else self.records >= total
        if found:
            self._guard(_digest(records))
        elif not done:
            of = "of more" if total is None else f"of {total}"
            raise SourceError(self.source, f"its list ended after {self.records} {of} records: read it again later")
        self.number += 1
        self._ask_number(self.number if self.paging.kind == "page" else self.records, done=done)

    def _by_value(self, records: list[Any]) -> None:
        """Begin anew at the latest value but one: where a list moves while it is read, no number of a page stays true.

        Records of the latest value come again, whether the source takes the beginning in or leaves it out.
        """
        paging = self.paging
        values = [at(record, paging.value or "") for record in records]
        if any(not isinstance(value, str) for value in values):
            raise SourceError(self.source, f"a record has no text at '{paging.value}': mend 'value' in the YAML")
        if values != sorted(values):
            raise SourceError(self.source, f"its list is not in the order of '{paging.value}': mend 'params' in the YAML")
        earlier = [value for value in values if value < values[-1]]
        if earlier and earlier[-1] != self.reached and (self.reached is None or earlier[-1] > self.reached):
            self.reached, self.number, self.records = earlier[-1], paging.first, 0
            self.seen.clear()
            put(self.params, paging.since, paging.written.replace("{value}", self.reached))
            self._ask_number(self._place(paging.first), done=False)
            return
        if records:
            self._guard(_digest(records))
        self.number += 1
        if records and paging.most is not None and self.number - paging.first >= paging.most:
            raise SourceError(self.source, f"more records have one '{paging.value}' than its {paging.most} pages can hold: ask its maker")
        self._ask_number(self._place(self.number), done=not records)

    def _place(self, number: int) -> int:
        """What asks for the next page: its number, or how many records stand before it where a limit is stated."""
        return number if self.paging.limit is None else self.records

    def _ask_number(self, number: int, *, done: bool) -> None:
        present = self.asking
        if done or present is None:
            self.asking = None
            return
        put(self.params, self.paging.parameter, number)
        self.asking = Asking(present.url, deepcopy(self.params), self.send, self.rate)

    def _by_name(self, body: Any, link: str | None) -> None:
        paging = self.paging
        following = link if paging.kind == "link" else at(body, paging.next) if paging.next else None
        if paging.kind == "cursor" and following not in _NOTHING:
            self.cursor = str(following)
        ended = self._ended(body)
        if paging.kind == "none" or ended or following in _NOTHING:
            if ended is False:
                raise SourceError(self.source, "its list says that there is more, and names no next page: see 'paging' in the YAML")
            self.asking = None
            return
        self._guard(str(following))
        if paging.kind == "cursor":
            put(self.params, paging.parameter, following if self.send == "json" else str(following))
            self.asking = Asking(self.asking.url if self.asking else "", deepcopy(self.params), self.send, self.rate)
        else:
            self._follow(str(following))

    def _ended(self, body: Any) -> bool | None:
        """Whether the list says that it has ended; None where it says nothing."""
        if self.paging.end is not None:
            return at(body, self.paging.end) is True
        return None if self.paging.more is None else at(body, self.paging.more) in (False, None)

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
        present = self.asking.url if self.asking else ""
        try:
            address = urljoin(present, following)
            elsewhere = urlsplit(address)[:2] != urlsplit(present)[:2]
        except ValueError:
            elsewhere = True
        if elsewhere:
            raise SourceError(self.source, "its next page lies on another host than 'base_url': our credentials are not sent there")
        self.asking = Asking(address, {}, self.send, self.rate)


def at(body: Any, path: str) -> Any:
    """The value at a dotted path of a JSON document; None where there is none. The path `.` is the document itself."""
    for step in path.split(".") if path != "." else ():
        body = body.get(step) if isinstance(body, dict) else None
    return body


def put(params: dict[str, Any], parameter: str | None, value: object) -> None:
    """Set a parameter; a dotted name is one of a JSON body within others, where the first of them stands there."""
    *above, last = (parameter or "").split(".")
    if above and above[0] not in params:
        above, last = [], parameter or ""
    for step in above:
        params = params.setdefault(step, {})
    params[last] = value


def _digest(records: list[Any]) -> str:
    return hashlib.sha256(json.dumps(records).encode()).hexdigest()
