"""`ansvar export`."""

from __future__ import annotations

import click

from resources.errors import AnsvarError
from resources.home import Home


@click.command("export")
@click.argument("request")
def command(request: str) -> None:
    """Write the bundle that answers a request into the outbox; prints its path."""
    from pipelines.run import run_export

    home = Home.from_environment().require()
    ran = run_export(home, request)
    if not ran.success:
        raise AnsvarError(" ".join(ran.failures))
    click.echo(home.path / "outbox" / f"{request}.zip")
