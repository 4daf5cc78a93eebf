"""`ansvar backup …`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.errors import AnsvarError
from resources.register import open_register

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER_SETTING = "ANSVAR_BACKUPS"
PASSPHRASE_SETTING = "ANSVAR_BACKUP_PASSPHRASE"  # noqa: S105 - the setting's name
_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("backup", invoke_without_command=True)
@click.option("--to", "folder", type=_FOLDER, help=f"Where it goes; by default the folder that the setting {FOLDER_SETTING} names.")
@click.option("--key-to", "key_folder", type=_FOLDER, help="Where its wrapped key goes; by default beside it.")
@click.option(
    "--recipient", "recipients", multiple=True, metavar="KEY", help="Who can open it: a public key of age (age1…); may be repeated."
)
@click.option("--passphrase-file", type=_FILE, help=f"Its passphrase; by default the setting {PASSPHRASE_SETTING}.")
@click.option("--with-keys", is_flag=True, help="Put the home's own keys and settings into it.")
@click.pass_context
def command(  # noqa: PLR0913 - an argument an option
    context: click.Context,
    *,
    folder: Path | None,
    key_folder: Path | None,
    recipients: tuple[str, ...],
    passphrase_file: Path | None,
    with_keys: bool,
) -> None:
    """Write an encrypted copy of the home, read it back and compare all of it.

    The warehouse, the ledger, the recordings and the bundles are in it; the home's keys are not, unless asked: keep them elsewhere, for
    without them a backup cannot be restored. Each copy has a key of its own, which lies beside it: to delete that is to destroy the copy.
    """
    if context.invoked_subcommand is not None:
        return
    from resources.backups import Lock, back_up
    from resources.ledger.backups import backup_made

    register = open_register()
    settings = register.home.settings()
    named = folder or (Path(settings[FOLDER_SETTING]) if settings.get(FOLDER_SETTING) else None)
    if named is None:
        raise AnsvarError(f"Name the folder that backups go to: --to FOLDER, or the setting {FOLDER_SETTING}.")
    if register.catalogue.retention.own.backups is None:
        raise AnsvarError("Nothing says how long backups are kept: name a rule under `own: backups` in retention.yaml.")
    passphrase = None if recipients else passphrase_of(passphrase_file, settings)
    made = back_up(register, named, key_folder or named, Lock(passphrase, recipients), with_keys=with_keys)
    row = {"backup": made.id, "made_at": made.made_at, "sha256": made.sha256, "size": made.size, "with_keys": made.keys}
    folders = {"folder": str(made.file.parent.resolve()), "key_folder": str(made.key_file.parent.resolve())}
    backup_made(register.ledger.engine, row | folders)
    click.echo(f"{made.file}\n{made.key_file}")
    click.echo(f"{made.rows:,} rows, {made.size:,} bytes, SHA-256 {made.sha256}; read back and compared.")
    if not made.ledger:
        click.echo("The ledger is in a database server and is not in it: back that up with the server's own tools.")
    if not made.keys:
        click.echo("The home's keys are not in it: keep pepper.key, warehouse.key and settings.env elsewhere.")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(*, as_json: bool) -> None:
    """The backups that were made and whose period is not past, newest first."""
    from resources.ledger.backups import backups

    rows = backups(open_register().ledger.engine)
    if as_json:
        print_json(rows)
        return
    columns = ("backup", "made_at", "size", "with_keys", "folder", "key_folder", "sha256")
    table(columns, [[f"{each[column]:%Y-%m-%d %H:%M}" if column == "made_at" else each[column] for column in columns] for each in rows])


@command.command("erasures")
def erasures() -> None:
    """Print the keyed hashes of records that are not to come back, a line of JSON each, for `ansvar restore --erasures`."""
    import json

    from resources.ledger.backups import gone_hashes

    for each in gone_hashes(open_register().ledger.engine):
        click.echo(json.dumps(each))


def passphrase_of(file: Path | None, settings: Mapping[str, str]) -> str | None:
    """The passphrase that a file or the settings give; None where neither does.

    Raises:
        AnsvarError: where the file cannot be read.
    """
    if file is None:
        return settings.get(PASSPHRASE_SETTING) or None
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise AnsvarError(f"The passphrase cannot be read: {file} must be a text file that you may read.") from None
