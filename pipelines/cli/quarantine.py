"""`ansvar quarantine`."""

from __future__ import annotations

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.register import open_register

_COLUMNS = ("data set", "field", "rule", "reason", "records")


@click.command("quarantine")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(*, as_json: bool) -> None:
    """Count the records that could not be read in, by data set, field, rule and reason. Their content is not shown."""
    with open_register().warehouse.reading() as engine:
        rows = engine.rows("""
            SELECT dataset, field, rule, reason, count(*) FROM quarantine.records
            GROUP BY dataset, field, rule, reason
            ORDER BY dataset, field, rule, reason
        """)
    if as_json:
        print_json([dict(zip(_COLUMNS, row, strict=True)) for row in rows])
        return
    table(_COLUMNS, rows)
