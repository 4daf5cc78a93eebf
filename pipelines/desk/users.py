"""The page of users: who may come in, in which role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.desk.page import back_to
from resources.errors import AnsvarError
from resources.roles import Role

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from starlette.responses import Response

    from pipelines.desk.entrance import Entrance
    from pipelines.desk.page import Desk, Visit
    from resources.ledger.users import User


def users(desk: Desk, visit: Visit) -> Response:
    """Every user, and what an administrator may change."""
    error = None
    if visit.form:
        try:
            change(desk.entrance, visit)
            return back_to("/users")
        except AnsvarError as wrong:
            error = str(wrong)
    listed = [(each, len(desk.entrance.sessions.of_user(each.user))) for each in desk.entrance.users.users()]
    linked = desk.entrance.identities.linked()
    return desk.render(visit, "users.html", 400 if error else 200, users=listed, linked=linked, roles=list(Role), error=error)


def change(entrance: Entrance, visit: Visit) -> None:
    """Carry out what an administrator asked for.

    Raises:
        AnsvarError: where it cannot be.
    """
    form, act = visit.form, (visit.user.name, entrance.register.clock.now())
    name = form.get("user", "")
    if form.get("do") == "add":
        entrance.users.add(name, _role(form.get("role", "")), form.get("password", ""), act)
        return
    user = entrance.users.user(name)
    if user.user == visit.user.user:
        raise AnsvarError("An administrator's own account is changed by another administrator, or by `ansvar user`.")
    if form.get("do") == "link":
        _expect(entrance, user, form.get("expected", "").strip(), act)
        return
    done = _CHANGES.get(form.get("do", ""))
    if done is None:
        raise AnsvarError("That is nothing that can be done to a user.")
    done(entrance, user, form.get("role", ""), act)


def _expect(entrance: Entrance, user: User, name: str, act: tuple[str, dt.datetime]) -> None:
    if entrance.provider is None:
        raise AnsvarError("There is no OpenID provider: its settings name one.")
    entrance.identities.expect(user, entrance.provider.settings.issuer, name, act)


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise AnsvarError(f"There is no such role: a user is {', '.join(each.value for each in Role)}.") from None


_CHANGES: dict[str, Callable[[Entrance, User, str, tuple[str, dt.datetime]], object]] = {
    "role": lambda entrance, user, role, act: entrance.users.set_role(user, _role(role), act),
    "disable": lambda entrance, user, _, act: entrance.users.disable(user, act),
    "enable": lambda entrance, user, _, act: entrance.users.enable(user, act),
    "unlink": lambda entrance, user, _, act: entrance.identities.unlink(user, act),
    "revoke": lambda entrance, user, _, act: entrance.sessions.revoke(user.user, *act),
}
