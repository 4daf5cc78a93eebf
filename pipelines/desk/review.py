"""The rooms of review: who may be one person, side by side, and what people decide of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.identity import compare
from assets.identity.decisions import decide, decided, proposals
from assets.identity.kept import Kept
from pipelines.desk.page import back_to
from pipelines.desk.requests_shared import open_look, page_number
from pipelines.desk.rooms import FaultError, NotThereError, need_published, reason, room, told
from resources.errors import AnsvarError
from resources.ledger.identity import APART, JOIN

if TYPE_CHECKING:
    from starlette.responses import Response

    from pipelines.desk.page import Desk, Visit

_A_PAGE = 50


@room
def review(desk: Desk, visit: Visit) -> Response:
    """What waits for a decision, by opaque ids, the most probable first."""
    need_published(desk)
    register, number = desk.entrance.register, page_number(visit)
    with register.warehouse.reading() as engine:
        count = engine.count("SELECT count(DISTINCT proposal) FROM identity.review")
        found = proposals(engine, _A_PAGE, (number - 1) * _A_PAGE)
    said = decided(register, found)
    return desk.render(visit, "review.html", found=found, said=said, count=count, number=number, more=count > number * _A_PAGE)


@room
def proposal(desk: Desk, visit: Visit) -> Response:
    """The persons of one proposal: first the reason of the look, then side by side, then the verdict."""
    need_published(desk)
    register, thing = desk.entrance.register, visit.given["proposal"]
    with register.warehouse.reading() as engine:
        if not engine.count("SELECT count(*) FROM identity.review WHERE proposal = $proposal", {"proposal": thing}):
            raise NotThereError("review_no_proposal")
    look, error = open_look(desk, visit, compare.LOOK, thing), None
    if visit.form:
        try:
            if look is None:
                return back_to(f"{visit.path}?look={compare.look(register, thing, visit.user.name, reason(visit))}")
            kind = visit.form.get("do", "")
            if kind not in (JOIN, APART):
                raise FaultError("rooms_nothing_to_do")
            decide(register, kind, [thing], visit.user.name, reason(visit))
            return back_to("/review/decisions")
        except AnsvarError as wrong:
            error = told(visit, wrong)
    status = 400 if error else 200
    if look is None:
        return desk.render(visit, "review_reason.html", status, proposal=thing, error=error)
    shown = compare.side_by_side(register, thing)
    labels = {dataset.table: dataset.shape.label.in_language(visit.words.language) for dataset in register.catalogue.datasets}
    sources = {name: source.shape.label.in_language(visit.words.language) for name, source in register.catalogue.sources.items()}
    kinds = {name: each.label.in_language(visit.words.language) for name, each in register.catalogue.vocabulary.identifiers.items()}
    said = decided(register, [{"proposal": thing, "persons": [each.person for each in shown.sides]}]).get(thing)
    return desk.render(
        visit, "review_proposal.html", status, shown=shown, look=look, labels=labels, sources=sources, kinds=kinds, said=said, error=error
    )


@room
def decisions(desk: Desk, visit: Visit) -> Response:
    """Every decision, the newest first, and how to take one back."""
    register, number, error = desk.entrance.register, page_number(visit), None
    ledger = Kept.of(register).ledger
    if visit.form:
        try:
            ledger.undo(visit.form.get("decision", ""), visit.user.name, reason(visit), register.clock.now())
            return back_to("/review/decisions")
        except FaultError as wrong:
            error = told(visit, wrong)
        except AnsvarError:
            error = told(visit, FaultError("review_no_decision"))
    made = [*{each["decision"]: each for each in ledger.all_verdicts()}.values()][::-1]
    shown = made[(number - 1) * _A_PAGE : number * _A_PAGE]
    status, more = 400 if error else 200, len(made) > number * _A_PAGE
    return desk.render(visit, "review_decisions.html", status, made=shown, number=number, more=more, error=error)
