"""Answer one request for access or portability: find the subject, gather what is held, take others out of it, and make the bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.ingest.held import Holds, kinds_of, mark
from assets.rights.bundle import Bundle
from assets.rights.collect import collect, identifiers, name_subject
from assets.rights.delivery import deliver
from assets.rights.facts import facts
from assets.rights.find import UnclearError, find
from assets.rights.holding import Holding
from assets.rights.ledgered import add_ledgered
from assets.rights.own import given, own
from assets.rights.portability import PORTABILITY, portable
from assets.rights.redact import KINDS, redact
from assets.rights.unread import unattributed, unread
from assets.rights.wording import LANGUAGES, Wording
from resources.errors import AnsvarError
from resources.ledger.holds import OPEN_REQUEST

if TYPE_CHECKING:
    from pathlib import Path

    from assets.rights.find import Subject
    from resources.ledger import Request
    from resources.register import Register
    from resources.warehouse import Engine

KINDS_ANSWERED = ("access", PORTABILITY)


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


def export(register: Register, request_id: str) -> Exported:
    """Make the bundle that answers a request, and let it wait for its release; a bundle that was made before is replaced.

    Args:
        register: the register.
        request_id: the request's opaque id.

    Raises:
        UnclearError: where the identifiers do not tell who the person is; the request is then `unclear`.
        AnsvarError: where there is no such request, it asks for something else, there is nothing to read, or a recording went meanwhile.
    """
    request = register.ledger.request(request_id)
    if request.kind not in KINDS_ANSWERED:
        raise AnsvarError(f"The request is one of {request.kind}, not for access: a bundle does not answer it.")
    notice = register.catalogue.notice
    wording = Wording(request.language if request.language in LANGUAGES else notice.languages[0], notice.time_zone)
    made = register.clock.now().replace(microsecond=0)
    with register.warehouse.reading() as engine:
        try:
            subject = find(engine, register.catalogue, request.identifiers, register.home.pepper)
        except UnclearError:
            register.ledger.request_state(request.id, "unclear")
            raise
        holding = _holding(engine, register, subject, request, wording)
        if request.kind == PORTABILITY:
            holding = portable(holding)
        try:
            done = deliver(register, Bundle(register.catalogue, request, wording, made, holding))
        except FileNotFoundError:
            raise AnsvarError("A recording was purged while the bundle was made: make the bundle again.") from None
    return Exported(request.id, done.state, holding.records, len(holding.tables), done.files, done.bytes, done.path, holding.is_held)


def _holding(engine: Engine, register: Register, subject: Subject, request: Request, wording: Wording) -> Holding:
    """All that is held of a subject, with others taken out."""
    catalogue = register.catalogue
    name_subject(engine, subject.persons)
    known = identifiers(engine, catalogue)
    tables = collect(engine, catalogue, register.recordings)
    searched = known or given(catalogue, request.identifiers)
    holding = Holding(tables, known, unread(engine, catalogue, searched, tables), unattributed(engine, catalogue, known))
    redact(engine, catalogue, own(catalogue, searched, tables), holding, wording.marks(KINDS))
    holding.facts = facts(catalogue, holding.tables)
    holding.subject = subject.id
    add_ledgered(register, request.id, holding)
    holds = Holds.of(register)
    mark(engine, catalogue, holds)
    holding.kept_by = {kind: number for kind, number in kinds_of(engine, subject.persons).items() if kind != OPEN_REQUEST}
    return holding
