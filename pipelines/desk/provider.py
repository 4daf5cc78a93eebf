"""The pages of logging in by an OpenID provider.

The browser is sent on by pages of ours, not by redirects: a form may lead to no other site (`form-action`), and what follows a redirect
from the provider counts as coming from there, so that browsers would leave out the session's cookie (`SameSite=Strict`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.desk.guard import CALLBACK, CODE, LOGIN
from pipelines.desk.login import let_in, onward_of, told_to_wait
from pipelines.desk.provider_sign_in import Back, Found, away, give_code, sign_in_by_provider
from resources.errors import AnsvarError
from resources.oidc.begun import PATIENCE, Begun
from resources.oidc.provider import Answer
from resources.oidc.transport import AwayError

if TYPE_CHECKING:
    from starlette.responses import Response

    from pipelines.desk.page import Desk, Visit
    from pipelines.desk.provider_sign_in import Outcome
    from resources.oidc.provider import Provider

_STATUS = {Found.OVER: 400, Found.AWAY: 502, Found.REFUSED: 403}
_TOLD = {Found.OVER: "provider_over", Found.AWAY: "provider_away", Found.REFUSED: "provider_refused"}


def begin(desk: Desk, visit: Visit) -> Response:
    """Send the browser on to the provider, with a cookie by which it is known when it comes back."""
    entrance, provider = desk.entrance, _provider(desk)
    onward, at = onward_of(visit.form.get("next") or "/"), entrance.register.clock.now()
    begun = Begun.now(entrance.register.home.pepper, at, onward, visit.words.language)
    try:
        address = provider.asked(begun, visit.origin + CALLBACK)
    except AwayError as error:
        return _not_in(desk, visit, away(error), begun.onward)
    answer = _on(desk, visit, address)
    answer.set_cookie(
        entrance.begun_cookie,
        begun.cookie,
        max_age=int(PATIENCE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=entrance.addresses.is_encrypted,
        path="/",
    )
    return answer


def came_back(desk: Desk, visit: Visit) -> Response:
    """The provider has sent the browser back: let the user in, ask for the user's code, or refuse."""
    begun, given = _begun(desk, visit), visit.query
    if begun:  # browsers do not send the cookie of the language along from the provider
        visit = replace(visit, words=replace(visit.words, language=begun.language))
    answer = None if "error" in given else Answer(given.get("code", ""), given.get("iss"))
    back = Back(given.get("state", ""), answer, visit.origin + CALLBACK, visit.address)
    outcome = sign_in_by_provider(desk.entrance, _provider(desk), begun, back)
    if outcome.found is Found.ASKS_CODE:
        return _on(desk, visit, CODE)
    return _answered(desk, visit, outcome, begun)


def code(desk: Desk, visit: Visit) -> Response:
    """Ask for the code of the user's authenticator app."""
    begun = _begun(desk, visit)
    if not visit.form:
        return desk.render(visit, "provider_code.html")
    outcome = give_code(desk.entrance, begun, visit.form.get("code", ""), visit.address)
    if outcome.found is Found.REFUSED:
        return desk.render(visit, "provider_code.html", 401, error=visit.words.text("provider_code_wrong"))
    return _answered(desk, visit, outcome, begun)


def _answered(desk: Desk, visit: Visit, outcome: Outcome, begun: Begun | None) -> Response:
    """What is told of a login that came to its end; its cookie ends with it, and so does an earlier session.

    What was not this browser's login ends none: another site could bring that about.
    """
    onward = onward_of(begun.onward) if begun else "/"
    if outcome.token is None:
        answer = _not_in(desk, visit, outcome, onward)
    else:
        if visit.visitor:
            desk.entrance.sessions.end(visit.visitor, desk.entrance.register.clock.now())
        answer = let_in(desk, _on(desk, visit, onward), outcome.token)
    entrance = desk.entrance
    if outcome.found is not Found.OVER:
        answer.delete_cookie(entrance.begun_cookie, httponly=True, samesite="lax", secure=entrance.addresses.is_encrypted, path="/")
    return answer


def _not_in(desk: Desk, visit: Visit, outcome: Outcome, onward: str) -> Response:
    """The login's page, with what went wrong; nothing that the provider's address bore stands in its links."""
    at_login = replace(visit, path=LOGIN, query={})
    if outcome.wait is not None:
        return told_to_wait(desk, at_login, outcome.wait, onward)
    return desk.render(at_login, "login.html", _STATUS[outcome.found], next=onward, error=visit.words.text(_TOLD[outcome.found]))


def _on(desk: Desk, visit: Visit, address: str) -> Response:
    """A page that goes on to an address by itself."""
    return desk.render(replace(visit, visitor=None, path=LOGIN, query={}), "provider_on.html", address=address)


def _begun(desk: Desk, visit: Visit) -> Begun | None:
    register = desk.entrance.register
    return Begun.opened(register.home.pepper, visit.begun, register.clock.now())


def _provider(desk: Desk) -> Provider:
    if desk.entrance.provider is None:
        raise AnsvarError("There is no provider.")
    return desk.entrance.provider
