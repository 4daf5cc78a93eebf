"""Who wrote a record: a field of the data set, each of its values, and roles that there are. What people read may be one text for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resources.catalogue.shapes import in_language
from tests.resources.catalogue.described import Described

if TYPE_CHECKING:
    from pathlib import Path

SENDER = {"type": "text", "one_of": ["guest", "agent"], "category": "user.behavior", "origin": "service_use", "promise": "held"}
RIGHT = {"field": "sender", "roles": {"guest": "visitor", "agent": "agent"}}
WHO = {"fi": "Katu 1, Helsinki", "sv": "Gatan 1, Helsingfors", "en": "Katu 1, Helsinki, Finland"}


@pytest.fixture
def described(tmp_path: Path) -> Described:
    """A register of chats, in which a field says who wrote."""
    made = Described(tmp_path)
    made.fields["sender"] = dict(SENDER)
    return made


def test_an_author_that_is_right(described: Described) -> None:
    """Every value of the field has a role of the data set."""
    described.dataset["author"] = RIGHT
    shape = described.load().dataset("chats_conversations").shape
    assert shape.author is not None
    assert (shape.author.field, shape.author.roles) == ("sender", RIGHT["roles"])


@pytest.mark.parametrize(
    ("author", "said"),
    [
        ({"field": "sendr"}, "'sendr' is no field of this data set: did you mean 'sender'?"),
        ({"field": "text"}, "who wrote a record must be known of every one"),
        ({"roles": {"guest": "visitor"}}, "name each value that 'sender' may have there, and in its 'one_of'"),
        ({"roles": {"guest": "visitor", "agent": "agnt"}}, "'agnt' is no role of this data set: did you mean 'agent'?"),
    ],
)
def test_an_author_that_is_wrong(described: Described, author: dict[str, Any], said: str) -> None:
    """What is wrong is said with what to do."""
    described.dataset["author"] = RIGHT | author
    (problem,) = described.problems()
    assert said in problem


def test_addresses_in_each_language(described: Described) -> None:
    """The controller's name and the postal addresses may be written in each language, or once for all."""
    described.notice["controller"]["address"] = WHO
    described.notice["authority"]["address"] = "PL 800, Helsinki"
    notice = described.load().notice
    assert {language: notice.controller.reached(language)[2] for language in WHO} == WHO
    assert [in_language(notice.authority.address or "", language) for language in WHO] == ["PL 800, Helsinki"] * 3


def test_a_language_that_was_forgotten(described: Described) -> None:
    """A text that is written in languages is written in all three; an address of the web is one in each."""
    described.notice["controller"]["address"] = {key: WHO[key] for key in ("fi", "sv")}
    described.notice["authority"]["url"] = {"fi": "https://a.example", "sv": "a.example", "en": "https://a.example"}
    told = described.problems()
    assert [each for each in ("'en' is missing", "'a.example' is not one") if not any(each in problem for problem in told)] == []
    assert len(told) == 2
