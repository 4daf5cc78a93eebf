"""`ansvar orders …`."""

from __future__ import annotations

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.errors import AnsvarError
from resources.register import open_register

_COLUMNS = ("work_order", "source", "dataset", "reason", "state", "records", "made_at", "deleted", "absent", "refused")
_SENT = ("order", "data set", "to be sent", "deleted", "absent", "refused")


@click.group("orders")
def command() -> None:
    """What the source systems are to delete, because a purge or an erasure took it here, or to correct."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--source", help="Of this source alone.")
@click.option("--all", "with_done", is_flag=True, help="Those that are done, too.")
def listing(source: str | None, *, as_json: bool, with_done: bool) -> None:
    """The work orders by their opaque ids, oldest first: how many records, and what the source answered. No key is shown."""
    from resources.ledger.orders import DONE, OPEN, OrderLedger

    rows = OrderLedger(open_register().ledger).orders(*((OPEN, DONE) if with_done else (OPEN,)), source=source)
    if as_json:
        print_json([{key: each[key] for key in (*_COLUMNS, "done_by", "done_at")} for each in rows])
        return
    table(_COLUMNS, [[f"{each[key]:%Y-%m-%d %H:%M}" if key == "made_at" else each[key] for key in _COLUMNS] for each in rows])


@command.command("show")
@click.argument("order")
def show(order: str) -> None:
    """Where the files of an order lie: the keys of the records to delete or correct, as JSON (exact) and CSV. Personal data: copy none."""
    from assets.retention.orders import files_of
    from resources.ledger.orders import OPEN, OrderLedger

    register = open_register()
    row = OrderLedger(register.ledger).order(order)
    click.echo(f"{row['records']:,} records of {row['source']}.{row['dataset']}, {row['state']}.")
    if row["state"] != OPEN:
        click.echo(f"Done by {row['done_by']} at {row['done_at']:%Y-%m-%d %H:%M} UTC; its files have gone.")
        return
    for file in files_of(register, order):
        click.echo(file)


@command.command("done")
@click.argument("order")
@click.option("--by", required=True, metavar="NAME", help="Who has seen to it.")
def done(order: str, by: str) -> None:
    """Record that the records of an order were deleted or corrected at their source by hand; its files go."""
    from assets.retention.orders import close_order

    register = open_register()
    close_order(register, order, by, register.clock.now())
    click.echo(f"{order} is done.")


@command.command("send")
@click.argument("source")
@click.option("--really", is_flag=True, help="Delete at the source; without it, nothing is sent.")
@click.option("--by", metavar="NAME", help="Who lets it delete: a named person.")
def sending(source: str, by: str | None, *, really: bool) -> None:
    """Tell a source to delete the records of its open orders, as `deletes` in its YAML says; each answer is recorded."""
    from assets.retention.sending import send

    if really and not by:
        raise AnsvarError("Say who lets the source delete with --by NAME.")
    sent = list(send(open_register(), source, by if really else None))
    if not sent:
        click.echo("There is no open order.")
        return
    rows = [[each.order, each.dataset, each.waiting, each.deleted, each.absent, each.refused] for each in sent]
    table(_SENT, rows, title="Sent" if really else "Would send; nothing was sent: --really does")
