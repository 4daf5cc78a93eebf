"""A period stands in one place: changed there, it changes all that speaks of it and all that is done by it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from assets.accountability.documents.write import notice_documents, processing_documents
from assets.accountability.promises.facts import facts_of
from assets.accountability.promises.finding import State
from assets.accountability.promises.judge import findings
from assets.retention.purge import plan
from assets.rights.export import export
from resources.catalogue import load_register
from resources.home import Home
from resources.register import Register, open_register
from tests.end_to_end.conftest import REPOSITORY
from tests.helpers.bundles import members
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resources.catalogue import Catalogue
    from tests.end_to_end.conftest import Demonstration

LONGER = load_register(REPOSITORY / "register")
LANGUAGES = ("fi", "sv", "en")
# The chats' promise with each period, as the notice says it.
SAID = {
    "fi": ("chat-keskustelut säilytetään kolme kuukautta", "chat-keskustelut säilytetään kaksi kuukautta"),
    "sv": ("kundtjänsten bevaras i tre månader", "kundtjänsten bevaras i två månader"),
    "en": ("chats are kept for three months", "chats are kept for two months"),
}
PERIODS = {"fi": ("kolme kuukautta", "kaksi kuukautta"), "sv": ("tre månader", "två månader"), "en": ("three months", "two months")}
CHATS = ("chats_conversations", "chats_messages")


@pytest.fixture(scope="module")
def shorter(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The demonstration's register with one thing changed: chats are kept for two months."""
    folder = tmp_path_factory.mktemp("shorter") / "register"
    shutil.copytree(REPOSITORY / "register", folder)
    file = folder / "retention.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count("  chats:\n    period: P3M\n") == 1
    file.write_text(text.replace("  chats:\n    period: P3M\n", "  chats:\n    period: P2M\n"), encoding="utf-8")
    return load_register(folder)


@pytest.fixture
def register(demonstration: Demonstration, tmp_path: Path) -> Iterator[Register]:
    """A copy of the demonstration, whose chats were purged after three months."""
    home = tmp_path / "home"
    shutil.copytree(demonstration.home, home, symlinks=True, ignore=shutil.ignore_patterns("dagster"))
    opened = open_register(LONGER, Home(home))
    yield opened
    opened.ledger.close()


def test_the_purge(register: Register, shorter: Catalogue) -> None:
    """The purge takes the chats of more than two months, and only them, to the record."""
    today = register.clock.today()
    with register.warehouse.reading() as engine:
        by_longer = {each.dataset: each.records for each in plan(engine, LONGER, today) if each.layer == "register"}
        by_shorter = {each.dataset: each.records for each in plan(engine, shorter, today) if each.layer == "register"}
        older = engine.count("SELECT count(*) FROM register.chats_conversations WHERE ended_at < TIMESTAMP '2026-08-14 21:00'")
    assert set(by_longer.values()) == {0}
    assert by_shorter["chats_conversations"] == older > 0
    assert {table for table, records in by_shorter.items() if records} == set(CHATS)


def test_the_check(register: Register, shorter: Catalogue) -> None:
    """The promise that is kept by three months is broken by two until the purge has run."""
    states = {}
    for catalogue in (LONGER, shorter):
        with facts_of(replace(register, catalogue=catalogue)) as facts:
            found = list(findings(facts, [("chats_3_months", ("ingest", "chats", name)) for name in ("conversations", "messages")]))
        states[str(catalogue.retention.rules["chats"].period)] = {each.judgement.state for each in found}
    assert states == {"P3M": {State.KEPT}, "P2M": {State.BROKEN}}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice(shorter: Catalogue, language: str) -> None:
    """The notice says the other period in each language, as page, as text and as data."""
    for number, catalogue in enumerate((LONGER, shorter)):
        written = {each.name: each.content.decode() for each in notice_documents(catalogue, [language], ("html", "md", "json"))}
        for name in (f"notice.{language}.html", f"notice.{language}.md", "notice.json"):
            assert SAID[language][number] in written[name]
            assert SAID[language][1 - number] not in written[name]


def test_the_record_of_processing(shorter: Catalogue) -> None:
    """The record of processing names the other period, for every activity that chats are used in, and for nothing else."""
    rows = []
    for catalogue in (LONGER, shorter):
        written = {each.name: each.content.decode() for each in processing_documents(catalogue, LANGUAGES)}
        rows.append({name: text for name, text in written.items() if name.endswith((".json", ".csv", ".html"))})
    longer, other = rows
    for name, text in longer.items():
        assert other[name] != text
        changed = [(old, new) for old, new in zip(text.splitlines(), other[name].splitlines(), strict=True) if old != new]
        assert changed
        assert all(any(before in old and after in new for before, after in (*PERIODS.values(), ("P3M", "P2M"))) for old, new in changed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer(register: Register, shorter: Catalogue, truth: dict[str, Any], language: str) -> None:
    """The bundle tells the person the other period in the person's language, and in its manifest."""
    person = truth["persons"][str(truth["cases"]["example_person"])]
    identifiers = [("email", person["identifiers"]["email"][0])]
    said = []
    for catalogue in (LONGER, shorter):
        request = file_verified(register.ledger, "access", language, identifiers, register.clock.now())
        export(replace(register, catalogue=catalogue), request.id)
        bundle = members(register, request.id)
        periods = {table["table"]: table["retention"]["period"] for table in json.loads(bundle["manifest.json"])["tables"]}
        said.append((bundle["report.html"].decode(), periods))
    (longer, longer_periods), (other, other_periods) = said
    assert {table: (longer_periods[table], other_periods[table]) for table in CHATS} == dict.fromkeys(CHATS, ("P3M", "P2M"))
    assert longer.count(PERIODS[language][0]) - other.count(PERIODS[language][0]) >= len(CHATS)
    assert other.count(PERIODS[language][1]) - longer.count(PERIODS[language][1]) >= len(CHATS)
