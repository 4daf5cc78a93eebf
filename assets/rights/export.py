"""Answer one request for access: find the subject, gather what is held, take others out of it, and put the bundle into the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.ingest.held import Holds, kinds_of, mark
from assets.rights.bundle import Bundle
from assets.rights.collect import collect, identifiers, name_subject
from assets.rights.facts import facts
from assets.rights.find import UnclearError, find
from assets.rights.holding import Holding
from assets.rights.own import given, own
from assets.rights.redact import KINDS, redact
from assets.rights.redaction.decided import Decided
from assets.rights.redaction.model import name_model
from assets.rights.unread import unattributed, unread
from assets.rights.wording import LANGUAGES, Wording
from resources.connectors.landing import sha256
from resources.errors import AnsvarError
from resources.ledger.holds import OPEN_REQUEST
from resources.ledger.redactions import RedactionLedger

if TYPE_CHECKING:
    from pathlib import Path

    from assets.rights.find import Subject
    from assets.rights.own import Own
    from resources.ledger import Request
    from resources.register import Register
    from resources.warehouse import Engine


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


def export(register: Register, request_id: str) -> Exported:
    """Make the bundle that answers a request; a bundle that was made before is replaced.

    Args:
        register: the register.
        request_id: the request's opaque id.

    Raises:
        UnclearError: where the identifiers do not tell who the person is; the request is then `unclear`.
        AnsvarError: where there is no such request, it asks for something else, there is nothing to read, or a recording went meanwhile.
    """
    request = register.ledger.request(request_id)
    if request.kind != "access":
        raise AnsvarError(f"The request is one of {request.kind}, not for access: a bundle does not answer it.")
    notice = register.catalogue.notice
    wording = Wording(request.language if request.language in LANGUAGES else notice.languages[0], notice.time_zone)
    made = register.clock.now().replace(microsecond=0)
    path = register.outbox / f"{request.id}.zip"
    with register.warehouse.reading() as engine:
        try:
            subject = find(engine, register.catalogue, request.identifiers, register.home.pepper)
        except UnclearError:
            register.ledger.request_state(request.id, "unclear")
            raise
        holding = _holding(engine, register, subject, request, wording)
        try:
            files = Bundle(register.catalogue, request, wording, made, holding).write(path)
        except FileNotFoundError:
            raise AnsvarError("A recording was purged while the bundle was made: make the bundle again.") from None
    register.ledger.bundle_made(request.id, path.name, sha256(path), made, holding.records)
    return Exported(request.id, "answered", holding.records, len(holding.tables), files, path.stat().st_size, path, holding.is_held)


def _holding(engine: Engine, register: Register, subject: Subject, request: Request, wording: Wording) -> Holding:
    """All that is held of a subject, with others taken out."""
    catalogue = register.catalogue
    holding, mine = gathered(engine, register, subject, request)
    names = name_model(register.home.settings())
    decided = Decided.of(RedactionLedger(register.ledger).decisions(request.id))
    redact(engine, catalogue, mine, holding, wording.marks(KINDS), decided=decided, names=names)
    holding.names_by = {"model": names.name, "sha256": names.digest} if names else None
    holding.facts = facts(catalogue, holding.tables)
    holds = Holds.of(register)
    mark(engine, catalogue, holds)
    holding.kept_by = {kind: number for kind, number in kinds_of(engine, subject.persons).items() if kind != OPEN_REQUEST}
    return holding


def gathered(engine: Engine, register: Register, subject: Subject, request: Request) -> tuple[Holding, Own]:
    """All that is held of a subject, others still in its texts, and what of it is the subject's own."""
    catalogue = register.catalogue
    name_subject(engine, subject.persons)
    known = identifiers(engine, catalogue)
    tables = collect(engine, catalogue, register.recordings)
    searched = known or given(catalogue, request.identifiers)
    holding = Holding(tables, known, unread(engine, catalogue, searched, tables), unattributed(engine, catalogue, known))
    return holding, own(catalogue, searched, tables)
