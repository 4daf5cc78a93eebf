"""`ansvar erase`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.show import table
from resources.errors import AnsvarError
from resources.register import open_register

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assets.retention.erase import Preview
    from assets.retention.grounds import Choices
    from resources.register import Register

_COLUMNS = ("data set", "goes", "stays", "ground", "of others, without the person", "quarantine", "goes on the ground of")


@click.command("erase")
@click.argument("request")
@click.option("--preview", "only_preview", is_flag=True, help="Show what would go, and what stays and why; change nothing.")
@click.option("--by", metavar="NAME", help="Who decides that the person is erased: a named person, who has verified who asks.")
@click.option(
    "--keep",
    multiple=True,
    metavar="DATASET=REASON",
    help="Keep a data set: still_needed for the contract, overriding_grounds or legal_claims.",
)
@click.option("--unlawful", multiple=True, metavar="DATASET", help="State that a data set was processed unlawfully, and goes for that.")
@click.option("--later", is_flag=True, help="With --by: decide alone; the next run carries it out, or the job `erasures` in Dagster's UI.")
@click.option("--answer", "tell", is_flag=True, help="Print what the person is told, in the language of the request.")
def command(  # noqa: PLR0913 - click passes options so
    request: str, by: str | None, keep: Sequence[str], unlawful: Sequence[str], *, only_preview: bool, later: bool, tell: bool
) -> None:
    """Erase the person of a request for erasure: everything but what a stated ground keeps, in every store, to the last byte."""
    register = open_register()
    if tell:
        _tell(register, request)
        return
    from assets.retention.grounds import choices_of

    choices = choices_of(register.catalogue, unlawful, keep)
    if only_preview:
        preview_erasure(register, request, choices)
    elif by is None:
        raise AnsvarError("Say who decides it with --by NAME; or see with --preview what would go, and what stays and why.")
    elif later:
        _decide(register, request, by, choices)
        click.echo(f"Decided. The next run carries it out; then `ansvar erase {request} --answer` prints what the person is told.")
    else:
        erase_person(register, request, by, choices)


def _decide(register: Register, request: str, by: str, choices: Choices | None) -> None:
    from assets.retention.erase import decide
    from assets.retention.grounds import AS_PROPOSED
    from assets.rights.whom import whom

    decide(register, request, by, whom, choices=choices or AS_PROPOSED)


def preview_erasure(register: Register, request: str, choices: Choices | None = None) -> None:
    """Print what erasing the person of a request would take and on which grounds, what stays, and what else may be chosen."""
    from assets.retention.erase import preview
    from assets.retention.grounds import AS_PROPOSED
    from assets.rights.whom import whom

    found = preview(register, request, whom, choices=choices or AS_PROPOSED)
    _show(register, [vars(each) for each in found.decided], "Would erase")
    tell_recipients(found.recipients)
    _tell_forms(register, len(found.forms.own), [path.name for path in found.forms.unclear], "go")
    _tell_grounds(register, found)
    click.echo(f"The person is known by {found.identifiers:,} identifiers of its own.")
    if found.kept_back:
        click.echo(
            f"{found.kept_back:,} records are kept back for now, by a legal hold, a restriction, or a request for access or portability "
            "that was not answered: the erasure waits until they are released. See `ansvar hold list` and `ansvar request list`."
        )


def _tell_grounds(register: Register, found: Preview) -> None:
    """Print what the grounds mean, and for which reasons a data set may be kept instead."""
    from assets.retention.answer import ground_of_erasure_in_words
    from assets.retention.grounds import NOT_NEEDED

    ids = {dataset.table: dataset.id for dataset in register.catalogue.datasets}
    used = list(dict.fromkeys(ground for each in found.decided for ground in each.grounds))
    for ground in used:
        click.echo(f"{ground}: {ground_of_erasure_in_words(ground, 'en')}")
    if NOT_NEEDED in used:
        click.echo("Whoever decides states that what rests on a contract is no longer needed for it.")
    may = [(ids[each.dataset], found.reasons[each.dataset]) for each in found.decided if each.dataset in found.reasons]
    for dataset, reasons in may:
        click.echo(f"May be kept instead: --keep {dataset}={'|'.join(reasons)}")


def erase_person(register: Register, request: str, by: str, choices: Choices | None = None) -> None:
    """Decide the erasure of the person of a request, carry it out, and print what went and what stays."""
    from assets.retention.erase import summary_of

    _decide(register, request, by, choices)
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


def _show(register: Register, decided: Iterable[Mapping[str, Any]], title: str) -> None:
    ids = {dataset.table: dataset.id for dataset in register.catalogue.datasets}
    keys = ("goes", "stays", "ground", "of_others", "quarantined")
    rows = [
        [ids.get(str(each["dataset"]), each["dataset"]), *(each[key] for key in keys), ", ".join(map(str, each["grounds"]))]
        for each in decided
    ]
    if rows:
        table(_COLUMNS, rows, title=title)
    else:
        click.echo(f"{title}: nothing; no record of the person is to go.")
