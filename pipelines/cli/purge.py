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
@click.option("--forecast", "ahead", is_flag=True, help="Show what falls due in the next twelve months; change nothing.")
def command(*, dry_run: bool, ahead: bool) -> None:
    """Delete what is past its period: rows, fields, quarantine, identifiers, audio, bundles, answered requests, and their bytes."""
    register = open_register()
    if ahead:
        _show_forecast(register)
        return
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


def _show_forecast(register: Register) -> None:
    from assets.retention.forecast import forecast, months_ahead, totals

    today = register.clock.today()
    with register.warehouse.reading() as engine:
        found = forecast(engine, register.catalogue, today)
    months = [f"{day:%Y-%m}" for day in months_ahead(today)]
    if not found:
        click.echo(f"Falls due in {months[0]} to {months[-1]}: nothing that is known today.")
        return
    rows: list[list[object]] = [[each.layer, each.dataset, each.rule, *each.records] for each in found]
    table(("layer", "data set", "rule", *months), rows, title=f"Falls due after {today}, as far as is known")
    click.echo(f"{sum(totals(found, today).values()):,} records.")


def _show(records: list[PurgeRecord], title: str) -> None:
    if not records:
        click.echo(f"{title}: nothing.")
        return
    table(_COLUMNS, [[each.layer, each.dataset, each.rule, each.records, each.oldest, each.newest] for each in records], title=title)
    click.echo(f"{sum(each.records for each in records):,} records.")
