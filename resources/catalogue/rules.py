"""What must hold between the parts of a source's YAML and the rest: names that exist, persons, anchors. Fields have rules of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.catalogue.action_rules import check_action
from resources.catalogue.company_rules import check_companies
from resources.catalogue.erasure_rules import check_erasure
from resources.catalogue.field_rules import check_field
from resources.catalogue.inheritance import OF_PERSONS, WHERE_DEMANDED, Levels
from resources.catalogue.model import SYSTEM
from resources.catalogue.names import check_zone, is_known
from resources.catalogue.whole_rules import check_wholes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.catalogue.inheritance import Effective
    from resources.catalogue.names import Names
    from resources.catalogue.positions import Document, Location
    from resources.catalogue.shapes import DatasetShape, FieldShape, SourceShape, TagsShape

_OF_DATASET = "field of this data set"


def check_source(document: Document, source: SourceShape, names: Names) -> None:
    """A source itself; its data sets are checked one by one."""
    if source.source != document.path.stem:
        document.report(("source",), f"'{source.source}' must equal the file's name, '{document.path.stem}'")
    check_zone(document, ("time_zone",), source.time_zone)
    is_known(document, ("operator",), source.operator, names.processors, "processor of notice.yaml")
    check_tags(document, (), source, names)
    _check_plus_addresses(document, source, names)


def _check_plus_addresses(document: Document, source: SourceShape, names: Names) -> None:
    """What is said of e-mail addresses with a plus sign must reach a field that is one."""
    kinds = names.vocabulary.identifiers
    said = [field.identifies for dataset in source.datasets.values() for field in dataset.fields.values() if field.plus_addresses is None]
    reached = any(kind in kinds and kinds[kind].normalise == "email" for kind in said if kind is not None)
    if source.plus_addresses is not None and not reached and document.is_whole(("datasets",)):
        document.report(("plus_addresses",), "'plus_addresses' reaches no field: the source has no e-mail address that identifies")


def check_tags(document: Document, place: Location, tags: TagsShape, names: Names) -> None:
    """That the tags which a source, a data set or a field states itself name what there is."""
    is_known(document, (*place, "category"), tags.category or None, names.vocabulary.categories, "category of the vocabulary")
    is_known(document, (*place, "origin"), tags.origin, names.origins, "origin of notice.yaml")
    is_known(document, (*place, "promise"), tags.promise, names.promises, "promise of notice.yaml")
    is_known(document, (*place, "legal_basis"), tags.legal_basis, names.vocabulary.legal_bases, "legal basis")
    is_known(document, (*place, "retention"), tags.retention or None, names.rules, "rule of retention.yaml")
    for index, purpose in enumerate(tags.purposes or []):
        is_known(document, (*place, "purposes", index), purpose, names.purposes, "purpose of notice.yaml")


class DatasetRules:
    """Checks one data set of a source; what fails is reported in the source's document."""

    def __init__(self, document: Document, source: SourceShape, name: str, names: Names) -> None:
        """Take the data set, and what its names may refer to."""
        levels = Levels(document, names.vocabulary, source, name)
        self.document = document
        self.source = source
        self.names = names
        self.place = levels.place
        self.stated = source.datasets[name]
        self.dataset: Effective[DatasetShape] = levels.dataset()
        self.fields: dict[str, Effective[FieldShape]] = {each: levels.field(each) for each in self.stated.fields}
        fields_place = (*self.place, "fields")
        self.known_fields = None if document.is_broken(fields_place) or fields_place in document.unread else self.stated.fields.keys()

    def check(self) -> None:
        """All that must hold of the data set and its fields."""
        check_tags(self.document, self.place, self.stated, self.names)
        for tag in ("retention", "purposes"):
            if tag not in self.dataset.stated and tag not in self.dataset.unsure:
                self.document.report((*self.place, tag), f"'{tag}' is missing: state it, here or on the source")
        self._check_reach()
        self._check_key()
        self._check_anchor()
        check_action(self)
        self._check_persons()
        self._check_prohibition()
        self._check_author()
        check_companies(self.document, self)
        check_wholes(self)
        check_erasure(self)
        self._check_files()
        if (
            self.stated.load != "snapshot"
            and self.stated.smallest_snapshot is not None
            and not self.document.is_broken((*self.place, "load"))
        ):
            hint = "what is missing from a batch is deleted only with 'load: snapshot': remove it"
            self.document.report((*self.place, "smallest_snapshot"), f"'smallest_snapshot' has no meaning here: {hint}")
        for name, field in self.fields.items():
            meant = field.shape.category != SYSTEM  # what has no meaning is not looked up either
            stated = self.stated.fields[name].model_copy(update={} if meant else dict.fromkeys(OF_PERSONS))
            check_tags(self.document, (*self.place, "fields", name), stated, self.names)
            check_field(self.document, (*self.place, "fields", name), field, self)

    def names_field(self, place: Location, name: str | None) -> bool:
        """Whether a name is that of a field of the data set; if it is not, that is reported."""
        return is_known(self.document, place, name, self.known_fields, _OF_DATASET)

    def _check_reach(self) -> None:
        """What is stated for the whole of a reason to withhold, or of third persons: it must reach some field, or it only seems to do."""
        for tag in WHERE_DEMANDED:
            if getattr(self.stated, tag) in (None, "none", False):
                continue
            reached = any(field.stated.get(tag) == (*self.place, tag) or field.unsure & {"category", tag} for field in self.fields.values())
            if not reached:
                message = f"'{tag}' reaches no field: it is inherited only where the vocabulary demands it of the category"
                self.document.report((*self.place, tag), message)

    def _check_key(self) -> None:
        for index, name in enumerate(self.stated.key if isinstance(self.stated.key, list) else []):
            if not self.names_field((*self.place, "key", index), name):
                continue
            place, field = (*self.place, "fields", name), self.stated.fields[name]
            if not field.required and not self.document.is_broken((*place, "required")):
                self.document.report(place, "is part of the key: it must be 'required: true'")
            if field.type == "file" and self.stated.key == [name] and not self.document.is_broken((*place, "type")):
                self.document.report(place, "a file cannot be the key")

    def _check_anchor(self) -> None:
        name = self.stated.anchor
        if not self.names_field((*self.place, "anchor"), name):
            return
        anchor, place = self.stated.fields[name], (*self.place, "fields", name)
        if self.document.is_broken((*place, "type")) or self.document.is_broken((*place, "required")):
            return
        if anchor.type not in ("date", "timestamp"):
            self.document.report((*self.place, "anchor"), f"the anchor '{name}' must be a date or a timestamp, not {anchor.type}")
        rule = self.names.rule(self.dataset.shape.retention)
        if rule is not None and not anchor.required and rule.open is None:
            what = f"'{name}' may be empty, and rule '{self.dataset.shape.retention}' does not say what then"
            hint = "make the field 'required: true', or state 'open: keep', 'open: ingested' or 'open: quarantine' in retention.yaml"
            self.document.report((*self.place, "anchor"), f"{what}: {hint}")

    def _check_prohibition(self) -> None:
        prohibition, place = self.stated.prohibition, (*self.place, "prohibition")
        if prohibition is None:
            return
        if not self.stated.persons and not self.document.is_broken((*self.place, "persons")):
            hint = "says who forbids something, and the data set has no 'persons': name the role that it is about"
            self.document.report(place, hint)
        for name in prohibition.where:
            self.names_field((*place, "where", name), name)
        for key, day in (("from", prohibition.from_), ("until", prohibition.until)):
            if day is None or not self.names_field((*place, key), day):
                continue
            kind = self.stated.fields[day].type
            if kind not in ("date", "timestamp") and not self.document.is_broken((*self.place, "fields", day, "type")):
                self.document.report((*place, key), f"'{day}' must be a date or a timestamp, not {kind}")

    def _check_author(self) -> None:
        author, place = self.stated.author, (*self.place, "author")
        if author is None or not self.names_field((*place, "field"), author.field):
            return
        values = self.stated.fields[author.field].one_of or []
        at = (*self.place, "fields", author.field)
        if sorted(values) != sorted(author.roles) and self.document.is_whole((*at, "one_of")) and self.document.is_whole((*place, "roles")):
            hint = f"name each value that '{author.field}' may have there, and in its 'one_of'"
            self.document.report((*place, "roles"), f"who wrote a record must be known of every one: {hint}")
        known = None if self.document.is_broken((*self.place, "persons")) else self.stated.persons
        for value, role in author.roles.items():
            is_known(self.document, (*place, "roles", value), role, known, "role of this data set")

    def _check_persons(self) -> None:
        standing: dict[str, str] = {}
        for role, names in self.stated.persons.items():
            place = (*self.place, "persons", role)
            is_known(self.document, place, role, self.names.roles, "role of the notice's data_subjects")
            if not names:
                self.document.report(place, f"role '{role}' names no field that identifies the person")
            for index, name in enumerate(names):
                if self.names_field((*place, index), name):
                    self._check_identifies(name, role)
                if name in standing:
                    what = f"'{name}' stands in role '{standing[name]}' already: a field identifies one role"
                    self.document.report((*place, index), what)
                standing[name] = role
        if self.document.is_whole((*self.place, "persons")):
            self._check_standing(standing)

    def _check_identifies(self, name: str, role: str) -> None:
        field = self.fields[name].shape
        category = self.names.vocabulary.categories.get(field.category)
        if field.identifies == "none" or (field.identifies is None and category is not None and "identifies" not in category.states):
            message = f"'identifies' is missing: role '{role}' is identified by it"
            self.document.report((*self.place, "fields", name, "identifies"), message)

    def _check_standing(self, standing: Mapping[str, str]) -> None:
        for name, field in self.stated.fields.items():
            if field.identifies not in (None, "none") and name not in standing:
                place = (*self.place, "fields", name, "identifies")
                self.document.report(place, f"identifies a person ({field.identifies}): name it in a role of 'persons'")

    def _check_files(self) -> None:
        if self.document.is_broken(("connector",)) or self.known_fields is None:
            return
        unsure = [name for name in self.stated.fields if self.document.is_broken((*self.place, "fields", name, "type"))]
        files = [name for name, field in self.stated.fields.items() if field.type == "file" and name not in unsure]
        if self.source.connector == "recordings" and len(files) != 1 and not unsure:
            self.document.report((*self.place, "fields"), "exactly one field of type 'file' must name the audio file")
        for name in files if self.source.connector != "recordings" else []:
            self.document.report((*self.place, "fields", name, "type"), "only a source with 'connector: recordings' has files")
