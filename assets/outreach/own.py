"""What is a person's own of that by which it is known: never a switchboard's number, a role's mailbox, or what a crowd bears."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from assets.identity.rules import MOST_PERSONS_OF_A_VALUE
from resources.warehouse.models import model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.catalogue import Catalogue
    from resources.warehouse import Engine


def name_own(engine: Engine, catalogue: Catalogue) -> None:
    """Make the temporary tables `joining_kinds` (`kind`, `personal`) and `own_links` (`subject`, `kind`, `value`, `is_surely`)."""
    kinds = {kind: shape for kind, shape in catalogue.vocabulary.identifiers.items() if shape.joins}
    columns = {"kind": pa.array([*kinds], pa.string()), "personal": pa.array([each.personal for each in kinds.values()], pa.bool_())}
    engine.register("listed_kinds", pa.table(columns))
    engine.run("CREATE OR REPLACE TEMP TABLE joining_kinds AS SELECT kind, personal FROM listed_kinds")
    engine.unregister("listed_kinds")
    engine.run(f"CREATE OR REPLACE TEMP TABLE own_links AS {model('outreach/own_links')}", {"most": MOST_PERSONS_OF_A_VALUE})


def spread(engine: Engine) -> None:
    """Let whoever bears what a person who refuses bears refuse, too, after `name_own`; `refusing` (`subject`, `reason`) grows.

    It is followed from record to record: a person who was entered three times may share an address with the second record alone.
    """
    before, known = -1, engine.count("SELECT count(*) FROM refusing")
    while known != before:
        _add(engine, "sharing")
        before, known = known, engine.count("SELECT count(*) FROM refusing")


def spread_written(engine: Engine, table: str, fields: Iterable[str]) -> None:
    """Let refuse, too, in whose records of a data set what is to be written is borne by a person who refuses, after `spread`."""
    engine.register("listed_fields", pa.table({"field": pa.array(list(fields), pa.string())}))
    engine.run("CREATE OR REPLACE TEMP TABLE wanted_fields AS SELECT field FROM listed_fields")
    engine.unregister("listed_fields")
    _add(engine, "written", {"dataset": table})


def _add(engine: Engine, step: str, bound: dict[str, object] | None = None) -> None:
    engine.run(f"INSERT INTO refusing {model(f'outreach/{step}')}", bound)
