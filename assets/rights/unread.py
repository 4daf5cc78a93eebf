"""What the register has of a subject beside its tables: records in quarantine, and records that name nobody."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from assets.rights.find import regions
from assets.rights.holding import Unattributed, Unread
from assets.rights.patterns import emails, numbers_of, phones
from resources.warehouse.models import model

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from assets.rights.holding import Identifier
    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine

_LEAST_SEARCHED = 5
_LEAST_OWN = 6
_LONGEST_SHOWN = 20_000
_NATIONAL_DIGITS = 7
_FEW = 50


def unattributed(engine: Engine, catalogue: Catalogue, identifiers: Mapping[str, list[Identifier]]) -> defaultdict[str, list[Unattributed]]:
    """Records that bear only identifiers which several persons may have, the subject's among them: whose they are cannot be told.

    Args:
        engine: what is published.
        catalogue: the register's catalogue.
        identifiers: of each request its subject's.
    """
    _values(engine, [_Value(request, each.kind, each.value) for request, listed in identifiers.items() for each in listed])
    engine.run(f"CREATE OR REPLACE TEMP TABLE bearing AS {model('rights/bearing')}")
    tables = {dataset.table: dataset for dataset in catalogue.datasets}
    found: defaultdict[str, list[Unattributed]] = defaultdict(list)
    for request, table, kind, records in engine.rows(model("rights/unattributed")):
        if table in tables:
            found[request].append(Unattributed(tables[table], kind, records))
    return found


def unread(engine: Engine, catalogue: Catalogue, identifiers: Mapping[str, list[Identifier]]) -> defaultdict[str, list[Unread]]:
    """Records in quarantine that bear an identifier of the subject's as a whole word, or are a bad copy of a record of its own.

    What stands around a record, as the document that holds it, is searched with it and never shown. The text is kept where the record is
    surely the subject's alone: the value that names its person is one of the subject's and no mere number, and by the catalogue it holds
    neither another role nor what is withheld. What else must not be in it is found by `redact`.

    Args:
        engine: what is published, with `subject_persons`.
        catalogue: the register's catalogue.
        identifiers: of each request its subject's.
    """
    searched = {request: [each for each in listed if each.joins] for request, listed in identifiers.items()}
    datasets = {dataset.table: dataset for dataset in catalogue.datasets}
    found: defaultdict[str, list[Unread]] = defaultdict(list)
    for each, borne in _found(engine, catalogue, searched):
        dataset = datasets.get(each.dataset)
        if dataset is not None:
            text = each.record or ""
            is_own = _is_showable(dataset, text) and _names_person(dataset, text, set(borne(text)))
            shown = each.record if is_own else None
            found[each.request].append(Unread(dataset, each.at, each.field, each.rule, shown, each.quarantine))
    return found


def unread_ids(engine: Engine, catalogue: Catalogue, identifiers: Mapping[str, list[Identifier]]) -> defaultdict[str, list[str]]:
    """The ids of the records in quarantine that `unread` would tell of: those that go where the subject is erased.

    Args:
        engine: what is published, with `subject_persons`.
        catalogue: the register's catalogue.
        identifiers: of each request its subject's, those alone that no other may have.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for each, _ in _found(engine, catalogue, identifiers):
        found[each.request].append(each.quarantine)
    return found


class _Found(NamedTuple):
    """A line of the model `rights/unread`."""

    request: str
    quarantine: str
    dataset: str
    field: str | None
    rule: str
    record: str | None
    whole: str
    at: dt.datetime
    is_copy: bool


def _found(
    engine: Engine, catalogue: Catalogue, identifiers: Mapping[str, list[Identifier]]
) -> Iterator[tuple[_Found, Callable[[str], list[str]]]]:
    """The records in quarantine that are of some request's subject, and what tells which of its identifiers stand in a text."""
    needles = [
        each for request, listed in identifiers.items() for identifier in listed for each in _needles(catalogue, request, identifier)
    ]
    _values(engine, needles)
    candidates = "rights/unread_by_text" if len(needles) <= _FEW else "rights/unread_by_word"
    engine.run(f"CREATE OR REPLACE TEMP TABLE unread_candidates AS {model(candidates)}")
    engine.run(f"CREATE OR REPLACE TEMP TABLE subject_records AS {model('rights/subject_records')}")
    values = {request: {each.value.lower() for each in listed} for request, listed in identifiers.items()}
    countries = regions(catalogue)
    for line in engine.stream(model("rights/unread")):
        found = _Found(*line)
        borne = partial(_borne, values=values.get(found.request, set()), countries=countries)
        if found.is_copy or borne(found.whole):
            yield found, borne


class _Value(NamedTuple):
    """What is looked for: an identifier, as it stands in raw text (`needle`) and up to where its first word ends there (`head`)."""

    request: str
    kind: str
    value: str
    needle: str = ""
    head: str = ""
    is_number: bool = False


def _needles(catalogue: Catalogue, request: str, identifier: Identifier) -> list[_Value]:
    """What to look for in raw text: a value in lower case; of a telephone number its last digits."""
    kind, value = identifier.kind, identifier.value
    if catalogue.vocabulary.identifiers[kind].normalise == "phone":
        digits = re.sub(r"\D", "", value)
        return [_Value(request, kind, value, digits[-_NATIONAL_DIGITS:], is_number=True)] if len(digits) >= _NATIONAL_DIGITS else []
    needle = value.lower()
    head = re.split(r"[^\w@-]", needle, maxsplit=1)[0]
    return [_Value(request, kind, value, needle, head)] if len(needle) >= _LEAST_SEARCHED else []


def _values(engine: Engine, rows: list[_Value]) -> None:
    columns = {field: pa.bool_() if field == "is_number" else pa.string() for field in _Value._fields}
    given = {field: pa.array([getattr(row, field) for row in rows], kind) for field, kind in columns.items()}
    engine.register("value_rows", pa.table(given))
    engine.run(f"CREATE OR REPLACE TEMP TABLE subject_values AS SELECT {', '.join(columns)} FROM value_rows")
    engine.unregister("value_rows")


def _borne(text: str, values: set[str], countries: tuple[str, ...]) -> list[str]:
    """The subject's identifiers that stand in a raw text as whole words."""
    found = {span.value for span in emails(text)} & values
    for span in phones(text, countries):
        found |= numbers_of(span.value, countries) & values
    lowered = text.lower()
    found |= {
        value for value in values if len(value) >= _LEAST_SEARCHED and re.search(rf"(?<![\w@.+-]){re.escape(value)}(?![\w@-])", lowered)
    }
    return sorted(found)


def _names_person(dataset: Dataset, text: str, borne: set[str]) -> bool:
    """Whether a raw record is JSON in which the value of an identifying field is the subject's, whole, and can hardly be so by chance."""
    paths = [dataset.fields[name].shape.from_ or name for name in next(iter(dataset.shape.persons.values()))]
    keys = {
        path.rpartition(".")[2] for listed in paths for path in (listed if isinstance(listed, list) else [listed]) if isinstance(path, str)
    }
    try:
        leaves = list(_leaves(json.loads(text)))
    except ValueError:
        return False
    return any(key in keys and value.strip().lower() in borne and _cannot_be_chance(value) for key, value in leaves)


def _leaves(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """The texts in a JSON document, each with the key that it stands under."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)
    elif isinstance(value, str):
        yield key, value


def _cannot_be_chance(value: str) -> bool:
    """Whether a word is an address, or of letters with digits; a mere number may stand in a record by chance."""
    return "@" in value or (len(value) >= _LEAST_OWN and any(each.isdigit() for each in value) and any(each.isalpha() for each in value))


def _is_showable(dataset: Dataset, text: str) -> bool:
    """Whether a raw record can be one person's alone: one role, nothing withheld, one line of moderate length."""
    plain = all(field.shape.withhold in (None, "none") for field in dataset.fields.values())
    return len(dataset.shape.persons) == 1 and plain and "\n" not in text and "\\n" not in text and len(text) <= _LONGEST_SHOWN
