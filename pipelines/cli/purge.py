"""`ansvar purge …`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.errors import AnsvarError
from resources.register import open_register

if TYPE_CHECKING:
    from assets.retention.due import Due
    from resources.ledger import PurgeRecord
    from resources.register import Register

_COLUMNS = ("layer", "data set", "rule", "records", "oldest", "newest")
_KINDS = {"legal_hold": "by a legal hold", "open_request": "by an open request", "restriction": "by a restriction"}


@click.group("purge", invoke_without_command=True)
@click.option("--dry-run", is_flag=True, help="Show what would go; change nothing.")
@click.option("--forecast", "ahead", is_flag=True, help="Show what falls due in the next twelve months; change nothing.")
@click.pass_context
def command(ctx: click.Context, *, dry_run: bool, ahead: bool) -> None:
    """Delete what is past its period: rows, fields, quarantine, identifiers, audio, bundles, answered requests, and their bytes.

    What a legal hold, a restriction or an open request keeps stays, and what waits for a named user's approval, where the register asks.
    """
    if ctx.invoked_subcommand is not None:
        return
    register = open_register()
    if ahead:
        _show_forecast(register)
        return
    if dry_run:
        _show(_look(register), f"Would delete on {register.clock.today()}")
        return
    from pipelines.cli.progress import progress_shown
    from pipelines.run import run_daily

    before = _look(register)
    with progress_shown("Purging what is past its period …"):
        ran = run_daily(register.home, ["retention"])
    if not ran.success:
        raise AnsvarError(" ".join(ran.failures))
    _show(before, f"Deleted on {register.clock.today()}")


@command.command("plan")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plan(*, as_json: bool) -> None:
    """What is due, and the plan of what waits for approval: its id and the digest of what is in it."""
    from assets.retention.approval import renew_plan
    from resources.ledger.plans import PlanLedger

    register = open_register()
    found = _look(register)
    with register.warehouse.reading() as engine:
        made = renew_plan(register, engine)
    row = next((each for each in PlanLedger(register.ledger).plans() if each["plan"] == made), None)
    if as_json:
        print_json({"plan": row, "counts": [vars(each) for each in PlanLedger(register.ledger).counts_of(made)] if made else []})
        return
    _show(found, f"Due on {register.clock.today()}, and needing no further approval")
    if row is None:
        click.echo("Nothing waits for approval.")
        return
    counts = PlanLedger(register.ledger).counts_of(row["plan"])
    table(_COLUMNS, [_row(each) for each in counts], title="\nWaits for approval")
    click.echo(f"Plan {row['plan']}, {row['records']:,} records, digest {row['digest']}, to be approved by {row['expires_on']}:")
    click.echo(f"ansvar purge approve {row['plan']} --by NAME")


@command.command("approve")
@click.argument("plan_id", metavar="PLAN")
@click.option("--by", required=True, metavar="NAME", help="Who approves it: it is written down.")
def approve(plan_id: str, by: str) -> None:
    """Approve a plan: the next purge carries it out, except for what is held or was changed since."""
    from resources.ledger.plans import PlanLedger

    register = open_register()
    PlanLedger(register.ledger).approve(plan_id, by, register.clock.today(), register.clock.now())
    click.echo(f"{plan_id} is approved: the next purge carries it out.")


@command.command("history")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def history(*, as_json: bool) -> None:
    """What was purged, newest first: rule, how many, oldest and newest anchor, when, by which run."""
    from resources.ledger.plans import PlanLedger

    rows = PlanLedger(open_register().ledger).history()
    if as_json:
        print_json(rows)
        return
    columns = ("planned_at", "run", "layer", "dataset", "rule", "records", "oldest", "newest")
    listed = [[f"{row['planned_at']:%Y-%m-%d %H:%M}", *(row[column] for column in columns[1:])] for row in rows]
    table(("when (UTC)", "run", "layer", "data set", "rule", "records", "oldest", "newest"), listed)


@command.command("asked")
@click.argument("words", metavar="IDENTIFIER…", nargs=-1, required=True)
@click.option("--dataset", metavar="SOURCE.DATASET", help="The data set that is meant; by default every one that is known by such values.")
def asked_for(words: tuple[str, ...], dataset: str | None) -> None:
    """Was a record ever held, and when did it go? IDENTIFIER is its opaque id, or the values of its key at the source."""
    from assets.retention.asked import asked

    held, purges = asked(open_register(), words, dataset)
    click.echo(f"Held now: {held:,} records." if held else "Held now: no.")
    if not purges:
        click.echo("Purged: never, as far as is known; keyed hashes of what was purged are kept for a stated period only.")
    for each in purges:
        where = f"{each['dataset']} ({each['layer']})"
        click.echo(f"Purged from {where} by rule {each['rule']} on {each['planned_at']:%Y-%m-%d %H:%M} UTC, run {each['run']}.")


def _look(register: Register) -> list[Due]:
    """All that is due, in the register and in what Dagster keeps of its runs."""
    from assets.retention import dagster_storage
    from assets.retention.due import Due
    from assets.retention.run import look
    from pipelines.instance import open_instance

    with register.warehouse.reading() as engine, open_instance(register.home) as instance:
        runs = dagster_storage.due(register, instance).record(register.catalogue.retention.own.runs)
        return [*look(register, engine), Due(runs)]


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


def _row(each: PurgeRecord) -> list[object]:
    return [each.layer, each.dataset, each.rule, each.records, each.oldest, each.newest]


def _show(found: list[Due], title: str) -> None:
    records = [each.going for each in found if each.going.records]
    if records:
        table(_COLUMNS, [_row(each) for each in records], title=title)
        click.echo(f"{sum(each.records for each in records):,} records.")
    else:
        click.echo(f"{title}: nothing.")
    held = [[each.going.layer, each.going.dataset, each.going.rule, _KINDS[kind], n] for each in found for kind, n in each.held.items()]
    if held:
        table(("layer", "data set", "rule", "held", "records"), held, title="\nHeld back")
    waiting = sum(each.waiting.records for each in found if each.waiting is not None)
    if waiting:
        click.secho(f"{waiting:,} records wait for a named user's approval: `ansvar purge plan` shows them.", fg="yellow")
