"""Put a YAML document into a shape, and say in the user's words where it does not fit."""

from __future__ import annotations

import re
import types
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from resources.catalogue.positions import close_to, nearest

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
        document.broken.add(location)
        return None
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        _report(document, shape, location, error)
        return None


def _report(document: Document, shape: type[BaseModel], location: Location, error: ValidationError) -> None:
    """Tell what does not fit, and mark it as broken; a key that is missing only because it is misspelt is told of once."""
    seen: set[Location] = set()
    names: set[Location] = set()
    details = error.errors(include_url=False, include_input=True)
    misspelt = {place for detail in details if (place := _meant(document, shape, location, detail)) is not None}
    inside = {place[:-1] for detail in details if len(place := _place(document, location, detail)) > 1}
    for detail in details:
        place = _place(document, location, detail)
        is_vague = place[-1:] == ("from",) and place in inside  # none of the shapes that it may have fits; what is wrong in one is said
        if place in seen or is_vague or (detail["type"] == "missing" and place in misspelt):
            continue
        (names if "[key]" in detail["loc"] else seen).add(place)
        document.report(place, _fault(detail, shape, place))
    document.broken |= seen | misspelt


def _place(document: Document, location: Location, detail: ErrorDetails) -> Location:
    """Where the value stands that a problem of pydantic's speaks of."""
    place = location
    for step in detail["loc"]:
        if (*place, step) in document.places:
            place = (*place, step)
    return (*place, str(detail["loc"][-1])) if detail["type"] == "missing" else place


def _meant(document: Document, shape: type[BaseModel], location: Location, detail: ErrorDetails) -> Location | None:
    """The location of the key that an unknown one was meant to be, if it is near to one that is not there."""
    if detail["type"] != "extra_forbidden":
        return None
    *parent, key = _place(document, location, detail)
    absent = {known for known in _keys(shape, detail["loc"][:-1]) if (*parent, known) not in document.places}
    meant = close_to(key, absent)
    return None if meant is None else (*parent, meant)


def _fault(detail: ErrorDetails, shape: type[BaseModel], place: Location) -> str:
    kind = detail["type"]
    key = place[-1] if place else ""
    called = f"'{key}'" if isinstance(key, str) else f"item {key + 1} of '{place[-2]}'"
    if kind == "extra_forbidden":
        return f"'{key}' is not a key that is known here: {nearest(key, _keys(shape, detail['loc'][:-1]))}"
    if key == "from":
        return "'from' must be a path, a list of paths, or {each: …, where: …, take: …}"
    if key == "key" and kind != "missing":
        return "'key' must be a list of fields, or 'content'"
    context = detail.get("ctx", {})
    said = {
        "missing": f"'{key}' is missing: state it",
        "literal_error": f"'{detail['input']}' is not a value of {called}: {_one_of(detail['input'], str(context.get('expected')))}",
        "string_pattern_mismatch": f"'{detail['input']}' does not fit: it must match {context.get('pattern')}",
        "value_error": f"'{detail['input']}' {context.get('error')}",
    }
    return said.get(kind) or f"{called} {_WANTED.get(kind, detail['msg'].removeprefix('Input '))}"


def _one_of(word: object, expected: str) -> str:
    hint = nearest(word, re.findall(r"'([^']*)'", expected))
    return f"{hint} One of {expected}" if hint.startswith("did") else f"one of {expected}"


def _keys(shape: Any, path: tuple[int | str, ...]) -> set[str]:
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
        found = _keys(part, path) or (_keys(part, path[1:]) if path else set())  # pydantic's path names the part of a union, too
        if found:
            return found
    return set()


def _models(shape: Any) -> list[type[BaseModel]]:
    return [shape] if isinstance(shape, type) and issubclass(shape, BaseModel) else []
