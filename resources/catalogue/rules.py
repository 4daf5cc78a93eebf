"""What must hold between the parts of a register's YAML: names that exist, tags that are there, rules that make sense."""

from __future__ import annotations

import re
import zoneinfo
from functools import cache
from typing import TYPE_CHECKING

import duckdb

from resources.catalogue.model import SYSTEM
from resources.catalogue.notice_rules import check_notice
from resources.catalogue.positions import nearest
from resources.catalogue.shapes import DatabaseRead, FilesRead, RestRead

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.catalogue.notice_shapes import NoticeShape
    from resources.catalogue.positions import Document, Location
    from resources.catalogue.shapes import DatasetShape, FieldShape, RecordsRead, RetentionShape, SourceShape, VocabularyShape

CONTROLLER = "controller"  # the operator of what no processor runs
_TAGS = ("origin", "promise", "identifies", "shared", "withhold", "mentions_others", "purposes", "legal_basis")


class Rules:
    """Checks one register's documents against each other; what fails is reported in the documents themselves."""

    def __init__(self, vocabulary: VocabularyShape, notice: NoticeShape, retention: RetentionShape) -> None:
        """Take what names may refer to."""
        self.vocabulary = vocabulary
        self.notice = notice
        self.retention = retention

    def check_notice(self, document: Document) -> None:
        """The notice itself, and its time zone."""
        _zone(document, ("time_zone",), self.notice.time_zone)
        check_notice(document, self.notice, self.vocabulary)

    def check_retention(self, document: Document) -> None:
        """Each rule's promise."""
        for name, rule in self.retention.rules.items():
            self._known(document, ("rules", name, "promise"), rule.promise, self.notice.promises, "promise of notice.yaml")

    def check_source(self, document: Document, source: SourceShape) -> None:
        """A source, its data sets and their fields."""
        if source.source != document.path.stem:
            document.report(("source",), f"'{source.source}' must equal the file's name, '{document.path.stem}'")
        _zone(document, ("time_zone",), source.time_zone)
        processors = [name for name, recipient in self.notice.recipients.items() if recipient.kind == "processor"]
        self._known(document, ("operator",), source.operator, [*processors, CONTROLLER], "processor of notice.yaml")
        for name, dataset in source.datasets.items():
            self._check_dataset(document, ("datasets", name), source, dataset)

    @staticmethod
    def check_read(document: Document, place: Location, read: RecordsRead) -> None:
        """What the way of reading needs beyond its shape: without it, records would be left unread."""
        if isinstance(read, DatabaseRead) and (read.table is None) == (read.query is None):
            document.report(place, "name either a 'table' or a 'query'")
        if isinstance(read, FilesRead):
            if read.format == "delimited" and read.columns is None:
                document.report(place, "'columns' is missing: 'format: delimited' needs it")
            if read.format == "csv" and len(read.delimiter) != 1:
                document.report((*place, "delimiter"), "'delimiter' must be one letter for 'csv': longer ones go with 'format: delimited'")
            if len(read.quote) > 1:
                document.report((*place, "quote"), "'quote' must be one letter, or empty where nothing is quoted")
        if isinstance(read, RestRead):
            for key in _PAGING.get(read.paging.kind, ()):
                if getattr(read.paging, key) is None:
                    document.report((*place, "paging"), f"'{key}' is missing: 'kind: {read.paging.kind}' needs it")

    def _check_dataset(self, document: Document, place: Location, source: SourceShape, dataset: DatasetShape) -> None:
        for index, name in enumerate(dataset.key if isinstance(dataset.key, list) else []):
            if (
                self._known(document, (*place, "key", index), name, dataset.fields, "field of this data set")
                and not dataset.fields[name].required
            ):
                document.report((*place, "fields", name), "is part of the key: it must be 'required: true'")
        self._check_anchor(document, place, dataset)
        for index, purpose in enumerate(dataset.purposes):
            self._known(document, (*place, "purposes", index), purpose, self.notice.purposes, "purpose of notice.yaml")
        self._check_persons(document, place, dataset)
        files = [name for name, field in dataset.fields.items() if field.type == "file"]
        if source.connector == "recordings" and len(files) != 1:
            document.report((*place, "fields"), "exactly one field of type 'file' must name the audio file")
        for name in files if source.connector != "recordings" else []:
            document.report((*place, "fields", name, "type"), "only a source with 'connector: recordings' has files")
        for name, field in dataset.fields.items():
            self._check_field(document, (*place, "fields", name), field, dataset)

    def _check_anchor(self, document: Document, place: Location, dataset: DatasetShape) -> None:
        rule_known = self._known(document, (*place, "retention"), dataset.retention, self.retention.rules, "rule of retention.yaml")
        if not self._known(document, (*place, "anchor"), dataset.anchor, dataset.fields, "field of this data set"):
            return
        anchor = dataset.fields[dataset.anchor]
        if anchor.type not in ("date", "timestamp"):
            document.report((*place, "anchor"), f"the anchor '{dataset.anchor}' must be a date or a timestamp, not {anchor.type}")
        if rule_known and not anchor.required and self.retention.rules[dataset.retention].open is None:
            what = f"'{dataset.anchor}' may be empty, and rule '{dataset.retention}' does not say what then"
            hint = "make the field 'required: true', or state 'open: keep' or 'open: ingested' in retention.yaml"
            document.report((*place, "anchor"), f"{what}: {hint}")

    def _check_persons(self, document: Document, place: Location, dataset: DatasetShape) -> None:
        standing: dict[str, str] = {}
        roles = {role for kind in self.notice.data_subjects.values() for role in kind.roles}
        for role, names in dataset.persons.items():
            self._known(document, (*place, "persons", role), role, roles, "role of the notice's data_subjects")
            if not names:
                document.report((*place, "persons", role), f"role '{role}' names no field that identifies the person")
            for index, name in enumerate(names):
                here = (*place, "persons", role, index)
                if not self._known(document, here, name, dataset.fields, "field of this data set"):
                    continue
                if dataset.fields[name].identifies in (None, "none"):
                    document.report((*place, "fields", name), f"'identifies' is missing: role '{role}' is identified by it")
                if name in standing:
                    document.report(here, f"'{name}' stands in role '{standing[name]}' already: a field identifies one role")
                standing[name] = role
        for name, field in dataset.fields.items():
            if field.identifies not in (None, "none") and name not in standing:
                document.report(
                    (*place, "fields", name),
                    f"identifies a person ({field.identifies}): name it in a role of 'persons'",
                )

    def _check_field(self, document: Document, place: Location, field: FieldShape, dataset: DatasetShape) -> None:
        if not self._known(document, (*place, "category"), field.category, self.vocabulary.categories, "category of the vocabulary"):
            return
        _check_typing(document, place, field)
        if dataset.key == [place[-1]] and field.type == "file":
            document.report(place, "a file cannot be the key")
        if field.category == SYSTEM:
            for tag in (each for each in _TAGS if getattr(field, each) is not None):
                why = f"'category: system' says that it is not about a person; then '{tag}' has no meaning: remove one"
                document.report((*place, tag), why)
            return
        self._check_tags(document, place, field)
        self._check_references(document, place, field)

    def _check_tags(self, document: Document, place: Location, field: FieldShape) -> None:
        wanted = ["origin", "promise", *self.vocabulary.categories[field.category].states]
        wanted += ["shared"] if field.identifies not in (None, "none") else []
        for tag in wanted:
            if getattr(field, tag) is None:
                document.report(place, f"the tag '{tag}' is missing: state it")
        for tag in ("withhold", "mentions_others"):
            if getattr(field, tag) not in (None, "none", False) and tag not in wanted:
                hint = "use a category for which the vocabulary demands it, so that it cannot be forgotten"
                document.report((*place, tag), f"'{tag}' does not go with category '{field.category}': {hint}")

    def _check_references(self, document: Document, place: Location, field: FieldShape) -> None:
        self._known(document, (*place, "origin"), field.origin, self.notice.origins, "origin of notice.yaml")
        self._known(document, (*place, "promise"), field.promise, self.notice.promises, "promise of notice.yaml")
        self._known(document, (*place, "identifies"), field.identifies, [*self.vocabulary.identifiers, "none"], "kind of identifier")
        self._known(document, (*place, "legal_basis"), field.legal_basis, self.vocabulary.legal_bases, "legal basis")
        for index, purpose in enumerate(field.purposes or []):
            self._known(document, (*place, "purposes", index), purpose, self.notice.purposes, "purpose of notice.yaml")

    @staticmethod
    def _known(document: Document, place: Location, word: str | None, known: Iterable[str], what: str) -> bool:
        names = list(known)
        if word is None or word in names:
            return word is not None
        document.report(place, f"'{word}' is no {what}: {nearest(word, names)}")
        return False


_PAGING = {"page": ("parameter",), "offset": ("parameter",), "cursor": ("parameter", "next"), "next_url": ("next",)}
_ONLY = {
    "formats": ("date", "timestamp"),
    "epoch": ("timestamp",),
    "time_zone": ("timestamp",),
    "min": ("integer", "decimal"),
    "max": ("integer", "decimal"),
    "repair": ("text",),
    "one_of": ("text", "integer", "file"),
    "pattern": ("text", "integer", "file"),
}


def _check_typing(document: Document, place: Location, field: FieldShape) -> None:
    """Rules that the field's type can obey, a time zone that exists, and regular expressions that can be read."""
    if field.time_zone is not None:
        _zone(document, (*place, "time_zone"), field.time_zone)
    for key, kinds in _ONLY.items():
        if getattr(field, key) not in (None, []) and field.type not in kinds:
            document.report((*place, key), f"'{key}' has no meaning for type '{field.type}', only for {' and '.join(kinds)}")
    for key in ("pattern", "remove"):
        pattern = getattr(field, key)
        if pattern is None:
            continue
        if not _can_be_read(pattern):
            document.report((*place, key), f"'{key}' is not a regular expression that can be read (RE2 syntax)")


@cache
def _can_be_read(pattern: str) -> bool:
    try:
        re.compile(pattern)
        duckdb.execute("SELECT regexp_matches('', ?)", [pattern])
    except (re.error, duckdb.Error):
        return False
    return True


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _zone(document: Document, place: Location, name: str) -> None:
    known = _zones()
    if name not in known:
        document.report(place, f"'{name}' is no time zone: {nearest(name, known)}")
