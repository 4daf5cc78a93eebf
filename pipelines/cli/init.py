"""`ansvar init`."""

from __future__ import annotations

import click

from pipelines.instance import prepare_instance, told_of_own_settings
from resources.catalogue import load_register
from resources.clock import clock_of
from resources.errors import AnsvarError
from resources.home import Home
from resources.keys import published_is_encrypted
from resources.ledger import Ledger
from resources.register import register_folder
from resources.signing import signing_key


@click.command("init")
def command() -> None:
    """Make a home: folders, keys, the ledger, Dagster's settings. What is there already stays."""
    home = Home.from_environment()
    catalogue = load_register(register_folder())
    clock_of(catalogue.notice.time_zone, home.path)
    try:
        home.create()
        signing_key(home)
        prepare_instance(home)
    except OSError as error:
        what = "name a folder that you may write with --home or ANSVAR_HOME"
        raise AnsvarError(f"There can be no home at {home.path} ({error.strerror}): {what}.") from None
    ledger = Ledger(home.ledger_url)
    ledger.requests()
    ledger.close()
    click.echo(f"The home is ready: {home.path}")
    for line in told_of_own_settings(home):
        click.echo(line, err=True)
    if (home.path / "warehouse" / "current").exists() and not published_is_encrypted(home.path) and not home.sealing.plain:
        click.echo("Its warehouse is not encrypted yet: the next run that is published encrypts it.")
