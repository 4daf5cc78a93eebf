"""Who a record is about: its identifiers, normalised, and the person that they name within the source.

Whether persons of different sources are the same is decided by the stage `identity`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from assets.ingest.identifiers import add_identifiers, forget_identifiers_of
from assets.ingest.normalise import RULES, VERSION, email_value, make_lookup, stripped, without_plus
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from resources.catalogue import Catalogue, Dataset, Field
    from resources.warehouse import Engine


def normalised(kind: str, value: str, catalogue: Catalogue, region: str) -> str | None:
    """One identifier as the register compares it; None where it is not of its kind. The same rule as `normalised_columns` has in bulk.

    In a source that takes plus-addresses for the address itself it may have another form besides: see `forms`.
    """
    how = catalogue.vocabulary.identifiers[kind].normalise
    return RULES[how][1](value, region) if how in RULES else value.strip() or None


def forms(kind: str, value: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Each form in which sources may hold one identifier as somebody gave it, sorted; none where it is not of its kind.

    A telephone number without a country code has one for each country of a source, an e-mail address with a plus sign one where a source
    takes it for the address without.
    """
    regions = {source.shape.region for source in catalogue.sources.values()}
    found = {form for region in regions if (form := normalised(kind, value, catalogue, region)) is not None}
    fields = ((dataset, field) for dataset in catalogue.datasets for field in dataset.fields.values())
    if catalogue.vocabulary.identifiers[kind].normalise == "email" and any(_joins_plus(*each, catalogue) for each in fields):
        found |= {without_plus(form) for form in found}
    return tuple(sorted(found))


def _joins_plus(dataset: Dataset, field: Field, catalogue: Catalogue) -> bool:
    """Whether an e-mail address with a plus sign is the same as without, in a field."""
    return (field.shape.plus_addresses or catalogue.sources[dataset.source].shape.plus_addresses) == "same"


def how_normalised(field: Field, catalogue: Catalogue) -> str | None:
    """How a field's values are made comparable; None where it does not identify."""
    return catalogue.vocabulary.identifiers[field.identifies].normalise if field.identifies else None


def normalise_values(engine: Engine, dataset: Dataset, catalogue: Catalogue, relation: str) -> None:
    """Make the temporary tables of normal forms (`LOOKUPS`: `text`, `value`) for the identifiers in a relation; of distinct values."""
    region = catalogue.sources[dataset.source].shape.region
    for how in RULES:
        fields = [key for key, field in dataset.fields.items() if how_normalised(field, catalogue) == how]
        make_lookup(engine, how, fields, relation, region)


def normalised_columns(dataset: Dataset, catalogue: Catalogue) -> tuple[str, str]:
    """The expressions that give each identifying field's normalised value, and the joins that they need.

    `_id_<field>` is the value; `_name_<field>` the value where it may name a person: what is shared, or a role's mailbox, names nobody.
    """
    columns, joins = [], []
    mailboxes = ", ".join(literal(mailbox) for mailbox in catalogue.vocabulary.role_mailboxes)
    for key, field in dataset.fields.items():
        how = how_normalised(field, catalogue)
        if how is None:
            continue
        value, expression = f"records.{name(key)}", f"nullif({stripped(f'CAST(records.{name(key)} AS VARCHAR)')}, '')"
        naming = "true"
        if how in RULES:
            table = RULES[how][0]
            alias = name(f"_{table}_{key}")
            joins.append(f"LEFT JOIN {table} AS {alias} ON {alias}.text = {value}")
            expression = f"{alias}.value"
        if how == "email":
            expression = email_value(value, expression, joins_plus=_joins_plus(dataset, field, catalogue))
            naming = f"split_part({expression}, '@', 1) NOT IN ({mailboxes})"
        columns.append(f"{expression} AS {name('_id_' + key)}")
        columns.append(f"CASE WHEN {'false' if field.shape.shared else naming} THEN {expression} END AS {name('_name_' + key)}")
    return "".join(f", {column}" for column in columns), " ".join(joins)


def naming(dataset: Dataset, catalogue: Catalogue, relation: str) -> str:
    """The SELECT of a relation's rows with the normalised values of their identifying fields, and the person whom each is about (`_named`).

    It reads the tables of normal forms: see `normalise_values`.
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
    how = "\n".join((str(VERSION), region, columns, joins, identifier_rows(dataset, "held")))
    state = {"table": dataset.table, "digest": hashlib.sha256(how.encode()).hexdigest()}
    engine.run("CREATE TABLE IF NOT EXISTS meta.identified (dataset VARCHAR NOT NULL, digest VARCHAR NOT NULL)")
    if engine.count("SELECT count(*) FROM meta.identified WHERE dataset = $table AND digest = $digest", state):
        return
    table = f"register.{name(dataset.table)}"
    normalise_values(engine, dataset, catalogue, table)
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
