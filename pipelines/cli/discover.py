"""`ansvar discover`."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.catalogue.model import SYSTEM
from resources.connectors.declared import declared, templates
from resources.connectors.paths import template
from resources.register import open_register

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from resources.catalogue import Catalogue, Dataset
    from resources.register import Register

_COLUMNS = ("data set", "path", "records", "proposed category", "by", "share")
_FILL = "FILL"
_NOTHING = "No source has a field that the catalogue neither declares nor ignores."


@click.command("discover")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(*, as_json: bool) -> None:
    """Fields that sources have and the catalogue does not: none of them is loaded; and declared ones that a source gives no longer.

    Of the latest batch of each data set: how many records bear a value there, the category that the field's name or its values speak for,
    and the line to put into the source's YAML. What stands there as FILL only a person can tell. No value is shown.
    """
    register = open_register()
    found = [row for dataset in register.catalogue.datasets for row in rows(register, dataset)]
    gone = [row for dataset in register.catalogue.datasets for row in vanished(register, dataset)]
    if as_json:
        print_json(found + gone)
        return
    if found:
        _print(register, found)
    else:
        click.echo(_NOTHING)
    for row in gone:
        name = f"{row['source']}.{row['dataset']}.{row['path']}"
        click.echo(f"{name}: no record of the latest batch has it any more. Mend its 'from', or take it out.")


def rows(register: Register, dataset: Dataset) -> Iterator[dict[str, Any]]:
    """What the latest batch of a data set has and the catalogue, as it is now, does not; in the order of its paths."""
    batch = register.ledger.latest_batch(dataset.source, dataset.name)
    known, taken = declared(dataset), set(dataset.fields)
    for each in (batch or {}).get("account", {}).get("undeclared", []):
        path = str(each["path"])
        mine = templates(known.above if path.startswith("^") else known.own)
        if known.knows(path) or template(path.removeprefix("^")) in mine:
            continue
        name = field_name(path, taken)
        line = field_line(register.catalogue, name, each) if name else None
        taken |= {name} if name else set()
        yield {"source": dataset.source, "dataset": dataset.name, **each, "line": line}


def vanished(register: Register, dataset: Dataset) -> Iterator[dict[str, Any]]:
    """The declared fields that the source of a data set gave before, and its latest batch has not."""
    batch = register.ledger.latest_batch(dataset.source, dataset.name)
    for field in (batch or {}).get("account", {}).get("vanished", []):
        if field in dataset.fields:
            yield {"source": dataset.source, "dataset": dataset.name, "path": field, "records": 0, "vanished": True}


def field_name(path: str, taken: Collection[str]) -> str | None:
    """A name for the field at a path that no other field of its data set bears; None where a step of the path is not shown."""
    steps = re.sub(r"\[[^\]]*\]|\^", "", path).split(".")
    if "*" in steps:
        return None
    plain = unicodedata.normalize("NFKD", "_".join(steps)).encode("ascii", "ignore").decode()
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", plain).lower().strip("_").split("_")
    last = len(re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", steps[-1]).strip("_").split("_"))
    for number in range(min(last, len(words)), len(words) + 1):
        name = "_".join(words[-number:])[:60].strip("_")
        if re.fullmatch(r"[a-z][a-z0-9_]*", name) and name not in taken:
            return name
    return next(name for number in range(2, 2 + len(taken) + 1) if (name := f"field_{number}") not in taken)


def field_line(catalogue: Catalogue, name: str, found: dict[str, Any]) -> str:
    """A field as it is put into the source's YAML, with every tag that must be stated."""
    category = found["category"] or _FILL
    keys = {} if found["path"] == name else {"from": _quoted(found["path"])}
    keys |= {"type": "text", "category": category}
    if category != SYSTEM:
        shape = catalogue.vocabulary.categories.get(category)
        states = shape.states if shape is not None else []
        keys |= {"origin": _FILL, "promise": _FILL}
        if found["identifies"] or "identifies" in states:
            keys |= {"identifies": found["identifies"] or _FILL, "shared": _FILL}
        keys |= {tag: _FILL for tag in ("mentions_others", "withhold") if tag in states}
    else:
        keys["label"] = f"{{en: {_FILL}, sv: {_FILL}, fi: {_FILL}}}"
    return f"{name}: {{{', '.join(f'{key}: {value}' for key, value in keys.items())}}}"


def _quoted(path: str) -> str:
    return path if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*", path) else '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _print(register: Register, found: list[dict[str, Any]]) -> None:
    shown = [
        (f"{row['source']}.{row['dataset']}", row["path"], row["records"], row["category"], row["why"], _share(row["share"]))
        for row in found
    ]
    table(_COLUMNS, shown, title="Not loaded, for the catalogue does not know them")
    for (source, dataset), group in groupby(found, key=lambda row: (row["source"], row["dataset"])):
        listed = list(group)
        click.echo(
            f"\n# {register.catalogue.folder / 'sources' / f'{source}.yaml'}, under 'fields' of {dataset} ({_FILL}: for you to decide)"
        )
        for row in listed:
            if row["line"]:
                click.echo(f"      {row['line']}")
        ignored = ", ".join(_quoted(row["path"]) for row in listed)
        click.echo(f"# or, of those that are not to be loaded, under 'read': ignore: [{ignored}]")


def _share(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%} of values"
