"""Put a YAML document into a shape, and say in the user's words where it does not fit."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from resources.catalogue.positions import nearest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from resources.catalogue.positions import Document, Location

Shaped = TypeVar("Shaped", bound=BaseModel)

_WANTED = {
    "string_type": "must be text: put it in quotes",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "list_type": "must be a list",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "string_too_short": "must not be empty",
    "too_short": "has too few items",
    "too_long": "has too many items",
}


def shaped(document: Document, shape: type[Shaped], location: Location = ()) -> Shaped | None:
    """The part of a document at a location as a shape; None, with the problems reported, where it does not fit."""
    data: Any = document.data
    if data is None:
        return None
    for step in location:
        data = data[step]
    if not isinstance(data, dict):
        document.report(location, "must be a mapping of keys to values: see docs/catalogue.md")
        return None
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        _report(document, shape, location, error)
        return None


def _report(document: Document, shape: type[BaseModel], location: Location, error: ValidationError) -> None:
    seen: set[Location] = set()
    for detail in error.errors(include_url=False, include_input=True):
        place = location
        for step in detail["loc"]:
            if (*place, step) in document.places:
                place = (*place, step)
        if detail["type"] == "missing":
            place = (*place, str(detail["loc"][-1]))
        if place in seen:
            continue
        seen.add(place)
        document.report(place, _message(detail, shape, place))


def _message(detail: ErrorDetails, shape: type[BaseModel], place: Location) -> str:
    kind = detail["type"]
    key = place[-1] if place else ""
    within = f"{_owner(place)}: " if _owner(place) else ""
    if kind == "missing":
        return f"{within}'{key}' is missing: state it"
    if kind == "extra_forbidden":
        return f"{within}'{key}' is not a key that is known here: {nearest(key, _keys(shape, detail['loc'][:-1]))}"
    if key == "from":
        return f"{within}'from' must be a path, a list of paths, or {{each: …, where: …, take: …}}"
    if kind == "literal_error":
        return f"{within}'{detail['input']}' is not a value of '{key}': one of {detail['ctx']['expected']}"
    if kind == "string_pattern_mismatch":
        return f"{within}'{detail['input']}' does not fit: it must match {detail['ctx']['pattern']}"
    if kind == "value_error":
        return f"{within}'{detail['input']}' {detail['ctx']['error']}"
    return f"{within}'{key}' {_WANTED.get(kind, detail['msg'])}"


def _owner(place: Location) -> str:
    """The data set and field, or the rule, that a place lies in, as users name them."""
    words = [str(step) for step in place]
    if "fields" in words[:-1]:
        position = words.index("fields")
        return f"field {words[position - 1]}.{words[position + 1]}" if position else f"field {words[position + 1]}"
    if words[:1] == ["datasets"] and len(words) > 2:  # noqa: PLR2004 - datasets, its name, a key
        return f"data set {words[1]}"
    if words[:1] in (["rules"], ["purposes"], ["promises"]) and len(words) > 2:  # noqa: PLR2004 - the same
        return f"{words[0][:-1]} {words[1]}"
    return ""


def _keys(shape: Any, path: tuple[int | str, ...]) -> set[str]:  # noqa: ANN401 - any annotation
    """The keys that a shape knows at a path of pydantic's."""
    for model in _models(shape):
        if not path:
            return {field.alias or name for name, field in model.model_fields.items()}
        for name, field in model.model_fields.items():
            if path[0] in (name, field.alias):
                return _keys(field.annotation, path[1:])
    if path and get_origin(shape) in (dict, list):
        return _keys(get_args(shape)[-1], path[1:])
    for part in get_args(shape) if get_origin(shape) in (Union, types.UnionType, Annotated) else ():
        found = _keys(part, path)
        if found:
            return found
    return set()


def _models(shape: Any) -> list[type[BaseModel]]:  # noqa: ANN401 - any annotation
    return [shape] if isinstance(shape, type) and issubclass(shape, BaseModel) else []
