"""`ansvar check`."""

from __future__ import annotations

import click

from resources.catalogue import load_register
from resources.register import register_folder


@click.command("check")
def command() -> None:
    """Check the register's YAML and the lineage of all columns: every mistake, with its file, line and column."""
    from assets.lineage import build_lineage

    catalogue = load_register(register_folder())
    datasets = list(catalogue.datasets)
    fields = sum(len(dataset.fields) for dataset in datasets)
    click.echo(f"{catalogue.folder}: {len(catalogue.sources)} sources, {len(datasets)} data sets, {fields} fields, each with its tags.")
    coverage = build_lineage(catalogue).coverage()
    columns, declared, derived = (sum(getattr(each, name) for each in coverage) for name in ("columns", "declared", "lineage"))
    click.echo(f"{len(coverage)} tables, {columns} columns: the tags of {declared} are declared, those of {derived} come by lineage.")
