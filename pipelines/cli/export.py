"""`ansvar export`."""

from __future__ import annotations

import click

from assets.rights.export import waiting
from resources.errors import AnsvarError
from resources.home import Home
from resources.register import open_register


@click.command("export")
@click.argument("requests", nargs=-1, metavar="REQUEST…")
@click.option("--all", "every", is_flag=True, help="Every request that a bundle answers and that has no answer yet.")
def command(requests: tuple[str, ...], *, every: bool) -> None:
    """Write the bundles that answer requests into the outbox; prints their paths.

    Requests that are given together are answered together. One that cannot be answered does not stop the others: it is told at the end.
    """
    from pipelines.run import run_export

    if bool(requests) == every:
        raise click.UsageError("Name the requests to answer, or give --all.")
    home = Home.from_environment().require()
    ran = run_export(home, waiting(open_register(home=home)) if every else requests)
    for request in dict.fromkeys(partition for each in ran for partition in each.partitions):
        click.echo(home.path / "outbox" / f"{request}.zip")
    failures = [message for each in ran for message in each.failures]
    if failures:
        raise AnsvarError("\n".join(failures))
