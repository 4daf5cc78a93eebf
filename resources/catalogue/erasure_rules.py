"""What must hold of a data set for its persons to be erased, and its records to be deleted at their source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resources.catalogue.rules import DatasetRules
    from resources.catalogue.shapes import DeletesShape

_WAYS = {"rest": "path", "database": "statement"}
_IN_PATH = re.compile(r"(?<!\$)\{([a-z][a-z0-9_]*)\}")
_IN_STATEMENT = re.compile(r"(?<![:\w\\]):([a-z][a-z0-9_]*)")


def check_erasure(rules: DatasetRules) -> None:
    """The time of a record, what stays of it on what ground, and how it is deleted at the source."""
    _check_recorded(rules)
    _check_kept(rules)
    if rules.stated.deletes is not None:
        _check_deletes(rules, rules.stated.deletes)


def _check_recorded(rules: DatasetRules) -> None:
    name, place = rules.stated.recorded, (*rules.place, "recorded")
    if name is None or not rules.names_field(place, name):
        return
    kind = rules.stated.fields[name].type
    if kind not in ("date", "timestamp") and not rules.document.is_broken((*rules.place, "fields", name, "type")):
        rules.document.report(place, f"'{name}' must be a date or a timestamp, not {kind}")


def _check_kept(rules: DatasetRules) -> None:
    """A field cannot stay without its record; and one that goes alone must leave a record that is known without it."""
    own = rules.names.rule(rules.dataset.shape.retention)
    if own is None:
        return
    for name, field in rules.fields.items():
        stated = field.shape.retention
        rule = rules.names.rule(stated) if stated and stated != rules.dataset.shape.retention else None
        if rule is None or (rule.erasure is None) == (own.erasure is None):
            continue
        place = (*rules.place, "fields", name, "retention")
        if own.erasure is None:
            message = f"rule '{stated}' keeps '{name}' when a person is erased, and the record's own rule does not keep the record"
            rules.document.report(place, message)
        elif rules.stated.key == "content":
            message = f"'{name}' goes when a person is erased, and its record stays: one that is known by its content cannot go in part"
            rules.document.report(place, message)


def _check_deletes(rules: DatasetRules, deletes: DeletesShape) -> None:
    place, document = (*rules.place, "deletes"), rules.document
    if document.is_broken(("connector",)) or document.is_broken(place):
        return
    way = _WAYS.get(rules.source.connector)
    if way is None:
        hint = "only rest and database sources can be told"
        document.report(place, f"'deletes' has no meaning for 'connector: {rules.source.connector}': {hint}")
        return
    other = "statement" if way == "path" else "path"
    if getattr(deletes, other) is not None:
        document.report((*place, other), f"'{other}' has no meaning for 'connector: {rules.source.connector}': state '{way}'")
    text = deletes.path if way == "path" else deletes.statement
    if text is None:
        document.report(place, f"'{way}' is missing: say how one record is deleted")
        return
    key = rules.stated.key if isinstance(rules.stated.key, list) else []
    if not key:
        document.report(place, "'deletes' needs a 'key' of fields: a record without one cannot be named to its source")
        return
    named = set((_IN_PATH if way == "path" else _IN_STATEMENT).findall(text))
    shown = "{%s}" if way == "path" else ":%s"
    for missing in [each for each in key if each not in named]:
        hint = "without every part of the key, other records would be deleted, too"
        document.report((*place, way), f"'{shown % missing}' is missing: {hint}")
    for strange in sorted(named - set(key)):
        document.report((*place, way), f"'{shown % strange}' stands for nothing here: known are the fields of the key, {', '.join(key)}")
