"""The command `ansvar`: one module a noun, loaded when it is used."""

from __future__ import annotations

import gc
import sys
import traceback
from importlib import import_module

import click

from resources.errors import AnsvarError

_COMMANDS = {
    "audience": "Who may be written to, and why others may not.",
    "audit": "Who did what, when and why: the audit chain.",
    "backfill": "Read closed days of a data set again.",
    "backup": "Write an encrypted, verified copy of the home.",
    "batches": "What became of the records of each batch.",
    "bundle": "Bundles that answer requests: release them, fetch them, verify them.",
    "check": "Check the register's YAML.",
    "correct": "Correct what is held of a person, until the source follows.",
    "disclose": "Make the list that a recipient receives, and record it.",
    "disclosure": "What was given to partners and authorities.",
    "discover": "Fields that sources have and the catalogue does not.",
    "erase": "Erase the person of a request, but for what a stated ground keeps.",
    "export": "Make the bundle that answers a request.",
    "fields": "Every field of every data set, with its tags.",
    "hold": "Legal holds: what is kept though its period is over.",
    "init": "Make a home.",
    "lineage": "Where a column comes from and where it goes.",
    "notice": "Write the privacy notice, the record of processing and the data map.",
    "objection": "Objections and withdrawals of consent that are followed.",
    "orders": "What the source systems are to delete, too.",
    "purge": "Delete what is past its period.",
    "quarantine": "What could not be read in, and why: count it, look at a record, release what was mended.",
    "redactions": "What is taken out of the texts of an answer: see it, and decide on it.",
    "request": "Requests of data subjects.",
    "restore": "Bring the register back out of a backup, less what has gone since.",
    "review": "Who may be one person: what is proposed, and what people decide.",
    "run": "Run the daily job.",
    "serve": "Open the signed-in web entrance.",
    "status": "Every promise of the notice: kept, broken or not yet applicable.",
    "subject": "A data subject, and why its records are believed to be one person's.",
    "user": "Who may come in, and what each may do.",
}

# What a command imports and reads stays to its end: to look it over for garbage again and again was a sixth of a command's start.
_OBJECTS_BETWEEN_LOOKS = 50_000


class _Lazy(click.Group):
    """A group whose commands are imported when they are called, so that `--help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, sorted."""
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"pipelines.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--register", metavar="FOLDER", envvar="ANSVAR_REGISTER", default="register", show_default=True, help="The register's folder."
)
@click.option(
    "--home", metavar="FOLDER", envvar="ANSVAR_HOME", default=".ansvar", show_default=True, help="The home: where the register's data lies."
)
@click.option("--clock", metavar="TIME", envvar="ANSVAR_CLOCK", help="Let the clock stand at this time, as 2026-10-15T03:00.")
@click.version_option(package_name="ansvar")
def ansvar(register: str, home: str, clock: str | None) -> None:
    """Ansvar: a personal-data register that a company can answer for."""
    import os
    from pathlib import Path

    os.umask(0o077)
    os.environ["ANSVAR_REGISTER"] = str(Path(register).resolve())
    os.environ["ANSVAR_HOME"] = str(Path(home).resolve())
    if clock:
        os.environ["ANSVAR_CLOCK"] = clock


def main() -> None:
    """Run the command; a user's mistake ends in one message, anything unexpected in its kind and place alone."""
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS, 20, 100)
    try:
        ansvar(prog_name="ansvar")
    except AnsvarError as error:
        click.secho(f"Error: {error}", err=True, fg="red")
        sys.exit(2)
    except Exception as error:  # noqa: BLE001 - the last resort: a traceback may hold personal data
        last = traceback.extract_tb(error.__traceback__)[-1]
        text = f"Unexpected {type(error).__name__} at {last.filename}:{last.lineno}. Its text is left out, for it may hold personal data:"
        click.secho(f"Error: {text} please report the place.", err=True, fg="red")
        sys.exit(1)
