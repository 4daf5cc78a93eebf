"""`ansvar purge`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.cli.show import table
from resources.errors import AnsvarError
from resources.register import open_register

if TYPE_CHECKING:
    from resources.ledger import PurgeRecord
    from resources.register import Register

_COLUMNS = ("layer", "data set", "rule", "records", "oldest", "newest")


@click.command("purge")
@click.option("--dry-run", is_flag=True, help="Show what would go; change nothing.")
def command(*, dry_run: bool) -> None:
    """Delete what is past its period: rows, fields, quarantine, identifiers, audio, bundles, answered requests, and their bytes."""
    register = open_register()
    records = _due(register)
    if dry_run:
        _show(records, f"Would delete on {register.clock.today()}")
        return
    from pipelines.run import run_daily

    ran = run_daily(register.home, ["retention"])
    if not ran.success:
        raise AnsvarError(" ".join(ran.failures))
    _show(records, f"Deleted on {register.clock.today()}")


def _due(register: Register) -> list[PurgeRecord]:
    from assets.retention.run import due

    with register.warehouse.reading() as engine:
        return due(register, engine)


def _show(records: list[PurgeRecord], title: str) -> None:
    if not records:
        click.echo(f"{title}: nothing.")
        return
    table(_COLUMNS, [[each.layer, each.dataset, each.rule, each.records, each.oldest, each.newest] for each in records], title=title)
    click.echo(f"{sum(each.records for each in records):,} records.")
