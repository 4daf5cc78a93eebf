"""What must hold where a rule empties fields of a record, or counts it: nothing that tells of a person stays behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.catalogue.model import SYSTEM
from resources.limits import relations_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.catalogue.inheritance import Effective
    from resources.catalogue.positions import Location
    from resources.catalogue.retention_shapes import RuleShape
    from resources.catalogue.rules import DatasetRules
    from resources.catalogue.shapes import FieldShape


def check_action(rules: DatasetRules) -> None:
    """Check what a data set's rule leaves behind of its records."""
    rule = rules.names.rule(rules.dataset.shape.retention)
    if rule is None or rules.known_fields is None:
        return
    place: Location = (*rules.place, "retention")
    told = {"blank": _blank, "aggregate": _aggregate}
    for message in told[rule.action](rules, rule) if rule.action in told else ():
        rules.document.report(place, f"rule '{rules.dataset.shape.retention}' {message}")


def _blank(rules: DatasetRules, rule: RuleShape) -> Iterator[str]:
    """What is emptied may be; all else is about nobody."""
    dataset = rules.stated
    if not rule.fields:  # that is told of the rule
        return
    if relations_of(rule.limit):
        yield "empties fields, and waits for a relation: a field goes by the calendar alone"
    if dataset.key == "content" and rules.source.connector == "recordings":
        yield "empties fields, and a recording without a key is known by its content: name a key"
    for name in rule.fields:
        if name not in rules.fields:
            yield f"empties '{name}', which is no field of this data set: use a rule of its own"
        elif name == dataset.anchor or (isinstance(dataset.key, list) and name in dataset.key):
            yield f"empties '{name}', on which the record hangs (its key or its anchor): let the rule delete the record"
        elif rules.fields[name].shape.type == "file":
            yield f"empties '{name}', which names an audio file: let the rule delete the record"
    left = [name for name, field in rules.fields.items() if name not in rule.fields and _is_about_a_person(field)]
    if left:
        yield f"leaves what is about a person ({', '.join(left)}): name it in 'fields', or let the rule delete the record"
    anchor = dataset.fields.get(dataset.anchor)
    if anchor is not None and not anchor.required and (rule.open != "keep" or dataset.key == "content"):
        yield "empties fields by the anchor, which may be empty: make it 'required: true', or use 'open: keep' and a key"


def _aggregate(rules: DatasetRules, rule: RuleShape) -> Iterator[str]:
    """What is counted by tells of nobody: no identifier, no free text."""
    for name in rule.counts.by if rule.counts is not None else ():
        field = rules.fields.get(name)
        if field is None:
            yield f"counts by '{name}', which is no field of this data set: use a rule of its own"
        elif field.shape.identifies not in (None, "none") or name in (each for names in rules.stated.persons.values() for each in names):
            yield f"counts by '{name}', which identifies persons: count by something else"
        elif field.shape.mentions_others:
            yield f"counts by '{name}', a free text in which persons may stand: count by something else"
        elif field.shape.type == "file":
            yield f"counts by '{name}', an audio file: count by something else"


def _is_about_a_person(field: Effective[FieldShape]) -> bool:
    return "category" not in field.unsure and field.shape.category != SYSTEM
