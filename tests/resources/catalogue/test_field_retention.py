"""A field with a rule of its own: what it may be, and what it may not."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

import pytest

from resources.calendar import Period
from resources.catalogue.field_rules import is_surely_shorter
from tests.resources.catalogue.described import CHAT, Described

if TYPE_CHECKING:
    from pathlib import Path

AT = f"{CHAT}: field conversations"
NOT_SHORTER = "is not surely shorter than P3M of rule 'chats', by which the record goes: a field goes before its record, or with it"
NAMES = "names the record's person, who could not be told after it is gone: only an identifier that is 'shared: true' may go before"


@pytest.fixture
def described(tmp_path: Path) -> Described:
    """A register of chats, kept for three months, whose telephone number is shared."""
    found = Described(tmp_path)
    found.fields["phone"]["shared"] = True
    return found


def test_a_field_that_goes_before_its_record(described: Described) -> None:
    """The field has its own rule, its data set the record's; both are told, shortest or not."""
    described.fields["text"]["retention"] = "fortnight"
    described.fields["phone"]["retention"] = "month"
    dataset = described.load().dataset("chats_conversations")
    assert {field.name: (field.retention, str(field.rule.period)) for field in dataset.early} == {
        "phone": ("month", "P1M"),
        "text": ("fortnight", "P14D"),
    }
    assert (dataset.fields["email"].retention, str(dataset.fields["email"].rule.period)) == ("chats", "P3M")
    assert list(dataset.rules) == ["chats", "month", "fortnight"]
    assert dataset.fields["text"].stated_at["retention"] == described.line("datasets", "conversations", "fields", "text", "retention")


def test_the_records_own_rule_is_no_rule_of_its_own(described: Described) -> None:
    """A field that states the rule of its record goes with it."""
    described.fields["text"]["retention"] = "chats"
    assert described.load().dataset("chats_conversations").early == []


@pytest.mark.parametrize(
    ("field", "rule", "said"),
    [
        ("text", "calls", f"P7M of rule 'calls' {NOT_SHORTER}"),
        ("text", "quarter", f"P89D of rule 'quarter' {NOT_SHORTER}"),
        ("text", "moth", "'moth' is no rule of retention.yaml: did you mean 'month'?"),
        ("id", "month", "a part of the key names its record: it cannot go before it"),
        ("ended_at", "month", "the anchor says when its record goes: it cannot go before it"),
        ("email", "month", NAMES),
    ],
)
def test_what_cannot_go_before_its_record(described: Described, field: str, rule: str, said: str) -> None:
    """A longer period, the key, the anchor and what names the person are refused, each with the reason."""
    described.retention["rules"]["quarter"] = {**described.retention["rules"]["month"], "period": "P89D"}
    described.fields[field]["retention"] = rule
    assert described.problems() == [f"{AT}.{field}: {said}"]


def test_an_anchor_that_may_be_empty(described: Described) -> None:
    """Where a record may go on without an end, its field's rule must wait for the end, too; without a key its end must be there."""
    described.fields["ended_at"]["required"] = False
    described.dataset["retention"] = "relation"
    described.fields["text"]["retention"] = "month"
    what = "the anchor 'ended_at' may be empty, and a field's own period counts from nothing else"
    hint = "make the anchor 'required: true', or use a rule with 'open: keep'"
    assert described.problems() == [f"{AT}.text: {what}: {hint}"]
    described.retention["rules"]["month"]["open"] = "keep"
    assert described.problems() == []
    described.dataset["key"] = "content"
    what = "a record without a key is known by its content, of which this is a part: make the anchor 'ended_at' 'required: true'"
    assert described.problems() == [f"{AT}.text: {what}"]


def test_recordings_are_known_by_a_key(described: Described) -> None:
    """An audio file is kept under its record's id, so a recording whose id would change is refused."""
    described.chats["connector"] = "recordings"
    described.dataset["key"] = "content"
    audio = {"type": "file", "category": "user.content.private.call_recording", "origin": "data_subject", "promise": "held"}
    described.fields["audio"] = audio | {"mentions_others": True}
    described.fields["text"]["retention"] = "month"
    what = "a recording is kept under its record's id, which is made of its content: name a key"
    assert described.problems() == [f"{AT}.text: {what}"]


def test_shorter_is_shorter_from_every_date() -> None:
    """Of any two periods: the one that is said to be surely shorter ends before the other, from every date of eight years."""
    rng = random.Random(7)  # noqa: S311 - sample data, no secret
    first = dt.date(2096, 1, 1)
    days = [first + dt.timedelta(days=number) for number in range(0, 8 * 366, 3)]
    found = 0
    for _ in range(150):
        one, other = (Period(rng.choice((0, 0, 1, 2, 3, 6, 11, 12, 13)), rng.choice((0, 0, 1, 14, 28, 30, 31, 90, 365))) for _ in range(2))
        is_shorter = all(one.last_day(day) < other.last_day(day) for day in days)
        assert is_shorter or not is_surely_shorter(one, other), (one, other)
        found += is_surely_shorter(one, other)
    assert found > 30


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("P1M", "P3M", True),
        ("P3M", "P3M", False),
        ("P1M", "P31D", False),
        ("P1M", "P32D", True),
        ("P28D", "P1M", False),
        ("P27D", "P1M", True),
        ("P1Y", "P366D", False),
        ("P1Y", "P367D", True),
        ("P1M14D", "P2M", True),
        ("P2M", "P1M14D", False),
    ],
)
def test_shorter_by_example(one: str, other: str, expected: bool) -> None:  # noqa: FBT001 - an expectation
    """Months count as their shortest or longest, whichever makes it harder."""
    assert is_surely_shorter(Period.parse(one), Period.parse(other)) is expected
