"""Paths into a record (docs/catalogue.md, *Paths*) as DuckDB expressions over the decoded relation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from resources.catalogue.shapes import Pick
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from resources.catalogue.shapes import FieldShape

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+|\*)\]")
SPECIAL = {"_index": "CAST(_index AS VARCHAR)", "_file": "_file", "_line": "CAST(_line AS VARCHAR)", "_parent": "_parent"}
# Windows-1252 gives these letters to the bytes 0x80 to 0x9F; ISO 8859-1 maps every other byte to the code point of its number.
_BYTES = "".join(chr(byte) for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D))
_WINDOWS = _BYTES.encode("latin-1").decode("cp1252")


def json_path(path: str) -> str:
    """A dotted path as a JSONPath: `a.b[0]` is `$."a"."b"[0]`."""
    steps = (f'."{match[1]}"' if match[1] else f"[{match[2]}]" for match in _STEP.finditer(path))
    return "$" + "".join(steps)


def template(path: str) -> str:
    """A dotted path as a JSONPath without numbers: `a[0].b` is `$."a"[*]."b"`; a star for a key stays one, and a last `[*]` goes."""
    steps = ((".*" if match[1] == "*" else f'."{match[1]}"') if match[1] else "[*]" for match in _STEP.finditer(path))
    return "$" + "".join(steps).removesuffix("[*]")


def json_access(found: Sequence[str] = ()) -> Callable[[str], str]:
    """Access for records that are JSON documents: `_doc`, and `_above` for the enclosing one.

    Args:
        found: paths whose texts stand in the list `_found`, in this order: see `found_texts`.
    """
    places = {path: number for number, path in enumerate(found, start=1)}

    def access(path: str) -> str:
        if path in SPECIAL:
            return SPECIAL[path]
        if path in places:
            return f"_found[{places[path]}]"
        document, path = ("_above", path[1:]) if path.startswith("^") else ("_doc", path)
        found = f"json_extract_string({document}, {literal(json_path(path))})"
        return f"nullif(array_to_string({found}, ', '), '')" if "[*]" in path else found

    return access


def is_single(path: str) -> bool:
    """Whether a path leads to one place in the record's own document."""
    return path not in SPECIAL and not path.startswith("^") and "[*]" not in path


def found_texts(paths: Sequence[str]) -> str:
    """The list of the texts at single paths of `_doc`, which is parsed once for all of them."""
    return f"json_extract_string(_doc, CAST([{', '.join(literal(json_path(path)) for path in paths)}] AS VARCHAR[]))"


def column_access(columns: list[str]) -> Callable[[str], str]:
    """Access for records that are rows of named columns; a column that is not there has no value."""

    def access(path: str) -> str:
        if path in SPECIAL:
            return SPECIAL[path]
        return f"CAST({name(path)} AS VARCHAR)" if path in columns else "CAST(NULL AS VARCHAR)"

    return access


def given_paths(field_name: str, shape: FieldShape) -> Sequence[str | Pick]:
    """The paths and picks of which a field's value is the first that there is."""
    given = shape.from_ if shape.from_ is not None else field_name
    return given if isinstance(given, list) else [given]


def field_text(field_name: str, shape: FieldShape, access: Callable[[str], str], null_values: list[str]) -> str:
    """A field's text, before typing: found by its path or paths, cleaned as the catalogue says; NULL where there is none."""
    paths = given_paths(field_name, shape)
    found = [_cleaned(_picked(path) if isinstance(path, Pick) else access(path), shape, null_values) for path in paths]
    return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"


def _cleaned(text: str, shape: FieldShape, null_values: list[str]) -> str:
    if shape.repair == "double_encoding":
        text = repaired(text)
    if shape.remove is not None:
        text = f"regexp_replace({text}, {literal(shape.remove)}, '', 'g')"
    text = f"nullif(trim({text}), '')" if shape.type != "text" else f"nullif({text}, '')"
    for value in null_values:
        text = f"nullif({text}, {literal(value)})"
    return text


def repaired(text: str) -> str:
    """Text whose UTF-8 bytes were read as Windows-1252, read right; text that was not so damaged stays as it is."""
    letters = f"translate({text}, {literal(_WINDOWS)}, {literal(_BYTES)})"
    in_bytes = f"array_to_string(list_transform(string_split({letters}, ''), lambda c: printf('%02x', unicode(c))), '')"
    damaged = "'[\\x{C2}-\\x{F4}][\\x{80}-\\x{BF}]'"
    whole = "'^[\\x{00}-\\x{FF}]*$'"
    return (
        f"CASE WHEN regexp_matches({letters}, {damaged}) AND regexp_full_match({letters}, {whole}) "
        f"THEN coalesce(try(decode(unhex({in_bytes}))), {text}) ELSE {text} END"
    )


def _picked(pick: Pick) -> str:
    conditions = [_condition(path, value) for path, value in pick.where.items()] or ["true"]
    elements = f"json_extract(_doc, {literal(json_path(pick.each) + '[*]')})"
    first = f"list_filter({elements}, lambda e: {' AND '.join(conditions)})[1]"
    return f"json_extract_string({first}, {literal(json_path(pick.take))})"


def _condition(path: str, value: str | None) -> str:
    found = f"json_extract_string(e, {literal(json_path(path))})"
    return f"{found} IS NULL" if value is None else f"{found} = {literal(value)}"
