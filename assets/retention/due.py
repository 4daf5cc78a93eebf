"""What is due of one layer: what of it is held back, what waits for a named user's approval, and what goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assets.ingest.held import mark
from resources.ledger import PurgeRecord
from resources.ledger.plans import PlanLedger
from resources.warehouse.dialect import literal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from assets.ingest.held import Holds
    from assets.retention.layers import Layer
    from resources.register import Register
    from resources.warehouse import Engine

_HASH = "substr(sha256($pepper || id), 1, 32)"


@dataclass(frozen=True)
class Terms:
    """On what terms what is due goes: the rules by which nothing goes unapproved, and the secret of keyed hashes."""

    approved_rules: frozenset[str] = frozenset()
    pepper: str = ""

    @classmethod
    def of(cls, register: Register) -> Terms:
        """The terms of a register."""
        return cls(register.catalogue.retention.approved_rules, register.home.pepper)


@dataclass(frozen=True)
class Due:
    """What is due of a layer of a data set by a rule: what goes, how many are held, by what keeps them, and what waits for approval.

    `is_remembered`: the source may give again what goes of it (`without_anchor`), and it is not to come back.
    """

    going: PurgeRecord
    held: dict[str, int] = field(default_factory=dict)
    waiting: PurgeRecord | None = None
    is_remembered: bool = False

    @property
    def kept(self) -> int:
        """How many records are held back."""
        return sum(self.held.values())

    @property
    def records(self) -> int:
        """How many records are due in all."""
        return self.going.records + self.kept + (self.waiting.records if self.waiting else 0)


def prepare(engine: Engine, register: Register, holds: Holds) -> None:
    """Make the tables of what is held and of what is approved, which `take` reads."""
    mark(engine, register.catalogue, holds)
    engine.register("approved_rows", PlanLedger(register.ledger).approved(register.clock.today()))
    engine.run("CREATE OR REPLACE TEMP TABLE approved AS SELECT DISTINCT hash FROM approved_rows")
    engine.unregister("approved_rows")


def take(engine: Engine, layer: Layer, today: dt.date, terms: Terms) -> Due:
    """Make the temporary table `due` (`id`, `by_ingestion`) of what goes of a layer today, and `overdue` of all that is due.

    A record waits unless the approved plan had it as it is now: its anchor, and the batch that it last changed in, count with its id. So
    what was changed since, and what is due since, waits for the next plan.
    """
    engine.run("CREATE TEMP TABLE IF NOT EXISTS held (dataset VARCHAR, layer VARCHAR, id VARCHAR, kind VARCHAR, hold VARCHAR)")
    engine.run("CREATE TEMP TABLE IF NOT EXISTS approved (hash VARCHAR)")
    key = "_quarantine" if layer.layer == "quarantine" else "_record"
    place = "quarantine" if layer.layer == "quarantine" else "register"
    what = literal(f"{layer.layer}/{layer.rule}/{layer.dataset.table}/")
    needs = layer.rule in terms.approved_rules
    planned = (
        f"substr(sha256($pepper || {what} || dated.id || '/' || coalesce(CAST(dated.anchored AS VARCHAR), '') || '/' || own._batch), 1, 32)"
    )
    state = "CASE WHEN approved.hash IS NULL THEN 'waiting' ELSE 'going' END" if needs else "'going'"
    engine.run(
        f"""
        CREATE OR REPLACE TEMP TABLE overdue AS
        WITH dated AS (SELECT id, anchored, by_ingestion, last_day FROM ({layer.dates}) AS dates WHERE last_day < $today),
        hashed AS (
          SELECT dated.id, dated.anchored, dated.by_ingestion, {planned if needs else "CAST(NULL AS VARCHAR)"} AS planned
          FROM dated {f"INNER JOIN {layer.table} AS own ON own.{key} = dated.id" if needs else ""}
        ),
        kept AS (SELECT id, min(kind) AS kind FROM held WHERE dataset = $table AND layer = $place GROUP BY id)
        SELECT hashed.id, hashed.anchored, hashed.by_ingestion, hashed.planned, kept.kind,
          CASE WHEN kept.id IS NOT NULL THEN 'held' ELSE {state} END AS state
        FROM hashed LEFT JOIN kept ON kept.id = hashed.id
        {"LEFT JOIN approved ON approved.hash = hashed.planned" if needs else ""}
        """,
        {"today": today, "table": layer.dataset.table, "place": place} | ({"pepper": terms.pepper} if needs else {}),
    )
    engine.run("CREATE OR REPLACE TEMP TABLE due AS SELECT id, by_ingestion FROM overdue WHERE state = 'going'")
    counted = {
        (state, kind): PurgeRecord(layer.layer, layer.dataset.table, layer.rule, count, oldest, newest)
        for state, kind, count, oldest, newest in engine.rows(
            "SELECT state, kind, count(*), min(anchored), max(anchored) FROM overdue GROUP BY state, kind ORDER BY state, kind"
        )
    }
    nothing = PurgeRecord(layer.layer, layer.dataset.table, layer.rule, 0, None, None)
    held = {kind: record.records for (state, kind), record in counted.items() if state == "held"}
    return Due(counted.get(("going", None), nothing), held, counted.get(("waiting", None)), layer.leaves_hashes)


def hashes(engine: Engine, pepper: str) -> Iterator[str]:
    """Keyed hashes of the ids of what goes (`due`); of a quarantined record whose key is known, that of the record's own id."""
    known = "LEFT JOIN quarantine.records AS bad ON bad._quarantine = due.id"
    statement = f"SELECT DISTINCT {_HASH} AS hash FROM (SELECT coalesce(bad._record, due.id) AS id FROM due {known}) AS going ORDER BY hash"
    for (each,) in engine.stream(statement, {"pepper": pepper}):
        yield each


def without_anchor(engine: Engine, pepper: str) -> list[str]:
    """Keyed hashes of what goes by its age in the register alone: its source may still have it, and it is not to come back."""
    return [row[0] for row in engine.rows("SELECT sha256($pepper || id) FROM due WHERE by_ingestion", {"pepper": pepper})]
