"""`ansvar lineage`."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.lineage_tree import besides, described
from resources.catalogue import load_register
from resources.errors import AnsvarError
from resources.register import register_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assets.lineage import Lineage, Table
    from resources.catalogue.lineage_scope import Base

_NEAR = 0.8
_COVERAGE = ("table", "columns", "by declaration", "by lineage", "untagged")


@click.command("lineage")
@click.argument("name", metavar="[TABLE[.COLUMN]]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(name: str | None, *, as_json: bool) -> None:
    """Where a column comes from, up to the source system's field, and where it goes, with its tags where they differ from the step above.

    The answer is cut to about a screen; with --json it is complete.

    TABLE is a table of the warehouse or the ledger (identity.links), a data set (crm.contacts), or a model (rights.links); without COLUMN,
    each of its columns is shown. Without a name: how many columns of each table have their tags by declaration, and how many by lineage.
    """
    from assets.lineage import build_lineage
    from pipelines.cli import show

    lineage = build_lineage(load_register(register_folder()))
    if name is None:
        rows = [(each.table, each.columns, each.declared, each.lineage, each.untagged) for each in lineage.coverage()]
        if as_json:
            show.as_json([dict(zip(("table", "columns", "declared", "lineage", "untagged"), row, strict=True)) for row in rows])
        else:
            total = ("all", *(sum(int(row[place]) for row in rows) for place in range(1, len(_COVERAGE))))
            show.table(_COVERAGE, [*rows, total])
        return
    bases = named(lineage, name)
    if as_json:
        shown = [_as_dict(lineage, base) for base in bases]
        show.as_json(shown[0] if len(shown) == 1 else shown)
        return
    for base in bases:
        click.echo("\n".join([*described(lineage, base), ""]))


def named(lineage: Lineage, name: str) -> list[Base]:
    """The columns that a name means: one, or all of a table.

    Raises:
        AnsvarError: where there is no such column; it names the nearest.
    """
    tables = {table.name: table for table in lineage.tables.values()}
    tables |= {table.dataset: table for table in lineage.tables.values() if table.dataset is not None and table.kind == "table"}
    if name in tables:
        return [(tables[name].name, column) for column in tables[name].columns]
    known = {f"{shown}.{column}": (table.name, column) for shown, table in tables.items() for column in table.columns}
    if name in known:
        return [known[name]]
    _refuse_undeclared(tables, name)
    close = get_close_matches(name, [*known, *tables], n=1, cutoff=0.5)
    hint = f"did you mean '{close[0]}'?" if close else "`ansvar lineage` lists the tables."
    raise AnsvarError(f"There is no table or column '{name}': {hint}")


def _refuse_undeclared(tables: Mapping[str, Table], name: str) -> None:
    """A field that a data set does not have may stand in its source all the same: then it is not misspelt, but undeclared."""
    table = next((each for each in sorted(tables, key=len, reverse=True) if name.startswith(f"{each}.")), None)
    if table is None or tables[table].dataset is None or tables[table].kind not in ("source", "table"):
        return
    column = name[len(table) + 1 :]
    close = get_close_matches(column, tables[table].columns, n=1, cutoff=_NEAR)
    meant = f" Did you mean '{table}.{close[0]}'?" if close else ""
    what = f"The catalogue declares no field '{column}' in {tables[table].dataset}"
    raise AnsvarError(f"{what}: `ansvar discover` shows the fields that its source has and the catalogue does not declare.{meant}")


def _as_dict(lineage: Lineage, base: Base) -> dict[str, Any]:
    column = lineage.column(*base)
    return _node(lineage, base) | {
        "type": column.type,
        "description": column.description,
        "file": column.file,
        "line": column.line,
        "upstream": [_node(lineage, each) for each in sorted(lineage.upstream(*base))],
        "downstream": [_node(lineage, each) for each in sorted(lineage.downstream(*base))],
        "source_also_into": [".".join(each) for each in besides(lineage, base)],
    }


def _node(lineage: Lineage, base: Base) -> dict[str, Any]:
    """A column with its tags, and the columns that it is made of directly."""
    return {
        "table": base[0],
        "column": base[1],
        "kind": lineage.tables[base[0]].kind,
        "tags": lineage.tags(*base).as_dict(),
        "sources": [".".join(each) for each in sorted(lineage.sources(*base))],
    }
