"""Who a record is about: its identifiers, normalised, and the person that they name within the source.

Whether persons of different sources are the same is decided by the stage `identity`.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import phonenumbers
import pyarrow as pa

from assets.ingest.identifiers import add_identifiers, forget_identifiers_of
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine

_EMAIL = r"^[^@\s]+@[^@\s]+[.][^@\s]+$"
_BLANKS = "".join(character for character in map(chr, range(0x3001)) if character.isspace())


def e164(number: str, region: str) -> str | None:
    """A telephone number in E.164 form (ITU-T E.164); None for what is no possible number.

    Args:
        number: the number as written.
        region: the country (ISO 3166-1) that a number without a country code belongs to.
    """
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if phonenumbers.is_possible_number(parsed) else None


def normalised(kind: str, value: str, catalogue: Catalogue, region: str) -> str | None:
    """One identifier as the register compares it; None where it is not of its kind. The same rule as `normalise` has in bulk."""
    how = catalogue.vocabulary.identifiers[kind].normalise
    if how == "phone":
        return e164(value, region)
    value = value.strip()
    if how == "email":
        return value.lower() if re.fullmatch(_EMAIL, value) else None
    return value or None


def phone_table(texts: Iterable[str], region: str) -> pa.Table:
    """Distinct phone texts (`text`) with their E.164 form (`e164`)."""
    given = list(texts)
    return pa.table({"text": pa.array(given, pa.string()), "e164": pa.array([e164(text, region) for text in given], pa.string())})


def phone_fields(dataset: Dataset, catalogue: Catalogue) -> list[str]:
    """The fields whose values are telephone numbers that identify."""
    kinds = catalogue.vocabulary.identifiers
    return [key for key, field in dataset.fields.items() if field.identifies and kinds[field.identifies].normalise == "phone"]


def normalise_phones(engine: Engine, dataset: Dataset, catalogue: Catalogue, relation: str) -> None:
    """Make the table `phones` (`text`, `e164`) of every phone number in a relation; on distinct values alone."""
    fields = phone_fields(dataset, catalogue)
    union = " UNION ".join(f"SELECT DISTINCT {name(key)} AS text FROM {relation} WHERE {name(key)} IS NOT NULL" for key in fields)
    texts = [row[0] for row in engine.rows(union)] if union else []
    region = catalogue.sources[dataset.source].shape.region
    engine.register("phone_texts", phone_table(texts, region))
    engine.run("CREATE OR REPLACE TEMP TABLE phones AS SELECT text, e164 FROM phone_texts")
    engine.unregister("phone_texts")


def normalised_columns(dataset: Dataset, catalogue: Catalogue) -> tuple[str, str]:
    """The expressions that give each identifying field's normalised value, and the joins that they need.

    `_id_<field>` is the value; `_name_<field>` the value where it may name a person: what is shared, or a role's mailbox, names nobody.
    """
    columns, joins = [], []
    mailboxes = ", ".join(literal(mailbox) for mailbox in catalogue.vocabulary.role_mailboxes)
    for key, field in dataset.fields.items():
        if field.identifies is None:
            continue
        how = catalogue.vocabulary.identifiers[field.identifies].normalise
        value = f"records.{name(key)}"
        naming = "true"
        if how == "phone":
            alias = name(f"_phones_{key}")
            joins.append(f"LEFT JOIN phones AS {alias} ON {alias}.text = {value}")
            expression = f"{alias}.e164"
        elif how == "email":
            cleaned = f"lower({_stripped(value)})"
            expression = f"CASE WHEN regexp_matches({cleaned}, {literal(_EMAIL)}) THEN {cleaned} END"
            naming = f"split_part({cleaned}, '@', 1) NOT IN ({mailboxes})"
        else:
            expression = f"nullif({_stripped(f'CAST({value} AS VARCHAR)')}, '')"
        columns.append(f"{expression} AS {name('_id_' + key)}")
        columns.append(f"CASE WHEN {'false' if field.shape.shared else naming} THEN {expression} END AS {name('_name_' + key)}")
    return "".join(f", {column}" for column in columns), " ".join(joins)


def _stripped(text: str) -> str:
    """Text without the blanks, tabs and line ends around it."""
    return f"trim({text}, {literal(_BLANKS)})"


def naming(dataset: Dataset, catalogue: Catalogue, relation: str) -> str:
    """The SELECT of a relation's rows with the normalised values of their identifying fields, and the person whom each is about (`_named`).

    It reads the table `phones` where a telephone number identifies.
    """
    columns, joins = normalised_columns(dataset, catalogue)
    main = next(iter(dataset.shape.persons), None)
    return f"""
        WITH named AS (SELECT records.*{columns} FROM {relation} AS records {joins})
        SELECT *, {person(dataset, main) if main else "CAST(NULL AS VARCHAR)"} AS _named FROM named
    """


def identify_again(engine: Engine, dataset: Dataset, catalogue: Catalogue) -> None:
    """Name the persons of the rows that are held anew, where the catalogue now says otherwise how they are identified.

    A field that is declared shared joins nobody from then on, and one that is no longer declared is not held as an identifier either.
    """
    region = catalogue.sources[dataset.source].shape.region
    columns, joins = normalised_columns(dataset, catalogue)
    how = "\n".join((region, columns, joins, identifier_rows(dataset, "held")))
    state = {"table": dataset.table, "digest": hashlib.sha256(how.encode()).hexdigest()}
    engine.run("CREATE TABLE IF NOT EXISTS meta.identified (dataset VARCHAR NOT NULL, digest VARCHAR NOT NULL)")
    if engine.count("SELECT count(*) FROM meta.identified WHERE dataset = $table AND digest = $digest", state):
        return
    table = f"register.{name(dataset.table)}"
    normalise_phones(engine, dataset, catalogue, table)
    engine.run(f"CREATE TEMP TABLE named AS {naming(dataset, catalogue, table)}")
    engine.run(f"""
        UPDATE {table} SET _person = named._named FROM named
        WHERE named._record = {table}._record AND named._named IS DISTINCT FROM {table}._person
    """)
    forget_identifiers_of(engine, dataset.table)
    if dataset.shape.persons:
        add_identifiers(engine, identifier_rows(dataset, "named"))
    engine.run("DROP TABLE named")
    engine.run("DELETE FROM meta.identified WHERE dataset = $table", {"table": dataset.table})
    engine.run("INSERT INTO meta.identified VALUES ($table, $digest)", state)
    engine.run("INSERT INTO meta.unresolved VALUES ($table)", {"table": dataset.table})


def person(dataset: Dataset, role: str) -> str:
    """The expression of the person that a role's identifiers name within the source: by the first that may name one; NULL for nobody."""
    choices = [
        f"WHEN {named} IS NOT NULL THEN md5({literal(f'{dataset.source}/{dataset.fields[key].identifies}/')} || {named})"
        for key, named in ((key, name("_name_" + key)) for key in dataset.shape.persons[role])
    ]
    return f"CASE {' '.join(choices)} END"


def identifier_rows(dataset: Dataset, relation: str) -> str:
    """The SELECT of every identifier in a relation, one row a record and field, as `identity.identifiers` holds them."""
    selects = []
    main = next(iter(dataset.shape.persons), None)
    for role, keys in dataset.shape.persons.items():
        earlier: list[str] = []
        for key in keys:
            field, column = dataset.fields[key], name("_id_" + key)
            named = name("_name_" + key)
            is_key = " AND ".join([f"{named} IS NOT NULL", *(f"{other} IS NULL" for other in earlier)])
            selects.append(f"""
                SELECT
                  _record, {literal(dataset.table)} AS dataset, {literal(dataset.source)} AS source, {literal(role)} AS role,
                  {_boolean(role == main)} AS is_main, {person(dataset, role)} AS person, {literal(key)} AS field,
                  {literal(field.identifies or "")} AS kind, {column} AS value, {_boolean(field.shape.shared)} AS shared, {is_key} AS is_key
                FROM {relation} WHERE {column} IS NOT NULL
            """)
            earlier.append(named)
    return " UNION ALL ".join(selects)


def _boolean(value: object) -> str:
    return "true" if value else "false"
