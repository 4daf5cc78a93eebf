"""What a person may take elsewhere (GDPR Art. 20): what the person gave or what was observed, under consent or a contract."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assets.rights.holding import Holding, LeftOut, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from resources.catalogue import Dataset
    from resources.catalogue.model import Field

PORTABILITY = "portability"
_ORIGINS = frozenset({"data_subject", "service_use", "website"})  # "provided by" the person: WP 242 rev.01, part III
_BASES = frozenset({"consent", "contract"})
_REASONS = ("origin", "legal_basis")


def portable(holding: Holding) -> Holding:
    """The part of a holding that may be taken elsewhere; what is left out of it stands in `left_out`.

    A data set is left out as a whole for a reason that is true of each of its fields; where there is none such, field by field. The legal
    basis is a field's, not a record's: a record of a data set that serves a contract and marketing alike goes with it in any case.

    Left out as well: what several sources tell of one fact, how records were linked, and what could not be read in.
    """
    tables, left_out = [], []
    for table in holding.tables:
        reasons = {name: _reasons(field) for name, field in table.dataset.fields.items()}
        kept = {name: table.dataset.fields[name] for name, why in reasons.items() if not why}
        if any(field.is_personal for field in kept.values()):
            tables.append(_cut(table, kept))
            left_out += _left_out(table.dataset, reasons)
        else:
            whole = [why for why in _REASONS if all(why in each for each in reasons.values() if each)]
            left_out += [LeftOut(table.dataset, None, whole[0])] if whole else _left_out(table.dataset, reasons)
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


def _reasons(field: Field) -> list[str]:
    """Why a field is left out, every reason that is true of it; none where it is not. What is not about a person stays beside what is."""
    if not field.is_personal:
        return []
    true = {"origin": field.shape.origin not in _ORIGINS, "legal_basis": not _BASES & set(field.legal_bases)}
    return [each for each in _REASONS if true[each]]


def _left_out(dataset: Dataset, reasons: Mapping[str, Sequence[str]]) -> list[LeftOut]:
    """The fields that are left out one by one, each for the first of its reasons."""
    return [LeftOut(dataset, name, why[0]) for name, why in reasons.items() if why]


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
