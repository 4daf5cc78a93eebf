"""Who is who, of made-up record–identifier pairs: beside SciPy's components on encoded ids, Splink's clustering, and networkx.

`identity` is the whole, `identity_batch` a hundredth more pairs on what was worked out before. Ours judges which values may join, blocks
contradictions, keeps evidence and the ledger, and writes its tables; the others read pairs that are judged already and find components.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assets.identity.kept import Kept
from assets.identity.resolve import resolve, update
from bench.harness import Benchmark, Contestant, Watch
from bench.identity import REGISTER, fill
from resources.catalogue import load_register
from resources.ledger import Ledger
from resources.ledger.identity import IdentityLedger
from resources.warehouse.engine import engine
from resources.warehouse.models import tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench.harness import Turn
    from resources.warehouse import Engine

_HUNDREDTH, _PAIRS_OF_A_RECORD = 100, 2
_PAIRS = "SELECT person, kind || '/' || value AS value FROM identity.links WHERE joins"
_CERTAIN = "ANTI JOIN identity.chains AS chains ON chains.person = persons.person WHERE persons.subject IS NOT NULL"


@contextmanager
def _opened(folder: Path) -> Iterator[Engine]:
    with engine(folder / "bench.duckdb", folder / "temporary") as opened:
        yield opened


def _resolved(folder: Path, watch: Watch, *, whole: bool) -> None:
    catalogue, ledger = load_register(REGISTER), Ledger(f"sqlite:///{folder / 'ledger.db'}")
    kept = Kept(IdentityLedger(ledger), "pepper")
    with _opened(folder) as opened, watch, opened.transaction():
        (resolve if whole else update)(opened, catalogue, kept)
    ledger.close()


def prepare(data: Path, pairs: int) -> None:
    """Make the pairs in `before`; and in `after` the same, worked out."""
    before, after = data / "before", data / "after"
    before.mkdir()
    with _opened(before) as opened:
        for statement in tables():
            opened.run(statement)
        fill(opened, 0, pairs)
        opened.run("DELETE FROM meta.changed_persons")
    shutil.copytree(before, after)
    _resolved(after, Watch(), whole=True)


def _copied(turn: Turn, part: str) -> Path:
    folder = turn.own / part
    shutil.copytree(turn.data / part, folder)
    return folder


def _ours(turn: Turn) -> dict[str, Any]:
    folder = _copied(turn, "before")
    _resolved(folder, turn.watch, whole=True)
    with _opened(folder) as opened:
        rows = opened.rows(f"SELECT count(DISTINCT persons.subject) FROM identity.persons AS persons {_CERTAIN}")  # noqa: S608
    return {"subjects": rows[0][0], "same_groups": True}


def _grouped(opened: Engine, people: Sequence[str] | pa.Array, labels: Sequence[int]) -> dict[str, Any]:
    """How many groups there are among the persons of whom ours is certain."""
    opened.register("found", pa.table({"person": people, "label": labels}))
    rows = opened.rows(f"""
        SELECT count(DISTINCT found.label), count(*), count(DISTINCT (found.label, persons.subject))
        FROM found INNER JOIN identity.persons AS persons ON persons.person = found.person {_CERTAIN}
    """)  # noqa: S608 - our own names
    return {"subjects": rows[0][0], "joined": rows[0][1], "same_groups": rows[0][2] == rows[0][0]}


def _scipy(turn: Turn) -> dict[str, Any]:
    np, sparse, graphs = (import_module(each) for each in ("numpy", "scipy.sparse", "scipy.sparse.csgraph"))
    with _opened(_copied(turn, "after")) as opened:
        with turn.watch:
            pairs = opened.arrow(_PAIRS).combine_chunks()
            people, values = (pairs[column].combine_chunks().dictionary_encode() for column in ("person", "value"))
            del pairs
            size, ones = len(people.dictionary), people.indices.to_numpy()
            nodes = size + len(values.dictionary)
            graph = sparse.coo_matrix((np.ones(len(ones), dtype=np.int8), (ones, values.indices.to_numpy() + size)), shape=(nodes, nodes))
            labels = graphs.connected_components(graph, directed=False)[1]
        found = _grouped(opened, people.dictionary, labels[:size])
    return {"same_groups": found["same_groups"]}


def _networkx(turn: Turn) -> dict[str, Any]:
    nx = import_module("networkx")
    with _opened(_copied(turn, "after")) as opened:
        with turn.watch:
            graph = nx.Graph()
            graph.add_edges_from((("p", person), ("v", value)) for person, value in opened.stream(_PAIRS))
            labelled = [(node[1], label) for label, each in enumerate(nx.connected_components(graph)) for node in each if node[0] == "p"]
        found = _grouped(opened, [person for person, _ in labelled], [label for _, label in labelled])
    return {"same_groups": found["same_groups"]}


def _splink(turn: Turn) -> dict[str, Any]:
    from splink import DuckDBAPI  # noqa: PLC0415 - of this contestant alone
    from splink.clustering import cluster_pairwise_predictions_at_threshold  # noqa: PLC0415 - the same

    with _opened(_copied(turn, "after")) as opened:
        with turn.watch:
            edges = opened.arrow(f"""
                SELECT min(person) OVER (PARTITION BY value) AS unique_id_l, person AS unique_id_r, 1.0 AS match_probability
                FROM ({_PAIRS}) AS pairs
            """)  # noqa: S608 - our own names
            nodes = opened.arrow(f"SELECT DISTINCT person AS unique_id FROM ({_PAIRS}) AS pairs")  # noqa: S608 - our own names
            clustered = cluster_pairwise_predictions_at_threshold(
                nodes, edges, DuckDBAPI(), "unique_id", threshold_match_probability=0.5
            ).as_record_list()
        found = _grouped(opened, [row["unique_id"] for row in clustered], [row["cluster_id"] for row in clustered])
    return {"same_groups": found["same_groups"]}


def _batch(turn: Turn) -> dict[str, Any]:
    folder, more = _copied(turn, "after"), turn.records // _HUNDREDTH
    with _opened(folder) as opened, opened.transaction():
        fill(opened, turn.records // _PAIRS_OF_A_RECORD, more // 2)
        fill(opened, 0, more // 2, every=2 * _HUNDREDTH + 1, again="again")
    _resolved(folder, turn.watch, whole=False)
    return {}


def _again(turn: Turn) -> dict[str, Any]:
    folder = _copied(turn, "after")
    _resolved(folder, turn.watch, whole=True)
    return {}


BENCHMARKS = (
    Benchmark(
        "identity",
        "who is who, of record–identifier pairs",
        1.3,
        prepare,
        (
            Contestant("ours", _ours),
            Contestant("SciPy, the limit", _scipy, "scipy"),
            Contestant("Splink's clustering", _splink, "splink", 1),
            Contestant("networkx", _networkx, "networkx", 1),
        ),
    ),
    Benchmark(
        "identity_batch",
        "who is who, a hundredth more; the goal is 0.05",
        0.05,
        prepare,
        (Contestant("ours", _batch), Contestant("the whole again", _again)),
    ),
)
