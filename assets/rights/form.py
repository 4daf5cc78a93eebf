"""A request as the company's forms write it, and what is wrong with one that cannot be read; see docs/requests.md.

What is told of a bad form repeats nothing that stands in it: neither a value, nor a key that is none of ours.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationError

from resources.catalogue.shapes import Shape
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


class IdentifierShape(Shape):
    """What the person is known by, as given in the form."""

    kind: Annotated[str, Field(min_length=1, max_length=60)]
    value: Annotated[str, Field(min_length=1, max_length=320)]


class FormShape(Shape):
    """A request as a form writes it; `id` is the form's own, by which it is filed once."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Annotated[str, Field(min_length=1, max_length=32)]
    language: Literal["fi", "sv", "en"] | None = None
    received_at: Annotated[str, Field(max_length=40)] | None = None
    identifiers: list[IdentifierShape] = Field(default_factory=list, max_length=20)
    scope: Annotated[str, Field(max_length=32)] | None = None
    purpose: Annotated[str, Field(max_length=60)] | None = None
    message: Annotated[str, Field(max_length=20_000)] | None = None


class BadFormError(AnsvarError):
    """A form cannot be filed."""


# What is wrong, by pydantic's names of faults, and what to do; {limit} is the number that was passed.
_FAULTS = {
    "missing": "{place} is missing: write it.",
    "extra_forbidden": "{place} is none that a form has: leave it out.",
    "string_type": "{place} is no text: write it within quotation marks.",
    "string_too_short": "{place} is empty: fill it in.",
    "string_too_long": "{place} is longer than {limit} letters: shorten it.",
    "list_type": "{place} is no list: write it within square brackets.",
    "too_long": "{place} has more than {limit} entries: leave some out.",
    "literal_error": "{place} is none that there is: write fi, sv or en.",
    "model_type": "{place} is no JSON object: write its keys within braces.",
}


def shaped(content: bytes) -> FormShape:
    """A form out of its bytes.

    Raises:
        BadFormError: where it is none.
    """
    try:
        return FormShape.model_validate(parsed(content))
    except ValidationError as error:
        faults = {_fault(each) for each in error.errors(include_input=False)}
        raise BadFormError(" ".join(sorted(faults))) from None


def parsed(content: bytes) -> Any:
    """A JSON document.

    Raises:
        BadFormError: where it is none.
    """
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_each_once)
    except _TwiceError:
        raise BadFormError("A key stands twice in one object of it: say each once.") from None
    except (ValueError, RecursionError):
        raise BadFormError("It is no JSON in UTF-8: write one JSON object, as docs/requests.md shows it.") from None


def moment(text: str) -> dt.datetime:
    """A time with its offset as a naive UTC timestamp.

    Raises:
        BadFormError: where it is none.
    """
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise BadFormError("'received_at' is no time with its offset: write it as 2026-10-15T09:30:00+03:00.")
    return found.astimezone(dt.UTC).replace(tzinfo=None)


def _no_constant(_: str) -> None:
    raise ValueError


class _TwiceError(ValueError):
    """A key stands twice in an object: which of its values is meant, nobody can tell."""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _TwiceError
    return found


def _fault(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    limit = context.get("max_length", "")
    told = _FAULTS.get(error["type"], "{place} does not fit: see docs/requests.md.").format(place=_place(error["loc"]), limit=limit)
    return told[0].upper() + told[1:]


def _place(location: tuple[str | int, ...]) -> str:
    """Where in a form a fault is; a key that is none of ours is not repeated, for it may be anything."""
    known = {*FormShape.model_fields, *IdentifierShape.model_fields}
    keys = [each if each in known else None for each in location if isinstance(each, str)]
    entry = next((f"identifier {each + 1}" for each in location if isinstance(each, int)), None)
    if not location:
        return "the form"
    if not isinstance(location[-1], str):
        return entry or "the form"
    key = f"'{keys[-1]}'" if keys[-1] is not None else "another key"
    return f"{key} of {entry}" if entry is not None else key
