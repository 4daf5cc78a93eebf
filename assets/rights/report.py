"""The report that the person reads: one HTML page, in the person's language, that fetches nothing and runs nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from assets.page import environment, visible
from assets.rights.headings import field_labels, headings_of
from assets.rights.portability import PORTABILITY
from assets.rights.recordings import member
from assets.rights.tabular import exact
from assets.rights.threads import author, said_once, threads, whole_of

if TYPE_CHECKING:
    from assets.rights.about import Told
    from assets.rights.holding import Fact, Holding, LeftOut, Row, Table, Unread
    from assets.rights.wording import Wording
    from resources.catalogue import Catalogue, Dataset
    from resources.ledger import Request

MOST_ROWS = 1000


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: text, its machine-readable time, and whether it is a `value`, a short `word`, `empty` or `withheld`."""

    text: str
    state: str = "value"
    time: str | None = None


def cell(wording: Wording, dataset: Dataset, row: Row, name: str) -> Cell:
    """What stands in the cell of a record's field: of a code what it means, of what is structured what it holds."""
    if name in row.withheld:
        return Cell(f"{wording.text('withheld_mark')} {wording.text(f'why_{row.withheld[name]}')}", "withheld")
    value = row.values.get(name)
    if value is None:
        return Cell(wording.text("no_value"), "empty")
    shape = dataset.fields[name].shape
    if (meaning := shape.meanings.get(str(value))) is not None:
        return Cell(meaning.in_language(wording.language), "word")
    if isinstance(value, str) and not shape.mentions_others and (laid := wording.structure(value)) is not None:
        return Cell(laid)
    time = str(exact(value)) if isinstance(value, dt.date) else None
    return Cell(wording.value(value), "word" if isinstance(value, int) else "value", time)


@dataclass(frozen=True)
class Group:
    """Records that are shown together: those of one conversation, say, with what all of them say once; without a title, all there are."""

    title: str
    facts: list[tuple[str, Cell]]
    rows: list[list[Cell]]


@dataclass(frozen=True)
class Section:
    """A data set as the report shows it; `told` is what `about` says of it, `until` the day until which its newest record is kept."""

    told: Told
    records: str
    until: str
    headings: list[str]
    groups: list[Group]
    empty: list[str]
    number: int
    has_other_role: bool

    @property
    def rows(self) -> list[list[Cell]]:
        """The records of all groups."""
        return [row for group in self.groups for row in group.rows]

    @property
    def is_cut(self) -> bool:
        """Whether it has more records than are shown."""
        return len(self.rows) < self.number


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
class Shown:
    """What the report shows of a holding, in words: the page and the PDF say the same."""

    sections: list[Section]
    facts: list[FactSection]
    unread: list[tuple[Unread, str]]
    withheld: list[tuple[str, str, str, int]]
    redacted: list[tuple[str, str, str, int]]
    unattributed: list[tuple[str, str, int]]
    left_out: list[tuple[str, str, str]]
    audio: list[tuple[str, str, int, int]]


@dataclass(frozen=True)
class Report:
    """What a report is made of, beside the holding."""

    catalogue: Catalogue
    wording: Wording
    request: Request
    made: dt.datetime
    audio: dict[str, tuple[Table, int, int]]  # by its name in the bundle: the table, the row's number and the size in bytes
    about: Told

    def text(self, key: str, **values: object) -> str:
        """A text with its values filled in; the one of that kind of request, where it has its own."""
        own = f"{key}_for_{self.request.kind}"
        return self.wording.text(own if self.wording.has(own) else key, **values)

    def summary(self, holding: Holding) -> str:
        """How much is held, or given."""
        values = {"date": self.wording.local_date(self.made), "records": self.wording.records(holding.records)}
        return self.text("summary", withheld=self.text("withheld_title"), **values)

    def without_records(self, holding: Holding) -> tuple[str, list[str]]:
        """A heading and paragraphs for whom no record is given."""
        said, then = "nothing", ["nothing_next", "nothing_kept"]
        if holding.left_out:
            said, then = "left_out_only", ["left_out_intro"]
        elif holding.is_ledgered:
            said = "ledger_only"
        title = "ledger_title" if said == "ledger_only" else f"{said}_title"
        return self.text(title), [self.text(key, date=self.wording.local_date(self.made)) for key in (said, *then)]

    def html(self, holding: Holding, shown: Shown) -> bytes:
        """The page, in UTF-8."""
        page = self._page(holding, shown, has_unseen=False)
        if visible(page) != page:
            page = visible(self._page(holding, shown, has_unseen=True))
        return page.encode()

    def _page(self, holding: Holding, shown: Shown, *, has_unseen: bool) -> str:
        """The page as it is laid out; `has_unseen` says in it that signs were replaced."""
        return (
            environment("assets.rights")
            .get_template("report.html")
            .render(
                has_unseen=has_unseen,
                language=self.wording.language,
                t=self.text,
                report=self,
                wording=self.wording,
                notice=self.catalogue.notice,
                kinds=self.catalogue.vocabulary.identifiers,
                sources=self.catalogue.sources,
                request=self.request,
                about=self.about,
                made=self.made,
                made_iso=exact(self.made),
                received_iso=exact(self.request.received_at),
                holding=holding,
                origins=self.catalogue.vocabulary.origins,
                shown=shown,
                exact=exact,
                files=self.files(holding),
            )
        )

    def shown(self, holding: Holding) -> Shown:
        """The holding in words."""
        language, kinds = self.wording.language, self.catalogue.vocabulary.identifiers
        return Shown(
            sections=[self._section(table, told) for table, told in zip(holding.tables, self.about["tables"], strict=True)],
            facts=[self._fact(fact) for fact in holding.facts],
            unread=[(each, self._unread_field(each)) for each in holding.unread],
            withheld=self._withheld(holding),
            redacted=self._redacted(holding),
            unattributed=[
                (each.dataset.shape.label.in_language(language), kinds[each.kind].label.in_language(language), each.records)
                for each in holding.unattributed
            ],
            left_out=[self._left_out(each) for each in holding.left_out],
            audio=[
                (file, table.dataset.shape.label.in_language(language), number, size) for file, (table, number, size) in self.audio.items()
            ],
        )

    def files(self, holding: Holding) -> list[tuple[str, str]]:
        """The files of the bundle, or patterns of their names, each with what it is."""
        named = ["report.html", "report.pdf", "about.json"]
        if holding.is_held:
            named += ["data/*.json", "data/*.csv", "schema.json", "withheld.json"]
            named += ["links.json"] if self.request.kind != PORTABILITY else []
            named += ["audio/*"] if self.audio else []
        elif holding.left_out:
            named.append("withheld.json")
        named += ["manifest.json", "VERIFY.html"]
        return [(name, self.wording.text(f"file_{re.sub('[^a-z]+', '_', name.lower()).strip('_')}")) for name in named]

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

    def _section(self, table: Table, said: Told) -> Section:
        dataset = table.dataset
        told = list(dataset.fields)
        filled: set[str] = set()
        has_other_role = False
        for row in table.rows:
            filled |= {name for name in told if name not in filled and (row.values.get(name) is not None or name in row.withheld)}
            has_other_role |= not row.is_main
        shown = [name for name in told if name in filled]
        headings = headings_of(dataset, self.wording.language)
        columns, groups = self._groups(dataset, list(enumerate(islice(table.rows, MOST_ROWS), start=1)), shown)
        until = said["retention"]["until"]
        return Section(
            told=said,
            records=self.wording.records(len(table.rows)),
            until=self.wording.date(dt.date.fromisoformat(until)) if until else "",
            headings=[headings[name] for name in columns],
            groups=groups,
            empty=[headings[name] for name in told if name not in shown],
            number=len(table.rows),
            has_other_role=has_other_role,
        )

    def _groups(self, dataset: Dataset, rows: list[tuple[int, Row]], names: list[str]) -> tuple[list[str], list[Group]]:
        """The fields that each row tells, and the rows: of messages by what they belong to, which is said once with what they share."""
        numbers = {id(row): number for number, row in rows}
        whole = whole_of(dataset)
        grouped = threads(dataset, (row for _, row in rows)) if len(rows) > 1 and whole and set(whole) <= set(names) else []
        if not grouped:
            return names, [Group("", [], [[self._cell(dataset, row, name, number) for name in names] for number, row in rows])]
        headings = headings_of(dataset, self.wording.language)
        once = [name for name in said_once(dataset, grouped, names) if name not in whole]
        columns = [name for name in names if name not in {*whole, *once}]

        def cell(row: Row, name: str) -> Cell:
            return self._cell(dataset, row, name, numbers[id(row)])

        groups = [
            Group(
                " · ".join(f"{headings[name]}: {cell(some[0], name).text}" for name in whole),
                [(headings[name], told) for name in once if (told := cell(some[0], name)).state != "empty"],
                [[cell(row, name) for name in columns] for row in some],
            )
            for some in grouped
        ]
        return columns, groups

    def _cell(self, dataset: Dataset, row: Row, name: str, number: int) -> Cell:
        value = row.values.get(name)
        if value is not None and name not in row.withheld:
            stated = dataset.shape.author
            if stated is not None and name == stated.field and (who := author(self.catalogue, dataset, row)) is not None:
                return Cell(self.wording.text(f"author_{who}"), "word")
            if dataset.audio is not None and name == dataset.audio.name and (file := member(dataset, number, row)) is not None:
                return Cell(f"{file} ({value})")
        return cell(self.wording, dataset, row, name)

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

    def _left_out(self, each: LeftOut) -> tuple[str, str, str]:
        language = self.wording.language
        field = headings_of(each.dataset, language)[each.field] if each.field else self.wording.text("left_out_all")
        return each.dataset.shape.label.in_language(language), field, self.wording.text(f"left_out_{each.reason}")

    def _labels(self, holding: Holding) -> dict[str, tuple[str, dict[str, str]]]:
        language = self.wording.language
        return {
            table.dataset.table: (table.dataset.shape.label.in_language(language), headings_of(table.dataset, language))
            for table in holding.tables
        }
