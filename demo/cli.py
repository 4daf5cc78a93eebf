"""The demonstration's commands."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from demo.generate import generate as generate_world
from demo.servers import running
from demo.settings import settings_of
from demo.world import FEWEST_PERSONS, SEED
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Callable

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def demo() -> None:
    """The demonstration company's outside world."""


@demo.command()
@click.option("--out", required=True, type=_FOLDER, help="A folder that is empty or not there yet.")
@click.option("--persons", default=1000, show_default=True, type=click.IntRange(min=FEWEST_PERSONS), help="How many persons.")
@click.option("--seed", default=SEED, show_default=True, help="What the world grows from.")
@click.option("--truth/--no-truth", default=None, help="Write truth.json; by default for at most 20,000 persons.")
def generate(out: Path, persons: int, seed: int, truth: bool | None) -> None:  # noqa: FBT001 - click passes options so
    """Write the source systems' data."""
    try:
        generate_world(out, persons, seed, truth=truth)
    except FileExistsError as error:
        raise click.ClickException(str(error)) from None


@demo.command()
@click.option(
    "--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path), help="The folder that generate wrote."
)
@click.option("--helpdesk-port", default=0, help="Where the helpdesk listens; 0 takes a free port.")
@click.option("--registry-port", default=0, help="Where the business register listens; 0 takes a free port.")
@click.option("--failing", is_flag=True, help="A page of the helpdesk's tickets always fails.")
def serve(data: Path, helpdesk_port: int, registry_port: int, failing: bool) -> None:  # noqa: FBT001 - click passes options so
    """Serve the helpdesk and the business register until SIGTERM or Ctrl-C; print all settings, one a line."""
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with running(data, helpdesk_port, registry_port, failing=failing) as servers:
        for name, value in (settings_of(data) | servers.settings).items():
            click.echo(f"{name}={value}")
        ended.wait()


@demo.command()
@click.option("--persons", default=1000, show_default=True, type=click.IntRange(min=FEWEST_PERSONS), help="How many persons.")
def run(persons: int) -> None:
    """Make the company anew, run two nights of the daily job, answer a request."""
    from demo.run import run as run_all  # noqa: PLC0415 - Dagster is slow to import

    _answered(lambda: run_all(persons))


@demo.command()
@click.option("--port", default=3000, show_default=True, help="The port on 127.0.0.1.")
def ui(port: int) -> None:
    """The web entrance on the demonstration's home, with its source systems running."""
    from demo.run import ui as open_ui  # noqa: PLC0415 - Dagster is slow to import

    _answered(lambda: sys.exit(open_ui(port)))


def _answered(task: Callable[[], None]) -> None:
    try:
        task()
    except AnsvarError as error:
        raise click.ClickException(str(error)) from None
