"""`ansvar export`."""

from __future__ import annotations

import click

from resources.errors import AnsvarError
from resources.home import Home


@click.command("export")
@click.argument("request")
def command(request: str) -> None:
    """Make the bundle that answers a request; it waits until a named user releases it."""
    from pipelines.run import run_export
    from resources.ledger.bundles import WAITING, BundleLedger
    from resources.register import open_register

    home = Home.from_environment().require()
    ran = run_export(home, request)
    if not ran.success:
        raise AnsvarError(" ".join(ran.failures))
    row = BundleLedger(open_register(home=home).ledger).bundle(request)
    if row["state"] == WAITING:
        click.echo(f"The bundle of {request} waits for its release: `ansvar bundle release {request} --by NAME --new-passphrase`.")
    else:
        click.echo(home.path / "outbox" / row["file"])
