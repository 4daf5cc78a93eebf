"""What is held of the person of a request, to look at before anything is done: counts by data set, and its records page by page.

It is gathered, and others are taken out of it, as a bundle's is; nothing is written.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from assets.rights.gather import gather
from assets.rights.lookup import look_up
from assets.rights.portability import PORTABILITY, portable
from assets.rights.redact import KINDS, normal, redact, texts_of
from assets.rights.redaction.decided import Decided
from assets.rights.redaction.model import name_model
from assets.rights.requests import meant
from assets.rights.wording import Wording
from resources.errors import AnsvarError
from resources.ledger.redactions import RedactionLedger
from resources.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assets.rights.gather import Gathered
    from assets.rights.holding import Row
    from resources.catalogue import Dataset
    from resources.ledger import Request
    from resources.register import Register
    from resources.warehouse import Engine


@dataclass(frozen=True)
class Counted:
    """How many records of each data set concern the person, how many could not be read in, and how many name nobody.

    `subject` is the data subject's opaque id, None where no record knows the person.
    """

    subject: str | None
    tables: list[tuple[Dataset, int]]
    unread: int
    unattributed: int


@dataclass(frozen=True)
class RecordPage:
    """Some records of a data set as the person is shown them: the page's number from 1 on, of how many, and how many records there are."""

    dataset: Dataset
    rows: list[Row]
    number: int
    pages: int
    total: int


def counted(register: Register, request: Request) -> Counted:
    """How much is held of the person of a request.

    Raises:
        UnclearError: where the identifiers do not tell who the person is; the request is then `unclear`.
        AnsvarError: where nothing was published yet.
    """
    with _gathered(register, request) as (_, _, gathered):
        holding = portable(gathered.holding) if request.kind == PORTABILITY else gathered.holding
        tables = [(each.dataset, len(each.rows)) for each in holding.tables]
        return Counted(holding.subject, tables, len(holding.unread), sum(each.records for each in holding.unattributed))


def record_page(register: Register, request: Request, table: str, number: int, size: int) -> RecordPage:
    """A page of the records of a data set that concern the person of a request; a number beyond the last page gives the last one.

    Args:
        register: the register.
        request: the request.
        table: the data set's table.
        number: the page, from 1 on.
        size: how many records a page has.

    Raises:
        UnclearError: where the identifiers do not tell who the person is; the request is then `unclear`.
        AnsvarError: where nothing of that data set is held of the person, or nothing was published yet.
    """
    with _gathered(register, request) as (engine, spool, gathered):
        catalogue, holding = register.catalogue, gathered.holding
        own = gathered.own(catalogue)
        names = name_model(register.home.settings())
        found = look_up(engine, catalogue, (normal(each.text) for each in texts_of(holding)), names)
        marks = Wording(request.language, catalogue.notice.time_zone).marks(KINDS)
        redact(found, own, holding, marks, spool, decided=Decided.of(RedactionLedger(register.ledger).decisions(request.id)))
        told = portable(holding) if request.kind == PORTABILITY else holding
        for each in told.tables:
            if each.dataset.table == table:
                total = len(each.rows)
                pages = max(1, -(-total // size))
                number = min(max(1, number), pages)
                rows = list(islice(each.rows, (number - 1) * size, number * size))
                return RecordPage(each.dataset, rows, number, pages, total)
    raise AnsvarError("Nothing is held of the person in that data set.")


@contextmanager
def _gathered(register: Register, request: Request) -> Iterator[tuple[Engine, Spool, Gathered]]:
    with register.warehouse.reading() as engine, Spool(register.warehouse.temporary) as spool:
        subject = meant(engine, register, request)
        yield engine, spool, gather(engine, register, spool, [request], {request.id: subject})[request.id]
