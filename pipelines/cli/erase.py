"""`ansvar erase`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.cli.show import table
from resources.errors import AnsvarError
from resources.register import open_register

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from resources.register import Register

_COLUMNS = ("data set", "goes", "stays", "ground", "of others, without the person", "quarantine")


@click.command("erase")
@click.argument("request")
@click.option("--preview", "only_preview", is_flag=True, help="Show what would go, and what stays and why; change nothing.")
@click.option("--by", metavar="NAME", help="Who decides that the person is erased: a named person, who has verified who asks.")
@click.option("--later", is_flag=True, help="With --by: decide alone; the next run carries it out, or the job `erasures` in Dagster's UI.")
@click.option("--answer", "tell", is_flag=True, help="Print what the person is told, in the language of the request.")
def command(request: str, by: str | None, *, only_preview: bool, later: bool, tell: bool) -> None:
    """Erase the person of a request for erasure: everything but what a stated ground keeps, in every store, to the last byte."""
    register = open_register()
    if tell:
        _tell(register, request)
    elif only_preview:
        preview_erasure(register, request)
    elif by is None:
        raise AnsvarError("Say who decides it with --by NAME; or see with --preview what would go, and what stays and why.")
    elif later:
        _decide(register, request, by)
        click.echo(f"Decided. The next run carries it out; then `ansvar erase {request} --answer` prints what the person is told.")
    else:
        erase_person(register, request, by)


def _decide(register: Register, request: str, by: str) -> None:
    from assets.retention.erase import decide
    from assets.rights.whom import whom

    decide(register, request, by, whom)


def preview_erasure(register: Register, request: str) -> None:
    """Print what erasing the person of a request would take, and what stays."""
    from assets.retention.erase import preview
    from assets.rights.whom import whom

    found = preview(register, request, whom)
    _show(register, [vars(each) for each in found.decided], "Would erase")
    tell_recipients(found.recipients)
    _tell_forms(register, len(found.forms.own), [path.name for path in found.forms.unclear], "go")
    click.echo(f"On what ground: {', '.join(found.grounds)}.")
    click.echo(f"The person is known by {found.identifiers:,} identifiers of its own.")
    if found.kept_back:
        click.echo(
            f"{found.kept_back:,} records are kept back for now, by a legal hold, a restriction, or a request for access or portability "
            "that was not answered: the erasure waits until they are released. See `ansvar hold list` and `ansvar request list`."
        )


def erase_person(register: Register, request: str, by: str) -> None:
    """Decide the erasure of the person of a request, carry it out, and print what went and what stays."""
    from assets.retention.erase import summary_of

    _decide(register, request, by)
    from pipelines.run import run_erasures

    ran = run_erasures(register.home)
    if not ran.success:
        raise AnsvarError(" ".join(ran.failures))
    summary = summary_of(register, request)["summary"]
    _show(register, summary["datasets"], "Erased")
    tell_recipients(summary.get("recipients", ()))
    _tell_forms(register, summary.get("forms", 0), summary.get("forms_to_look_at", ()), "have gone")
    click.echo(f"`ansvar erase {request} --answer` prints what the person is told.")


def tell_recipients(recipients: Iterable[str]) -> None:
    """Print who was given data of the person, and is to be told what became of it: GDPR Art. 19."""
    for recipient in recipients:
        click.echo(f"To be told, for the data was given there: {recipient}.")


def _tell_forms(register: Register, own: int, unclear: Sequence[str], gone: str) -> None:
    """Print what becomes of forms that could not be filed as requests: the person's own, and those that somebody must look at."""
    if own:
        click.echo(f"Forms that could not be filed as requests, and {gone}, for what is given in them is the person's: {own:,}.")
    if unclear:
        click.echo(f"Forms that may be of the person, or could not be searched: look at them in {register.intake / 'refused'}, and delete")
        click.echo(f"what is of the person or file it with `ansvar request new`: {', '.join(unclear)}.")


def _tell(register: Register, request: str) -> None:
    from assets.retention.answer import answer
    from assets.retention.erase import summary_of

    row = summary_of(register, request)
    click.echo(answer(register.catalogue, row["summary"], register.ledger.request(request).language))


def _show(register: Register, decided: Iterable[Mapping[str, object]], title: str) -> None:
    ids = {dataset.table: dataset.id for dataset in register.catalogue.datasets}
    keys = ("goes", "stays", "ground", "of_others", "quarantined")
    rows = [[ids.get(str(each["dataset"]), each["dataset"]), *(each[key] for key in keys)] for each in decided]
    if rows:
        table(_COLUMNS, rows, title=title)
    else:
        click.echo(f"{title}: nothing; no record of the person is to go.")
