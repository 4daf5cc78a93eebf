"""What an export bundle says of itself, read out of the file: enough to tell whether promises to its reader are kept."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any

from resources.connectors.landing import sha256

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class BundleFacts:
    """A bundle of the outbox: whether it is what was made, whom it names, and what it withholds without saying why."""

    is_there: bool
    is_intact: bool
    names_controller: bool
    names_authority: bool
    withheld: int
    unexplained: int


_MISSING = BundleFacts(is_there=False, is_intact=False, names_controller=False, names_authority=False, withheld=0, unexplained=0)


def look_into(row: Mapping[str, Any], outbox: Path, said: Mapping[str, Any]) -> BundleFacts:
    """Read the bundle of a row of the ledger's `bundles`.

    Args:
        row: `file`, `sha256` and `language` of the bundle.
        outbox: where bundles lie.
        said: the commitments of the notice that was in force when the bundle was made.
    """
    path = outbox / row["file"]
    if not path.is_file():
        return _MISSING
    if sha256(path) != row["sha256"]:
        return BundleFacts(is_there=True, is_intact=False, names_controller=False, names_authority=False, withheld=0, unexplained=0)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        report = unescape(archive.read("report.html").decode()) if "report.html" in names else ""
        withheld = json.loads(archive.read("withheld.json")) if "withheld.json" in names else {"values": []}
    counted = [(each["count"], bool(each["reason"]) and bool(each["explanation"])) for each in withheld["values"]]
    return BundleFacts(
        is_there=True,
        is_intact=True,
        names_controller=all(part in report for part in said["controller"]),
        names_authority=said["authority"][row["language"]] in report,
        withheld=sum(count for count, _ in counted),
        unexplained=sum(count for count, explained in counted if not explained),
    )
