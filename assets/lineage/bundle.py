"""The files of an export bundle, as what the register holds goes out to the data subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.lineage.draft import DraftColumn, DraftTable
from assets.lineage.register import register_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assets.lineage.draft import Draft
    from assets.lineage.written import Written
    from resources.catalogue import Catalogue
    from resources.catalogue.lineage_scope import Base

REPORT = "bundle:report.html"
"""The page that people read: what stands in the files of data stands in it, too."""


def add_bundle(draft: Draft, written: Written, catalogue: Catalogue) -> None:
    """Each data set's files with its fields, but for those that are withheld; the files that show what models give; and the report."""
    report = DraftTable(REPORT, "bundle", "The report to the data subject.")
    for dataset in catalogue.datasets:
        for ending in ("csv", "json"):
            draft.add(DraftTable(f"bundle:data/{dataset.table}.{ending}", "bundle", dataset.shape.label.en, dataset=dataset.id))
        for field in dataset.fields.values():
            if field.shape.withhold in (None, "none"):
                base, own = (register_name(dataset), field.name), DraftColumn(field.name, field.label.en, field.file, field.line)
                for ending in ("csv", "json"):
                    _add(draft.tables[f"bundle:data/{dataset.table}.{ending}"], field.name, own, base)
                _add(report, f"{dataset.table}.{field.name}", own, base)
    for base, file in _answers(draft, written):
        _show(draft, base, file, report)
    draft.add(report)


def _answers(draft: Draft, written: Written) -> Iterator[tuple[Base, str]]:
    """The columns of models that go out, each with its file."""
    for described in written.tables.values():
        answer, shown = described.shape.answer, draft.tables.get(described.name)
        if answer is not None and shown is not None:
            yield from (((described.name, name), answer.file) for name in answer.columns if name in shown.columns)


def _show(draft: Draft, base: Base, file: str, report: DraftTable) -> None:
    """Let a column go out in a file, in two formats where it is one of data, and in the report."""
    shown = draft.tables[base[0]]
    own = shown.columns[base[1]]
    as_table = [file.replace(".json", ".csv")] if file.startswith("data/") else []
    for each in (*as_table, file):
        table = draft.tables.get(f"bundle:{each}") or draft.add(DraftTable(f"bundle:{each}", "bundle", shown.description))
        _add(table, own.name, own, base)
    _add(report, f"{file.removeprefix('data/').removesuffix('.json')}.{own.name}", own, base)


def _add(table: DraftTable, name: str, own: DraftColumn, base: Base) -> None:
    column = table.columns.get(name) or table.add(DraftColumn(name, own.description, own.file, own.line))
    column.sources.add(base)
