"""The rules by which persons are joined: the vocabulary's, the limits, and what people decided; and which of them the tables follow."""

from __future__ import annotations

import hashlib
import json
from importlib import resources as package_data
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from assets.identity.kept import Kept
    from resources.catalogue import Catalogue
    from resources.warehouse import Engine

MOST_PERSONS_OF_A_VALUE = 50
MOST_PERSONS_OF_A_PROPOSAL = 5


def vocabulary(engine: Engine, catalogue: Catalogue) -> None:
    """Make `identity.kinds` and `identity.role_mailboxes` of the catalogue's vocabulary."""
    for table, columns in _vocabulary(catalogue).items():
        engine.register("vocabulary_rows", pa.table(columns))
        engine.run(f"CREATE OR REPLACE TABLE identity.{table} AS SELECT * FROM vocabulary_rows")
        engine.unregister("vocabulary_rows")


def rules_in_force(catalogue: Catalogue, kept: Kept | None) -> str:
    """A hash of all that decides who is who beside the records: vocabulary, limits, the models' text, and the verdicts in force."""
    models = sorted((package_data.files("sql") / "identity").iterdir(), key=lambda file: file.name)
    verdicts = [(row["verdict"], row["kind"], row["one"], row["other"]) for row in (kept.ledger.verdicts() if kept else [])]
    rules = {
        "vocabulary": _vocabulary(catalogue),
        "limits": [MOST_PERSONS_OF_A_VALUE, MOST_PERSONS_OF_A_PROPOSAL],
        "models": [(file.name, file.read_text(encoding="utf-8")) for file in models if file.name.endswith(".sql")],
        "verdicts": sorted(verdicts, key=repr),
    }
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()


def _vocabulary(catalogue: Catalogue) -> dict[str, dict[str, list[Any]]]:
    kinds = catalogue.vocabulary.identifiers
    return {
        "kinds": {
            "kind": list(kinds),
            "joins": [kind.joins for kind in kinds.values()],
            "personal": [kind.personal for kind in kinds.values()],
            "exclusive": [kind.exclusive for kind in kinds.values()],
            "proposes": [kind.proposes for kind in kinds.values()],
        },
        "role_mailboxes": {"mailbox": list(catalogue.vocabulary.role_mailboxes)},
    }
