"""`ansvar fields`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from resources.catalogue import load_register
from resources.register import register_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.catalogue import Catalogue

_COLUMNS = ("field", "category", "origin", "promise", "purposes", "legal_basis", "retention", "other tags")


@click.command("fields")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(*, as_json: bool) -> None:
    """Every field of every data set, with category, origin, promise, purposes, legal basis and retention."""
    rows = list(_rows(load_register(register_folder())))
    if as_json:
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*_COLUMNS, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*_cells(row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=400)
    console.print(table)


def _rows(catalogue: Catalogue) -> Iterator[dict[str, object]]:
    for dataset in catalogue.datasets:
        for field in dataset.fields.values():
            shape, personal = field.shape, field.is_personal
            yield {
                "source": dataset.source,
                "dataset": dataset.name,
                "field": field.name,
                "type": shape.type,
                "category": shape.category,
                "origin": shape.origin,
                "promise": shape.promise,
                "purposes": list(field.purposes) if personal else [],
                "legal_basis": list(field.legal_bases) if personal else [],
                "retention": field.retention,
                "period": str(field.rule.limit),
                "identifies": field.identifies,
                "shared": shape.shared,
                "withhold": shape.withhold,
                "mentions_others": shape.mentions_others,
                "file": field.file,
                "line": field.line,
                "stated_at": field.stated_at,
            }


def _cells(row: dict[str, object]) -> list[str]:
    others = [f"identifies {row['identifies']}"] if row["identifies"] else []
    others += ["shared"] if row["shared"] else []
    others += [f"withhold {row['withhold']}"] if row["withhold"] not in (None, "none") else []
    others += ["mentions others"] if row["mentions_others"] else []
    name = f"{row['source']}.{row['dataset']}.{row['field']}"
    purposes, bases = (" ".join(listed) or "–" for key in ("purposes", "legal_basis") if isinstance(listed := row[key], list))
    plain = [str(row[key] or "–") for key in ("category", "origin", "promise")]
    return [name, *plain, purposes, bases, f"{row['retention']} {row['period']}", ", ".join(others)]
