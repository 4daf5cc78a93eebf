"""The page of the audit chain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from resources.ledger.audit import latest, verify
from resources.roles import Right

if TYPE_CHECKING:
    from starlette.responses import Response

    from pipelines.desk.page import Desk, Visit

_A_PAGE = 100
_LONGEST = 120
_NUMBER = re.compile(r"[0-9]{1,9}")


def audit(desk: Desk, visit: Visit) -> Response:
    """The entries, newest first; a person's reasons are shown to who may see persons' data."""
    engine = desk.entrance.register.ledger.engine
    thing = visit.query.get("thing", "").strip()[:_LONGEST] or None
    before = visit.query.get("before", "")
    shown = latest(engine, _A_PAGE + 1, thing=thing, before=int(before) if _NUMBER.fullmatch(before) else None)
    faults = verify(engine) if visit.query.get("verify") else None
    return desk.render(
        visit,
        "audit.html",
        entries=shown[:_A_PAGE],
        more=shown[_A_PAGE - 1].number if len(shown) > _A_PAGE else None,
        thing=thing or "",
        faults=faults,
        with_reasons=visit.user.role.may(Right.PERSONS),
    )
