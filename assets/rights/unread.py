"""What the register has of a subject beside its tables: records in quarantine, and records that name nobody."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pyarrow as pa

from assets.rights.find import regions
from assets.rights.holding import Unattributed, Unread
from assets.rights.patterns import emails, numbers_of, phones
from resources.warehouse.models import model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assets.rights.holding import Identifier, Table
    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine

_LEAST_SEARCHED = 5
_LEAST_OWN = 6
_LONGEST_SHOWN = 20_000
_NATIONAL_DIGITS = 7


def unattributed(engine: Engine, catalogue: Catalogue, identifiers: list[Identifier]) -> list[Unattributed]:
    """Records that bear only identifiers which several persons may have, the subject's among them: whose they are cannot be told."""
    _values(engine, [(each.kind, each.value, each.value, False) for each in identifiers])
    tables = {dataset.table: dataset for dataset in catalogue.datasets}
    found = engine.rows(model("rights/unattributed"))
    return [Unattributed(tables[table], kind, records) for table, kind, records in found if table in tables]


def unread(engine: Engine, catalogue: Catalogue, identifiers: list[Identifier], tables: list[Table]) -> list[Unread]:
    """Records in quarantine that bear an identifier of the subject's as a whole word, or are a bad copy of a record of its own.

    What stands around a record, as the document that holds it, is searched with it and never shown. The text is kept where the record is
    surely the subject's alone: the value that names its person is one of the subject's and no mere number, and by the catalogue it holds
    neither another role nor what is withheld. What else must not be in it is found by `redact`.

    Args:
        engine: what is published.
        catalogue: the register's catalogue.
        identifiers: the subject's.
        tables: what is held of the subject.
    """
    searched = [each for each in identifiers if each.joins]
    _values(engine, [row for each in searched for row in _needles(catalogue, each)])
    values = {each.value.lower() for each in searched}
    own = [row.record for table in tables for row in table.rows if row.is_main]
    engine.register("record_rows", pa.table({"_record": pa.array(own, pa.string())}))
    engine.run("CREATE OR REPLACE TEMP TABLE subject_records AS SELECT _record FROM record_rows")
    engine.unregister("record_rows")
    datasets = {dataset.table: dataset for dataset in catalogue.datasets}
    records = []
    for _, table, field, rule, text, whole, moment, is_copy in engine.rows(model("rights/unread")):
        dataset = datasets.get(table)
        if dataset is not None and (is_copy or _borne(whole, values, regions(catalogue))):
            borne = _borne(text or "", values, regions(catalogue))
            is_own = _is_showable(dataset, text or "") and _names_person(dataset, text or "", set(borne))
            records.append(Unread(dataset, moment, field, rule, text if is_own else None))
    return records


def unread_ids(engine: Engine, catalogue: Catalogue, identifiers: list[Identifier]) -> list[str]:
    """The ids of the records in quarantine that `unread` would tell of: those that go where the subject is erased.

    Args:
        engine: what is published, with `subject_persons`.
        catalogue: the register's catalogue.
        identifiers: the subject's, those alone that no other may have.
    """
    _values(engine, [row for each in identifiers for row in _needles(catalogue, each)])
    engine.run("""
        CREATE OR REPLACE TEMP TABLE subject_records AS
        SELECT DISTINCT records._record
        FROM identity.record_persons AS records INNER JOIN subject_persons AS mine ON mine.person = records.person
        WHERE records.is_main
    """)
    values = {each.value.lower() for each in identifiers}
    found = engine.rows(model("rights/unread"))
    return [record for record, *_, whole, _, is_copy in found if is_copy or _borne(whole, values, regions(catalogue))]


def _needles(catalogue: Catalogue, identifier: Identifier) -> list[tuple[str, str, str, bool]]:
    """What to look for in raw text: a value in lower case; of a telephone number its last digits."""
    if catalogue.vocabulary.identifiers[identifier.kind].normalise == "phone":
        digits = re.sub(r"\D", "", identifier.value)
        return [(identifier.kind, identifier.value, digits[-_NATIONAL_DIGITS:], True)] if len(digits) >= _NATIONAL_DIGITS else []
    value = identifier.value.lower()
    return [(identifier.kind, identifier.value, value, False)] if len(value) >= _LEAST_SEARCHED else []


def _values(engine: Engine, rows: list[tuple[str, str, str, bool]]) -> None:
    engine.register(
        "value_rows",
        pa.table(
            {
                "kind": pa.array([row[0] for row in rows], pa.string()),
                "value": pa.array([row[1] for row in rows], pa.string()),
                "needle": pa.array([row[2] for row in rows], pa.string()),
                "is_number": pa.array([row[3] for row in rows], pa.bool_()),
            }
        ),
    )
    engine.run("CREATE OR REPLACE TEMP TABLE subject_values AS SELECT kind, value, needle, is_number FROM value_rows")
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
