"""Put a YAML document into a shape even where parts of it do not fit, so that everything else in it can still be checked.

A part that does not fit is told of once, stands in the document's `broken`, and is replaced by an empty value that no check speaks of.
"""

from __future__ import annotations

import datetime as dt
import types
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from resources.calendar import Period
from resources.catalogue.validation import shaped

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from resources.catalogue.positions import Document, Location

Shaped = TypeVar("Shaped", bound=BaseModel)
# The date is one that stands in order with whatever stands below it.
_EMPTY: dict[type, Any] = {str: "", bool: False, int: 0, float: 0.0, Period: Period(0, 0), dt.date: dt.date.max, dict: {}, list: []}


def salvaged(document: Document, shape: type[Shaped], location: Location = ()) -> Shaped:
    """The part of a document at a location as a shape; where parts do not fit, with the problems reported and those parts empty."""
    found = None if document.is_broken(location) else shaped(document, shape, location)
    if found is not None:
        return found
    data: Any = document.data
    for step in location:
        data = data.get(step) if isinstance(data, dict) else None
    return _model(document, shape, data if isinstance(data, dict) else {}, location)


def empty(shape: type[Shaped]) -> Shaped:
    """A shape that says nothing: every part that must be there is empty."""
    required = {name: field for name, field in shape.model_fields.items() if field.is_required()}
    return shape.model_construct(**{field.alias or name: _empty(_annotation(field)) for name, field in required.items()})


def _model(document: Document, shape: type[Shaped], data: dict[str, Any], location: Location) -> Shaped:
    values = {}
    for name, field in shape.model_fields.items():
        key = field.alias or name
        place = (*location, key)
        if key in data and not document.is_broken(place):
            values[key] = _value(document, _annotation(field), data[key], place)
        elif field.is_required():
            values[key] = _empty(_annotation(field))
    return shape.model_construct(**values)


def _annotation(field: FieldInfo) -> Any:
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def _value(document: Document, annotation: Any, data: Any, place: Location) -> Any:
    if document.is_whole(place):
        return _exactly(annotation, data)
    plain = _plain(annotation)
    if isinstance(plain, type) and issubclass(plain, BaseModel) and isinstance(data, dict):
        return _model(document, plain, data, place)
    if get_origin(plain) is dict and isinstance(data, dict):
        of = get_args(plain)[1]
        return {key: _item(document, of, each, (*place, key)) for key, each in data.items()}
    if get_origin(plain) is list and isinstance(data, list):
        (of,) = get_args(plain)
        return [_item(document, of, each, (*place, index)) for index, each in enumerate(data)]
    return _empty(annotation)


def _item(document: Document, annotation: Any, data: Any, place: Location) -> Any:
    return _empty(annotation) if document.is_broken(place) else _value(document, annotation, data, place)


def _exactly(annotation: Any, data: Any) -> Any:
    """A value that nothing was said against; a mapping keeps the items whose names do not fit, for others may refer to them."""
    plain = _plain(annotation)
    try:
        if isinstance(plain, type) and issubclass(plain, BaseModel):
            return plain.model_validate(data)
        return TypeAdapter(annotation).validate_python(data, strict=True)
    except ValidationError:
        if get_origin(plain) is dict and isinstance(data, dict):
            return {key: _exactly(get_args(plain)[1], each) for key, each in data.items()}
        return _empty(annotation)


def _plain(annotation: Any) -> Any:
    """What an annotation is of, without its conditions, and without `None` where one other kind is left."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        parts = [each for each in get_args(annotation) if each is not types.NoneType]
        return _plain(parts[0]) if len(parts) == 1 else annotation
    return annotation


def _empty(annotation: Any) -> Any:
    """A value of a kind that says nothing."""
    if get_origin(annotation) is Annotated:
        return _empty(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return None if types.NoneType in get_args(annotation) else _empty(get_args(annotation)[0])
    if get_origin(annotation) is Literal:
        return get_args(annotation)[0]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return empty(annotation)
    kind = get_origin(annotation) or annotation
    return type(_EMPTY[kind])() if kind in (dict, list) else _EMPTY.get(kind)
