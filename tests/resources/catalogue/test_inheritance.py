"""Tags that a field bears because its data set or its source states them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers.described import WORDS
from tests.resources.catalogue.described import CHAT, Described

if TYPE_CHECKING:
    from pathlib import Path

    from resources.catalogue import Field

DATASET = ("datasets", "conversations")


@pytest.fixture
def described(tmp_path: Path) -> Described:
    """A register of chats."""
    return Described(tmp_path)


def _field(described: Described, name: str) -> Field:
    return described.load().dataset("chats_conversations").fields[name]


LEVELS = [((), "chats"), (DATASET, "dataset"), ((*DATASET, "fields", "text"), "field")]
VALUES = {
    "origin": ("data_subject", "website", "service_use"),
    "promise": ("held", "period", "access"),
    "legal_basis": ("consent", "contract", "legal_obligation"),
    "mentions_others": (True, False, True),
    "purposes": (["relation"], ["marketing"], ["relation", "marketing"]),
}


@pytest.mark.parametrize("tag", VALUES)
@pytest.mark.parametrize("levels", [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
def test_the_nearest_level_counts(described: Described, tag: str, levels: tuple[int, ...]) -> None:
    """What the field states overrides what its data set does, and that what its source does; and it is known where it was stated."""
    described.notice["purposes"]["marketing"] = described.notice["purposes"]["relation"]
    places = (described.chats, described.dataset, described.fields["text"])
    for level, place in enumerate(places):
        place.pop(tag, None)
        if level in levels:
            place[tag] = VALUES[tag][level]
    others = {"purposes": 1, "origin": 0, "promise": 0}  # the other fields' tags stand on themselves; purposes stand on the data set
    if tag in others and not {0, 1} & set(levels):
        described.chats[tag] = VALUES[tag][0]
    field = _field(described, "text")
    nearest = max(levels)
    assert getattr(field.shape, tag) == VALUES[tag][nearest]
    assert field.stated_at[tag] == described.line(*LEVELS[nearest][0], tag)


def test_what_follows_is_effective(described: Described) -> None:
    """A field's purposes and legal bases are those that count for it, and the data set bears what it has from its source."""
    described.notice["purposes"]["marketing"] = {**described.notice["purposes"]["relation"], "legal_basis": "consent"}
    del described.dataset["purposes"], described.dataset["retention"]
    described.chats |= {"purposes": ["relation", "marketing"], "retention": "chats"}
    described.fields["email"]["purposes"] = ["relation"]
    described.fields["phone"]["legal_basis"] = "legal_obligation"
    dataset = described.load().dataset("chats_conversations")
    found = {name: (field.purposes, field.legal_bases) for name, field in dataset.fields.items()}
    assert found["text"] == (("relation", "marketing"), ("consent", "contract"))
    assert found["email"] == (("relation",), ("contract",))
    assert found["phone"] == (("relation", "marketing"), ("legal_obligation",))
    assert found["id"] == ((), ())
    assert (dataset.shape.purposes, dataset.shape.retention) == (["relation", "marketing"], "chats")
    assert dataset.fields["text"].stated_at["retention"] == described.line("retention")
    notice = (described.folder / "notice.yaml").read_text(encoding="utf-8").splitlines()
    lines = [number for number, line in enumerate(notice, start=1) if '"legal_basis"' in line]
    assert dataset.fields["text"].stated_at["legal_basis"] == ", ".join(f"notice.yaml:{line}" for line in lines)


def test_a_category_for_the_whole(described: Described) -> None:
    """A category may be stated for all fields of a data set; a field states another where it is another."""
    del described.fields["id"]["category"], described.fields["ended_at"]["category"]
    del described.fields["ended_at"]["origin"], described.fields["ended_at"]["promise"]
    described.dataset["category"], described.fields["ended_at"]["label"] = "system", WORDS
    assert _field(described, "id").shape.category == "system"
    ended = _field(described, "ended_at")
    assert (ended.is_personal, ended.shape.origin, ended.stated_at["category"]) == (False, None, described.line(*DATASET, "category"))
    assert _field(described, "text").shape.category == "user.content.private"


def test_what_is_not_about_a_person_inherits_nothing_of_persons(described: Described) -> None:
    """A field of category `system` inherits no tag about persons, and may state none."""
    described.chats |= {"origin": "data_subject", "promise": "held", "legal_basis": "consent"}
    field = _field(described, "id")
    assert (field.shape.origin, field.shape.promise, field.shape.legal_basis, field.purposes, field.legal_bases) == (
        None,
        None,
        None,
        (),
        (),
    )
    assert set(field.stated_at) == {"category", "retention"}
    described.fields["id"]["origin"] = "data_subject"
    why = "'category: system' says that it is not about a person; then 'origin' has no meaning: remove one"
    assert described.problems() == [f"{CHAT}: field conversations.id: {why}"]


def test_what_identifies_is_never_inherited(described: Described) -> None:
    """That one field identifies a person says nothing of the next: `identifies` and `shared` are known on fields alone."""
    described.dataset["shared"] = False
    described.chats["identifies"] = "email"
    assert [problem.rpartition(" is not a key")[0] for problem in described.problems()] == [
        f"{CHAT}: data set conversations: 'shared'",
        f"{CHAT}: 'identifies'",
    ]


def test_a_reason_to_withhold_reaches_what_demands_one(described: Described) -> None:
    """A reason stated for a data set counts for fields whose category demands one, and withholds nothing else."""
    described.fields["remark"] = {"type": "text", "category": "user.content.internal_note", "origin": "derived", "promise": "held"}
    described.dataset.update(withhold="security", mentions_others=True)
    assert _field(described, "remark").shape.withhold == "security"
    assert _field(described, "remark").shape.mentions_others is True
    assert _field(described, "email").shape.withhold is None
    assert _field(described, "email").shape.mentions_others is None


def test_a_reason_that_reaches_nothing_is_a_mistake(described: Described) -> None:
    """Whoever states a reason to withhold for a data set in which no category demands one believes that something is withheld."""
    described.dataset["withhold"] = "security"
    what = "'withhold' reaches no field: it is inherited only where the vocabulary demands it of the category"
    assert described.problems() == [f"{CHAT}: data set conversations: {what}"]


@pytest.mark.parametrize(("tag", "wrong", "said"), [
    ("origin", "websites", "'websites' is no origin of notice.yaml: did you mean 'website'?"),
    ("promise", "helt", "'helt' is no promise of notice.yaml: did you mean 'held'?"),
    ("legal_basis", "contracts", "'contracts' is no legal basis: did you mean 'contract'?"),
    ("category", "user.nam", "'user.nam' is no category of the vocabulary: did you mean 'user.name'?"),
    ("retention", "chat", "'chat' is no rule of retention.yaml: did you mean 'chats'?"),
    ("purposes", ["relations"], "'relations' is no purpose of notice.yaml: did you mean 'relation'?"),
    ("origin", 3, "'origin' must be text: put it in quotes"),
    ("purposes", "relation", "'purposes' must be a list"),
])  # fmt: skip
def test_a_mistake_above_is_told_once(described: Described, tag: str, wrong: object, said: str) -> None:
    """A wrong tag on a source or a data set is told where it stands, and not again for every field that inherits it."""
    for field in described.fields.values():
        if field.get("category") != "system":
            field.pop(tag, None)
    described.dataset.pop(tag, None)
    described.chats[tag] = wrong
    assert described.problems() == [f"{CHAT}: {said}"]
    described.dataset[tag] = described.chats.pop(tag)
    assert described.problems() == [f"{CHAT}: data set conversations: {said}"]


@pytest.mark.parametrize("tag", ["retention", "purposes"])
def test_a_data_set_cannot_be_without(described: Described, tag: str) -> None:
    """Retention and purposes must stand on the data set or on its source."""
    del described.dataset[tag]
    assert described.problems() == [f"{CHAT}: data set conversations: '{tag}' is missing: state it, here or on the source"]


def test_a_tag_that_nobody_states_is_missing_on_the_field(described: Described) -> None:
    """Where no level states a tag that a field must bear, that is said of the field."""
    del described.fields["text"]["origin"], described.fields["text"]["category"]
    missing = "the tag 'category' is missing: state it, here, on the data set or on the source"
    assert described.problems() == [f"{CHAT}: field conversations.text: {missing}"]
