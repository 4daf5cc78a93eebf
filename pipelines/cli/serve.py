"""`ansvar serve`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from resources.errors import AnsvarError
from resources.register import open_register

_FILE = click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path)  # the server works in the home


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(1, 65_535), default=3000, show_default=True, help="The port.")
@click.option("--certificate", type=_FILE, help="A certificate chain (PEM): the entrance speaks TLS.")
@click.option("--key", type=_FILE, help="The certificate's key (PEM).")
@click.option(
    "--public-address",
    metavar="URL",
    envvar="ANSVAR_PUBLIC_ADDRESS",
    show_envvar=True,
    help="The address that people type, as https://register.example.fi.",
)
@click.option("--trusted-proxy", metavar="IP", multiple=True, help="A proxy before it, whose X-Forwarded-For is believed.")
def command(  # noqa: PLR0913 - the options of a command
    *, host: str, port: int, certificate: Path | None, key: Path | None, public_address: str | None, trusted_proxy: tuple[str, ...]
) -> None:
    """Open the signed-in web entrance: Dagster's UI, the promises, the audit log and the users, until SIGTERM or Ctrl-C."""
    from pipelines.desk.entrance import Entrance, addresses
    from resources.ledger.users import UserLedger
    from resources.oidc.settings import provider_settings

    if (certificate is None) != (key is None):
        raise AnsvarError("A certificate has a key: give both --certificate and --key.")
    where = addresses(host, port, public_address, trusted_proxy, certificate=certificate is not None)
    register = open_register()
    settings = provider_settings(register.home.settings())
    os.environ.setdefault("PYTHONWARNINGS", "ignore")  # Dagster's own, of commands that it is about to rename
    from pipelines.desk.serve import Listening, serve
    from pipelines.instance import told_of_own_settings
    from resources.oidc.provider import Provider

    if not UserLedger(register.ledger).users():
        click.echo("Nobody can log in yet: add the first user with `ansvar user add NAME --role administrator`.")
    for line in told_of_own_settings(register.home):
        click.echo(line, err=True)
    shown = min(where.origins, key=lambda each: "127.0.0.1" not in each)
    click.echo(f"Open {shown} and log in  (Ctrl-C ends it)")
    entrance = Entrance(register, where, Provider(settings) if settings else None)
    sys.exit(serve(entrance, Listening(host, port, certificate, key)))
