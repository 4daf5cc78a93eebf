"""What records tell of persons, side by side, so that they can be compared: one row a source person, by the categories of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.warehouse.dialect import name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine

FEATURES = {
    "user.name.first": "first_name",
    "user.name.last": "last_name",
    "user.demographic.date_of_birth": "date_of_birth",
    "user.government_id.national_identification_number": "national_id",
    "user.contact.address.street": "street",
    "user.contact.address.postal_code": "postcode",
    "user.contact.address.city": "city",
    "user.contact.email": "email",
    "user.contact.phone_number": "phone",
}
_NAMES = {"first_name", "last_name"}
_LAST_DIGITS = 8
_OWN_LETTERS = "åäö"
_STAND_INS = "\ue000\ue001\ue002"  # for private use: they stand in no name, and have no accents


def compared(engine: Engine, catalogue: Catalogue) -> pa.Table:
    """One row a source person of which a name is known: `person`, and each of `FEATURES` as folded text, or nothing.

    Letters are folded (see `folded`), the last digits of telephone numbers alone are kept. Of several values the least is taken.
    What is declared shared is left out.
    """
    held = tables_of(engine, "register")
    selects = [select for dataset in catalogue.datasets if dataset.table in held and (select := _select(dataset))]
    columns = ", ".join(f"min({column}) AS {column}" for column in FEATURES.values())
    if not selects:
        empty = ", ".join(f"CAST(NULL AS VARCHAR) AS {column}" for column in FEATURES.values())
        return engine.arrow(f"SELECT CAST(NULL AS VARCHAR) AS person, {empty} WHERE false")
    return engine.arrow(f"SELECT person, {columns} FROM ({' UNION ALL '.join(selects)}) AS records GROUP BY person ORDER BY person")


def _select(dataset: Dataset) -> str | None:
    """The SELECT of a data set's main persons with their features; None where it tells no name."""
    fields: dict[str, list[str]] = {}
    for feature, key in features_of(dataset):
        fields.setdefault(feature, []).append(folded(feature, name(key)))
    if not dataset.shape.persons or not fields.keys() & _NAMES:
        return None
    columns = [
        f"coalesce({', '.join(fields[each])}, NULL) AS {each}" if each in fields else f"CAST(NULL AS VARCHAR) AS {each}"
        for each in FEATURES.values()
    ]
    return f"SELECT _person AS person, {', '.join(columns)} FROM register.{name(dataset.table)} WHERE _person IS NOT NULL"


def features_of(dataset: Dataset, features: Mapping[str, str] = FEATURES) -> Iterator[tuple[str, str]]:
    """The features, by category, that a data set tells of its main person, each with the field; what is declared shared is left out."""
    others = {key for role, keys in [*dataset.shape.persons.items()][1:] for key in keys}
    for key, field in dataset.fields.items():
        feature = features.get(field.shape.category)
        if feature is not None and not field.shape.shared and key not in others:
            yield feature, key


def folded(feature: str, column: str) -> str:
    """The expression of a value as it is compared.

    Å, ä and ö are letters of their own in Finnish and Swedish, and stay: Hänninen is not Hanninen. Other letters lose their accents, in
    names and addresses; in names whatever parts words is a blank (Anna-Liisa, Anna Liisa). The last eight digits of a telephone number are
    the same with a country code, with a 0, and without.
    """
    text = f"lower(nfc_normalize(trim(CAST({column} AS VARCHAR))))"
    if feature == "phone":
        return f"nullif(right(regexp_replace({text}, '[^0-9]', '', 'g'), {_LAST_DIGITS:d}), '')"
    if feature == "email":
        return f"nullif({text}, '')"
    kept = f"translate({text}, '{_OWN_LETTERS}', '{_STAND_INS}')"
    folded = f"translate(strip_accents({kept}), '{_STAND_INS}', '{_OWN_LETTERS}')"
    words = f"trim(regexp_replace({folded}, '[^\\p{{L}}\\p{{N}}]+', ' ', 'g'))" if feature in _NAMES else folded
    return f"nullif({words}, '')"
