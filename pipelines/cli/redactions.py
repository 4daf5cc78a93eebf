"""`ansvar redactions …`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.errors import AnsvarError
from resources.register import open_register

if TYPE_CHECKING:
    from collections.abc import Callable

_COLUMNS = ("id", "decision", "by", "at (UTC)")
_BY = click.option("--by", required=True, metavar="NAME", help="Who decides or looks: a named person, not a team.")
_TEXT = click.option(
    "--text-file", metavar="FILE", help="The words, one decision a line; - for standard input. Without it they are asked for."
)


@click.group("redactions")
def command() -> None:
    """What is taken out of the texts of an answer: see it side by side, take out more, let something stay."""


@command.command("show")
@click.argument("request")
@_BY
@click.option("--reason", required=True, help="Why the texts must be looked at.")
@click.option("--output", required=True, metavar="FILE.html", help="The page to write, of mode 0600; further pages get a number.")
@click.option("--language", type=click.Choice(["fi", "sv", "en"]), help="The page's language; by default the first of the notice.")
def show(request: str, by: str, reason: str, output: str, language: str | None) -> None:
    """Write the texts side by side, after the ledger has recorded who looks, and why. The page is personal data: delete it after use."""
    from assets.rights.redaction.review import review
    from resources.ledger.redactions import RedactionLedger

    if not Path(output).resolve().parent.is_dir():
        raise AnsvarError("The folder of --output is not there: make it, or name another.")
    register = open_register()
    RedactionLedger(register.ledger).looked(request, by, reason, register.clock.now())
    found = review(register, request, Path(output), language)
    taken = ", ".join(f"{kind} {number:,}" for kind, number in sorted(found.taken.items())) or "nothing"
    click.echo(
        f"{found.texts:,} texts, {found.shown:,} shown in {len(found.files):,} pages. Taken out: {taken}. To look at: {found.suspects:,}."
    )


@command.command("add")
@click.argument("request")
@_BY
@_TEXT
def add(request: str, by: str, text_file: str | None) -> None:
    """Take words out of the texts of an answer that no rule takes out, in every form of them; then make the bundle again."""
    from resources.ledger.redactions import TAKE_OUT

    _decide(request, TAKE_OUT, by, text_file)


@command.command("keep")
@click.argument("request")
@_BY
@_TEXT
def keep(request: str, by: str, text_file: str | None) -> None:
    """Let words stay that a rule takes out of the texts of an answer; then make the bundle again."""
    from resources.ledger.redactions import KEEP

    _decide(request, KEEP, by, text_file)


@command.command("undo")
@click.argument("decision", metavar="ID")
@_BY
def undo(decision: str, by: str) -> None:
    """Take a decision back."""
    from resources.ledger.redactions import RedactionLedger

    register = open_register()
    RedactionLedger(register.ledger).undo(decision, by, register.clock.now())
    click.echo("The decision is taken back: make the bundle again.")


@command.command("list")
@click.argument("request")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(request: str, *, as_json: bool) -> None:
    """The decisions on the texts of an answer, by their ids; the words stand in what `show` writes alone."""
    from resources.ledger.redactions import RedactionLedger

    register = open_register()
    register.ledger.request(request)
    rows = [
        (each.redaction, each.what, each.by, f"{each.at:%Y-%m-%d %H:%M}") for each in RedactionLedger(register.ledger).decisions(request)
    ]
    if as_json:
        print_json([dict(zip(_COLUMNS, row, strict=True)) for row in rows])
        return
    table(_COLUMNS, rows)


def _decide(request: str, what: str, by: str, text_file: str | None) -> None:
    from assets.rights.redaction.decide import decide

    register = open_register()
    register.ledger.request(request)
    ids = decide(register, request, what, _phrases(text_file, lambda: str(click.prompt("The words"))), by)
    for each in ids:
        click.echo(each)
    recorded = "1 decision" if len(ids) == 1 else f"{len(ids):,} decisions"
    click.echo(f"{recorded} recorded: `ansvar export {request}` makes the bundle again.")


def _phrases(text_file: str | None, ask: Callable[[], str]) -> list[str]:
    """The words to decide on: never out of the command line, which shells and the machine's list of processes show."""
    if text_file is None:
        return [ask()]
    try:
        text = sys.stdin.read() if text_file == "-" else Path(text_file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise AnsvarError("The file of --text-file cannot be read as UTF-8 text: name one with the words, a decision a line.") from None
    phrases = [line for line in text.splitlines() if line.strip()]
    if not phrases:
        raise AnsvarError("There are no words to decide on: give them as they stand in the message, one decision a line.")
    return phrases
