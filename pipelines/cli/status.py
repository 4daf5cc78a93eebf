"""`ansvar status`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.register import open_register

if TYPE_CHECKING:
    from assets.accountability.promises.status import Status


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, keyed by promise.")
def command(*, as_json: bool) -> None:
    """Every promise of the notice: kept, broken or not yet applicable, with the evidence; writes the pages of promises in the home anew.

    Ends with exit code 1 where a promise is broken.
    """
    from assets.accountability.documents.write import write_documents
    from assets.accountability.promises.finding import State
    from assets.accountability.promises.page import promises_documents
    from assets.accountability.promises.status import as_data, status_of

    register = open_register()
    status = status_of(register)
    write_documents(register.documents, promises_documents(status, register.catalogue))
    if as_json:
        print_json(as_data(status, register))
    else:
        _show(status)
    if status.count(State.BROKEN):
        sys.exit(1)


def _show(status: Status) -> None:
    from assets.accountability.promises.finding import State
    from assets.accountability.promises.page import evidence_in_words
    from assets.accountability.promises.status import remedy

    rows = [[name, each.state.value, evidence_in_words(each.evidence, "en")] for name, each in status.standings.items()]
    table(("promise", "state", "evidence"), rows)
    for name, standing in status.standings.items():
        for finding in standing.broken:
            where = "/".join(finding.target)
            click.secho(f"\n{name} is broken at {where}: {evidence_in_words(finding.judgement.evidence, 'en')}", fg="red")
            click.echo(f"  {remedy(finding.judgement, 'en')}")
    notice = status.notice["version"] if status.notice else "none recorded"
    counts = ", ".join(f"{status.count(state)} {state.value}" for state in State)
    click.echo(f"\n{counts}. Notice in force: {notice}. Register as of {status.published_at:%Y-%m-%d %H:%M} UTC.")
