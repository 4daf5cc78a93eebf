"""The room of legal holds: what is kept though its period is over, why, and until when."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from assets.retention.holds import hold
from pipelines.desk.page import back_to
from pipelines.desk.requests_shared import page_number
from pipelines.desk.rooms import FaultError, reason, room, told
from resources.errors import AnsvarError
from resources.ledger.holds import COMPANY, DATASET, SUBJECT, HoldLedger

if TYPE_CHECKING:
    from starlette.responses import Response

    from pipelines.desk.page import Desk, Visit

_A_PAGE = 50
_KINDS = (SUBJECT, COMPANY, DATASET)
_LONGEST = 120


@room
def holds(desk: Desk, visit: Visit) -> Response:
    """Every hold, those in force first; set one, end one."""
    register, number, error = desk.entrance.register, page_number(visit), None
    ledger = HoldLedger(register.ledger)
    if visit.form:
        try:
            _change(desk, visit)
            return back_to("/holds")
        except AnsvarError as wrong:
            error = told(visit, wrong)
    listed = sorted(ledger.holds(), key=lambda each: each.ended_at is not None)
    datasets = {each.id: each.shape.label.in_language(visit.words.language) for each in register.catalogue.datasets}
    return desk.render(
        visit,
        "holds.html",
        400 if error else 200,
        holds=listed[(number - 1) * _A_PAGE : number * _A_PAGE],
        datasets=datasets,
        kinds=_KINDS,
        today=register.clock.today(),
        number=number,
        more=len(listed) > number * _A_PAGE,
        form=visit.form if error else {},
        error=error,
    )


def _change(desk: Desk, visit: Visit) -> None:
    """Set or end a hold.

    Raises:
        AnsvarError: where it cannot be.
    """
    register, form, by = desk.entrance.register, visit.form, visit.user.name
    if form.get("do") == "end":
        try:
            HoldLedger(register.ledger).end(form.get("hold", ""), by, register.clock.now())
        except AnsvarError:
            raise FaultError("holds_none_in_force") from None
        return
    if form.get("do") != "set":
        raise FaultError("rooms_nothing_to_do")
    covers, review_on, why = form.get("covers", ""), _date(form.get("review", "")), reason(visit)
    target = form.get("dataset" if covers == DATASET else "target", "").strip()[:_LONGEST]
    if covers not in _KINDS or not target:
        raise FaultError("holds_of_nothing")
    if review_on <= register.clock.today():
        raise FaultError("holds_review_past")
    try:
        hold(register, (covers, target), why, by, review_on)
    except AnsvarError:
        raise FaultError(f"holds_no_{covers}") from None


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise FaultError("holds_no_date") from None
