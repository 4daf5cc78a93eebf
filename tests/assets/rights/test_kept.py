"""A person is told that data are kept by a hold or a restriction, in the person's language, and never why there is a hold."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from assets.retention.holds import hold
from resources.ledger.holds import HoldLedger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.register import Register
    from tests.assets.rights.conftest import Ask

MAIJA = ("email", "maija.korhonen@voltti.example")
PEKKAS = ("contact_id", "C-10002")
SAID = {"fi": "oikeudellisen vaateen vuoksi", "sv": "på grund av ett rättsligt anspråk", "en": "because of a legal claim"}


@pytest.fixture
def held(small: Register) -> Iterator[None]:
    """A hold on Maija, as long as a test."""
    statement = "SELECT DISTINCT p.subject FROM identity.persons p JOIN identity.links l ON l.person = p.person WHERE l.value = $value"
    with small.warehouse.reading() as engine:
        subject = engine.scalar(statement, {"value": MAIJA[1]})
    made = hold(small, ("subject", subject), "Embezzlement", "Liisa", dt.date(2099, 1, 1))
    yield
    HoldLedger(small.ledger).end(made, "Liisa", small.clock.now())


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize("language", SAID)
def test_a_hold_is_told_and_its_reason_is_not(ask: Ask, language: str) -> None:
    """The report says it in words, the manifest counts; the reason is in no file of the bundle."""
    answer = ask(MAIJA, language=language)
    assert SAID[language] in answer.text("report.html")
    assert answer.json("manifest.json")["kept_by"]["legal_hold"] > 0
    assert not any(b"Embezzlement" in content for content in answer.members.values())


@pytest.mark.usefixtures("held")
def test_nobody_else_is_told(ask: Ask) -> None:
    """Whoever is not held reads nothing of it."""
    answer = ask(PEKKAS, language="en")
    assert SAID["en"] not in answer.text("report.html")
    assert "kept_by" not in answer.json("manifest.json")
