"""What the ledger knows of bundles: one a request, from its making to its download, each step in the audit chain."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger.audit import entries, verify
from resources.ledger.bundles import BundleLedger
from resources.ledger.redactions import RedactionLedger
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from resources.ledger import Ledger

MOMENT = dt.datetime(2026, 10, 15)  # noqa: DTZ001 - naive UTC
BY, OTHER = "Dana Officer", "Otto Officer"


def _made(request: str, file: str = "x.zip") -> dict[str, Any]:
    return {"request": request, "file": file, "sha256": "0" * 64, "made_at": MOMENT, "records": 7, "says": {"texts": 2}}


def _file(ledger: Ledger) -> str:
    return file_verified(ledger, "access", "fi", [("email", "matti@example.com")], MOMENT).id


def _acts(ledger: Ledger, request: str) -> list[tuple[str, str, str | None]]:
    return [(each.what, each.by, each.why) for each in entries(ledger.engine, request) if each.what.startswith("bundle")]


def test_a_bundle_from_its_making_to_its_download(ledger: Ledger) -> None:
    """Made it waits and answers nothing; released it answers its request; each download is counted; all of it is in the audit chain."""
    bundles, request = BundleLedger(ledger), _file(ledger)
    bundles.made(_made(request), "register")
    row = bundles.bundle(request)
    assert (row["state"], row["says"], row["released_by"], ledger.request(request).state) == ("waiting", {"texts": 2}, None, "in_progress")
    bundles.released(request, "x.zip.age", "1" * 64, f" {BY} ", MOMENT)
    for _ in range(2):
        bundles.downloaded(request, BY, MOMENT)
    row = bundles.bundle(request)
    assert (row["state"], row["file"], row["released_by"], row["downloads"]) == ("delivered", "x.zip.age", BY, 2)
    assert ledger.request(request).state == "answered"
    expected = [("bundle.made", "register"), ("bundle.released", BY), ("bundle.downloaded", BY), ("bundle.downloaded", BY)]
    assert [act[:2] for act in _acts(ledger, request)] == expected
    assert verify(ledger.engine) == []


def test_a_bundle_that_is_refused(ledger: Ledger) -> None:
    """It is known no more, the request is open still, and the reason stands in the audit chain."""
    bundles, request = BundleLedger(ledger), _file(ledger)
    bundles.made(_made(request), "register")
    bundles.refused(request, BY, "a name is left in it", MOMENT)
    with pytest.raises(AnsvarError, match="There is no bundle of that request"):
        bundles.bundle(request)
    assert (ledger.request(request).state, _acts(ledger, request)[-1]) == ("in_progress", ("bundle.refused", BY, "a name is left in it"))


def test_a_bundle_that_is_made_again(ledger: Ledger) -> None:
    """A request has one bundle: the latest, which waits again."""
    bundles, request = BundleLedger(ledger), _file(ledger)
    bundles.made(_made(request, "first.zip"), "register")
    bundles.released(request, "first.zip.age", "1" * 64, BY, MOMENT)
    bundles.made(_made(request, "second.zip"), "register")
    assert [(each["file"], each["state"], each["released_by"]) for each in bundles.bundles()] == [("second.zip", "waiting", None)]


def test_nobody_releases(ledger: Ledger) -> None:
    """Without a name nothing is released, and nothing of it is written."""
    bundles, request = BundleLedger(ledger), _file(ledger)
    bundles.made(_made(request), "register")
    with pytest.raises(AnsvarError, match="named user"):
        bundles.released(request, "x.zip.age", "1" * 64, " ", MOMENT)
    assert (bundles.bundle(request)["state"], ledger.request(request).state) == ("waiting", "in_progress")


def test_a_bundle_of_no_request(ledger: Ledger) -> None:
    """A bundle belongs to a request that there is."""
    with pytest.raises(sa.exc.IntegrityError):
        BundleLedger(ledger).made(_made("r0"), "register")


def test_a_bundle_that_was_made_anew_since_it_was_looked_at(ledger: Ledger) -> None:
    """A look is at the bundle as it was. The report counts for the texts, and not the other way round; one's own look is not another's."""
    bundles, texts, request = BundleLedger(ledger), RedactionLedger(ledger), _file(ledger)
    texts.looked(request, BY, "before there is a bundle", MOMENT)
    steps: list[tuple[BundleLedger | RedactionLedger, str, tuple[bool, bool]]] = [
        (texts, BY, (False, False)),
        (texts, BY, (False, False)),
        (bundles, BY, (False, False)),
        (texts, BY, (True, True)),
        (bundles, OTHER, (True, False)),
        (bundles, BY, (False, True)),
    ]
    for number, (looking, by, expected) in enumerate(steps):
        bundles.made(_made(request) | {"sha256": str(number) * 64}, "register")
        assert _made_since(bundles, request) == ((True, True) if number else (False, False))
        looking.looked(request, by, "before the release", MOMENT)
        assert _made_since(bundles, request) == expected


def _made_since(bundles: BundleLedger, request: str) -> tuple[bool, bool]:
    """Whether it was made anew since the one, and since the other, looked."""
    row = bundles.bundle(request)
    return bundles.is_made_since_looked(row, BY), bundles.is_made_since_looked(row, OTHER)


def test_what_waits_no_more_is_not_released(ledger: Ledger) -> None:
    """Where another was made, or it was refused, between the sealing and the record of it, nothing is recorded."""
    bundles, request = BundleLedger(ledger), _file(ledger)
    bundles.made(_made(request), "register")
    for is_refused, waited in ((False, "1" * 64), (True, "0" * 64)):
        if is_refused:
            bundles.refused(request, BY, "a name is left in it", MOMENT)
        with pytest.raises(AnsvarError, match="made anew meanwhile"):
            bundles.released(request, "x.zip.age", "2" * 64, BY, MOMENT, waited=waited)
        assert "bundle.released" not in {act for act, *_ in _acts(ledger, request)}
