"""Versions of the notice, and disclosures, in the ledger."""

from __future__ import annotations

import datetime as dt

from resources.ledger import Disclosure, Ledger

MOMENT = dt.datetime.fromisoformat("2026-10-15T03:00:00")


def test_a_version_is_kept_as_it_was_first(ledger: Ledger) -> None:
    """What a version said when it was first kept stays; another text under its name changes nothing."""
    assert ledger.record_notice("1", dt.date(2026, 1, 1), "a", {"said": "first"}, MOMENT)
    assert not ledger.record_notice("1", dt.date(2026, 2, 2), "b", {"said": "otherwise"}, MOMENT)
    assert ledger.notice("1") == {"said": "first"}
    assert [(row["version"], row["date"], row["digest"]) for row in ledger.notices()] == [("1", dt.date(2026, 1, 1), "a")]


def test_versions_stand_newest_first(ledger: Ledger) -> None:
    """Versions are listed by their date, newest first, without their content; of one that was never kept there is none."""
    for version, date in (("b", dt.date(2026, 5, 1)), ("c", dt.date(2026, 9, 1)), ("a", dt.date(2026, 1, 1))):
        ledger.record_notice(version, date, version, {}, MOMENT)
    assert [row["version"] for row in ledger.notices()] == ["c", "b", "a"]
    assert all("content" not in row for row in ledger.notices())
    assert ledger.notice("d") is None


def test_disclosures_and_what_partners_were_given(ledger: Ledger) -> None:
    """Disclosures stand newest first with their number of identifiers; only partners' are held against prohibitions."""
    given = Disclosure("fair", "partner", "FI", "A fair", None, "Liisa", MOMENT)
    asked = Disclosure("tax", "authority", "FI", "Act 1558/1995", None, "Liisa", MOMENT + dt.timedelta(days=1))
    partner, authority = ledger.new_disclosure(given, ["h2", "h1", "h1"]), ledger.new_disclosure(asked, ["h3"])
    assert [(row["disclosure"], row["identifiers"]) for row in ledger.disclosures()] == [(authority, 1), (partner, 2)]
    rows = [{"disclosure": partner, "hash": each, "made_at": MOMENT, "purpose": None} for each in ("h1", "h2")]
    assert ledger.disclosed().to_pylist() == rows
