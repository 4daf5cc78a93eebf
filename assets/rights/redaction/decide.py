"""Record what a named user decides about words in the texts of an answer: words that stand in none of them are a slip of the pen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.rights.gather import gather
from assets.rights.redact import normal, texts_of
from assets.rights.redaction.decided import Decided
from assets.rights.requests import meant
from resources.errors import AnsvarError
from resources.ledger.redactions import RedactionLedger, plain_phrase
from resources.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.ledger import Request
    from resources.register import Register


def decide(register: Register, request_id: str, what: str, phrases: Sequence[str], by: str) -> list[str]:
    """Record decisions on words in the texts of a request's answer, all of them or none; gives their ids.

    Args:
        register: the register.
        request_id: the request.
        what: `take_out` or `keep`.
        phrases: the words of each decision, as they stand in a text.
        by: the named user.

    Raises:
        AnsvarError: where some words stand in no text of the answer, or as `RedactionLedger.decide`. They are told by their place.
        UnclearError: where the identifiers do not tell who the person is.
    """
    ledger, moment = RedactionLedger(register.ledger), register.clock.now()
    missing = _missing(register, register.ledger.request(request_id), [plain_phrase(each) for each in phrases])
    if missing:
        which = f" of decision {', '.join(map(str, missing))}" if len(phrases) > 1 else ""
        raise AnsvarError(
            f"The words{which} stand in no text of the answer, so nothing was recorded: give them as they stand in a message; "
            f"`ansvar redactions show {request_id}` writes the texts."
        )
    return [ledger.decide(request_id, what, each, by, moment) for each in phrases]


def _missing(register: Register, request: Request, phrases: Sequence[str]) -> list[int]:
    """Which of the phrases stand in no text of the answer, counted from 1."""
    sought = {number: Decided(out=(phrase,)) for number, phrase in enumerate(phrases, start=1)}
    with register.warehouse.reading() as engine, Spool(register.warehouse.temporary) as spool:
        subjects = {request.id: meant(engine, register, request)}
        for text in texts_of(gather(engine, register, spool, [request], subjects)[request.id].holding):
            written = normal(text.text)
            sought = {number: each for number, each in sought.items() if next(each.taken(written), None) is None}
            if not sought:
                break
    return [*sought]
