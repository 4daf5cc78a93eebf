"""The report that the person reads: one HTML page, in the person's language, that fetches nothing and runs nothing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from assets.page import environment
from assets.rights.tabular import exact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assets.rights.holding import Fact, Holding, KnownFrom, Row, Table, Unread
    from assets.rights.wording import Wording
    from resources.catalogue import Catalogue, Dataset
    from resources.ledger import Request

MOST_ROWS = 1000


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: text, its machine-readable time, and whether it is a `value`, `empty` or `withheld`."""

    text: str
    state: str = "value"
    time: str | None = None


@dataclass(frozen=True)
class Section:
    """A data set as the report shows it."""

    dataset: Dataset
    label: str
    source: str
    records: str
    purposes: list[str]
    legal_bases: list[str]
    categories: list[str]
    origins: list[str]
    retention: str
    headings: list[str]
    rows: list[list[Cell]]
    empty: list[str]
    number: int
    has_other_role: bool


@dataclass(frozen=True)
class FactSection:
    """A fact as the report shows it: its name, and of each value the rows that tell where it comes from."""

    label: str
    agrees: bool
    values: list[list[FactRow]]

    @property
    def rows(self) -> int:
        """How many rows it has in all."""
        return sum(len(value) for value in self.values)


@dataclass(frozen=True)
class FactRow:
    """One origin of a value, in words."""

    written: str
    source: str
    dataset: str
    field: str
    origin: str
    since: Cell


@dataclass(frozen=True)
class Report:
    """What a report is made of, beside the holding."""

    catalogue: Catalogue
    wording: Wording
    request: Request
    made: dt.datetime
    audio: dict[str, tuple[Table, int, int]]  # by its name in the bundle: the table, the row's number and the size in bytes

    def html(self, holding: Holding) -> bytes:
        """The page, in UTF-8."""
        language = self.wording.language
        page = (
            environment("assets.rights")
            .get_template("report.html")
            .render(
                language=language,
                t=self.wording.text,
                wording=self.wording,
                notice=self.catalogue.notice,
                kinds=self.catalogue.vocabulary.identifiers,
                sources=self.catalogue.sources,
                request=self.request,
                made=self.made,
                made_iso=exact(self.made),
                received_iso=exact(self.request.received_at),
                holding=holding,
                origins=self.catalogue.vocabulary.origins,
                facts=[self._fact(fact) for fact in holding.facts],
                sections=[self._section(table) for table in holding.tables],
                unread=[(each, self._unread_field(each)) for each in holding.unread],
                exact=exact,
                audio=[
                    (file, table.dataset.shape.label.in_language(language), number, size)
                    for file, (table, number, size) in self.audio.items()
                ],
                withheld=self._withheld(holding),
                redacted=self._redacted(holding),
                unattributed=[
                    (
                        each.dataset.shape.label.in_language(language),
                        self.catalogue.vocabulary.identifiers[each.kind].label.in_language(language),
                        each.records,
                    )
                    for each in holding.unattributed
                ],
            )
        )
        return page.encode()

    def _fact(self, fact: Fact) -> FactSection:
        language, vocabulary = self.wording.language, self.catalogue.vocabulary
        rows = [
            [
                FactRow(
                    written=each.written,
                    source=self.catalogue.sources[each.dataset.source].shape.label.in_language(language),
                    dataset=each.dataset.shape.label.in_language(language),
                    field=field_labels(each, language),
                    origin=vocabulary.origins[each.origin].label.in_language(language) if each.origin else "",
                    since=Cell(self.wording.local_date(each.since), time=str(exact(each.since))) if each.since else Cell("", "empty"),
                )
                for each in value.known_from
            ]
            for value in fact.values
        ]
        return FactSection(vocabulary.categories[fact.category].label.in_language(language), fact.agrees, rows)

    def _section(self, table: Table) -> Section:
        dataset, language = table.dataset, self.wording.language
        vocabulary = self.catalogue.vocabulary
        fields = [field for field in dataset.fields.values() if field.is_personal]
        told = [name for name, field in dataset.fields.items() if field.is_personal or field.shape.label is not None]
        filled = _filled(table)
        shown = [name for name in told if name in filled]
        headings = headings_of(dataset, language)
        bases = [vocabulary.legal_bases[basis] for basis in _distinct(field.legal_bases for field in fields)]
        return Section(
            dataset=dataset,
            label=dataset.shape.label.in_language(language),
            source=self.catalogue.sources[dataset.source].shape.label.in_language(language),
            records=self.wording.records(len(table.rows)),
            purposes=[
                self.catalogue.notice.purposes[each].label.in_language(language)
                for each in _distinct([dataset.shape.purposes, *(f.purposes for f in fields)])
            ],
            legal_bases=[f"{basis.label.in_language(language)} ({basis.article})" for basis in bases],
            categories=[vocabulary.categories[each].label.in_language(language) for each in dataset.categories],
            origins=[
                vocabulary.origins[each].label.in_language(language)
                for each in _distinct([field.shape.origin or ""] for field in fields)
                if each
            ],
            retention=dataset.rule.reason.in_language(language),
            headings=[headings[name] for name in shown],
            rows=[[self._cell(row, name) for name in shown] for row in islice(table.rows, MOST_ROWS)],
            empty=[headings[name] for name in dataset.fields if name not in shown and dataset.fields[name].is_personal],
            number=len(table.rows),
            has_other_role=any(not row.is_main for row in table.rows),
        )

    def _cell(self, row: Row, name: str) -> Cell:
        if name in row.withheld:
            return Cell(f"{self.wording.text('withheld_mark')} {self.wording.text(f'why_{row.withheld[name]}')}", "withheld")
        value = row.values.get(name)
        if value is None:
            return Cell(self.wording.text("no_value"), "empty")
        time = str(exact(value)) if isinstance(value, dt.date) else None
        return Cell(self.wording.value(value), time=time)

    def _unread_field(self, unread: Unread) -> str:
        field = unread.dataset.fields.get(unread.field or "")
        return field.label.in_language(self.wording.language) if field is not None else ""

    def _withheld(self, holding: Holding) -> list[tuple[str, str, str, int]]:
        labels = self._labels(holding)
        rows = [
            (labels[table][0], labels[table][1][field], self.wording.text(f"why_{reason}"), number)
            for (table, field, reason), number in sorted(holding.withheld.items())
        ]
        unshown = Counter(each.dataset.shape.label.in_language(self.wording.language) for each in holding.unread if each.text is None)
        return rows + [
            (label, self.wording.text("unread_title"), self.wording.text("why_unread"), number) for label, number in sorted(unshown.items())
        ]

    def _redacted(self, holding: Holding) -> list[tuple[str, str, str, int]]:
        labels = self._labels(holding)
        return [
            (labels[table][0], labels[table][1][field], self.wording.text(f"what_{kind}"), number)
            for (table, field, kind), number in sorted(holding.redacted.items())
        ]

    def _labels(self, holding: Holding) -> dict[str, tuple[str, dict[str, str]]]:
        language = self.wording.language
        return {
            table.dataset.table: (table.dataset.shape.label.in_language(language), headings_of(table.dataset, language))
            for table in holding.tables
        }


def _filled(table: Table) -> set[str]:
    """The fields that have a value in some row, shown or withheld."""
    found: set[str] = set()
    for row in table.rows:
        found.update(name for name, value in row.values.items() if value is not None)
        found.update(row.withheld)
    return found


def headings_of(dataset: Dataset, language: str) -> dict[str, str]:
    """What each field is called in a language, with the field's own name where two would be called the same."""
    told = {name: field.is_personal or field.shape.label is not None for name, field in dataset.fields.items()}
    labels = {name: field.label.in_language(language) if told[name] else name for name, field in dataset.fields.items()}
    times = Counter(labels.values())
    return {name: label if times[label] == 1 else f"{label} ({name})" for name, label in labels.items()}


def field_labels(known: KnownFrom, language: str) -> str:
    """What the fields that tell a value are called in a language."""
    headings = headings_of(known.dataset, language)
    return ", ".join(headings[name] for name in known.fields)


def _distinct(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(each for listed in lists for each in listed))
