"""Letters to who made a request: made here, recorded as the command records them, and handed to the browser as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response as Plain

from assets.rights.letters.compose import KINDS
from assets.rights.letters.render import FORMATS
from pipelines.letters import written
from resources.errors import AnsvarError
from resources.ledger.requests import RequestLedger, Step

if TYPE_CHECKING:
    from starlette.responses import Response

    from pipelines.desk.page import Desk, Visit
    from resources.ledger import Request

_TYPES = {"html": "text/html; charset=utf-8", "txt": "text/plain; charset=utf-8", "pdf": "application/pdf"}


def letter(desk: Desk, visit: Visit, request: Request) -> Response:
    """Make a letter and hand it over; that it was made is a step of the request."""
    register, kind, form = desk.entrance.register, visit.form.get("kind", ""), visit.form.get("format", "")
    say = visit.words.text
    if kind not in KINDS or form not in FORMATS:
        return desk.render(visit, "message.html", 400, title=say("request_letter_title"), message=say("request_letter_none"))
    try:
        content = written(register, request, kind, form)
    except AnsvarError:
        return desk.render(visit, "message.html", 400, title=say("request_letter_title"), message=say("request_letter_unfit"))
    RequestLedger(register.ledger).note(request.id, Step("letter", visit.user.name, register.clock.now(), kind), "letter.made")
    name = f"{kind.replace('_', '-')}-{request.id}.{form}"
    return Plain(content, media_type=_TYPES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def fitting(request: Request) -> list[str]:
    """The letters that fit what became of a request so far."""
    return [kind for kind, (fits, _, _) in KINDS.items() if fits(request)]
