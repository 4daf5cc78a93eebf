"""`ansvar check`."""

from __future__ import annotations

import click

from resources.catalogue import load_register
from resources.register import register_folder


@click.command("check")
def command() -> None:
    """Check the register's YAML: every mistake, with its file, line and column."""
    catalogue = load_register(register_folder())
    datasets = list(catalogue.datasets)
    fields = sum(len(dataset.fields) for dataset in datasets)
    click.echo(f"{catalogue.folder}: {len(catalogue.sources)} sources, {len(datasets)} data sets, {fields} fields, each with its tags.")
