"""What an export bundle says of itself, as it was noted when it was made: enough to tell whether promises to its reader are kept.

The file itself is encrypted, in the end for the person alone. That it still is what was made is told by its digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assets.accountability.documents.speaking import spoken
from resources.connectors.landing import sha256

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class BundleFacts:
    """A bundle that waits or stands in the outbox: whether it is what was made, whom it names, and what it withholds without saying why."""

    is_there: bool
    is_intact: bool
    names_controller: bool
    names_authority: bool
    withheld: int
    unexplained: int


_MISSING = BundleFacts(is_there=False, is_intact=False, names_controller=False, names_authority=False, withheld=0, unexplained=0)


def look_into(row: Mapping[str, Any], path: Path, said: Mapping[str, Any]) -> BundleFacts:
    """Look at a bundle.

    Args:
        row: `sha256`, `says` and `language` of the ledger's row.
        path: where its file lies.
        said: the commitments of the notice that was in force when the bundle was made.
    """
    if not path.is_file():
        return _MISSING
    if sha256(path) != row["sha256"]:
        return BundleFacts(is_there=True, is_intact=False, names_controller=False, names_authority=False, withheld=0, unexplained=0)
    says = row["says"]
    return BundleFacts(
        is_there=True,
        is_intact=True,
        names_controller=set(spoken(said["controller"], row["language"])) <= set(says.get("controller", ())),
        names_authority=says.get("authority") == said["authority"][row["language"]],
        withheld=says.get("withheld", 0),
        unexplained=says.get("unexplained", 0),
    )
