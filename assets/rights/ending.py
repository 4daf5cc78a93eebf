"""How requests end by a named user's hand: answered, with what the letter tells of it, or refused on a ground that fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.identity.objected import consented
from resources.errors import AnsvarError
from resources.ledger.corrections import CorrectionLedger
from resources.ledger.requests import RequestLedger, Step
from resources.requests.life import ANSWERED, ERASED, REFUSED, after, check_ground
from resources.requests.vocabulary import words

if TYPE_CHECKING:
    from resources.ledger import Request
    from resources.register import Register

AT_SOURCE, FINDING = "at_source", "finding"
_RECTIFICATION, _COMPLAINT, _NO_CONSENT = "rectification", "complaint", "no_consent"
_CARRIED_OUT = ("restriction", "objection", "withdrawal")
"""Kinds that are answered in the moment in which they are carried out."""


@dataclass(frozen=True)
class Said:
    """What the letter tells of an answer by hand, in a named user's words.

    Attributes:
        at_source: of a rectification, what was corrected at its source alone.
        finding: of a complaint, what was found.
    """

    at_source: str | None = None
    finding: str | None = None


def answered_by_hand(register: Register, request_id: str, by: str, said: Said) -> Request:
    """A named user answered a request; what a command carries out is answered by that, so that no letter says what was not done.

    Raises:
        AnsvarError: where a command carries out what it asks for, and has not; nothing was corrected, or what was found is not said; or the
            step cannot follow.
    """
    check_answer_by_hand(register, register.ledger.request(request_id), said)
    told = [(name, text.strip()) for name, text in ((AT_SOURCE, said.at_source), (FINDING, said.finding)) if text is not None]
    detail, note = told[0] if told else (None, None)
    return RequestLedger(register.ledger).step(request_id, Step(ANSWERED, by, register.clock.now(), detail, note))


def check_answer_by_hand(register: Register, request: Request, said: Said) -> None:
    """That a request can be answered by hand: see `answered_by_hand`.

    Raises:
        AnsvarError: where it cannot.
    """
    if words().kinds[request.kind].by_bundle:
        raise AnsvarError(f"A request for {request.kind} is answered when its bundle is released: see `ansvar bundle release`.")
    after(request, ANSWERED)
    erasable = register.catalogue.retention.own.erasures is not None
    if request.kind in _CARRIED_OUT or (request.kind == "erasure" and request.state != ERASED and erasable):
        raise AnsvarError(
            f"Nothing was done for this request of {request.kind} yet: `ansvar request carry-out {request.id} --by NAME` does it, and "
            "`--preview` tells what that is; or refuse it with `ansvar request refuse`."
        )
    _check_corrected(register, request, said.at_source)
    _check_found(request, said.finding)


def _check_corrected(register: Register, request: Request, at_source: str | None) -> None:
    if at_source is not None and (request.kind != _RECTIFICATION or not at_source.strip()):
        raise AnsvarError("--at-source tells of a rectification what was corrected at the source: the letter says it.")
    if request.kind == _RECTIFICATION and at_source is None and not CorrectionLedger(register.ledger).corrected(request.id):
        raise AnsvarError(
            f"Nothing was corrected for this request yet: `ansvar correct new {request.id} …` does it; say with --at-source what was "
            "corrected at the source alone; or refuse the request with `ansvar request refuse`."
        )


def _check_found(request: Request, finding: str | None) -> None:
    if finding is not None and (request.kind != _COMPLAINT or not finding.strip()):
        raise AnsvarError("--finding tells of a complaint what was found: the letter says it.")
    if request.kind == _COMPLAINT and finding is None:
        raise AnsvarError(
            "The person is told what was found: say it with --finding TEXT, or in a file with --finding-file, in the letter's language."
        )


def refuse(register: Register, request_id: str, ground: str, by: str, note: str | None = None) -> Request:
    """A named user refuses a request on a ground.

    Raises:
        AnsvarError: where the ground is none for it, or the step cannot follow.
    """
    check_refusal(register, register.ledger.request(request_id), ground)
    return RequestLedger(register.ledger).step(request_id, Step(REFUSED, by, register.clock.now(), ground, note))


def check_refusal(register: Register, request: Request, ground: str) -> None:
    """That a ground of refusal is one for what was asked: as `check_ground`, and a consent that can be withdrawn is not denied.

    Raises:
        AnsvarError: where it is not.
    """
    check_ground(request, ground)
    if ground == _NO_CONSENT and request.purpose in consented(register.catalogue):
        raise AnsvarError(
            f"'{ground}' is no ground here, for '{request.purpose}' is consented to: `ansvar request carry-out {request.id} --by NAME` "
            "follows the withdrawal."
        )
