"""`ansvar ui`."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import click

from pipelines.instance import prepare_instance, shipped
from pipelines.launch.client import keep
from resources.errors import AnsvarError
from resources.home import Home


@click.command("ui")
@click.option("--port", type=click.IntRange(1, 65_535), default=3000, show_default=True, help="The port on 127.0.0.1.")
def command(port: int) -> None:
    """Open Dagster's web UI, with its daemon, on this machine alone. It has no login: whoever reaches the port may run anything."""
    home = Home.from_environment().require()
    program = shutil.which("dagster", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if program is None:
        raise AnsvarError("The command `dagster` is not installed beside ansvar: install the locked dependencies.")
    os.environ["DAGSTER_HOME"] = str(prepare_instance(home))
    os.environ.setdefault("PYTHONWARNINGS", "ignore")  # Dagster's own, of commands that it is about to rename
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Dagster ends by it, and a shell's background jobs would ignore it
    keep(home.path / "dagster")
    os.chdir(home.path)  # Dagster warns of every dagster.yaml in the present folder
    click.echo(f"Dagster's UI: http://127.0.0.1:{port}  (Ctrl-C ends it)")
    os.execv(program, [program, "dev", "-w", str(shipped("workspace.yaml")), "-h", "127.0.0.1", "-p", str(port)])  # noqa: S606 - our own command, no shell
