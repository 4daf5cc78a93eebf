"""All promises of a small register, as data and as pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assets.accountability.promises import status as module
from assets.accountability.promises.commitments import in_force, keep_version
from assets.accountability.promises.finding import State
from assets.accountability.promises.page import evidence_in_words, promises_documents
from assets.accountability.promises.status import as_data, status_of, texts
from resources.errors import AnsvarError
from resources.wording import LANGUAGES
from tests.helpers.small import Small

if TYPE_CHECKING:
    from tests.helpers.small import Small as Register

CODE = Path(module.__file__).parent


def test_nothing_published(tmp_path: Path) -> None:
    """Before the first run there is nothing to judge, and the message says what to do."""
    small = Small(tmp_path)
    with pytest.raises(AnsvarError, match="Run `ansvar run` first"):
        status_of(small.register)
    small.close()


def test_the_status_as_data(small: Register) -> None:
    """The data is keyed by promise, in the notice's order, with wording, state, evidence and each place that was looked at."""
    data = as_data(status_of(small.register), small.register)
    assert list(data) == list(small.register.catalogue.notice.promises)
    held = data["held"]
    assert (held["state"], held["promise"]["sv"]) == ("kept", "Ett namn")
    assert (held["evidence"]["records"], held["evidence"]["values"]) == (1, 4)
    assert {"ingest/shop/customers", "ingest/chats/conversations"} <= {each["asset"] for each in held["looked_at"]}


def test_a_broken_promise_says_what_to_do(small: Register) -> None:
    """A broken place bears its remedy; a kept one bears none."""
    (small.register.home.path / "list.csv").write_text("x", encoding="utf-8")
    (where,) = [
        each for each in as_data(status_of(small.register), small.register)["completeness"]["looked_at"] if each["state"] == "broken"
    ]
    assert where["asset"] == "accountability/data_map"
    assert (where["evidence"]["undeclared"], where["evidence"]["where"]) == (1, "home: 1")
    assert where["remedy"].startswith("Declare what is there")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page(small: Register, language: str) -> None:
    """The page names every promise and its state in the language, first what is broken with what to do, and nobody."""
    (small.register.home.path / "list.csv").write_text("x", encoding="utf-8")
    status = status_of(small.register)
    page = next(
        each for each in promises_documents(status, small.register.catalogue) if each.name == f"promises.{language}.html"
    ).content.decode()
    said = {key: label.in_language(language) for key, label in texts().items()}
    assert f'<html lang="{language}">' in page
    assert all(f"({promise})" in page for promise in status.standings)
    assert page.index(said["broken_title"]) < page.index(said["all_title"])
    assert said["remedy_undeclared"].split("`")[0] in page
    assert said["state_kept"] in page
    assert "asko" not in page.lower()


def test_without_a_broken_promise_no_section_says_so(small: Register) -> None:
    """Where all is kept the page has no section of broken promises."""
    status = status_of(small.register)
    assert status.count(State.BROKEN) == 0
    assert all(texts()["broken_title"].en not in each.content.decode() for each in promises_documents(status, small.register.catalogue))


def test_every_key_has_its_text() -> None:
    """Whatever the checks may say, as evidence or as what to do, has its text, and no text is left over."""
    code = "".join(path.read_text(encoding="utf-8") for path in sorted(CODE.glob("*.py")))
    given = set(re.findall(r"\b([a-z_]+)=", code)) | set(re.findall(r'"([a-z_]+)"', code))
    for prefix in ("evidence_", "remedy_"):
        keys = {key.removeprefix(prefix) for key in texts() if key.startswith(prefix)}
        assert keys - given == set()
    remedies = set(re.findall(r'(?:judged\([^"]*|broken\()"([a-z_]+)"', code)) - {"ground"}
    assert {f"remedy_{each}" for each in remedies} <= set(texts())


def test_evidence_in_words() -> None:
    """Evidence reads as names with their counts; that nothing is held is said in words alone."""
    assert evidence_in_words({"records": 1234, "period": "P3M"}, "en") == "records 1,234; period: P3M"
    assert evidence_in_words({"nothing_held": 1}, "fi") == "tietoja ei ole, kuten ilmoitettu"


def test_a_version_is_kept_from_its_day_on(small: Register) -> None:
    """What a version says is kept once its date has come, and not again; the one in force is the newest whose date has come."""
    small.at("2025-12-31T12:00:00+02:00")
    assert not keep_version(small.register)
    assert in_force(small.register.ledger, small.register.clock.today()) is None
    small.at("2026-01-01T00:00:00+02:00")
    assert keep_version(small.register)
    assert not keep_version(small.register)
    row = in_force(small.register.ledger, small.register.clock.today())
    assert row is not None
    assert (row["version"], row["content"]["commitments"]["purposes"]) == ("1", {"relation": "contract"})


def test_a_changed_notice_needs_a_version(small: Register) -> None:
    """What the notice says may not change under the same version: the promise is broken until a version is added."""
    keep_version(small.register)
    small.dataset("shop.customers")["retention"] = "year"
    small.dataset("shop.customers")["anchor"] = "seen_at"
    small.dataset("shop.customers")["fields"]["seen_at"]["required"] = True
    small.describe()
    standing = status_of(small.register).standings
    assert standing["versions"].state is State.BROKEN
    assert {each.judgement.remedy for each in standing["versions"].broken} == {"changed_notice"}
