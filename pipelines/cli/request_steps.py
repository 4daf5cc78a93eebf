"""The steps in the life of a request, each by a named user: `ansvar request ask|verify|start|extend|refuse|answered|close|lift`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resources.errors import AnsvarError
from resources.home import write_private
from resources.ledger.holds import HoldLedger
from resources.ledger.requests import RequestLedger, Step
from resources.register import open_register
from resources.requests.vocabulary import words

if TYPE_CHECKING:
    from typing import TextIO

    from resources.ledger import Request
    from resources.register import Register

BY: dict[str, Any] = {"required": True, "metavar": "NAME", "help": "Who does it: it is written down."}
_REQUEST = click.argument("request_id", metavar="REQUEST")


@click.command("ask")
@_REQUEST
@click.option("--by", **BY)
def ask(request_id: str, by: str) -> None:
    """Record that the person is asked to show who asks; `ansvar request letter --kind identity` writes the letter."""
    register = open_register()
    _done(_ledger(register).step(request_id, Step("asked", by, register.clock.now())))


@click.command("verify")
@_REQUEST
@click.option("--how", type=click.Choice([*words().methods]), required=True, help="How the identity was shown.")
@click.option("--by", **BY)
def verify(request_id: str, how: str, by: str) -> None:
    """Record that the identity of who asks was verified, by whom and how: before that, nothing is done for the request."""
    register = open_register()
    _done(_ledger(register).step(request_id, Step("verified", by, register.clock.now(), how)))


@click.command("start")
@_REQUEST
@click.option("--by", **BY)
def start(request_id: str, by: str) -> None:
    """Start on a request; where nothing is held of the person, it is answered by that: for access and portability, by a bundle."""
    from assets.rights.requests import start as started

    request = started(open_register(), request_id, by)
    _done(request)
    if request.nothing_held:
        click.echo("Nothing is held of the person: `ansvar request letter --kind nothing_held` writes the answer.")


@click.command("extend")
@_REQUEST
@click.option("--ground", type=click.Choice([*words().extensions]), required=True, help="Why more time is needed.")
@click.option(
    "--letter", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Write the notice here: .html, .txt or .pdf."
)
@click.option("--by", **BY)
def extend(request_id: str, ground: str, letter: Path, by: str) -> None:
    """Extend the time for answering by two months, once and before the deadline; writes the notice that the person must get."""
    from assets.rights.standing import timing_of
    from resources.requests.life import check_extension

    register = open_register()
    request, catalogue, at = register.ledger.request(request_id), register.catalogue, register.clock.now()
    check_extension(request, catalogue.requests, catalogue.notice.time_zone, register.clock.today())
    extended = replace(request, extended_at=at)
    write_letter(register, extended, "extension", (letter, None), ground)
    ledger = _ledger(register)
    ledger.step(request_id, Step("extended", by, at, ground))
    ledger.note(request_id, Step("letter", by, at, "extension"), "letter.made")
    until, before = timing_of(register, extended).deadline, timing_of(register, request).deadline
    click.echo(f"{request_id} is to be answered by {until}. Send {letter} by {before}.")


@click.command("refuse")
@_REQUEST
@click.option("--ground", type=click.Choice([*words().refusals]), required=True, help="Why.")
@click.option("--note", metavar="TEXT", help="What else is to be known of it; it stays in the ledger.")
@click.option("--by", **BY)
def refuse(request_id: str, ground: str, note: str | None, by: str) -> None:
    """Refuse a request on a ground; `ansvar request letter --kind refusal` writes the answer, with the way to complain."""
    from assets.rights.ending import refuse as refused

    _done(refused(open_register(), request_id, ground, by, note))


@click.command("answered")
@_REQUEST
@click.option(
    "--at-source",
    metavar="TEXT",
    help="Of a rectification that `ansvar correct` cannot make, as of a key: what was corrected at the source. The letter says it.",
)
@click.option("--finding", metavar="TEXT", help="Of a complaint: what was found, in the language of the request. The letter says it.")
@click.option("--finding-file", type=click.File(encoding="utf-8"), help="A file with what was found, instead; - is standard input.")
@click.option("--by", **BY)
def answered(request_id: str, at_source: str | None, finding: str | None, finding_file: TextIO | None, by: str) -> None:
    """Record that a request was answered by hand; a bundle's release, and what `carry-out` does at once, record it themselves."""
    from assets.rights.ending import Said, answered_by_hand

    found = finding_file.read() if finding_file is not None else finding
    _done(answered_by_hand(open_register(), request_id, by, Said(at_source, found)))


@click.command("close")
@_REQUEST
@click.option("--reason", required=True, metavar="TEXT", help="Why, as that the person took it back; it stays in the ledger.")
@click.option("--by", **BY)
def close(request_id: str, reason: str, by: str) -> None:
    """Close a request that needs no answer any more, as one that the person took back or filed twice."""
    register = open_register()
    _done(_ledger(register).step(request_id, Step("closed", by, register.clock.now(), note=reason)))


@click.command("lift")
@_REQUEST
@click.option("--by", **BY)
def lift(request_id: str, by: str) -> None:
    """Lift the restriction that a request asked for: what it kept is purged again in its time.

    The person is told before: `ansvar request letter --kind lifting` writes that letter.
    """
    register = open_register()
    HoldLedger(register.ledger).lift(request_id, by, register.clock.now())
    click.echo(f"The restriction of {request_id} is lifted.")


STEPS = (ask, verify, start, extend, refuse, answered, close, lift)


def write_letter(register: Register, request: Request, kind: str, to: tuple[Path, str | None], ground: str | None = None) -> None:
    """Write a letter into a file of the user's, open to its owner alone.

    Args:
        register: the register.
        request: the request.
        kind: which letter.
        to: the file, and its form where its name does not tell it.
        ground: the ground of an extension that is not recorded yet.

    Raises:
        AnsvarError: where the letter does not fit the request, its form is none, or the file cannot be written.
    """
    from assets.rights.letters.render import FORMATS
    from pipelines.letters import written

    output, form = to[0], to[1] or to[0].suffix.removeprefix(".")
    if form not in FORMATS:
        raise AnsvarError(f"A letter is written as {', '.join(FORMATS)}: name the file so, or say --format.")
    content = written(register, request, kind, form, ground)
    try:
        write_private(output, content)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise AnsvarError(f"The letter cannot be written to {output} ({reason}): name a file that you may write.") from None


def _ledger(register: Register) -> RequestLedger:
    return RequestLedger(register.ledger)


def _done(request: Request) -> None:
    click.echo(f"{request.id} is {request.state.replace('_', ' ')}.")
