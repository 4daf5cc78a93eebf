"""Answer requests for access: find the subjects, gather what is held, take others out of it, and put the bundles into the outbox.

One request is a batch of one: whatever is asked of the warehouse is asked for all requests of a batch at once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from assets.rights.bundle import Bundle
from assets.rights.collect import collect, identifiers, name_subjects
from assets.rights.facts import facts
from assets.rights.find import UnclearError, find_all
from assets.rights.freshness import sources
from assets.rights.holding import Holding
from assets.rights.kept import kept_by
from assets.rights.lookup import look_up
from assets.rights.own import given, own
from assets.rights.redact import KINDS, normal, redact, texts_of
from assets.rights.unread import unattributed, unread
from assets.rights.wording import LANGUAGES, Wording
from resources.connectors.landing import sha256
from resources.errors import AnsvarError
from resources.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from assets.rights.find import Subject
    from assets.rights.holding import Identifier
    from assets.rights.lookup import LookedUp
    from resources.ledger import Request
    from resources.register import Register
    from resources.warehouse import Engine

KINDS_ANSWERED = ("access",)
_WAITING = ("received", "verified", "in_progress")
_MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class Exported:
    """A bundle that was made: how many records of how many tables it tells of, how many files it holds, and its size in bytes."""

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
    """The requests that a bundle answers and that have no answer yet, by their ids, oldest first."""
    found = [each["request"] for each in register.ledger.requests() if each["kind"] in KINDS_ANSWERED and each["state"] in _WAITING]
    return found[::-1]


def export(register: Register, request_id: str) -> Exported:
    """Make the bundle that answers a request; a bundle that was made before is replaced.

    Args:
        register: the register.
        request_id: the request's opaque id.

    Raises:
        UnclearError: where the identifiers do not tell who the person is; the request is then `unclear`.
        AnsvarError: where there is no such request, it asks for something else, there is nothing to read, or a recording went meanwhile.
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

    def answer(self, request_ids: list[str]) -> None:
        """Make them, one after the other, once everything about all of them is known."""
        requests = self._requests(request_ids)
        subjects = self._subjects(requests)
        asked = [request for request in requests if request.id in subjects]
        name_subjects(self._engine, {request: subject.persons for request, subject in subjects.items()})
        known = identifiers(self._engine, self._catalogue)
        searched = {request.id: known[request.id] or given(self._catalogue, request.identifiers) for request in asked}
        holdings = self._holdings([request.id for request in asked], known, searched)
        texts = (normal(text.text) for holding in holdings.values() for text in texts_of(holding))
        found = look_up(self._engine, self._catalogue, texts)
        for request in asked:
            try:
                self._batch.done.append(self._bundle(request, holdings.pop(request.id), searched[request.id], found))
            except AnsvarError as error:
                self._batch.failed[request.id] = error

    def _requests(self, request_ids: list[str]) -> list[Request]:
        requests = []
        for each in request_ids:
            try:
                requests.append(_answerable(self._register, each))
            except AnsvarError as error:
                self._batch.failed[each] = error
        return requests

    def _subjects(self, requests: list[Request]) -> dict[str, Subject]:
        """Whom each request means; those of which it cannot be told are `unclear`, and have failed."""
        asked = {request.id: request.identifiers for request in requests}
        found = {}
        for request, subject in find_all(self._engine, self._catalogue, asked, self._register.home.pepper).items():
            if isinstance(subject, AnsvarError):
                self._batch.failed[request] = subject
                if isinstance(subject, UnclearError):
                    self._register.ledger.request_state(request, "unclear")
            else:
                found[request] = subject
        return found

    def _holdings(
        self, requests: list[str], known: dict[str, list[Identifier]], searched: dict[str, list[Identifier]]
    ) -> dict[str, Holding]:
        """All that is held of each request's subject, nobody taken out of its texts yet."""
        tables = collect(self._engine, self._catalogue, self._register.recordings, self._spool)
        bad = unread(self._engine, self._catalogue, searched)
        unnamed = unattributed(self._engine, self._catalogue, {request: known[request] for request in requests})
        states = sources(self._register)
        kept = kept_by(self._engine, self._register)
        return {
            request: Holding(
                tables[request], known[request], bad[request], unnamed[request], Counter(), kept_by=kept[request], sources=states
            )
            for request in requests
        }

    def _bundle(self, request: Request, holding: Holding, searched: list[Identifier], found: LookedUp) -> Exported:
        register, catalogue = self._register, self._catalogue
        language = request.language if request.language in LANGUAGES else catalogue.notice.languages[0]
        wording = Wording(language, catalogue.notice.time_zone)
        redact(found, own(catalogue, searched, holding.tables), holding, wording.marks(KINDS), self._spool)
        holding.facts = facts(catalogue, holding.tables)
        made = register.clock.now().replace(microsecond=0)
        path = register.outbox / f"{request.id}.zip"
        try:
            files = Bundle(catalogue, request, wording, made, holding).write(path)
        except FileNotFoundError:
            raise AnsvarError("A recording was purged while the bundle was made: make the bundle again.") from None
        register.ledger.bundle_made(request.id, path.name, sha256(path), made, holding.records)
        return Exported(request.id, "answered", holding.records, len(holding.tables), files, path.stat().st_size, path, holding.is_held)


def _answerable(register: Register, request_id: str) -> Request:
    """The request of an id, which a bundle answers."""
    request = register.ledger.request(request_id)
    if request.kind not in KINDS_ANSWERED:
        raise AnsvarError(f"The request is one of {request.kind}, not for access: a bundle does not answer it.")
    return request
