"""What a notice commits the controller to, in terms that data can be held against.

A version is kept in the ledger when it first comes into force; what is held is judged by that, not by what the YAML says since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.accountability.documents.model import digest, notice_content
from assets.accountability.documents.speaking import said
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    import datetime as dt

    from resources.catalogue import Catalogue, Dataset
    from resources.ledger import Ledger
    from resources.register import Register

COMMITMENTS = "commitments"


def commitments(catalogue: Catalogue) -> dict[str, Any]:
    """The commitments of the register's present notice, as plain data."""
    notice = catalogue.notice
    officer = notice.controller.data_protection_officer
    named = (notice.controller.name, notice.controller.business_id, notice.controller.address, officer.email, officer.address)
    return {
        "controller": [said(each) for each in named],
        "authority": {language: notice.authority.name.in_language(language) for language in LANGUAGES},
        "promises": sorted(notice.promises),
        "purposes": {name: purpose.legal_basis for name, purpose in sorted(notice.purposes.items())},
        "balanced": sorted(name for name, purpose in notice.purposes.items() if purpose.balancing is not None),
        "origins": sorted(notice.origins),
        "roles": sorted({role for kind in notice.data_subjects.values() for role in kind.roles}),
        "recipients": {
            name: {
                "kind": each.kind,
                "country": each.country,
                "ground": each.transfer.ground if each.transfer else None,
                "receives": sorted(each.receives),
                "systems": sorted(source.name for source in catalogue.sources.values() if source.shape.operator == name),
            }
            for name, each in sorted(notice.recipients.items())
        },
        "categories": {dataset.id: dataset.categories for dataset in catalogue.datasets},
        "periods": {dataset.id: periods_of(dataset) for dataset in catalogue.datasets},
    }


def periods_of(dataset: Dataset) -> dict[str, str]:
    """The period of a data set's records (under its own id), and of each field that goes before its record."""
    return {dataset.id: str(dataset.rule.limit)} | {field.name: str(field.rule.limit) for field in dataset.early}


def said_now(catalogue: Catalogue) -> dict[str, Any]:
    """All that the present notice says, and what it commits to: what the ledger keeps of a version."""
    return notice_content(catalogue) | {COMMITMENTS: commitments(catalogue)}


def keep_version(register: Register) -> bool:
    """Keep what the present notice says, once its version has come into force; gives whether the version was new."""
    version = register.catalogue.notice.version
    if version.date > register.clock.today():
        return False
    content = said_now(register.catalogue)
    return register.ledger.record_notice(version.version, version.date, digest(content), content, register.clock.now())


def in_force(ledger: Ledger, day: dt.date) -> dict[str, Any] | None:
    """The row of the ledger's `notices` of the version in force on a local date, with its content; None before the first."""
    rows = [row for row in ledger.notices() if row["date"] <= day]
    return None if not rows else rows[0] | {"content": ledger.notice(rows[0]["version"])}
