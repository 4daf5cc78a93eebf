"""Fields that a source has and the catalogue does not: not loaded, counted, and each with the tag that is proposed for it.

What occurs and in how many records is exact. The proposal is made of the field's name and of a sample of its values: at most 1,000 distinct
ones of the first 20,000. Values are read and forgotten here; only paths, counts, categories and shares are handed on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.connectors.declared import Declared, declared, templates
from resources.connectors.occurring import LONGEST_NAME, PLAIN, occurring
from resources.recognise import LIKELY, LONGEST, RECOGNISERS, Likeness, fits, likeness, named, recognised
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from resources.catalogue.model import Dataset
    from resources.warehouse.engine import Engine

_SAMPLED_ROWS = 20_000
_SAMPLED_VALUES = 1_000
_LEAST_VALUES = 3
_MOST_SAMPLED = 200


@dataclass(frozen=True)
class Undeclared:
    """A field that nobody tagged.

    Attributes:
        path: where it stands in the source's record, `^` for the document that holds it; `*` for keys that may be data themselves.
        records: how many records bear a value there.
        category: the data category that is proposed; None where nothing speaks for one.
        identifies: the kind of identifier that goes with it; None where it is none.
        why: what the proposal rests on: `name`, `values` or `name and values`; None without one.
        share: the share of the sampled values that look like it; None where the name alone speaks for it.
    """

    path: str
    records: int
    category: str | None = None
    identifies: str | None = None
    why: str | None = None
    share: float | None = None


def undeclared_in_documents(engine: Engine, dataset: Dataset, region: str, chosen: str, records_path: str | None) -> list[Undeclared]:
    """The undeclared paths of the relation `named` of JSON documents, and of the documents that hold them where `records_path` is given.

    Args:
        engine: the connection that the batch is decoded in.
        dataset: the data set.
        region: the source's country.
        chosen: the condition of the records that the data set's `where` does not leave out.
        records_path: where the records stand in `documents`; None where each document is one.
    """
    known = declared(dataset)
    texts = f"SELECT _raw AS text, 1 AS weight FROM named WHERE _broken IS NULL AND ({chosen})"
    found = list(_Documents(engine, region, texts, "").undeclared(known, known.own))
    if records_path is None:
        return found
    engine.run(f"""
        CREATE TEMP TABLE holders AS
        SELECT _path, _line, count(*) AS weight FROM named WHERE _broken IS NULL AND ({chosen}) GROUP BY _path, _line
    """)
    holding = "SELECT documents.text, holders.weight FROM documents INNER JOIN holders USING (_path, _line) WHERE documents._broken IS NULL"
    return found + list(_Documents(engine, region, holding, "^").undeclared(known, known.above))


@dataclass(frozen=True)
class _Documents:
    """Documents (`texts`: a SELECT of `text` and `weight`), and the mark of paths into them."""

    engine: Engine
    region: str
    texts: str
    mark: str

    def undeclared(self, known: Declared, paths: tuple[str, ...]) -> Iterator[Undeclared]:
        """What occurs in them and is not among the paths that are known."""
        occurs = occurring(self.engine, self.texts, templates(paths), self.region)
        found = [each for each in occurs if not known.knows(self.mark + each.shown)]
        ranked = sorted((each for each in found if not each.has_star), key=lambda each: -each.records)
        sampled = {each.path for each in ranked[:_MOST_SAMPLED]}
        for each in found:
            yield _proposed(self.mark + each.shown, each.records, self._sample(each.path) if each.path in sampled else None)

    def _sample(self, path: str) -> Likeness | None:
        value = f"json_extract_string(text, {literal(path)})"
        value = f"unnest({value})" if "[*]" in path else value
        return _sample(self.engine, f"SELECT {value} AS value FROM ({self.texts}) AS documents", self.region)


def undeclared_in_columns(engine: Engine, dataset: Dataset, region: str, chosen: str, columns: Sequence[str]) -> list[Undeclared]:
    """The undeclared columns of the relation `named`, as `undeclared_in_documents`; columns whose names may be data are one, `*`."""
    known = declared(dataset)
    left = [column for column in columns if column not in known.own and not known.knows(column)]
    shown = [column for column in left if _is_plain(engine, column) and recognised(column, region) is None]
    groups = {column: [column] for column in shown}
    if len(shown) < len(left) and not known.knows("*"):
        groups["*"] = [column for column in left if column not in shown]
    if not groups:
        return []
    relation = f"FROM named WHERE _broken IS NULL AND ({chosen})"
    counts = ", ".join(f"count(*) FILTER ({' OR '.join(_bears(column) for column in group)})" for group in groups.values())
    (counted,) = engine.rows(f"SELECT {counts} {relation}")
    found = [(path, records) for path, records in zip(groups, counted, strict=True) if records]
    return [
        _proposed(
            path, records, _sample(engine, f"SELECT CAST({name(path)} AS VARCHAR) AS value {relation}", region) if path != "*" else None
        )
        for path, records in found
    ]


def _bears(column: str) -> str:
    return f"coalesce(CAST({name(column)} AS VARCHAR), '') <> ''"


def _is_plain(engine: Engine, column: str) -> bool:
    return len(column) <= LONGEST_NAME and bool(engine.scalar("SELECT regexp_matches($column, $plain)", {"column": column, "plain": PLAIN}))


def _sample(engine: Engine, values: str, region: str) -> Likeness | None:
    """What a sample of values looks like; `values` is a SELECT of them as `value`."""
    (row,) = engine.rows(
        f"""
        WITH given AS ({values}),
        taken AS (SELECT value FROM given WHERE value <> '' AND left(value, 1) NOT IN ('{{', '[') LIMIT {_SAMPLED_ROWS:d}),
        sampled AS (SELECT DISTINCT value FROM taken LIMIT {_SAMPLED_VALUES:d})
        SELECT count(*), list(value) FILTER (length(value) <= $longest AND regexp_matches(value, $likely)) FROM sampled
        """,
        {"longest": LONGEST, "likely": LIKELY},
    )
    return likeness(row[1] or [], row[0], region) if row[0] >= _LEAST_VALUES else None


def _proposed(path: str, records: int, looks: Likeness | None) -> Undeclared:
    by_name = None if path.endswith("*") and not path.endswith("[*]") else named(path)
    if looks is None:
        return Undeclared(path, records, by_name, _identifies(by_name), "name" if by_name else None)
    meant = looks.recogniser
    agree = by_name is not None and fits(meant, by_name, None)
    category = by_name if agree else meant.category
    identifies = None if meant.identifies == "none" else meant.identifies
    return Undeclared(path, records, category, identifies, "name and values" if agree else "values", round(looks.share, 3))


def _identifies(category: str | None) -> str | None:
    kinds = {each.category: each.identifies for each in RECOGNISERS.values() if each.identifies != "none"}
    return kinds.get(category or "")
