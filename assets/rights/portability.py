"""What a person may take elsewhere (GDPR Art. 20): what the person gave or what was observed, under consent or a contract."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assets.rights.holding import Holding, LeftOut, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.catalogue.model import Field

PORTABILITY = "portability"
_ORIGINS = frozenset({"data_subject", "service_use", "website"})  # "provided by" the person: WP 242 rev.01, part III
_BASES = frozenset({"consent", "contract"})


def portable(holding: Holding) -> Holding:
    """The part of a holding that may be taken elsewhere; what is left out of it stands in `left_out`.

    Left out as well: what several sources tell of one fact, how records were linked, and what could not be read in.
    """
    tables, left_out = [], []
    for table in holding.tables:
        kept = {name: field for name, field in table.dataset.fields.items() if _reason(field) is None}
        if any(field.is_personal for field in kept.values()):
            tables.append(_cut(table, kept))
            left_out += [LeftOut(table.dataset, name, why) for name, field in table.dataset.fields.items() if (why := _reason(field))]
        else:
            reasons = [why for field in table.dataset.fields.values() if (why := _reason(field))]
            left_out.append(LeftOut(table.dataset, None, reasons[0] if reasons else "origin"))
    return Holding(
        tables=tables,
        subject=holding.subject,
        sources=holding.sources,
        disclosures=holding.disclosures,
        looks=holding.looks,
        dealings=holding.dealings,
        earlier=holding.earlier,
        names_by=holding.names_by,
        left_out=left_out,
        redacted=type(holding.redacted)(
            {
                key: count
                for key, count in holding.redacted.items()
                if any(key[0] == each.dataset.table and key[1] in each.dataset.fields for each in tables)
            }
        ),
    )


def _reason(field: Field) -> str | None:
    """Why a field is left out; None where it is not. What is not about a person stays beside what is."""
    if not field.is_personal:
        return None
    if field.shape.origin not in _ORIGINS:
        return "origin"
    return None if _BASES & set(field.legal_bases) else "legal_basis"


def _cut(table: Table, fields: dict[str, Field]) -> Table:
    return Table(replace(table.dataset, fields=fields), _Rows(table, fields))


@dataclass(frozen=True)
class _Rows:
    """A table's rows with some fields alone, cut as they are read."""

    table: Table
    fields: dict[str, Field]

    def __len__(self) -> int:
        return len(self.table.rows)

    def __iter__(self) -> Iterator[Row]:
        for row in self.table.rows:
            values = {name: value for name, value in row.values.items() if name in self.fields}
            withheld = {name: why for name, why in row.withheld.items() if name in self.fields}
            audio = row.audio if self.table.dataset.audio is not None and self.table.dataset.audio.name in self.fields else None
            yield replace(row, values=values, withheld=withheld, audio=audio, evidence=())
