"""`ansvar lineage`."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from resources.catalogue import load_register
from resources.errors import AnsvarError
from resources.register import register_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assets.lineage import Lineage
    from resources.catalogue.lineage_scope import Base
    from resources.catalogue.tags import Tags

_MOST_WORDS = 3
_COVERAGE = ("table", "columns", "by declaration", "by lineage", "untagged")


@click.command("lineage")
@click.argument("name", metavar="[TABLE[.COLUMN]]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(name: str | None, *, as_json: bool) -> None:
    """Where a column comes from, up to the source system's field, and where it goes, with its tags at each step.

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
        _print(lineage, base)


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
    close = get_close_matches(name, [*known, *tables], n=1, cutoff=0.5)
    hint = f"did you mean '{close[0]}'?" if close else "`ansvar lineage` lists the tables."
    raise AnsvarError(f"There is no table or column '{name}': {hint}")


def _print(lineage: Lineage, base: Base) -> None:
    """A column with its tags, and the trees of what it is made of and of what is made of it."""
    column = lineage.column(*base)
    click.echo(f"{'.'.join(base)}  {_tags(column.tags)}")
    click.echo(f"  {column.description.rstrip('.')} ({column.file}:{column.line})")
    for title, following in (("comes from", lineage.sources), ("goes into", lineage.targets)):
        click.echo(f"  {title}{'' if following(*base) else ': nothing'}")
        for line in _tree(lineage, base, following):
            click.echo(f"    {line}")
    click.echo()


def _tree(lineage: Lineage, base: Base, following: Callable[[str, str], Iterable[Base]]) -> list[str]:
    """The lines of a tree; what stands in it already is not opened again."""
    lines: list[str] = []
    seen = {base}
    waiting = [(each, 0) for each in sorted(following(*base), reverse=True)]
    while waiting:
        each, depth = waiting.pop()
        children = sorted(following(*each), reverse=True)
        again = each in seen and bool(children)
        lines.append(f"{'  ' * depth}{'.'.join(each)}  {_tags(lineage.tags(*each), _MOST_WORDS)}{' (opened elsewhere)' if again else ''}")
        if not again:
            waiting += [(child, depth + 1) for child in children]
        seen.add(each)
    return lines


def _tags(tags: Tags, most: int | None = None) -> str:
    """The tags that tell most, on one line; of each at most so many words, and how many more there are."""
    shown = tags.as_dict()
    words = [_words(value, most) for key in ("categories", "origins", "promises") if isinstance(value := shown.get(key), list)]
    words += [f"{key} {_words(value, most)}" for key in ("identifies", "withhold") if isinstance(value := shown.get(key), list)]
    words += [key.replace("_", " ") for key in ("shared", "mentions_others") if key in shown]
    return f"[{' | '.join(words)}]"


def _words(words: list[str], most: int | None) -> str:
    more = len(words) - most if most is not None and len(words) > most else 0
    return ", ".join(words[:most]) + (f" and {more} more" if more else "")


def _as_dict(lineage: Lineage, base: Base) -> dict[str, Any]:
    column = lineage.column(*base)
    return _node(lineage, base) | {
        "type": column.type,
        "description": column.description,
        "file": column.file,
        "line": column.line,
        "upstream": [_node(lineage, each) for each in sorted(lineage.upstream(*base))],
        "downstream": [_node(lineage, each) for each in sorted(lineage.downstream(*base))],
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
