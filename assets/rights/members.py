"""What a bundle holds for programs: each table as JSON and CSV, facts, what could not be read in, links, and what is withheld."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assets.rights.headings import field_labels, given_headings, headings_of
from assets.rights.recordings import AT_SOURCE, member
from assets.rights.tabular import csv_bytes, csv_pieces, exact, json_bytes, json_pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from assets.rights.holding import Holding, Row, Table
    from assets.rights.wording import Wording
    from resources.catalogue import Catalogue

UNREAD, FACTS = "quarantine", "facts"  # a register table's name always has an underscore, so they are none of theirs


@dataclass(frozen=True)
class Members:
    """The members of a bundle, but for the report and what stands around them all."""

    catalogue: Catalogue
    wording: Wording
    holding: Holding

    def data(self) -> Iterator[tuple[str, bytes | Iterable[bytes]]]:
        """Every file of `data/`, by its name."""
        for table in self.holding.tables:
            yield from self._table(table)
        if self.holding.facts:
            yield from self._facts()
        if self.holding.unread:
            yield from self._unread()

    def _table(self, table: Table) -> Iterator[tuple[str, Iterable[bytes]]]:
        mark, headings = self.wording.text("withheld_mark"), given_headings(table.dataset, self.wording)
        exactly = ({name: exact(given[name]) for name in headings if name in given} for given, _ in _given(table))
        listed = ([mark if name in row.withheld else given.get(name) for name in headings] for given, row in _given(table))
        yield f"data/{table.dataset.table}.json", json_pieces(exactly)
        yield f"data/{table.dataset.table}.csv", csv_pieces(list(headings.values()), listed)

    def _facts(self) -> Iterator[tuple[str, bytes]]:
        """What more than one field tells of the person, with every origin."""
        language, vocabulary = self.wording.language, self.catalogue.vocabulary
        exactly = [
            {
                "category": fact.category,
                "agrees": fact.agrees,
                "values": [
                    [
                        {
                            "value": each.written,
                            "table": each.dataset.table,
                            "fields": list(each.fields),
                            "source": each.dataset.source,
                            "origin": each.origin,
                            "held_since_at_latest": exact(each.since),
                        }
                        for each in value.known_from
                    ]
                    for value in fact.values
                ],
            }
            for fact in self.holding.facts
        ]
        keys = ("fact", "value", "source", "dataset", "field", "origin", "held_since")
        listed = (
            (
                vocabulary.categories[fact.category].label.in_language(language),
                each.written,
                self.catalogue.sources[each.dataset.source].shape.label.in_language(language),
                each.dataset.shape.label.in_language(language),
                field_labels(each, language),
                vocabulary.origins[each.origin].label.in_language(language) if each.origin else "",
                each.since,
            )
            for fact in self.holding.facts
            for value in fact.values
            for each in value.known_from
        )
        yield f"data/{FACTS}.json", json_bytes(exactly)
        yield f"data/{FACTS}.csv", csv_bytes([self.wording.text(key) for key in keys], listed)

    def _unread(self) -> Iterator[tuple[str, bytes]]:
        keys, language = ("dataset", "time", "field", "rule", "raw"), self.wording.language
        hidden = self.wording.text("unread_withheld")
        exactly = [
            {"data_set": each.dataset.id, "time": exact(each.at), "field": each.field, "rule": each.rule, "record": each.text}
            for each in self.holding.unread
        ]
        listed = [
            (
                each.dataset.shape.label.in_language(language),
                each.at,
                headings_of(each.dataset, language).get(each.field or "", ""),
                each.rule,
                hidden if each.text is None else each.text,
            )
            for each in self.holding.unread
        ]
        yield f"data/{UNREAD}.json", json_bytes(exactly)
        yield f"data/{UNREAD}.csv", csv_bytes([self.wording.text(key) for key in keys], listed)

    def links(self) -> Iterator[bytes]:
        """How each record was linked: the identifier that named the person in it, and what joins those identifiers."""
        identifiers = [
            {
                "kind": each.kind,
                "value": each.value,
                "sources": list(each.sources),
                "origins": list(each.origins),
                "joins": each.joins,
                "reason": each.reason,
            }
            for each in self.holding.identifiers
        ]
        records = (
            {"table": table.dataset.table, "row": number, "role": each.role, "field": each.field, "kind": each.kind, "value": each.value}
            for table in self.holding.tables
            for number, row in enumerate(table.rows, start=1)
            for each in row.evidence
        )
        yield b'{"identifiers":\n'
        yield json_bytes(identifiers)
        yield b',"records":\n'
        yield from json_pieces(records)
        yield b"}\n"

    def withheld(self) -> dict[str, Any]:
        """What is withheld, taken out of texts or left out, counted, each with its reason."""
        holding, text = self.holding, self.wording.text
        return {
            "values": [
                {"table": table, "field": field, "reason": reason, "explanation": text(f"why_{reason}"), "count": count}
                for (table, field, reason), count in sorted(holding.withheld.items())
            ],
            "redacted": [
                {"table": table, "field": field, "kind": kind, "count": count}
                for (table, field, kind), count in sorted(holding.redacted.items())
            ],
            "names_known_by": names_known_by(holding),
            "unread": sum(each.text is None for each in holding.unread),
            "unattributed": [{"table": each.dataset.table, "kind": each.kind, "records": each.records} for each in holding.unattributed],
            "left_out": [
                {
                    "table": each.dataset.table,
                    "field": each.field,
                    "reason": each.reason,
                    "explanation": text(f"left_out_{each.reason}"),
                }
                for each in holding.left_out
            ],
        }


def names_known_by(holding: Holding) -> dict[str, Any]:
    """By what names in texts were known that are taken out: the register, and the model of names with its SHA-256, if there was one."""
    return {"register": True, "model": holding.names_by}


def _given(table: Table) -> Iterator[tuple[Mapping[str, object], Row]]:
    """The values of each row as they are given: a recording is named as it is in the bundle, and beside that as at its source."""
    for number, row in enumerate(table.rows, start=1):
        name = member(table.dataset, number, row)
        audio = table.dataset.audio if name is not None else None
        yield row.values | ({audio.name: name, f"{audio.name}{AT_SOURCE}": row.values[audio.name]} if audio is not None else {}), row
