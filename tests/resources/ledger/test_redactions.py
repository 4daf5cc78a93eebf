"""What releasers decided goes with the request that it is about."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from resources.errors import AnsvarError
from resources.ledger import Ledger
from resources.ledger.audit import entries
from resources.ledger.redactions import KEEP, TAKE_OUT, RedactionLedger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = dt.datetime(2026, 10, 15, 9)  # noqa: DTZ001 - the ledger's times are naive UTC
PHRASE = "Tuntematon Naapuri"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger in a file."""
    made = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield made
    made.close()


def test_decisions_go_with_their_request(ledger: Ledger, tmp_path: Path) -> None:
    """With the request its decisions go, to the last byte; the audit chain knows of them and never had the words."""
    request = ledger.new_request("access", "fi", [("email", "a@b.example")], AT).id
    decisions = RedactionLedger(ledger)
    decisions.decide(request, TAKE_OUT, f" {PHRASE}\n", "Liisa Laine", AT)
    decisions.decide(request, KEEP, "Naapuri", "Liisa Laine", AT + dt.timedelta(minutes=1))
    assert [(each.what, each.phrase) for each in decisions.decisions(request)] == [(TAKE_OUT, PHRASE), (KEEP, "Naapuri")]
    assert [each.what for each in entries(ledger.engine, request)] == ["request.filed", "redaction.take_out", "redaction.keep"]
    ledger.own_gone("run1", AT, [], requests=[request])
    assert decisions.decisions(request) == []
    assert not any(PHRASE.encode() in file.read_bytes() for file in tmp_path.glob("ledger.db*"))


@pytest.mark.parametrize(
    ("phrase", "by", "message"),
    [(" \n", "Liisa Laine", "is empty"), ("x" * 501, "Liisa Laine", "at most 500"), (PHRASE, " ", "named user")],
)
def test_nothing_is_decided_without_words_or_a_name(ledger: Ledger, phrase: str, by: str, message: str) -> None:
    """Empty words, too long ones, and nobody who answers for it are errors, and leave nothing behind."""
    request = ledger.new_request("access", "fi", [("email", "a@b.example")], AT).id
    with pytest.raises(AnsvarError, match=message):
        RedactionLedger(ledger).decide(request, TAKE_OUT, phrase, by, AT)
    assert RedactionLedger(ledger).decisions(request) == []
