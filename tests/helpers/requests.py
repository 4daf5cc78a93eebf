"""Requests for tests: filed, and of a person whose identity a named user verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.ledger import tables
from resources.ledger.requests import RequestLedger, Step

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from resources.ledger import Ledger, Request

OFFICER = "Dana Officer"


def verified(ledger: Ledger, request: Request | str, moment: dt.datetime) -> Request:
    """A named user verifies who asks."""
    request_id = request if isinstance(request, str) else request.id
    return RequestLedger(ledger).step(request_id, Step("verified", OFFICER, moment, "signed_in"))


def file_verified(  # noqa: PLR0913, PLR0917 - what a request is filed with
    ledger: Ledger, kind: str, language: str, identifiers: Iterable[tuple[str, str]], moment: dt.datetime, about: str | None = None
) -> Request:
    """A request that is filed, and who asks is verified at the same moment."""
    return verified(ledger, ledger.new_request(kind, language, identifiers, moment, about), moment)


def told_of_the_end(ledger: Ledger, request: str, moment: dt.datetime) -> None:
    """The letter was written that tells a person that a restriction ends."""
    RequestLedger(ledger).note(request, Step("letter", OFFICER, moment, "lifting"), "letter.made")


def put(ledger: Ledger, request: str, state: str) -> None:
    """Let a request have come to a state, whatever led to it."""
    with ledger.engine.begin() as connection:
        connection.execute(tables.requests.update().where(tables.requests.c.request == request).values(state=state))
