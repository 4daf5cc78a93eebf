"""`ansvar batches`."""

from __future__ import annotations

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.register import open_register

COLUMNS = ("landed", "data set", "state", "read", "inserted", "updated", "unchanged", "quarantined", "dropped", "deleted", "kept back")


@click.command("batches")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--last", type=click.IntRange(min=1), default=50, show_default=True, help="How many, newest first.")
def command(*, as_json: bool, last: int) -> None:
    """What became of the records of each batch: read = inserted + updated + unchanged + quarantined + dropped by a stated rule."""
    batches = open_register().ledger.batches(last)
    if as_json:
        print_json(batches)
        return
    table(COLUMNS, [batch_row(batch) for batch in batches])


def batch_row(batch: dict[str, object]) -> list[object]:
    """A batch as a row of `COLUMNS`."""
    account = batch["account"] if isinstance(batch["account"], dict) else {}
    dropped = ", ".join(f"{rule} {count}" for rule, count in account.get("dropped", {}).items()) or "0"
    counts = [account.get(name, 0) for name in ("read", "inserted", "updated", "unchanged", "quarantined")]
    name = f"{batch['source']}.{batch['dataset']}"
    return [
        f"{batch['landed_at']:%Y-%m-%d %H:%M}",
        name,
        batch["state"],
        *counts,
        dropped,
        account.get("deleted", 0),
        account.get("kept_back", 0),
    ]
