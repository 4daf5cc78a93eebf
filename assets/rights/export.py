"""Answer requests for access or portability: find the subjects, gather what is held, take others out of it, and make the bundles.

One request is a batch of one: whatever is asked of the warehouse is asked for all requests of a batch at once.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from assets.rights.bundle import Bundle
from assets.rights.dealings import add_dealings
from assets.rights.delivery import deliver
from assets.rights.facts import facts
from assets.rights.gather import gather
from assets.rights.ledgered import add_ledgered
from assets.rights.lookup import look_up
from assets.rights.portability import PORTABILITY, portable
from assets.rights.redact import KINDS, normal, redact, texts_of
from assets.rights.redaction.decided import Decided
from assets.rights.redaction.model import name_model
from assets.rights.requests import meant_all, ready
from assets.rights.wording import LANGUAGES, Wording
from resources.errors import AnsvarError
from resources.ledger.bundles import BundleLedger
from resources.ledger.redactions import RedactionLedger
from resources.requests.life import IN_PROGRESS, VERIFIED
from resources.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from assets.rights.find import Subject
    from assets.rights.gather import Gathered
    from assets.rights.lookup import LookedUp
    from resources.ledger import Request
    from resources.register import Register
    from resources.warehouse import Engine

KINDS_ANSWERED = ("access", PORTABILITY)
_WAITING = (VERIFIED, IN_PROGRESS)
_MOST_AT_ONCE = 1000
_LACKING = (
    "The register knows this person by more records than were found (in {}): no bundle is made, for it would leave them out. Where the "
    "data set has left the register's YAML, put it back; else see what `ansvar status` tells, run `ansvar run`, and make the bundle again."
)
_BESIDE_EACH_OTHER = 2  # bundles in the making: what typesets, packs, encrypts and writes one lets another go on


@dataclass(frozen=True)
class Exported:
    """A bundle that was made: whether it waits or is delivered, and where it lies.

    Counted are the records and tables that it tells of, the files in it, and its size in bytes.
    """

    request: str
    state: str
    records: int
    tables: int
    files: int
    bytes: int
    path: Path
    held: bool


@dataclass
class Batch:
    """The bundles that were made, and of each request that has none why."""

    done: list[Exported] = field(default_factory=list)
    failed: dict[str, AnsvarError] = field(default_factory=dict)


def waiting(register: Register) -> list[str]:
    """The requests that a bundle answers, that have no answer yet, and for which no bundle was made, by their ids, oldest first."""
    made = {each["request"] for each in BundleLedger(register.ledger).bundles()}
    listed = (each for each in register.ledger.requests() if each["kind"] in KINDS_ANSWERED and each["state"] in _WAITING)
    found = [each["request"] for each in listed if each["request"] not in made]
    return found[::-1]


def verified_of(register: Register, request_ids: Iterable[str]) -> list[str]:
    """Those of the requests whose person is verified and on which nobody has started: of any other a bundle waits, or needs none."""
    return [each for each in request_ids if register.ledger.request(each).state == VERIFIED]


def export(register: Register, request_id: str) -> Exported:
    """Make the bundle that answers a request, and let it wait for its release; a bundle that was made before is replaced.

    Args:
        register: the register.
        request_id: the request's opaque id.

    Raises:
        UnclearError: where the identifiers do not tell who the person is; the request is then `unclear`.
        AnsvarError: where there is no such request, it asks for something else, nobody verified who asks, there is nothing to read, or a
            recording went meanwhile.
    """
    batch = export_many(register, [request_id])
    for error in batch.failed.values():
        raise error
    return batch.done[0]


def export_many(register: Register, request_ids: Iterable[str]) -> Batch:
    """Make the bundles that answer requests, in their order; a request that cannot be answered does not stop the others.

    Args:
        register: the register.
        request_ids: the requests' opaque ids.

    Raises:
        AnsvarError: where there is nothing to read.
    """
    batch = Batch()
    ids = iter(dict.fromkeys(request_ids))
    with register.warehouse.reading() as engine:
        while some := list(islice(ids, _MOST_AT_ONCE)):
            with Spool(register.warehouse.temporary) as spool:
                _Answers(register, engine, spool, batch).answer(some)
    return batch


class _Answers:
    """Makes the bundles of some requests from what is published."""

    def __init__(self, register: Register, engine: Engine, spool: Spool, batch: Batch) -> None:
        self._register, self._engine, self._spool, self._batch = register, engine, spool, batch
        self._catalogue = register.catalogue
        self._names = name_model(register.home.settings())

    def answer(self, request_ids: list[str]) -> None:
        """Make them, in their order, once everything about all of them is known."""
        requests = self._requests(request_ids)
        subjects = self._subjects(requests)
        asked = [request for request in requests if request.id in subjects]
        gathered = gather(self._engine, self._register, self._spool, asked, subjects)
        lacking = {request: ", ".join(each.lacking) for request, each in gathered.items() if each.lacking}
        self._batch.failed |= {request: AnsvarError(_LACKING.format(tables)) for request, tables in lacking.items()}
        asked = [request for request in asked if request.id not in self._batch.failed]
        add_dealings(self._engine, self._register, asked, gathered)
        texts = (normal(text.text) for each in gathered.values() for text in texts_of(each.holding))
        found = look_up(self._engine, self._catalogue, texts, self._names)
        with ThreadPoolExecutor(_BESIDE_EACH_OTHER) as pool:
            made = pool.map(lambda request: self._made(request, gathered.pop(request.id), found), asked)
            for request, bundle in zip(asked, made, strict=True):
                if isinstance(bundle, AnsvarError):
                    self._batch.failed[request.id] = bundle
                else:
                    self._batch.done.append(bundle)

    def _made(self, request: Request, gathered: Gathered, found: LookedUp) -> Exported | AnsvarError:
        """The bundle of a request, or why there is none."""
        try:
            return self._bundle(request, gathered, found)
        except AnsvarError as error:
            return error

    def _requests(self, request_ids: list[str]) -> list[Request]:
        requests = []
        for each in request_ids:
            try:
                requests.append(ready(self._register, each, KINDS_ANSWERED))
            except AnsvarError as error:
                self._batch.failed[each] = error
        return requests

    def _subjects(self, requests: list[Request]) -> dict[str, Subject]:
        """Whom each request means; those of which it cannot be told are `unclear`, and have failed."""
        found = {}
        for request, subject in meant_all(self._engine, self._register, requests).items():
            if isinstance(subject, AnsvarError):
                self._batch.failed[request] = subject
            else:
                found[request] = subject
        return found

    def _bundle(self, request: Request, gathered: Gathered, found: LookedUp) -> Exported:
        register, catalogue, holding = self._register, self._catalogue, gathered.holding
        language = request.language if request.language in LANGUAGES else catalogue.notice.languages[0]
        wording = Wording(language, catalogue.notice.time_zone)
        decisions = RedactionLedger(register.ledger).decisions(request.id)
        redact(found, gathered.own(catalogue), holding, wording.marks(KINDS), self._spool, decided=Decided.of(decisions))
        holding.names_by = {"model": self._names.name, "sha256": self._names.digest} if self._names else None
        holding.facts = facts(catalogue, holding.tables)
        add_ledgered(register, request, gathered)
        if request.kind == PORTABILITY:
            holding = portable(holding)
        made = register.clock.now().replace(microsecond=0)
        try:
            done = deliver(register, Bundle(catalogue, request, wording, made, holding, tuple(each.redaction for each in decisions)))
        except FileNotFoundError:
            raise AnsvarError("A recording was purged while the bundle was made: make the bundle again.") from None
        return Exported(request.id, done.state, holding.records, len(holding.tables), done.files, done.bytes, done.path, holding.is_known)
