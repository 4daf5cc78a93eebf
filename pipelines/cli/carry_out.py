"""`ansvar request carry-out`: whatever a request asks for, by one command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.cli.erase import erase_person, preview_erasure, tell_recipients
from resources.errors import AnsvarError
from resources.ledger.holds import RESTRICTION
from resources.register import Register, open_register
from resources.requests.vocabulary import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.ledger import Request


@click.command("carry-out")
@click.argument("request_id", metavar="REQUEST")
@click.option("--preview", "only_preview", is_flag=True, help="Show what would be done; change nothing.")
@click.option("--by", metavar="NAME", help="Who carries it out: a named person, who has verified who asks.")
@click.option("--ground", type=click.Choice([*words().restrictions]), help="Of a restriction: which ground of GDPR Art. 18(1) holds.")
def command(request_id: str, by: str | None, ground: str | None, *, only_preview: bool) -> None:
    """Do what a request asks for: a copy, an erasure, a restriction, an objection or a withdrawal of consent; see first with --preview."""
    register = open_register()
    request = register.ledger.request(request_id)
    if request.kind not in _WAYS:
        raise AnsvarError(
            f"A request for {request.kind} is not carried out like this: {_OTHERWISE.get(request.kind, 'answer it by hand')}."
        )
    if by is None and not only_preview:
        raise AnsvarError("Say who carries it out with --by NAME; or see with --preview what would be done.")
    if ground is not None and request.kind != RESTRICTION:
        raise AnsvarError("--ground tells of a restriction on which ground it is granted.")
    preview, do = _WAYS[request.kind]
    if only_preview:
        preview(register, request)
    else:
        do(register, request, by or "", ground)


def _preview_copy(register: Register, request: Request) -> None:
    del register
    click.echo(f"Would make the bundle of {request.id}, which then waits for its release.")


def _copy(register: Register, request: Request, by: str, ground: str | None) -> None:
    del by, ground  # the bundle's release is by a named user of its own
    from pipelines.run import run_export

    failures = [message for ran in run_export(register.home, [request.id]) for message in ran.failures]
    if failures:
        raise AnsvarError(" ".join(failures))
    click.echo(f"The bundle of {request.id} waits for its release: `ansvar bundle release {request.id} --by NAME --new-passphrase`.")


def _preview_erasure(register: Register, request: Request) -> None:
    preview_erasure(register, request.id)


def _erasure(register: Register, request: Request, by: str, ground: str | None) -> None:
    del ground  # each data set has its own
    erase_person(register, request.id, by)


def _preview_restriction(register: Register, request: Request) -> None:
    del register
    click.echo(
        f"Would answer {request.id}: the person's data are kept, and used for nothing, since it was received and until it is lifted."
    )


def _restriction(register: Register, request: Request, by: str, ground: str | None) -> None:
    from assets.outreach.follow import restrict
    from assets.retention.rectify import told
    from assets.rights.whom import whom

    restrict(register, request.id, by, ground)
    _at_once(register)
    with register.warehouse.reading() as engine:
        tell_recipients(told(engine, register, whom(engine, register, request)))
    click.echo(f"The data are restricted; `ansvar request lift {request.id} --by NAME` ends it.")


def _preview_objection(register: Register, request: Request) -> None:
    from assets.identity.objected import ended_by
    from assets.outreach.follow import scopes_to_follow

    scopes_to_follow(register, request)
    ended = ended_by(register.catalogue, request)
    click.echo(f"Would end the use of the person's data for: {', '.join(ended) or 'nothing that there is'}.")
    if register.catalogue.retention.own.erasures is not None:
        preview_erasure(register, request.id)


def _objection(register: Register, request: Request, by: str, ground: str | None) -> None:
    del ground  # none is needed
    from assets.outreach.follow import follow
    from assets.rights.whom import whom

    follow(register, request.id, by, whom)
    _at_once(register)
    click.echo("It is followed from now on; `ansvar objection list` shows it.")
    if register.catalogue.retention.own.erasures is not None:
        _erase_without_ground(register, request, by)


def _erase_without_ground(register: Register, request: Request, by: str) -> None:
    """What no ground is left for goes with it, unless something keeps it for now."""
    from assets.retention.erase import preview
    from assets.rights.whom import whom

    found = preview(register, request.id, whom)
    if not found.takes:
        click.echo("There is nothing that no other ground remains for.")
    elif found.kept_back:
        click.echo(
            f"{found.kept_back:,} records are kept back for now: `ansvar erase {request.id} --by NAME` erases what has no ground left."
        )
    else:
        erase_person(register, request.id, by)


def _at_once(register: Register) -> None:
    """Who may be written to is published anew, without waiting for the night."""
    if register.catalogue.outreach is None:
        return
    from pipelines.run import run_outreach

    ran = run_outreach(register.home)
    if not ran.success:
        raise AnsvarError(" ".join(ran.failures))


_WAYS: dict[str, tuple[Callable[[Register, Request], None], Callable[[Register, Request, str, str | None], None]]] = {
    "access": (_preview_copy, _copy),
    "portability": (_preview_copy, _copy),
    "erasure": (_preview_erasure, _erasure),
    "restriction": (_preview_restriction, _restriction),
    "objection": (_preview_objection, _objection),
    "withdrawal": (_preview_objection, _objection),
}
_OTHERWISE = {"rectification": "`ansvar correct new REQUEST` takes what is right"}
