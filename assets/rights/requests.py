"""Requests as people deal with them: filed and checked, told whom they mean, tied to others of the same person, settled, started on."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from contextlib import suppress
from itertools import combinations
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from assets.identity.objected import check_consented
from assets.ingest.people import forms
from assets.rights.find import Subject, UnclearError, bearers, find, find_all
from assets.rights.own import given
from resources.errors import AnsvarError
from resources.ledger.requests import PROGRAM, RequestLedger, Step, file_request
from resources.requests.life import ENDED, UNCLEAR
from resources.requests.vocabulary import words
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from resources.ledger import Request
    from resources.ledger.requests import Filing
    from resources.register import Register
    from resources.warehouse import Engine

_LOOKED_AT = "request"
_NO_IDENTIFIER = "A request needs what the person is known by: give --email, --phone or --identifier."
NOON = dt.time(12)


class FilingError(AnsvarError):
    """A request cannot be filed as it is: `fault` says what is wrong with it, `number` with which of its identifiers, from 0 on."""

    def __init__(self, fault: str, message: str, number: int | None = None) -> None:
        """Name the fault, and say what to do."""
        super().__init__(message)
        self.fault, self.number = fault, number


def received_on(register: Register, day: dt.date | None) -> dt.datetime:
    """The moment of receipt, as a naive UTC timestamp: now, or, of another day than today, its noon."""
    if day is None or day == register.clock.today():
        return register.clock.now()
    noon = dt.datetime.combine(day, NOON, ZoneInfo(register.catalogue.notice.time_zone))
    return noon.astimezone(dt.UTC).replace(tzinfo=None)


def ready(register: Register, request_id: str, kinds: Collection[str]) -> Request:
    """The request of an id, if it may be carried out: it is of one of the kinds, and a named user verified who asks.

    Raises:
        AnsvarError: where it may not.
    """
    return RequestLedger(register.ledger).ready(request_id, kinds)


def file(register: Register, filing: Filing) -> Request:
    """File a request; where it has no identifier, or they match several subjects, it is `unclear` from the beginning.

    Raises:
        AnsvarError: where what is asked for, or an identifier, is none.
    """
    check(register, filing)
    return _looked_up(register, file_request(register.ledger.engine, filing, register.clock.now()))


def identify(register: Register, request_id: str, identifiers: Sequence[tuple[str, str]], by: str) -> Request:
    """A named user adds what the person of an unclear request is known by; it is `unclear` still where that does not tell who it is.

    Raises:
        AnsvarError: where an identifier is none, none is given, or the request is not unclear.
    """
    if not identifiers:
        raise FilingError("identifiers", _NO_IDENTIFIER)
    _check_identifiers(register, identifiers)
    return _looked_up(register, RequestLedger(register.ledger).identify(request_id, identifiers, by, register.clock.now()))


def _looked_up(register: Register, request: Request) -> Request:
    """A request, which is `unclear` now where it does not tell whom it means; a complaint may well mean nobody."""
    if request.state in ENDED or (is_anonymous(request) and words().kinds[request.kind].anyone):
        return request
    if is_anonymous(request):
        RequestLedger(register.ledger).unclear(request, register.clock.now())
    elif register.warehouse.is_published:
        with suppress(UnclearError), register.warehouse.reading() as engine:
            meant(engine, register, request)
    return register.ledger.request(request.id)


def is_anonymous(request: Request) -> bool:
    """Whether nothing was given yet that the person could be found by, and nobody said whom it means."""
    return not request.identifiers and request.subject is None


def check(register: Register, filing: Filing) -> None:
    """That a request can be filed.

    Raises:
        FilingError: where its kind, scope, purpose, language or an identifier is none, it withdraws a consent to what nobody consents to,
            has neither an identifier nor a message, or is of a time to come.
    """
    shape = words().kinds.get(filing.kind)
    if shape is None:
        raise FilingError("kind", f"There is no kind of request of that name. Known: {', '.join(words().kinds)}.")
    if filing.scope is None and shape.scopes:
        raise FilingError("scope", f"What the person objects to is missing: give the scope, one of {', '.join(shape.scopes)}.")
    if filing.scope is not None and filing.scope not in shape.scopes:
        known = f"one of {', '.join(shape.scopes)}" if shape.scopes else "none"
        raise FilingError("scope", f"The scope of a request of {filing.kind} is {known}.")
    purposes = register.catalogue.notice.purposes
    if filing.purpose is not None and not (shape.of_purpose and filing.purpose in purposes):
        known = f"one of {', '.join(purposes)}" if shape.of_purpose else "none"
        raise FilingError("purpose", f"The purpose of a request of {filing.kind} is {known}.")
    if filing.purpose is not None:
        try:
            check_consented(register.catalogue, filing.purpose)
        except AnsvarError as error:
            raise FilingError("consent", str(error)) from None
    if filing.language not in LANGUAGES:
        raise FilingError("language", f"The language of the answer is one of {', '.join(LANGUAGES)}.")
    if filing.received_at > register.clock.now():
        raise FilingError("received", "The time of receipt is ahead: give the day on which the request reached you.")
    if not filing.identifiers and not (filing.message or "").strip():
        raise FilingError(
            "identifiers",
            f"{_NO_IDENTIFIER} A letter with none is filed with its words, as --message-file: it is unclear until one is added.",
        )
    _check_identifiers(register, filing.identifiers)


def _check_identifiers(register: Register, identifiers: Sequence[tuple[str, str]]) -> None:
    known = kinds_to_find_by(register)
    for number, (kind, value) in enumerate(identifiers):
        if kind not in known:
            said = f"The kind of an identifier is none that a person can be found by. Known: {', '.join(known)}."
            raise FilingError("identifier_kind", said, number)
        if not forms(kind, value, register.catalogue):
            raise FilingError("identifier", f"What was given as {kind} does not look like one: check how it is written.", number)


def kinds_to_find_by(register: Register) -> list[str]:
    """The kinds of identifiers that a person can be found by."""
    return [name for name, shape in register.catalogue.vocabulary.identifiers.items() if shape.joins]


def meant(engine: Engine, register: Register, request: Request) -> Subject:
    """The data subject that a request means: the one that a named user said, or the one that its identifiers tell.

    Raises:
        UnclearError: where they do not; the request is then `unclear`.
    """
    if request.subject is not None:
        return settled(engine, request.subject)
    found = UnclearError() if is_anonymous(request) else _found(engine, register, request)
    if isinstance(found, UnclearError):
        RequestLedger(register.ledger).unclear(request, register.clock.now())
        raise found
    return found


def _found(engine: Engine, register: Register, request: Request) -> Subject | UnclearError:
    try:
        return find(engine, register.catalogue, request.identifiers, register.home.pepper)
    except UnclearError as error:
        return error


def meant_all(engine: Engine, register: Register, requests: Iterable[Request]) -> dict[str, Subject | AnsvarError]:
    """The data subject that each request means, or why it cannot be told: see `meant`; those of which it cannot are then `unclear`."""
    listed = {request.id: request for request in requests}
    told = {each.id: each.subject for each in listed.values() if each.subject is not None}
    asked = {each.id: each.identifiers for each in listed.values() if each.subject is None and not is_anonymous(each)}
    found: dict[str, Subject | AnsvarError] = {each.id: UnclearError() for each in listed.values() if is_anonymous(each)}
    found |= {request: settled(engine, subject) for request, subject in told.items()}
    found |= find_all(engine, register.catalogue, asked, register.home.pepper)
    for request, subject in found.items():
        if isinstance(subject, UnclearError):
            RequestLedger(register.ledger).unclear(listed[request], register.clock.now())
    return found


def settled(engine: Engine, subject: str) -> Subject:
    """The subject that a named user said is meant, by its id or a former one; nobody, where all of it has gone."""
    present = engine.scalar("SELECT coalesce((SELECT min(subject) FROM identity.aliases WHERE alias = $id), $id)", {"id": subject})
    persons = engine.rows("SELECT person FROM identity.persons WHERE subject = $subject ORDER BY person", {"subject": present})
    return Subject(str(present) if persons else None, tuple(row[0] for row in persons))


def related(register: Register) -> dict[str, tuple[str, ...]]:
    """The other open requests that are surely of the same person, by request.

    Those that mean the same subject; of persons whom no record knows, those with an equal identifier that only one person can have. One
    whose identifiers are of several persons, or only such as they share, is tied to none before it is said whom it means.
    """
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    requests = RequestLedger(register.ledger).open()
    meant_by, near = _matched(register, requests), _matched(register, requests, shared=True)
    for request in requests:
        subjects = {request.subject} if request.subject is not None else meant_by.get(request.id, set())
        if len(subjects) == 1:
            groups["subject", subjects.pop()].add(request.id)
        elif not near.get(request.id):
            for identifier in given(register.catalogue, _of_known_kinds(register, request)):
                groups[identifier.kind, identifier.value].add(request.id)
    found: dict[str, set[str]] = defaultdict(set)
    for group in groups.values():
        for one, other in combinations(group, 2):
            found[one].add(other)
            found[other].add(one)
    return {each: tuple(sorted(others)) for each, others in found.items()}


def _of_known_kinds(register: Register, request: Request) -> list[tuple[str, str]]:
    return [each for each in request.identifiers if each[0] in register.catalogue.vocabulary.identifiers]


def means(register: Register, request: Request) -> str | None:
    """The data subject that a request means, by its opaque id; None where that is nobody or unclear, or nothing was published yet."""
    if not register.warehouse.is_published or is_anonymous(request):
        return request.subject
    with register.warehouse.reading() as engine:
        if request.subject is not None:
            return settled(engine, request.subject).id
        known = {request.id: _of_known_kinds(register, request)}
        found = find_all(engine, register.catalogue, known, register.home.pepper)[request.id]
    return found.id if isinstance(found, Subject) else None


def candidates(register: Register, request: Request) -> tuple[str, ...]:
    """The subjects that bear any of the identifiers of a request, by their opaque ids."""
    return tuple(sorted(_matched(register, [request], shared=True).get(request.id, ())))


def _matched(register: Register, requests: Iterable[Request], *, shared: bool = False) -> dict[str, set[str]]:
    """The subjects that bear identifiers of requests, by request: in one query; those that several may have are left out unless asked."""
    listed = list(requests)
    if not listed or not register.warehouse.is_published:
        return {}
    asked = {each.id: _of_known_kinds(register, each) for each in listed}
    with register.warehouse.reading() as engine:
        return bearers(engine, register.catalogue, asked, register.home.pepper, shared=shared)


def settle(register: Register, request_id: str, subject: str, by: str, reason: str) -> Request:
    """Record that a named user says whom an unclear request means; that is a look at a person, and recorded as one.

    Raises:
        AnsvarError: where the request is not unclear, nobody of that id bears what was given in it, or no user or reason is named.
    """
    ledger, at = RequestLedger(register.ledger), register.clock.now()
    request = register.ledger.request(request_id)
    if request.state != UNCLEAR:
        raise AnsvarError("Whom the request means is not unclear, so there is nothing to settle.")
    if subject not in candidates(register, request):
        raise AnsvarError("No subject of that id bears what was given in the request: `ansvar request show` lists those that do.")
    register.ledger.record_look(_LOOKED_AT, request.id, by, reason, at)
    return ledger.step(request.id, Step("settled", by, at, note=reason), subject=subject)


def is_held(register: Register, request: Request) -> bool | None:
    """Whether anything is held of the person of a request; None before anything was published.

    Raises:
        UnclearError: where the identifiers do not tell who the person is.
    """
    if not register.warehouse.is_published:
        return None
    with register.warehouse.reading() as engine:
        return meant(engine, register, request).id is not None


def start(register: Register, request_id: str, by: str) -> Request:
    """A named user starts on a request; one whose identifiers match nobody is answered by that, unless a bundle says it.

    Raises:
        AnsvarError: where the identity of who asks was not verified, or it is unclear whom the request means.
    """
    ledger, at = RequestLedger(register.ledger), register.clock.now()
    request = ledger.step(request_id, Step("started", by, at))
    kind = words().kinds[request.kind]
    if kind.by_bundle or kind.anyone or is_held(register, request) is not False:
        return request
    return ledger.step(request.id, Step("answered", PROGRAM, at, "nothing_held"), nothing_held=True)
