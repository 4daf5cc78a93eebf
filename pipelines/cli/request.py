"""`ansvar request …`: requests are filed, listed, shown, settled, and written to about; `request_steps` has the steps of their life."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.carry_out import command as carry_out
from pipelines.cli.request_steps import BY, STEPS, write_letter
from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.errors import AnsvarError
from resources.ledger import Request
from resources.ledger.holds import HoldLedger
from resources.ledger.requests import Filing, RequestLedger, Step
from resources.register import open_register
from resources.requests.life import UNCLEAR
from resources.requests.vocabulary import words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from resources.register import Register

_FAR = 10**6
_LETTERS = ("receipt", "identity", "extension", "refusal", "answer", "nothing_held", "lifting")


@click.group("request")
def command() -> None:
    """Requests of data subjects: from the letter that they come by to the answer."""


for _step in STEPS:
    command.add_command(_step)


command.add_command(carry_out)


def _identifying(given_to: Callable[..., None]) -> Callable[..., None]:
    """The options by which identifiers are given."""
    options = (
        click.option("--email", multiple=True, help="An e-mail address that the person gave."),
        click.option("--phone", multiple=True, help="A telephone number that the person gave."),
        click.option("--identifier", multiple=True, metavar="KIND=VALUE", help="Another identifier, as customer_number=1234."),
        click.option(
            "--identifiers",
            type=click.File(encoding="utf-8"),
            help="A file of them, one KIND=VALUE a line; - is standard input: so no list of processes has them.",
        ),
    )
    for option in reversed(options):
        given_to = option(given_to)
    return given_to


def _identifiers(given: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    found = [("email", value) for value in given["email"]] + [("phone", value) for value in given["phone"]]
    lines = given["identifiers"].read().splitlines() if given["identifiers"] else ()
    return (*found, *(_split(text) for text in (*given["identifier"], *(line.strip() for line in lines if line.strip()))))


@command.command("new")
@click.option("--kind", type=click.Choice([*words().kinds]), required=True, help="What the person asks for.")
@_identifying
@click.option("--language", type=click.Choice(["fi", "sv", "en"]), help="The language of the answer; by default the register's first.")
@click.option("--scope", type=click.Choice([*words().scopes]), help="What an objection is to.")
@click.option("--purpose", metavar="PURPOSE", help="The purpose of the notice whose consent is withdrawn; without it, every one.")
@click.option("--received", metavar="DATE", help="The day on which it reached you, as 2026-10-12; by default today.")
@click.option("--message", metavar="TEXT", help="The person's own words; they stay in the ledger.")
@click.option("--message-file", type=click.File(encoding="utf-8"), help="A file with the person's own words, instead.")
@click.option("--by", **BY)
def new(**given: Any) -> None:
    """File a request; prints its opaque id, by which everything else knows it."""
    from assets.rights.requests import file, related

    register = open_register()
    filing = Filing(
        kind=given["kind"],
        language=given["language"] or register.catalogue.notice.languages[0],
        identifiers=_identifiers(given),
        received_at=_received(register, given["received"]),
        scope=given["scope"],
        purpose=given["purpose"],
        message=given["message_file"].read() if given["message_file"] else given["message"],
        by=given["by"],
    )
    request = file(register, filing)
    if request.kind in words().by_bundle:
        from pipelines.instance import add_partition

        add_partition(register.home, request.id)
    click.echo(request.id)
    others = related(register).get(request.id, ())
    if others:
        click.echo(f"Other open requests of the same person: {', '.join(others)}.", err=True)
    _tell_unclear(request)


def _tell_unclear(request: Request) -> None:
    if request.state != UNCLEAR:
        return
    if request.identifiers:
        click.echo("Its identifiers match several persons: `ansvar request show` tells which, `ansvar request settle` says whom.", err=True)
    else:
        click.echo("It is unclear whom it means: `ansvar request identify` adds what the person is known by, once that is known.", err=True)


def _split(text: str) -> tuple[str, str]:
    kind, separator, value = text.partition("=")
    if not separator or not value:
        raise AnsvarError(
            "An identifier is written as KIND=VALUE, as customer_number=1234: in --identifier, and in each line of --identifiers."
        )
    return kind, value


def _received(register: Register, text: str | None) -> dt.datetime:
    from assets.rights.requests import received_on

    try:
        return received_on(register, dt.date.fromisoformat(text) if text else None)
    except ValueError:
        raise AnsvarError("--received takes a day, as 2026-10-12.") from None


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(*, as_json: bool) -> None:
    """Every request: those that are open by their deadline, overdue ones first, then those that have ended, newest first."""
    from assets.rights.requests import related

    register = open_register()
    others, restricted = related(register), HoldLedger(register.ledger).restricted()
    rows = [_told(register, row, others, restricted) for row in register.ledger.requests()]
    rows.sort(key=lambda row: _FAR if row["days_left"] is None else row["days_left"])
    if as_json:
        print_json(rows)
        return
    columns = ("request", "kind", "language", "state", "received (UTC)", "deadline", "days left", "bundle", "related")
    table(columns, [_shown(each) for each in rows])


def _told(register: Register, row: dict[str, Any], others: dict[str, tuple[str, ...]], restricted: Collection[str]) -> dict[str, Any]:
    """A request's row, how it stands to its deadline, related requests, and whether the restriction that it asks for is in force."""
    from assets.rights.standing import timing_of

    when = timing_of(register, Request.of(row))
    timed = {"deadline": when.deadline, "days_left": when.days_left, "overdue": when.is_overdue, "clock_stopped": when.stopped}
    in_force = {"in_force": row["request"] in restricted} if row["kind"] == "restriction" else {}
    return row | timed | {"related": others.get(row["request"], ())} | in_force


def _shown(row: dict[str, Any]) -> list[object]:
    left = "overdue" if row["overdue"] else "stopped" if row["clock_stopped"] else row["days_left"]
    related = ", ".join(row["related"]) or None
    received, state = _plain(row["received_at"]), _spaced(row["state"])
    return [row["request"], _asked(row), row["language"], state, received, row["deadline"], left, row["file"], related]


def _asked(row: dict[str, Any]) -> str:
    """What is asked for, as `objection (marketing)`; of a restriction whether it is in force."""
    about = row["scope"] or row["purpose"]
    if "in_force" in row:
        about = "in force" if row["in_force"] else "not in force"
    return f"{row['kind']} ({_spaced(about)})" if about else row["kind"]


def _spaced(word: str) -> str:
    return word.replace("_", " ")


@command.command("show")
@click.argument("request_id", metavar="REQUEST")
@click.option("--by", metavar="NAME", help="Who looks at what the person gave: it is recorded first.")
@click.option("--reason", metavar="TEXT", help="Why: it is recorded, too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(request_id: str, by: str | None, reason: str | None, *, as_json: bool) -> None:
    """One request with its steps, related requests, and whom it means or may mean, by opaque ids.

    With --by and --reason also what the person gave and wrote.
    """
    from assets.rights.requests import candidates, means, related

    register = open_register()
    request = register.ledger.request(request_id)
    looked = bool(by or reason)
    if looked:
        register.ledger.record_look("request", request.id, by or "", reason or "", register.clock.now())
    (row,) = (each for each in register.ledger.requests() if each["request"] == request.id)
    told = _told(register, row, related(register), HoldLedger(register.ledger).restricted())
    told["subject"] = means(register, request)
    told["candidates"] = candidates(register, request) if request.state == "unclear" else ()
    told["steps"] = [
        {key: value for key, value in each.items() if key != "request" and (looked or key != "note")}
        for each in RequestLedger(register.ledger).steps(request.id)
    ]
    if looked:
        told["identifiers"] = [list(each) for each in request.identifiers]
    if as_json:
        print_json(told)
        return
    steps = told.pop("steps")
    table(("", ""), [[_LABELS.get(key, _spaced(key)), _plain(value)] for key, value in told.items() if value not in (None, ())])
    columns = ("step", "at", "by", "detail", *(["note"] if looked else []))
    table(("step", "at (UTC)", *columns[2:]), [[_plain(each[key]) if key in _OURS else each[key] for key in columns] for each in steps])


_LABELS = {f"{each}_at": f"{each} (UTC)" for each in ("received", "asked", "verified", "extended", "ended", "made")}
_OURS = ("step", "at", "detail")  # what of a step is written by us, and no name or words of somebody's


def _plain(value: object) -> str | None:
    """A value as it is read in a table: words without underscores, moments to the minute."""
    if isinstance(value, (list, tuple)):
        return ", ".join("=".join(each) if isinstance(each, list) else str(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return _spaced(value) if isinstance(value, str) else None if value is None else str(value)


@command.command("settle")
@click.argument("request_id", metavar="REQUEST")
@click.option("--subject", required=True, metavar="ID", help="Whom the request means: a data subject's opaque id.")
@click.option("--by", **BY)
@click.option("--reason", required=True, metavar="TEXT", help="How it is known: it is recorded, as every look at a person is.")
def settle(request_id: str, subject: str, by: str, reason: str) -> None:
    """Say whom a request means whose identifiers match several persons."""
    from assets.rights.requests import settle as say_whom

    request = say_whom(open_register(), request_id, subject, by, reason)
    click.echo(f"{request.id} is {request.state.replace('_', ' ')}, and means {subject}.")


@command.command("identify")
@click.argument("request_id", metavar="REQUEST")
@_identifying
@click.option("--by", **BY)
def identify(request_id: str, by: str, **given: Any) -> None:
    """Add what the person of an unclear request is known by, as when a letter gave a name and a postal address alone."""
    from assets.rights.requests import identify as add

    request = add(open_register(), request_id, _identifiers(given), by)
    click.echo(f"{request.id} is {request.state.replace('_', ' ')}.")
    _tell_unclear(request)


@command.command("intake")
def intake() -> None:
    """File what the company's forms wrote into the intake folder or table; prints the ids."""
    from assets.rights.intake import take_in
    from pipelines.instance import add_partition

    register = open_register()
    taken = take_in(register)
    for request_id in taken.filed:
        if register.ledger.request(request_id).kind in words().by_bundle:
            add_partition(register.home, request_id)
        click.echo(request_id)
    if taken.refused:
        click.echo(f"{taken.refused:,} could not be filed: see {register.intake / 'refused'}, the reason stands beside each.", err=True)


@command.command("letter")
@click.argument("request_id", metavar="REQUEST")
@click.option("--kind", type=click.Choice(_LETTERS), required=True, help="Which letter.")
@click.option("--format", "form", type=click.Choice(["html", "txt", "pdf"]), help="By default what the file's name ends in.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@click.option("--by", **BY)
def letter(request_id: str, kind: str, form: str | None, output: Path, by: str) -> None:
    """Write a letter to who made the request, in the language of the request; that it was written is recorded."""
    register = open_register()
    request = register.ledger.request(request_id)
    write_letter(register, request, kind, (output, form))
    RequestLedger(register.ledger).note(request.id, Step("letter", by, register.clock.now(), kind), "letter.made")
    click.echo(output)
