"""The files of an export bundle, as what the register holds goes out to the data subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.lineage.draft import DraftColumn, DraftTable
from assets.lineage.register import register_name

if TYPE_CHECKING:
    from assets.lineage.draft import Draft
    from assets.lineage.written import Written
    from resources.catalogue import Catalogue


def add_bundle(draft: Draft, written: Written, catalogue: Catalogue) -> None:
    """Each data set's file with its fields, but for those that are withheld; and the files that show what models give."""
    for dataset in catalogue.datasets:
        table = DraftTable(f"bundle:data/{dataset.table}.json", "bundle", dataset.shape.label.en, dataset=dataset.id)
        for field in dataset.fields.values():
            if field.shape.withhold in (None, "none"):
                column = table.add(DraftColumn(field.name, field.label.en, field.file, field.line))
                column.sources = {(register_name(dataset), field.name)}
        draft.add(table)
    for described in written.tables.values():
        answer, shown = described.shape.answer, draft.tables.get(described.name)
        if answer is None or shown is None:
            continue
        table = draft.tables.get(f"bundle:{answer.file}") or draft.add(DraftTable(f"bundle:{answer.file}", "bundle", shown.description))
        for name in answer.columns:
            if name in shown.columns:
                own = shown.columns[name]
                column = table.columns.get(name) or table.add(DraftColumn(name, own.description, own.file, own.line))
                column.sources.add((described.name, name))
