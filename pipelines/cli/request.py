"""`ansvar request …`."""

from __future__ import annotations

import click

from assets.ingest.people import forms
from pipelines.cli.carry_out import command as carry_out
from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.errors import AnsvarError
from resources.ledger.holds import HoldLedger
from resources.register import Register, open_register

KINDS = ("access", "rectification", "erasure", "restriction", "objection", "withdrawal")


@click.group("request")
def command() -> None:
    """Requests of data subjects."""


command.add_command(carry_out)


@command.command("new")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What the person asks for.")
@click.option("--email", multiple=True, help="An e-mail address that the person gave.")
@click.option("--phone", multiple=True, help="A telephone number that the person gave.")
@click.option("--identifier", multiple=True, metavar="KIND=VALUE", help="Another identifier, as customer_number=1234.")
@click.option("--language", type=click.Choice(["fi", "sv", "en"]), help="The language of the answer; by default the register's first.")
@click.option("--scope", help="What an objection (marketing, profiling, legitimate_interest) or a withdrawal (a purpose) is about.")
def new(  # noqa: PLR0913, PLR0917 - the options
    kind: str, email: tuple[str, ...], phone: tuple[str, ...], identifier: tuple[str, ...], language: str | None, scope: str | None
) -> None:
    """File a request; prints its opaque id, by which everything else knows it."""
    register = open_register()
    given = [("email", value) for value in email] + [("phone", value) for value in phone] + [_split(text) for text in identifier]
    if not given:
        raise AnsvarError("A request needs what the person is known by: give --email, --phone or --identifier.")
    for each, value in given:
        _check(register, each, value)
    request = register.ledger.new_request(kind, language or register.catalogue.notice.languages[0], given, register.clock.now(), scope)
    if kind == "access":
        from pipelines.instance import add_partition

        add_partition(register.home, request.id)
    click.echo(request.id)


def _split(text: str) -> tuple[str, str]:
    kind, separator, value = text.partition("=")
    if not separator or not value:
        raise AnsvarError("--identifier takes KIND=VALUE, as customer_number=1234.")
    return kind, value


def _check(register: Register, kind: str, value: str) -> None:
    known = [name for name, shape in register.catalogue.vocabulary.identifiers.items() if shape.joins]
    if kind not in known:
        raise AnsvarError(f"What stands before '=' in --identifier is no kind that a person can be found by. Known: {', '.join(known)}.")
    if not forms(kind, value, register.catalogue):
        raise AnsvarError(f"What was given as {kind} does not look like one: check how it is written.")


@command.command("answered")
@click.argument("request_id", metavar="REQUEST")
def answered(request_id: str) -> None:
    """Record that a request was answered by hand; `ansvar export` records it itself for a request for access."""
    register = open_register()
    request = register.ledger.request(request_id)
    if request.kind == "access":
        raise AnsvarError("This is a request for access: `ansvar export` answers it, and records that it did.")
    register.ledger.request_state(request.id, "answered")
    click.echo(f"{request.id} is answered.")


@command.command("lift")
@click.argument("request_id", metavar="REQUEST")
@click.option("--by", required=True, metavar="NAME", help="Who lifts it: it is written down.")
def lift(request_id: str, by: str) -> None:
    """Lift the restriction that a request asked for: what it kept is purged again in its time."""
    register = open_register()
    HoldLedger(register.ledger).lift(request_id, by, register.clock.now())
    click.echo(f"The restriction of {request_id} is lifted.")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(*, as_json: bool) -> None:
    """Every request, newest first."""
    requests = open_register().ledger.requests()
    if as_json:
        print_json(requests)
        return
    table(
        ("request", "kind", "language", "state", "received (UTC)", "bundle"),
        [
            [each["request"], each["kind"], each["language"], each["state"], f"{each['received_at']:%Y-%m-%d %H:%M}", each["file"]]
            for each in requests
        ],
    )
