"""Erase persons across the stores: the ledger says what is meant, the warehouse is published without them, then what lies beside goes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, astuple, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assets.identity.kept import Kept
from assets.identity.objected import without_ground
from assets.identity.remains import remember_remains
from assets.identity.resolve import update
from assets.identity.whom import UntoldError, Whom
from assets.ingest.audio import sweep
from assets.ingest.erased import DOMAIN
from assets.ingest.people import forms
from assets.retention.erasure import Decided, carry_out, choose, forget_outreach, hashes
from assets.retention.grounds import AS_PROPOSED, Choices, Grounds
from assets.retention.kept_back import kept_back
from assets.retention.orders import ERASURE, Orders
from assets.retention.put_aside import PutAside, search
from assets.retention.rectify import data_of, forget_gone, told
from resources.errors import AnsvarError
from resources.keyed_hash import key_id, keyed_hash
from resources.ledger import Request, objections
from resources.ledger.bundles import BundleLedger
from resources.ledger.erasures import DECIDED, DONE, MEANT, PUBLISHED, Ends, ErasureLedger, KeptHash
from resources.ledger.requests import RequestLedger
from resources.register import Register
from resources.requests.life import ENDED
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
_ID_BYTES = 8


@dataclass(frozen=True)
class Preview:
    """What erasing a person would do: decisions by data set; how many records something keeps back, how many identifiers are its own.

    `reasons` are those for which a table may be kept; `recipients` are to be told of it (GDPR Art. 19); `forms` are those that could not be
    filed as requests.
    """

    decided: list[Decided]
    kept_back: int
    identifiers: int
    reasons: dict[str, tuple[str, ...]] = field(default_factory=dict)
    recipients: tuple[str, ...] = ()
    forms: PutAside = field(default_factory=PutAside)

    @property
    def takes(self) -> bool:
        """Whether there is anything that would go."""
        return any(each.takes for each in self.decided)


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


def preview(register: Register, request_id: str, find: Finder, held: KeptBack = kept_back, choices: Choices = AS_PROPOSED) -> Preview:
    """What erasing the person of a request would do today; nothing is changed.

    Raises:
        AnsvarError: as `asked`; where the person cannot be told from others; where a choice may not be made; or nothing was published yet.
    """
    return _foreseen(register, asked(register, request_id), find, held, choices)[0]


def _foreseen(register: Register, request: Request, find: Finder, held: KeptBack, choices: Choices) -> tuple[Preview, Whom]:
    with register.warehouse.reading() as engine:
        whom = find(engine, register, request)
        grounds = Grounds.of_person(engine, register, whom)
        decided = _decided(engine, register, request, whom, grounds, choices)
        grounds.check(choices, [each.dataset for each in decided])
        reasons = {each.table: found for each in register.catalogue.datasets if (found := grounds.reasons(each))}
        recipients = tuple(told(engine, register, whom, data_of(register.catalogue, decided)))
        forms_aside = search(register, [] if request.kind != KIND else [*map(astuple, _hashed(register, whom.identifiers))])
        back = held(engine, register, request, whom)
        return Preview(decided, back, len(whom.identifiers), reasons, recipients, forms_aside), whom


def _decided(  # noqa: PLR0913, PLR0917 - of whom, and what was chosen
    engine: Engine, register: Register, request: Request, whom: Whom, grounds: Grounds, choices: Choices
) -> list[Decided]:
    datasets = {dataset.table: dataset for dataset in register.catalogue.datasets}
    decided = choose(engine, register.catalogue, whom, register.clock.now(), _only(register, request), choices.keep)
    return [replace(each, grounds=grounds.of(datasets[each.dataset], choices) if each.takes else []) for each in decided]


def _why(request: Request, grounds: Grounds) -> list[str]:
    """Why anything is erased at all: the person asks for it, objected or withdrew consent, or is or was a minor."""
    known = {KIND: "asked", objections.OBJECTION: "objection", objections.WITHDRAWAL: "withdrawal"}
    return [known[request.kind], *([grounds.minor] if grounds.minor is not None else [])]


def _only(register: Register, request: Request) -> frozenset[str] | None:
    """The tables that the erasure is of: all, unless it follows from an objection or a withdrawal."""
    return None if request.kind == KIND else without_ground(register.catalogue, request)


def decide(  # noqa: PLR0913, PLR0917 - as `preview`, and who decides
    register: Register, request_id: str, by: str, find: Finder, held: KeptBack = kept_back, choices: Choices = AS_PROPOSED
) -> str:
    """Record that a named user decides that the person of a request is erased; gives the erasure's id. `erase_decided` carries it out.

    Where data are kept, the request is followed as an objection and a withdrawal of consent from then on.

    Raises:
        AnsvarError: as `preview`; where nobody verified who asks, something keeps records of the person back, no user is named, or it was
            decided before.
    """
    ledger = ErasureLedger(register.ledger)
    request = RequestLedger(register.ledger).ready(asked(register, request_id).id, (KIND, *objections.KINDS))
    if ledger.erasures(DECIDED, MEANT, PUBLISHED, DONE, request=request_id):
        raise AnsvarError("That this person is erased was decided before: `ansvar erase REQUEST --answer` tells what became of it.")
    found, whom = _foreseen(register, request, find, held, choices)
    if found.kept_back:
        what = "by a legal hold, a restriction, or a request for access or portability that was not answered"
        raise AnsvarError(
            f"{found.kept_back:,} records of the person are kept back for now, {what}: the erasure waits until they are released."
        )
    return ledger.decide(request_id, by, register.clock.now(), choices.to_store(), _ends(register, request, whom, choices))


def _ends(register: Register, request: Request, whom: Whom, choices: Choices) -> Ends | None:
    """What a request for erasure ends for what is kept; an objection or a withdrawal is followed as such."""
    scopes = choices.ended() if request.kind == KIND else []
    known = (*whom.identifiers, *((objections.PERSON, person) for person in whom.persons))
    return Ends(scopes, [*_hashed(register, known, objections.DOMAIN)]) if scopes else None


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
            only, grounds = _only(register, request), Grounds.of_person(engine, register, whom)
            decided = _decided(engine, register, request, whom, grounds, Choices.stored(row["choices"]))
            recipients = told(engine, register, whom, data_of(catalogue, decided))
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
        summary = {"datasets": [asdict(each) for each in decided], "grounds": _why(request, grounds), "recipients": recipients}
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
    summary |= {"requests_kept": len(mine) - len(requests)}
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


def _hashed(register: Register, values: Iterable[tuple[str, str]], domain: str = DOMAIN) -> Iterator[KeptHash]:
    pepper = register.home.pepper
    own = key_id(pepper)
    return (KeptHash(own, kind, keyed_hash(pepper, f"{domain}/{kind}", value)) for kind, value in dict.fromkeys(values))


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
