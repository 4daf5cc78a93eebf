"""Requests in the order in which they are to be dealt with: open ones by their deadline, overdue ones first, then those that have ended."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from assets.rights.standing import timing_of
from resources.ledger.request_list import RequestList

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from resources.ledger import Request
    from resources.ledger.request_list import Wanted
    from resources.register import Register
    from resources.requests.life import Timing


@dataclass(frozen=True)
class Listed:
    """A request in a list, and by when it must be answered."""

    request: Request
    timing: Timing


@dataclass(frozen=True)
class ListPage:
    """A page of the list: its rows, its number from 1 on, and how many pages and requests there are."""

    rows: list[Listed]
    number: int
    pages: int
    total: int


def list_page(register: Register, wanted: Wanted, number: int, size: int) -> ListPage:
    """A page of the requests that are wanted; a number beyond the last page gives the last one.

    Args:
        register: the register.
        wanted: which.
        number: the page, from 1 on.
        size: how many requests a page has.
    """
    listed = RequestList(register.ledger)
    is_open = listed.count(wanted, is_open=True)
    total = is_open + (0 if wanted.is_open else listed.count(wanted, is_open=False))
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    first = (number - 1) * size
    with ExitStack() as stack:
        by_receipt, extended = (
            stack.enter_context(closing(each)) for each in (listed.in_order_of_receipt(wanted), listed.extended(wanted))
        )
        asked = sorted(_timed(register, listed.asked(wanted)), key=_order)
        rows = list(islice(merge(_timed(register, by_receipt), _timed(register, extended), asked, key=_order), first, first + size))
    if not wanted.is_open and len(rows) < size:
        ended = listed.ended(wanted, size - len(rows), max(0, first - is_open))
        rows += _timed(register, ended)
    return ListPage(rows, number, pages, total)


def _timed(register: Register, requests: Iterable[Request]) -> Iterator[Listed]:
    for each in requests:
        yield Listed(each, timing_of(register, each))


def _order(listed: Listed) -> tuple[object, ...]:
    return listed.timing.deadline, listed.request.received_at, listed.request.id
