"""Erase persons across the stores: the ledger says what is meant, the warehouse is published without them, then what lies beside goes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, astuple, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assets.identity.age import minority
from assets.identity.kept import Kept
from assets.identity.objected import without_ground
from assets.identity.remains import remember_remains
from assets.identity.resolve import update
from assets.identity.whom import UntoldError, Whom
from assets.ingest.audio import sweep
from assets.ingest.erased import DOMAIN
from assets.ingest.held import Holds, mark
from assets.ingest.people import forms
from assets.retention.erasure import Decided, carry_out, choose, forget_outreach, hashes
from assets.retention.orders import ERASURE, Orders
from assets.retention.put_aside import PutAside, search
from assets.retention.rectify import forget_gone, told
from resources.errors import AnsvarError
from resources.keyed_hash import key_id, keyed_hash
from resources.ledger import Request, objections
from resources.ledger.bundles import BundleLedger
from resources.ledger.erasures import DECIDED, DONE, MEANT, PUBLISHED, ErasureLedger, KeptHash
from resources.ledger.holds import LEGAL_HOLD, RESTRICTION
from resources.ledger.requests import RequestLedger
from resources.register import Register
from resources.requests.life import ENDED
from resources.requests.vocabulary import words
from resources.runs import begin_run, finish_run
from resources.warehouse import Engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Finder = Callable[[Engine, Register, Request], Whom]
"""Finds whom a request means; fails where that is not plain."""
KeptBack = Callable[[Engine, Register, Request, Whom], int]
"""How many records of a person something keeps for now, as a legal hold: as long as it is any, nobody is erased."""
KIND = "erasure"
ERASED = "erased"
ANSWERED_FIRST = words().by_bundle
"""Kinds of requests that nobody could answer once the person is erased."""
_ID_BYTES = 8


def kept_back(engine: Engine, register: Register, request: Request, whom: Whom) -> int:
    """How many records of a person, loaded or in quarantine, something keeps for now.

    A legal hold, a restriction of processing, or another request that is to be answered with the very data: one of access or portability.
    """
    if not mark(engine, register.catalogue, Holds.of(register)):
        return 0
    others = [row["request"] for row in register.ledger.requests() if row["kind"] in ANSWERED_FIRST and row["request"] != request.id]
    given = {"erased_person_rows": [*whom.persons], "erased_text_rows": [*whom.quarantined], "other_requests": others}
    for view, values in given.items():
        engine.register(view, pa.table({"id": pa.array(values, pa.string())}))
    found = engine.count(
        """
        SELECT count(DISTINCT held.dataset || '/' || held.id)
        FROM held
        LEFT JOIN identity.record_persons AS records ON records._record = held.id AND records.dataset = held.dataset
        WHERE (held.kind IN ($hold, $restriction) OR held.hold IN (SELECT id FROM other_requests))
          AND (records.person IN (SELECT id FROM erased_person_rows) OR held.id IN (SELECT id FROM erased_text_rows))
        """,
        {"hold": LEGAL_HOLD, "restriction": RESTRICTION},
    )
    for view in given:
        engine.unregister(view)
    return found


@dataclass(frozen=True)
class Preview:
    """What erasing a person would do: decisions by data set; how many records something keeps back, how many identifiers are its own.

    `grounds` are those of the law for it (GDPR Art. 17(1)): see `grounds_of`; `recipients` are to be told of it (GDPR Art. 19); `forms`
    are those that could not be filed as requests.
    """

    decided: list[Decided]
    kept_back: int
    identifiers: int
    grounds: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    forms: PutAside = field(default_factory=PutAside)

    @property
    def takes(self) -> bool:
        """Whether there is anything that would go."""
        return any(each.goes or each.quarantined or each.of_others for each in self.decided)


@dataclass(frozen=True)
class Erasures:
    """What a run of erasures came to: persons erased, not to be told from others, kept back; records that went, and that stay."""

    erased: int = 0
    unclear: int = 0
    kept_back: int = 0
    records: int = 0
    stays: int = 0


def asked(register: Register, request_id: str) -> Request:
    """The request of an id that asks for erasure, or leaves data without a ground, where the register says how long it keeps what stays.

    Raises:
        AnsvarError: where there is none, it asks for something else, or the register does not say it.
    """
    request = register.ledger.request(request_id)
    if request.kind not in (KIND, *objections.KINDS):
        raise AnsvarError(f"The request is one of {request.kind}, not for erasure: nobody is erased for it.")
    if register.catalogue.retention.own.erasures is None:
        raise AnsvarError(
            "The register does not say how long keyed hashes of an erased person are kept, by which a later ingest knows the person: name "
            "a rule in retention.yaml, as `own: {erasures: RULE, …}`."
        )
    return request


def preview(register: Register, request_id: str, find: Finder, held: KeptBack = kept_back) -> Preview:
    """What erasing the person of a request would do today; nothing is changed.

    Raises:
        AnsvarError: as `asked`; where the person cannot be told from others; or where nothing was published yet.
    """
    request = asked(register, request_id)
    with register.warehouse.reading() as engine:
        whom = find(engine, register, request)
        decided = choose(engine, register.catalogue, whom, register.clock.now(), _only(register, request))
        grounds = grounds_of(engine, register, request, whom)
        recipients = tuple(told(engine, register, whom))
        forms_aside = search(register, [] if request.kind != KIND else [*map(astuple, _hashed(register, whom.identifiers))])
        return Preview(decided, held(engine, register, request, whom), len(whom.identifiers), grounds, recipients, forms_aside)


def grounds_of(engine: Engine, register: Register, request: Request, whom: Whom) -> tuple[str, ...]:
    """Why the person's data is erased: the person asks for it, objected or withdrew consent, or is or was a minor: see `minority`."""
    known = {KIND: "asked", objections.OBJECTION: "objection", objections.WITHDRAWAL: "withdrawal"}
    minor = minority(engine, register.catalogue, whom.persons, register.clock.today())
    return (known[request.kind], *([minor] if minor is not None else []))


def _only(register: Register, request: Request) -> frozenset[str] | None:
    """The tables that the erasure is of: all, unless it follows from an objection or a withdrawal."""
    return None if request.kind == KIND else without_ground(register.catalogue, request)


def decide(register: Register, request_id: str, by: str, find: Finder, held: KeptBack = kept_back) -> str:
    """Record that a named user decides that the person of a request is erased; gives the erasure's id. `erase_decided` carries it out.

    Raises:
        AnsvarError: as `preview`; where nobody verified who asks, something keeps records of the person back, no user is named, or it was
            decided before.
    """
    ledger = ErasureLedger(register.ledger)
    RequestLedger(register.ledger).ready(asked(register, request_id).id, (KIND, *objections.KINDS))
    if ledger.erasures(DECIDED, MEANT, PUBLISHED, DONE, request=request_id):
        raise AnsvarError("That this person is erased was decided before: `ansvar erase REQUEST --answer` tells what became of it.")
    found = preview(register, request_id, find, held)
    if found.kept_back:
        what = "by a legal hold, a restriction, or a request for access or portability that was not answered"
        raise AnsvarError(
            f"{found.kept_back:,} records of the person are kept back for now, {what}: the erasure waits until they are released."
        )
    return ledger.decide(request_id, by, register.clock.now())


def erase_decided(register: Register, find: Finder, held: KeptBack = kept_back) -> Erasures:
    """Carry out every erasure that was decided on, and go on with those that stopped on the way; gives counts.

    Who is kept back is left for the next time; the request of one who cannot be told from others is `unclear`, and must be filed again.
    """
    ledger = ErasureLedger(register.ledger)
    counts = dict.fromkeys(Erasures.__dataclass_fields__, 0)
    if ledger.erasures(MEANT):  # one that stopped: it is published, or is still to be carried out
        _settle(register)
    for row in ledger.erasures(DECIDED):
        outcome = _publish(register, row, find, held)
        counts[outcome] += outcome != ERASED
    for row in ledger.erasures(PUBLISHED):
        summary = _finish(register, row)
        counts[ERASED] += 1
        counts["records"] += sum(each["goes"] for each in summary["datasets"])
        counts["stays"] += sum(each["stays"] for each in summary["datasets"])
    return Erasures(**counts)


def _settle(register: Register) -> None:
    run = f"erasure-{secrets.token_hex(_ID_BYTES)}"
    try:
        begin_run(register, run)
    finally:
        register.warehouse.release(run)


def _publish(register: Register, row: dict[str, Any], find: Finder, held: KeptBack) -> str:
    """Publish the warehouse without a person; gives `erased`, or why nobody was."""
    run, catalogue, moment, ledger = f"erasure-{secrets.token_hex(_ID_BYTES)}", register.catalogue, register.clock.now(), register.ledger
    request = ledger.request(row["request"])
    orders, kept, ledger_of_erasures = Orders.of(register), Kept.of(register), ErasureLedger(ledger)
    try:
        begin_run(register, run)
        with register.warehouse.writing(run) as engine:
            try:
                whom = find(engine, register, request)
            except UntoldError:
                ledger_of_erasures.given_up(row["erasure"])
                return "unclear"
            if held(engine, register, request, whom):
                return "kept_back"
            only = _only(register, request)
            decided = choose(engine, catalogue, whom, moment, only)
            grounds, recipients = [*grounds_of(engine, register, request, whom)], told(engine, register, whom)
            # Who stays in other data sets is not to be kept away: the records that went are, by their ids.
            known_by = [*_hashed(register, hashes(engine, whom if only is None else replace(whom, identifiers=())))]
            persons = engine.rows("SELECT sha256($pepper || person) FROM erased_persons", {"pepper": kept.pepper})
            for dataset in catalogue.datasets:
                if any(each.dataset == dataset.table and each.goes for each in decided):
                    engine.run(
                        "CREATE OR REPLACE TEMP TABLE going AS SELECT _record AS id FROM erased_records WHERE dataset = $table",
                        {"table": dataset.table},
                    )
                    orders.add(engine, dataset, "going")
            carry_out(engine, catalogue)
            if only is None:
                forget_outreach(engine)
                remember_remains(engine, kept.pepper, "erased_persons", whom.identifiers)
            update(engine, catalogue, kept)
        if only is None:
            ledger_of_erasures.forget_verdicts([each[0] for each in persons])
        summary = {"datasets": [asdict(each) for each in decided], "grounds": grounds, "recipients": recipients}
        ledger_of_erasures.meant(row["erasure"], run, moment, known_by, summary)
        orders.meant(register, run, ERASURE)
        finish_run(register, run)
    finally:
        register.warehouse.release(run)
    return ERASED


def _finish(register: Register, row: dict[str, Any]) -> dict[str, Any]:
    """Delete what lies beside the warehouse: audio, earlier bundles, requests that no ground keeps, forms; gives the erasure's summary."""
    ledger, rules, own = ErasureLedger(register.ledger), register.catalogue.retention.rules, register.catalogue.retention.own
    with register.warehouse.reading() as engine:
        files = sweep(engine, register.catalogue, register.recordings)
        forget_gone(engine, register)
    mine = [*_requests_of(register, row)]
    bundles = {row["request"] for row in mine if row["file"]} if rules[own.bundles].erasure is None else set()
    requests = [each["request"] for each in mine if each["state"] in ENDED] if rules[own.requests].erasure is None else []
    for each in BundleLedger(register.ledger).bundles():
        if each["request"] in bundles:
            register.bundle_file(each).unlink(missing_ok=True)
    aside = search(register, ledger.hashes_of(row["erasure"]))
    aside.forget()
    summary: dict[str, Any] = row["summary"] | {"audio": files, "bundles": len(bundles), "requests": len(requests)}
    summary |= {"forms": len(aside.own), "forms_to_look_at": [path.name for path in aside.unclear]}
    ledger.done(row["erasure"], summary, [*bundles], requests)
    return summary


def _requests_of(register: Register, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The other requests of an erased person, known by the keyed hashes of what was given in them."""
    known = ErasureLedger(register.ledger).hashes_of(row["erasure"])
    kinds, pepper = register.catalogue.vocabulary.identifiers, register.home.pepper
    for request in register.ledger.requests():
        if request["request"] == row["request"]:
            continue
        for kind, value in register.ledger.request(request["request"]).identifiers:
            read = forms(kind, value, register.catalogue) if kind in kinds else ()
            if any((key_id(pepper), kind, keyed_hash(pepper, f"{DOMAIN}/{kind}", each)) in known for each in read):
                yield request
                break


def _hashed(register: Register, values: Iterable[tuple[str, str]]) -> Iterator[KeptHash]:
    pepper = register.home.pepper
    own = key_id(pepper)
    return (KeptHash(own, kind, keyed_hash(pepper, f"{DOMAIN}/{kind}", value)) for kind, value in dict.fromkeys(values))


def summary_of(register: Register, request_id: str) -> dict[str, Any]:
    """What became of the erasure of a request's person: the row of the ledger, carried out to the end.

    Raises:
        AnsvarError: where it was not decided, or not carried out yet.
    """
    ledger, request = ErasureLedger(register.ledger), asked(register, request_id).id
    found = ledger.erasures(DONE, request=request)
    if not found and ledger.erasures(DECIDED, MEANT, PUBLISHED, request=request):
        raise AnsvarError(
            "That the person is erased was decided, and is not carried out yet: the daily job does so once nothing keeps records of the "
            "person back; see `ansvar hold list` and `ansvar request list`."
        )
    if not found:
        raise AnsvarError("Nobody was erased for this request yet: `ansvar erase REQUEST --by NAME` decides it.")
    return found[-1]
