"""What the JSON files of a bundle's data hold, for programs that read them: JSON Schema 2020-12, with every field's tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.rights.headings import given_headings
from assets.rights.recordings import AT_SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assets.rights.wording import Wording
    from resources.catalogue import Catalogue, Dataset
    from resources.catalogue.model import Field

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NULL = {"type": "null"}
# A decimal that a JSON number cannot hold exactly is written as text, see `tabular.exact`.
_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}]},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "timestamp": {"type": "string", "format": "date-time"},
    "file": {"type": "string"},
}


def schema(catalogue: Catalogue, datasets: Iterable[Dataset], wording: Wording) -> dict[str, Any]:
    """One schema: under `$defs` that of each table's file, named as the table.

    Beside the titles, in the language, each field bears `x-category`, `x-origin`, `x-purposes`, `x-legal-bases`, and the IRIs of the W3C
    Data Privacy Vocabulary (`x-dpv-…`) where it has them; and what each of its codes means (`x-meanings`), where it holds some.
    """
    return {
        "$schema": _DIALECT,
        "title": catalogue.notice.name.in_language(wording.language),
        "$defs": {dataset.table: _table(catalogue, dataset, wording) for dataset in datasets},
    }


def _table(catalogue: Catalogue, dataset: Dataset, wording: Wording) -> dict[str, Any]:
    language, headings = wording.language, given_headings(dataset, wording)
    fields = {name: dataset.fields[name.removesuffix(AT_SOURCE)] for name in headings}
    return {
        "title": dataset.shape.label.in_language(language),
        "description": f"data/{dataset.table}.json",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: _field(catalogue, field, headings[name], language) for name, field in fields.items()},
        },
    }


def _field(catalogue: Catalogue, field: Field, heading: str, language: str) -> dict[str, Any]:
    vocabulary, kind = catalogue.vocabulary, _TYPES[field.shape.type]
    described: dict[str, Any] = {"title": heading, "anyOf": [*kind.get("anyOf", [kind]), _NULL]}
    if field.shape.meanings:
        described["x-meanings"] = {value: label.in_language(language) for value, label in field.shape.meanings.items()}
    if not field.is_personal:
        return described
    category = vocabulary.categories[field.shape.category]
    described |= {"description": category.label.in_language(language), "x-category": field.shape.category}
    if category.iri:
        described["x-dpv-category"] = category.iri
    if field.shape.origin:
        described["x-origin"] = field.shape.origin
        iri = vocabulary.origins[field.shape.origin].iri
        described |= {"x-dpv-origin": iri} if iri else {}
    bases = [vocabulary.legal_bases[each].iri for each in field.legal_bases]
    return described | {
        "x-purposes": list(field.purposes),
        "x-legal-bases": list(field.legal_bases),
        "x-dpv-legal-bases": [each for each in bases if each],
    }
