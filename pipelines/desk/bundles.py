"""The rooms of bundles: what waits, how it is looked at, released or refused, and how it is fetched for the person."""

from __future__ import annotations

import os
from dataclasses import dataclass
from threading import Lock
from typing import IO, TYPE_CHECKING, Any

from starlette.responses import StreamingResponse

from assets.retention.own import last_day_of_bundle
from assets.rights import delivery
from assets.rights.waiting import report_of
from pipelines.desk.page import back_to
from pipelines.desk.requests_shared import open_look, page_number
from pipelines.desk.rooms import FaultError, NotThereError, reason, room, told
from resources.envelopes import ENDING, SHORTEST, Addressee, new_passphrase
from resources.errors import AnsvarError
from resources.ledger.audit import latest
from resources.ledger.bundles import DELIVERED, LOOK, WAITING, BundleLedger
from resources.requests.vocabulary import words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from starlette.responses import Response

    from pipelines.desk.page import Desk, Visit
    from resources.ledger import Request

_A_PAGE = 50
_LAST_ACTS = 50
_PIECE = 1 << 20
_COUNTED = ("texts", "redacted", "withheld", "unexplained", "unread")
_REPORT_CSP = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"  # no script runs
)
_SEALING = Lock()  # a passphrase takes 256 MB while it is worked in: one at a time


@dataclass(frozen=True)
class _Found:
    """The request in the path, and its bundle, if one is there."""

    request: Request
    row: dict[str, Any] | None

    @property
    def path(self) -> str:
        return f"/bundles/{self.request.id}"


@room
def bundles(desk: Desk, visit: Visit) -> Response:
    """Every bundle: those that wait first, the oldest of them first; then those that were released, the newest first."""
    register, number = desk.entrance.register, page_number(visit)
    rows = BundleLedger(register.ledger).bundles()
    listed = [row for row in rows if row["state"] == WAITING] + [row for row in rows[::-1] if row["state"] != WAITING]
    shown = listed[(number - 1) * _A_PAGE : number * _A_PAGE]
    return desk.render(
        visit,
        "bundles.html",
        rows=[(row, kind_of(visit, row["kind"]), _expires(desk, row)) for row in shown],
        waiting=sum(row["state"] == WAITING for row in rows),
        number=number,
        more=len(listed) > number * _A_PAGE,
    )


@room
def bundle(desk: Desk, visit: Visit) -> Response:
    """One bundle: what it says, how it waits, and what may be done with it."""
    found, error = _found(desk, visit), None
    if visit.form:
        do = {"release": _release, "refuse": _refuse}.get(visit.form.get("do", ""))
        try:
            if do is None:
                raise FaultError("rooms_nothing_to_do")
            return do(desk, visit, found)
        except AnsvarError as wrong:
            error, found = told(visit, wrong), _found(desk, visit)
    return _page(desk, visit, found, "bundle.html", 400 if error else 200, error=error, shortest=SHORTEST)


@room
def download(desk: Desk, visit: Visit) -> Response:
    """A bundle out of the outbox, encrypted as it is; who fetches it is recorded first."""
    found = _found(desk, visit)
    if found.row is None or found.row["state"] != DELIVERED:
        raise FaultError("bundles_not_released")
    name, file = delivery.hand_over(desk.entrance.register, found.request.id, visit.user.name)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(os.fstat(file.fileno()).st_size)}
    return StreamingResponse(_pieces(file), media_type="application/octet-stream", headers=headers)


@room
def report(desk: Desk, visit: Visit) -> Response:
    """The report in a bundle that waits, as the person will see it, once it is recorded who looks at it, and why; nothing in it runs."""
    register, found, error = desk.entrance.register, _found(desk, visit), None
    if found.row is None or found.row["state"] != WAITING:
        raise FaultError("bundles_not_waiting")
    if open_look(desk, visit, LOOK, found.request.id, sha256 := str(found.row["sha256"])):
        shown = report_of(register, found.request.id, sha256)
        return StreamingResponse(shown, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _REPORT_CSP})
    if visit.form:
        try:
            look = BundleLedger(register.ledger).looked(found.request.id, visit.user.name, reason(visit), register.clock.now())
            return back_to(f"{visit.path}?look={look}")
        except FaultError as wrong:
            error = told(visit, wrong)
    return _page(desk, visit, found, "bundle_report.html", 400 if error else 200, error=error)


def kind_of(visit: Visit, kind: str) -> str:
    """What a kind of request is called."""
    return words().kinds[kind].label.in_language(visit.words.language)


def _found(desk: Desk, visit: Visit) -> _Found:
    """What the path names.

    Raises:
        NotThereError: where there is no such request, or it is none that a bundle answers.
    """
    ledger = desk.entrance.register.ledger
    try:
        request = ledger.request(visit.given["request"])
    except AnsvarError:
        raise NotThereError("bundles_no_request") from None
    if request.kind not in words().by_bundle:
        raise NotThereError("bundles_no_request")
    try:
        return _Found(request, BundleLedger(ledger).bundle(request.id))
    except AnsvarError:
        return _Found(request, None)


def _page(desk: Desk, visit: Visit, found: _Found, template: str, status: int, **values: Any) -> Response:
    register, row = desk.entrance.register, found.row
    values |= {
        "found": found,
        "row": row,
        "kind": kind_of(visit, found.request.kind),
        "is_waiting": row is not None and row["state"] == WAITING,
        "is_outdated": row is not None and row["state"] == WAITING and delivery.is_outdated(register, row),
        "is_made_since": row is not None and row["state"] == WAITING and delivery.is_made_since_looked(register, row, visit.user.name),
        "is_encrypted": row is not None and str(row["file"]).endswith(ENDING),
        "is_ruled": row is not None and row["released_by"] == delivery.REGISTER,
        "says": [(name, int(row["says"].get(name, 0))) for name in _COUNTED] if row else [],
        "expires": _expires(desk, row) if row else None,
        "acts": latest(register.ledger.engine, _LAST_ACTS, thing=found.request.id),
    }
    return desk.render(visit, template, status, **values)


def _expires(desk: Desk, row: dict[str, Any]) -> dt.date | None:
    return last_day_of_bundle(desk.entrance.register, row)


def _release(desk: Desk, visit: Visit, found: _Found) -> Response:
    """Let go what the form was shown with; a passphrase that was made here stands in this answer, and nowhere else.

    Raises:
        FaultError: where another was made since then, or since it was looked at.
    """
    register, addressee = desk.entrance.register, _addressee(visit)
    if found.row is not None and found.row["state"] == WAITING:
        is_other = visit.form.get("sha256") != found.row["sha256"]
        if is_other or delivery.is_made_since_looked(register, found.row, visit.user.name):
            raise FaultError("bundles_made_since")
    with _SEALING:
        delivery.release(register, found.request.id, addressee, visit.user.name, visit.form.get("sha256", ""))
    if visit.form.get("way") != "new":
        return back_to(found.path)
    return desk.render(visit, "bundle_released.html", found=found, passphrase=addressee.passphrase)


def _refuse(desk: Desk, visit: Visit, found: _Found) -> Response:
    delivery.refuse(desk.entrance.register, found.request.id, visit.user.name, reason(visit))
    return back_to(found.path)


def _addressee(visit: Visit) -> Addressee:
    """Who is to be able to open it.

    Raises:
        FaultError: where it is not said, the passphrases differ or are short, or the key is none.
    """
    way, typed = visit.form.get("way"), visit.form.get("passphrase", "")
    if way == "new":
        return Addressee(passphrase=new_passphrase())
    if way == "typed":
        if len(typed) < SHORTEST:
            raise FaultError("bundles_passphrase_short")
        if typed != visit.form.get("again"):
            raise FaultError("bundles_passphrase_differs")
        return Addressee(passphrase=typed)
    if way != "key":
        raise FaultError("rooms_nothing_to_do")
    addressee = Addressee(recipient=visit.form.get("key", "").strip() or None)
    try:
        addressee.check()
    except AnsvarError:
        raise FaultError("bundles_no_key") from None
    return addressee


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
