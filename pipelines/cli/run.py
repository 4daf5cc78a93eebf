"""`ansvar run`."""

from __future__ import annotations

import sys

import click

from pipelines.cli.batches import COLUMNS, batch_row
from pipelines.cli.show import table
from resources.register import open_register


@click.command("run")
def command() -> None:
    """Run the daily job: read every source, work out who is who, purge what is past its period."""
    from pipelines.cli.progress import progress_shown
    from pipelines.run import run_daily

    register = open_register()
    with progress_shown("Reading sources, working out who is who, purging …"):
        ran = run_daily(register.home)
    batches = register.ledger.batches_of(ran.run)
    if batches:
        table(COLUMNS[1:], [batch_row(batch)[1:] for batch in batches], title=f"Read on {register.clock.today()}")
    purged = register.ledger.purges_of(ran.run)
    if purged:
        columns = ("layer", "dataset", "rule", "records", "oldest", "newest")
        table(columns, [[each[column] for column in columns] for each in purged], title="\nPurged")
    if register.warehouse.is_published:
        with register.warehouse.reading() as engine:
            subjects, quarantined = (engine.count(f"SELECT count(*) FROM {each}") for each in ("identity.subjects", "quarantine.records"))
        click.echo(f"\n{subjects:,} subjects, {quarantined:,} records in quarantine, {sum(each['records'] for each in purged):,} purged.")
    for failure in ran.failures:
        click.secho(f"Failed: {failure}", err=True, fg="red")
    for broken in ran.broken:
        click.secho(f"Broken promise: {broken}. `ansvar status` says what to do.", err=True, fg="red")
    if not ran.success:
        click.secho(f"The run {ran.run} ended as failed.", err=True, fg="red")
        sys.exit(1)
