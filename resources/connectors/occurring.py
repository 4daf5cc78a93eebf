"""Which undeclared paths occur in JSON documents, and how many records bear a value there.

Nothing is sampled: every document is looked at, and every count is exact. To be quick, documents whose keys are all declared are passed
over by a filter, the others are grouped by their structure, and only distinct structures are walked. A value is anything but null, an
empty text, an empty list and an empty object.

A key may itself be data (`{"liisa@x.fi": …}`, `{"1234567": …}`). A step that is no plain name, that is recognised as an identifier, or that
is one of many sibling keys each of which few records have, stands as `*`, and all such steps of an object are one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from resources.recognise import recognised
from resources.warehouse.dialect import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from resources.warehouse.engine import Engine

LONGEST_NAME = 60
PLAIN = r"^_?_?\p{L}[\p{L}\p{N}_. -]*$"
"""A regular expression (RE2) of the names that may be shown, where they are no longer than `LONGEST_NAME`."""
MOST_SIBLINGS = 50
_LEAST_SHARE = 0.5
_LEAST_PARENTS = 20
_MOST_LEVELS = 24
_STEP = re.compile(r'\."([^"]*)"|\.(\*)|(\[\*\])')
_EMPTY = r':\s*(""|\{\s*\})'
_EMPTY_IN_LIST = r'[\[,]\s*""'


@dataclass(frozen=True)
class Occurring:
    """A path (JSONPath, lists as `[*]`, keys that are not shown as `*`), and how many records bear a value there."""

    path: str
    records: int

    @property
    def shown(self) -> str:
        """The path as the catalogue writes paths."""
        return "".join(step[3] or f".{step[1] or step[2]}" for step in _STEP.finditer(self.path)).removeprefix(".")

    @property
    def has_star(self) -> bool:
        """Whether a key of it is not shown."""
        return any(step[2] for step in _STEP.finditer(self.path))


def occurring(engine: Engine, texts: str, known: Sequence[str], region: str) -> list[Occurring]:
    """The undeclared paths at which values stand, sorted.

    Args:
        engine: a connection of its own, in memory.
        texts: a SELECT of `text` (a JSON document) and `weight` (how many records it stands for).
        known: the declared paths, as JSONPaths without numbers.
        region: the source's country, by which telephone numbers are recognised.
    """
    signature, condition = _suspicion(known)
    # Two statements: the engine would carry the condition to every document, where it costs four times as much as all the rest.
    engine.run(f"CREATE TEMP TABLE signatures AS SELECT DISTINCT {signature} AS signed FROM ({texts}) AS given")
    engine.run(f"CREATE TEMP TABLE suspects AS SELECT CAST(signed AS VARCHAR) AS signature FROM signatures WHERE {condition}")
    engine.run("DROP TABLE signatures")
    if not engine.count("SELECT count(*) FROM suspects"):
        engine.run("DROP TABLE suspects")
        return []
    _shapes(engine, texts, signature)
    engine.run("CREATE TEMP TABLE leaves (shape BIGINT, path VARCHAR)")
    _walk(engine, known, region)
    found = engine.rows("""
        SELECT path, CAST(sum(records) AS BIGINT)
        FROM (SELECT DISTINCT shape, path FROM leaves) AS leaves INNER JOIN shapes USING (shape)
        GROUP BY path ORDER BY path
    """)
    for table in ("suspects", "shapes", "leaves"):
        engine.run(f"DROP TABLE {table}")
    return [Occurring(path, records) for path, records in found]


def _shapes(engine: Engine, texts: str, signature: str) -> None:
    """`shapes`: the distinct structures of documents that may have undeclared paths, each with its number of records.

    The engine's structures lose what lists of unlike elements hold; such documents, and those with empty texts in lists, stand whole.
    """
    engine.run(
        f"""
        CREATE TEMP TABLE shapes AS
        WITH grouped AS (
          SELECT CASE WHEN is_whole THEN text ELSE structure END AS node, is_whole, sum(weight) AS records
          FROM (
            SELECT *, contains(structure, '"JSON"') OR regexp_matches(text, $empty_in_list) AS is_whole
            FROM (
              SELECT text, weight, json_structure(regexp_replace(text, $empty, ':null', 'g')) AS structure
              FROM ({texts}) AS given SEMI JOIN suspects ON suspects.signature = CAST({signature} AS VARCHAR)
            ) AS told
          ) AS judged
          GROUP BY ALL
        )
        SELECT row_number() OVER () AS shape, CAST(node AS JSON) AS node, is_whole, records FROM grouped
        """,
        {"empty": _EMPTY, "empty_in_list": _EMPTY_IN_LIST},
    )


def _suspicion(known: Sequence[str]) -> tuple[str, str]:
    """What is looked at in every document, and the condition on it (`signed`) that there may be an undeclared path.

    Looked at are the keys, and the kinds of value, of the objects of which something is declared. Undeclared may be what stands under
    another key, in a list, and a value where an object is declared.
    """
    objects: dict[str, set[str]] = defaultdict(set)
    lists: set[str] = set()
    objects["$"] = set()
    for path in known:
        prefix = "$"
        for step in _STEP.finditer(path):
            if step[3]:
                lists.add(prefix)
                break
            objects[prefix].add(step[1] or "*")
            prefix += step[0]
    looked_at = sorted({*objects, *lists} - {path for path in objects if path in known or ".*" in path})
    paths = ", ".join(literal(path) for path in looked_at)
    plain = []
    for number, path in enumerate(looked_at, start=1):
        kinds = "('NULL')" if path in lists else "('OBJECT', 'NULL')"
        keys = ", ".join(literal(key) for key in sorted(objects.get(path, ())))
        plain.append(f"coalesce(signed.kinds[{number}] IN {kinds}, true)")
        plain.append(f"coalesce(list_has_all(CAST([{keys}] AS VARCHAR[]), signed.keys[{number}]), true)")
    signature = f"struct_pack(keys := json_keys(text, [{paths}]), kinds := json_type(text, [{paths}]))"
    return signature, f"NOT ({' AND '.join(plain)})"


def _walk(engine: Engine, known: Sequence[str], region: str) -> None:
    """Put the paths of all values below `shapes` into `leaves`, level by level."""
    prefixes = {path[: step.end()] for path in known for step in _STEP.finditer(path)} - set(known)
    _take(engine, "known_paths", known)
    _take(engine, "open_paths", sorted(prefixes))
    engine.run("CREATE TEMP TABLE nodes AS SELECT shape, '$' AS path, node, is_whole FROM shapes")
    for level in range(_MOST_LEVELS + 1):
        deeper = "json_type(node) NOT IN ('OBJECT', 'ARRAY') AND" if level < _MOST_LEVELS else ""
        engine.run(f"""
            INSERT INTO leaves SELECT DISTINCT shape, path FROM nodes
            WHERE path <> '$' AND {deeper}
              CASE WHEN is_whole THEN json_extract_string(node, '$') <> '' ELSE json_extract_string(node, '$') <> 'NULL' END
        """)
        if not engine.count("SELECT count(*) FROM nodes WHERE json_type(node) IN ('OBJECT', 'ARRAY')"):
            break
        _descend(engine, region)
    for table in ("known_paths", "open_paths", "nodes"):
        engine.run(f"DROP TABLE {table}")


def _descend(engine: Engine, region: str) -> None:
    """`nodes`: the members and elements of the objects and lists in `nodes`, less what is declared."""
    engine.run("""
        CREATE TEMP TABLE members AS
        WITH unnested AS (
          SELECT shape, path, is_whole, unnest(json_keys(node)) AS key, unnest(json_extract(node, '$.*')) AS node
          FROM nodes WHERE json_type(node) = 'OBJECT'
        )
        SELECT *, path || '."' || key || '"' AS named FROM unnested
    """)
    engine.run("DELETE FROM members USING known_paths WHERE members.named = known_paths.path")
    _label(engine, region)
    engine.run("""
        CREATE TEMP TABLE below AS
        SELECT DISTINCT members.shape, coalesce(labels.label, members.path || '.*') AS path, members.node, members.is_whole
        FROM members LEFT JOIN labels ON labels.label = members.named
        UNION ALL
        SELECT DISTINCT shape, path || '[*]', unnest(json_extract(node, '$[*]')), is_whole FROM nodes WHERE json_type(node) = 'ARRAY'
    """)
    for table in ("nodes", "members", "labels"):
        engine.run(f"DROP TABLE {table}")
    engine.run("CREATE TEMP TABLE nodes AS SELECT below.* FROM below ANTI JOIN known_paths ON known_paths.path = below.path")
    engine.run("DROP TABLE below")


def _label(engine: Engine, region: str) -> None:
    """`labels`: the paths out of `members` whose last key may be shown."""
    engine.run(
        """
        CREATE TEMP TABLE candidates AS
        WITH parents AS (
          SELECT nodes.path, sum(shapes.records) AS records
          FROM (SELECT DISTINCT shape, path FROM nodes WHERE json_type(node) = 'OBJECT') AS nodes INNER JOIN shapes USING (shape)
          GROUP BY nodes.path
        ),
        counted AS (
          SELECT members.path, members.key, members.named, sum(shapes.records) AS records
          FROM (SELECT DISTINCT shape, path, key, named FROM members) AS members INNER JOIN shapes USING (shape)
          WHERE members.named NOT IN (SELECT path FROM open_paths)
          GROUP BY members.path, members.key, members.named
        ),
        judged AS (
          SELECT counted.*, count(*) OVER (PARTITION BY counted.path) AS siblings, parents.records AS parents
          FROM counted INNER JOIN parents USING (path)
        )
        SELECT key, named FROM judged
        WHERE length(key) <= $longest AND regexp_matches(key, $plain)
          AND (siblings <= $most OR (parents >= $least_parents AND records >= $least_share * parents))
        """,
        {"plain": PLAIN, "longest": LONGEST_NAME, "most": MOST_SIBLINGS, "least_parents": _LEAST_PARENTS, "least_share": _LEAST_SHARE},
    )
    keys = [row[0] for row in engine.rows("SELECT DISTINCT key FROM candidates ORDER BY key")]
    _take(engine, "data_keys", [key for key in keys if recognised(key, region) is not None])
    engine.run("""
        CREATE TEMP TABLE labels AS
        SELECT candidates.named AS label FROM candidates WHERE key NOT IN (SELECT path FROM data_keys)
        UNION
        SELECT path FROM open_paths
    """)
    for table in ("candidates", "data_keys"):
        engine.run(f"DROP TABLE {table}")


def _take(engine: Engine, table: str, paths: Iterable[str]) -> None:
    engine.register("taken_paths", pa.table({"path": pa.array(list(paths), pa.string())}))
    engine.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT path FROM taken_paths")
    engine.unregister("taken_paths")
