"""One loading tells every mistake of every file, each once and where it stands, however many there are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from tests.resources.catalogue.described import CHAT, Described

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.catalogue.positions import Problem

    Problems = Callable[[], list[Problem]]

DESK, NOTICE = "sources/desk.yaml", "notice.yaml"
MISTAKES: list[dict[str, str]] = YAML(typ="safe").load(Path(__file__).parent / "all_at_once.yaml")
BESIDES = {
    ("sources/shop.yaml", "13:41: data set orders: 'delimiter' must be one letter for 'csv': longer ones go with 'format: delimited'"),
    ("sources/old.yml", "1:1: is not read: name it old.yaml"),
}


def test_every_mistake_of_a_register(small: Path, problems: Problems) -> None:
    """Twenty-five mistakes of all kinds in seven files, one of which cannot be parsed: all are told at once, and nothing else is."""
    for mistake in MISTAKES:
        text = (small / mistake["file"]).read_text(encoding="utf-8")
        assert text.count(mistake["right"]) == 1, mistake
        (small / mistake["file"]).write_text(text.replace(mistake["right"], mistake["wrong"]), encoding="utf-8")
    (small / "sources" / "old.yml").write_text("source: old\n", encoding="utf-8")
    found = [(problem.file, f"{problem.line}:{problem.column}: {problem.message}") for problem in problems()]
    assert set(found) == {(mistake["file"], mistake["said"]) for mistake in MISTAKES} | BESIDES
    assert len(found) == 25


@pytest.fixture
def described(tmp_path: Path) -> Described:
    """A register of chats."""
    return Described(tmp_path)


def test_an_unborne_promise_beside_other_mistakes(described: Described) -> None:
    """That nothing is held under a promise is told beside mistakes that have nothing to do with promises."""
    described.notice["promises"]["pages"] = described.notice["promises"]["held"]
    described.chats["region"] = "Finland"
    described.fields["text"]["type"] = "prose"
    assert [problem.partition(": ")[2][:30] for problem in described.problems()] == [
        "promise pages: no field and no",
        "'Finland' does not fit: it mus",
        "field conversations.text: 'pro",
    ]


@pytest.mark.parametrize("wrong", ["2026-13-01", "2026-02-30"])
def test_a_day_that_there_is_not_is_told_once(small: Path, problems: Problems, wrong: str) -> None:
    """A date that does not exist is told with what stands there, and the version below it is not said to be out of order."""
    notice = small / NOTICE
    text = notice.read_text(encoding="utf-8")
    version = '{version: "1", date: 2026-01-01, changes: '
    assert text.count(version) == 1
    newer = version.replace("2026-01-01", wrong).replace('"1"', '"2"')
    notice.write_text(
        text.replace(f"[{version}&text", f"[{newer}&text {{en: A text, sv: En text, fi: Teksti}}}}, {version}&older"), encoding="utf-8"
    )
    assert [problem.message for problem in problems()] == [f"'{wrong}' is not a date: write one as 2026-10-01"]


@pytest.mark.parametrize("part", ["promises", "purposes", "origins", "data_subjects", "recipients"])
@pytest.mark.parametrize("wrong", [3, None, []])
def test_names_of_what_is_broken_are_not_doubted(described: Described, part: str, wrong: object) -> None:
    """Where a part of the notice cannot be read, that is the one mistake: nothing that uses its names is said to be wrong."""
    described.chats["operator"] = "helpdesk"
    described.notice["recipients"]["helpdesk"] = {**described.notice["recipients"]["partner"], "kind": "processor"}
    assert described.problems() == []
    described.notice[part] = wrong
    found = [each for each in described.problems() if "no processor" not in each or part == "recipients"]
    found = [each for each in found if "is no promise of this notice" not in each or part == "promises"]
    assert found == [f"notice.yaml: '{part}' must be a mapping of keys to values"]


def test_names_of_a_file_that_cannot_be_read_are_not_doubted(described: Described) -> None:
    """Without a notice or retention rules, the sources' own mistakes are told, and none that only the missing file could prove."""
    described.fields["text"]["mentions_others"] = "yes"
    described.write(CHAT)
    assert described.told() == [
        "notice.yaml: cannot be read (No such file or directory): make it a file that you may read",
        "retention.yaml: cannot be read (No such file or directory): make it a file that you may read",
        f"{CHAT}: field conversations.text: 'mentions_others' must be true or false",
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"required": "yes"}, "'required' must be true or false"),
        ({"type": "word"}, "'word' is not a value of 'type': one of 'text'"),
        ({"category": 7}, "'category' must be text: put it in quotes"),
        ({"origin": 7}, "'origin' must be text: put it in quotes"),
        ({"identifies": 7}, "'identifies' must be text: put it in quotes"),
        ({"shared": "no"}, "'shared' must be true or false"),
        ({"orgin": "website", "origin": None}, "'orgin' is not a key that is known here: did you mean 'origin'?"),
    ],
)
def test_one_mistake_is_one_problem(described: Described, change: dict[str, object], said: str) -> None:
    """A wrong value in a field that much hangs on (key, persons, tags) is told once, and nothing that follows from it."""
    field = described.fields["user_id"]
    described.dataset["key"] = ["user_id"]
    field["required"] = True
    field.update(change)
    described.dataset["fields"]["user_id"] = {key: value for key, value in field.items() if value is not None}
    (problem,) = described.problems()
    assert problem.startswith(f"{CHAT}: field conversations.user_id: {said}")


def test_two_ways_of_being_known(small: Path, problems: Problems) -> None:
    """A source that is told two kinds of `auth` is refused: which one it would get is anybody's guess."""
    text = (small / DESK).read_text(encoding="utf-8")
    three = 'auth: {header: {X: y}, bearer: "${DESK_TOKEN}", basic: [a, b]}'
    (small / DESK).write_text(text.replace('auth: {bearer: "${DESK_TOKEN}"}', three), encoding="utf-8")
    assert [(problem.line, problem.message.partition(" cannot")[0]) for problem in problems()] == [(6, "'header'"), (6, "'basic'")]
