"""`ansvar export`."""

from __future__ import annotations

import click

from assets.rights.export import waiting
from resources.errors import AnsvarError
from resources.home import Home
from resources.register import open_register


@click.command("export")
@click.argument("requests", nargs=-1, metavar="REQUEST…")
@click.option("--all", "every", is_flag=True, help="Every request that a bundle answers and for which none was made yet.")
def command(requests: tuple[str, ...], *, every: bool) -> None:
    """Make the bundles that answer requests; each waits until a named user releases it.

    Requests that are given together are answered together. One that cannot be answered does not stop the others: it is told at the end.
    """
    from pipelines.run import run_export
    from resources.ledger.bundles import WAITING, BundleLedger

    if bool(requests) == every:
        raise click.UsageError("Name the requests to answer, or give --all.")
    home = Home.from_environment().require()
    register = open_register(home=home)
    filed = {row["request"] for row in register.ledger.requests()}
    unknown = [request for request in requests if request not in filed]
    if len(requests) == len(unknown) == 1:
        register.ledger.request(unknown[0])  # says that there is none
    ran = run_export(home, waiting(register) if every else [request for request in requests if request in filed])
    made = {row["request"]: row for row in BundleLedger(register.ledger).bundles()}
    for request in dict.fromkeys(partition for each in ran for partition in each.partitions):
        if made[request]["state"] == WAITING:
            click.echo(f"The bundle of {request} waits for its release: `ansvar bundle release {request} --by NAME --new-passphrase`.")
        else:
            click.echo(home.path / "outbox" / made[request]["file"])
    failures = [message for each in ran for message in each.failures]
    failures += [f"{request}: there is no request of that id; `ansvar request list` shows those that there are." for request in unknown]
    if failures:
        raise AnsvarError("\n".join(failures))
