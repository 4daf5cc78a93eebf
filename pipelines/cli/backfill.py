"""`ansvar backfill`."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING

import click

from resources.errors import AnsvarError
from resources.register import open_register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.catalogue import Dataset
    from resources.register import Register

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("backfill")
@click.argument("dataset", metavar="SOURCE.DATASET")
@click.option("--day", "days", type=_DAY, multiple=True, metavar="DAY", help="A day, as 2026-01-05; may be given several times.")
@click.option("--from", "first", type=_DAY, metavar="DAY", help="The first day of a stretch, with --to.")
@click.option("--to", "last", type=_DAY, metavar="DAY", help="The last day of a stretch, with --from.")
def command(dataset: str, days: Sequence[dt.datetime], first: dt.datetime | None, last: dt.datetime | None) -> None:
    """Read closed days of a data set again: what the source has of them now is merged by its key.

    The daily run goes on where it would have. What was erased, purged or is too old does not come back. Days are those of the source's time
    zone. Data sets whose source gives no day for itself are read by `ansvar run` alone.
    """
    from pipelines.cli.batches import COLUMNS, batch_row
    from pipelines.cli.progress import progress_shown
    from pipelines.cli.show import table
    from pipelines.run import run_backfill
    from resources.connectors.pieces import Moment, check_days

    register = open_register()
    chosen = _dataset(register, dataset)
    picked = [day.date() for day in days] + _stretch(first, last)
    if not picked:
        raise AnsvarError("No day is picked: name days with --day, or a stretch with --from and --to.")
    zone = register.catalogue.sources[chosen.source].shape.time_zone
    check_days(chosen, Moment(register.clock.now(), zone, days=tuple(picked)))
    with progress_shown("Reading days again …"):
        done = run_backfill(register.home, chosen, picked)
    batches = [batch for ran in done for batch in register.ledger.batches_of(ran.run)]
    if batches:
        table(COLUMNS[1:], [batch_row(batch)[1:] for batch in batches])
    for failure in (failure for ran in done for failure in ran.failures):
        click.secho(f"Failed: {failure}", err=True, fg="red")
    if not all(ran.success for ran in done):
        sys.exit(1)


def _stretch(first: dt.datetime | None, last: dt.datetime | None) -> list[dt.date]:
    if first is None and last is None:
        return []
    if first is None or last is None or last < first:
        raise AnsvarError("A stretch needs --from and --to, and may not end before it begins.")
    return [first.date() + dt.timedelta(days=number) for number in range((last - first).days + 1)]


def _dataset(register: Register, name: str) -> Dataset:
    for dataset in register.catalogue.datasets:
        if dataset.id == name:
            return dataset
    raise AnsvarError(f"There is no data set '{name}': `ansvar fields` shows those that there are.")
