"""Records out of JSON: lines or whole documents, each of which is a record or holds a list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.connectors.paths import json_access, json_path
from resources.connectors.relation import Relation, reason_broken, text_lines
from resources.warehouse.dialect import literal

if TYPE_CHECKING:
    from pathlib import Path

    from resources.warehouse.engine import Engine


def json_lines(engine: Engine, files: list[Path], records: str | None) -> Relation:
    """The relations `documents`, one a line, and `decoded`: each document, or each element of its list at the path `records`."""
    text_lines(engine, files)
    broken = reason_broken("text", "WHEN NOT json_valid(text) THEN 'is not valid JSON'")
    engine.run(f"CREATE TEMP VIEW documents AS SELECT _path, number, _line, text, {broken} FROM lines")
    return _elements(engine, records)


def json_documents(engine: Engine, files: list[Path], records: str | None) -> Relation:
    """The relations `documents`, one a file, or one an element of a file's list, and `decoded`, as `json_lines` has it."""
    engine.run(
        f"""
        CREATE TEMP TABLE documents AS
        WITH contents AS (
          SELECT filename AS _path, content AS text, {reason_broken("content", "WHEN NOT json_valid(content) THEN 'is not valid JSON'")}
          FROM read_text($files)
        ),
        listed AS (
          SELECT
            _path,
            CASE
              WHEN _broken IS NOT NULL THEN [text]
              WHEN json_type(text) = 'ARRAY' THEN CAST(json_extract(text, '$[*]') AS VARCHAR[])
              ELSE [text]
            END AS texts,
            _broken
          FROM contents
        ),
        single AS (SELECT _path, unnest(texts) AS text, generate_subscripts(texts, 1) AS place, _broken FROM listed)
        SELECT _path, row_number() OVER (ORDER BY _path, place) AS number, place AS _line, text, _broken FROM single
        """,
        {"files": [str(file) for file in files]},
    )
    return _elements(engine, records)


def _elements(engine: Engine, records: str | None) -> Relation:
    """The relation `decoded` out of `documents`: each is a record, or holds a list of them."""
    if records is None:
        engine.run("""
            CREATE TEMP VIEW decoded AS
            SELECT
              number AS _row, _path, _line, CAST(NULL AS BIGINT) AS _index, text AS _raw, _broken,
              CASE WHEN _broken IS NULL THEN text END AS _doc, CAST(NULL AS VARCHAR) AS _above
            FROM documents
        """)
        return Relation(json_access())
    kind = "'ARRAY'" if "[*]" in records else f"json_type(CASE WHEN _broken IS NULL THEN text END, {literal(json_path(records))})"
    reason = literal(f"has no list at '{records}'")
    no_list = f"CASE WHEN {kind} NOT IN ('ARRAY', 'NULL') THEN {reason} ELSE _broken END"
    # The documents, which may be large, are not carried along with each of their records: only who asks for `_above` looks them up.
    engine.run(f"""
        CREATE TEMP TABLE elements AS
        WITH checked AS (
          SELECT number, _path, _line, text, {no_list} AS _broken FROM documents
        ),
        unnested AS (
          SELECT
            number, _path, _line, _broken, unnest(elements) AS element, generate_subscripts(elements, 1) - 1 AS _index,
            CAST(NULL AS VARCHAR) AS whole
          FROM (
            SELECT number, _path, _line, _broken, json_extract(text, {literal(json_path(records) + "[*]")}) AS elements
            FROM checked WHERE _broken IS NULL
          ) AS listed
          UNION ALL
          SELECT number, _path, _line, _broken, NULL, NULL, text FROM checked WHERE _broken IS NOT NULL
        ),
        raw AS (
          SELECT number, _path, _line, _index, element, coalesce(CAST(element AS VARCHAR), whole) AS _raw,
            {reason_broken("coalesce(CAST(element AS VARCHAR), whole)", "ELSE _broken")}
          FROM unnested
        )
        SELECT
          row_number() OVER (ORDER BY number, _index) AS _row, number, _path, _line, _index, _raw, _broken,
          CASE WHEN _broken IS NULL THEN element END AS _doc
        FROM raw
    """)
    engine.run("""
        CREATE TEMP VIEW decoded AS
        SELECT elements.*, CASE WHEN elements._broken IS NULL THEN documents.text END AS _above
        FROM elements LEFT JOIN documents ON documents.number = elements.number
    """)
    return Relation(json_access(), records=records)
