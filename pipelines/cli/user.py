"""`ansvar user …`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.errors import AnsvarError
from resources.ledger.identities import IdentityLedger
from resources.ledger.lockout import Lockout
from resources.ledger.sessions import SessionLedger
from resources.ledger.users import CONSOLE, UserLedger
from resources.oidc.settings import issuer_of, provider_settings
from resources.register import Register, open_register
from resources.roles import Role

if TYPE_CHECKING:
    import datetime as dt

_LINKED = {None: None, True: "linked", False: "expected"}
_ROLE = click.Choice([each.value for each in Role])
_by = click.option("--by", default=CONSOLE, metavar="NAME", help="Who does it: it is written down.")
_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from the standard input, not from the terminal.")


@click.group("user")
def command() -> None:
    """Who may come in through `ansvar serve`, and what each may do. Every change is written into the audit chain."""


@command.command("add")
@click.argument("name")
@click.option("--role", type=_ROLE, required=True, help="What the user may do.")
@_stdin
@_by
def add(*, name: str, role: str, password_stdin: bool, by: str) -> None:
    """Add a user; asks for the password. Prints the user's opaque id."""
    register = open_register()
    click.echo(UserLedger(register.ledger).add(name, Role(role), _password(from_stdin=password_stdin), _act(register, by)))


@command.command("role")
@click.argument("name")
@click.argument("role", type=_ROLE)
@_by
def role(*, name: str, role: str, by: str) -> None:
    """Let a user do something else; the user logs in anew."""
    register = open_register()
    users = UserLedger(register.ledger)
    users.set_role(users.user(name), Role(role), _act(register, by))
    click.echo(f"{name} is {role}.")


@command.command("disable")
@click.argument("name")
@_by
def disable(*, name: str, by: str) -> None:
    """Let a user in no more, from this moment on."""
    register = open_register()
    users = UserLedger(register.ledger)
    users.disable(users.user(name), _act(register, by))
    click.echo(f"{name} is disabled.")


@command.command("enable")
@click.argument("name")
@_by
def enable(*, name: str, by: str) -> None:
    """Let a user in again."""
    register = open_register()
    users = UserLedger(register.ledger)
    users.enable(users.user(name), _act(register, by))
    click.echo(f"{name} is let in again.")


@command.command("password")
@click.argument("name")
@_stdin
@_by
def password(*, name: str, password_stdin: bool, by: str) -> None:
    """Give a user another password; all sessions of the user end."""
    register = open_register()
    users = UserLedger(register.ledger)
    users.set_password(users.user(name), _password(from_stdin=password_stdin), _act(register, by))
    click.echo(f"{name} has another password.")


@command.command("code")
@click.argument("name")
@click.option("--off", is_flag=True, help="Ask for no code any more.")
@_by
def code(*, name: str, off: bool, by: str) -> None:
    """Ask a user for a code of an authenticator app (TOTP) as well; prints, once, what the app is to be given."""
    from resources.one_time import address_of, secret_of

    register = open_register()
    users = UserLedger(register.ledger)
    user = users.user(name)
    if off:
        users.ask_no_code(user, _act(register, by))
        click.echo(f"{name} logs in without a code.")
        return
    salt = users.ask_code(user, _act(register, by))
    click.echo(address_of(secret_of(register.home.pepper, salt), user.name))


@command.command("link")
@click.argument("name")
@click.option("--subject", metavar="ID", help="The provider's id of the user (`sub`).")
@click.option(
    "--first-login", metavar="NAME", help="What the provider calls the user: who first comes under that name is the user from then on."
)
@click.option("--issuer", metavar="URL", help="The provider; by default that of the settings.")
@_by
def link(*, name: str, subject: str | None, first_login: str | None, issuer: str | None, by: str) -> None:
    """Let a user in who logs in at the OpenID provider; the user logs in anew."""
    if (subject is None) == (first_login is None):
        raise AnsvarError("Say by what the provider knows the user: either --subject ID or --first-login NAME.")
    register = open_register()
    user, act = UserLedger(register.ledger).user(name), _act(register, by)
    at = _issuer(register) if issuer is None else issuer_of(issuer)
    identities = IdentityLedger(register.ledger)
    if subject is not None:
        identities.link(user, at, subject, act)
    elif first_login is not None:
        identities.expect(user, at, first_login, act)
    click.echo(f"{name} may log in by {at}.")


@command.command("unlink")
@click.argument("name")
@_by
def unlink(*, name: str, by: str) -> None:
    """Let a user in by no OpenID provider any more; all sessions of the user end."""
    register = open_register()
    IdentityLedger(register.ledger).unlink(UserLedger(register.ledger).user(name), _act(register, by))
    click.echo(f"{name} logs in by no provider.")


@command.command("sessions")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sessions(*, name: str, as_json: bool) -> None:
    """The sessions of a user."""
    register = open_register()
    found = SessionLedger(register.ledger).of_user(UserLedger(register.ledger).user(name).user)
    if as_json:
        print_json([{"session": session, "made_at": made, "seen_at": seen} for session, made, seen in found])
        return
    rows = [[session, f"{made:%Y-%m-%d %H:%M}", f"{seen:%Y-%m-%d %H:%M}"] for session, made, seen in found]
    table(("session", "since (UTC)", "last seen (UTC)"), rows)


@command.command("revoke")
@click.argument("name")
@_by
def revoke(*, name: str, by: str) -> None:
    """End all sessions of a user."""
    register = open_register()
    by_whom, at = _act(register, by)
    ended = SessionLedger(register.ledger).revoke(UserLedger(register.ledger).user(name).user, by_whom, at)
    click.echo(f"{ended} ended.")


@command.command("unlock")
def unlock() -> None:
    """Forget all failed logins: nobody waits after them any more."""
    register = open_register()
    Lockout(register.ledger, register.home.pepper).clear()
    click.echo("Nobody waits any more.")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(*, as_json: bool) -> None:
    """Every user, by name."""
    register = open_register()
    linked = IdentityLedger(register.ledger).linked()
    rows = [
        {
            "name": each.name,
            "id": each.user,
            "role": each.role.value,
            "code": each.code_salt is not None,
            "provider": _LINKED[linked.get(each.user)],
            "added": each.made_at,
            "disabled": each.disabled_at,
        }
        for each in UserLedger(register.ledger).users()
    ]
    if as_json:
        print_json(rows)
        return
    shown = [
        [
            row["name"],
            row["id"],
            row["role"],
            "yes" if row["code"] else "no",
            row["provider"] or "no",
            "disabled" if row["disabled"] else "may come in",
        ]
        for row in rows
    ]
    table(("name", "id", "role", "code", "provider", "state"), shown)


def _act(register: Register, by: str) -> tuple[str, dt.datetime]:
    return by, register.clock.now()


def _issuer(register: Register) -> str:
    settings = provider_settings(register.home.settings())
    if settings is None:
        raise AnsvarError("No provider is set, so say which: --issuer URL (or set ANSVAR_OIDC_ISSUER and its like).")
    return settings.issuer


def _password(*, from_stdin: bool) -> str:
    """The password that was typed, or the first line of the standard input; never an argument, which others on the machine see."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise AnsvarError("There is no terminal to type a password in: give --password-stdin.")
    text = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return str(text)
