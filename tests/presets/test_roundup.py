"""The preset of Roundup against Roundup itself: a real tracker on loopback, read over its own API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML
from whenever import Instant

from resources.connectors.progress import Progress, watching
from resources.connectors.source_error import SourceError
from tests.helpers import roundup
from tests.helpers.roundup import FIRST_USER, ISSUES, PASSWORD, USER, USERS, Tracker, tracker
from tests.presets.conftest import Preset

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assets.ingest.source import Outcome

pytestmark = pytest.mark.early
DATASETS = ("issues", "messages", "users")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    """A tracker with issues, messages and persons in it."""
    with tracker(tmp_path_factory.mktemp("roundup")) as running:
        yield running


def _preset(folder: Path, served: Tracker, password: str = PASSWORD) -> Preset:
    preset = Preset(folder, "roundup")
    preset.set(ROUNDUP_URL=served.url, ROUNDUP_USER=USER, ROUNDUP_PASSWORD=password)
    return preset


def _ingest(preset: Preset, *datasets: str) -> dict[str, Outcome]:
    """Read data sets now, by the clock that Roundup goes by, too; each record of each is accounted for."""
    outcomes = {each.dataset.name: each for each in preset.ingest(*datasets, now=str(Instant.now()))}
    assert {name: each.error for name, each in outcomes.items()} == dict.fromkeys(datasets)
    assert {name: each.account is not None and each.account.balances for name, each in outcomes.items()} == dict.fromkeys(datasets, True)
    return outcomes


def _listed(served: Tracker, kind: str) -> list[str]:
    """The numbers of what Roundup lists of a kind, by one answer, as text in the order of texts."""
    return sorted(each["id"] for each in served.get(kind)["collection"])


def _held(preset: Preset, dataset: str, *columns: str) -> dict[str, tuple[str, ...]]:
    """What is held of a data set, each row's values by its key, which is the first column."""
    with preset.register.warehouse.reading() as engine:
        rows = engine.rows(f"SELECT {', '.join(columns)} FROM register.roundup_{dataset}")  # noqa: S608 - names of the preset's own
    held = {str(row[0]): tuple(str(value) for value in row[1:]) for row in rows}
    assert len(held) == len(rows)
    return held


def test_every_record_once(tmp_path: Path, served: Tracker) -> None:
    """Issues and messages come page by page, persons whole: each once, with what Roundup has of it."""
    preset = _preset(tmp_path, served)
    outcomes = _ingest(preset, *DATASETS)
    assert outcomes["issues"].asked["pages read"] > ISSUES / 100
    for kind, dataset, key in (("issue", "issues", "issue_id"), ("msg", "messages", "message_id"), ("user", "users", "requester_id")):
        assert preset.held(dataset, key) == _listed(served, kind)
    for account in (each.account for each in outcomes.values()):
        assert account is not None
        assert (account.quarantined, account.undeclared) == (0, [])
    number = ISSUES - 1
    author = FIRST_USER + number % USERS
    issue = _held(preset, "issues", "issue_id", "requester_id", "agent_id", "subject", "status", "changed_at", "message_ids")[str(number)]
    changed = roundup.changed_at(number).replace(tzinfo=None)
    assert issue == (str(author), str(FIRST_USER - 1), f"Pyyntö {number} — “kiire”", "resolved", str(changed), str(number))
    told = roundup.person(author)
    message = _held(preset, "messages", "message_id", "author_id", "body", "written_at")[str(number)]
    assert message == (str(author), f"Hei, pyyntö {number}: {told['address']}", "2026-09-01 08:00:00")
    person = _held(preset, "users", "requester_id", "username", "name", "email")[str(author)]
    assert person == (told["username"], told["realname"], told["address"])


def test_an_issue_that_changes_while_the_list_is_read(tmp_path: Path, served: Tracker) -> None:
    """The first issue of the list is changed after the first page and moves to its end, and all others by one: none is lost."""
    preset, changed = _preset(tmp_path, served), []

    def meanwhile(told: Progress) -> None:
        if told.pages == 1:
            changed.append(served.get("issue?@sort=activity,id&@page_size=1")["collection"][0]["id"])
            served.change(f"issue/{changed[0]}", title="Moved")

    with watching(meanwhile):
        _ingest(preset, "issues")
    assert len(changed) == 1
    held = _held(preset, "issues", "issue_id", "subject")
    assert sorted(held) == _listed(served, "issue")
    assert held[changed[0]] == ("Moved",)


def test_the_next_reading_asks_for_what_changed(tmp_path: Path, served: Tracker) -> None:
    """What changed since is asked for by its time alone, and brings its row up to date; a person who was retired goes."""
    preset = _preset(tmp_path, served)
    _ingest(preset, "issues", "users")
    served.change(f"issue/{ISSUES - 5}", title="Changed")
    gone = str(FIRST_USER + 1)
    served.retire(f"user/{gone}")
    outcomes = _ingest(preset, "issues", "users")
    issues, users = outcomes["issues"].account, outcomes["users"].account
    assert issues is not None
    assert users is not None
    assert (issues.updated, issues.inserted) == (1, 0)
    assert issues.read < 10
    assert _held(preset, "issues", "issue_id", "subject")[str(ISSUES - 5)] == ("Changed",)
    assert len(preset.held("issues", "issue_id")) == len(_listed(served, "issue"))
    assert (users.deleted, gone in preset.held("users", "requester_id")) == (1, False)


def test_issues_read_whole_follow_what_was_retired(tmp_path: Path, served: Tracker) -> None:
    """Read as a snapshot, page by page as long as Roundup names a next one, issues that were retired go with the next reading."""
    preset = _preset(tmp_path, served)
    file = preset.catalogue.folder / "sources" / "roundup.yaml"
    yaml = YAML(typ="safe", pure=True)
    described: Any = yaml.load(file)
    issues = described["datasets"]["issues"]
    issues["load"] = "snapshot"
    del issues["read"]["since"], issues["read"]["params"]["activity"]
    issues["read"]["params"]["@sort"] = "id"
    issues["read"]["paging"] = {"kind": "page", "parameter": "@page_index", "more": "data.@links.next"}
    with file.open("w", encoding="utf-8") as opened:
        yaml.dump(described, opened)
    preset.reload()
    assert _ingest(preset, "issues")["issues"].asked["pages read"] == 3
    held = preset.held("issues", "issue_id")
    assert held == _listed(served, "issue")
    served.retire("issue/17")
    account = _ingest(preset, "issues")["issues"].account
    assert account is not None
    assert (account.deleted, account.updated, account.inserted) == (1, 0, 0)
    assert preset.held("issues", "issue_id") == [each for each in held if each != "17"]


def test_wrong_password(tmp_path: Path, served: Tracker) -> None:
    """Roundup locks an account after four wrong passwords: one is a clear error, which does not show it, and no other is tried."""
    preset = _preset(tmp_path, served, "wr0ng")
    with pytest.raises(SourceError, match="it refuses our credentials") as caught:
        preset.extract("issues")
    assert "wr0ng" not in repr(caught.value)
    preset.set(ROUNDUP_URL=served.url, ROUNDUP_USER=USER, ROUNDUP_PASSWORD=PASSWORD)
    assert len(preset.read("users")) == len(_listed(served, "user"))
