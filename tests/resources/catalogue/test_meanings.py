"""What codes mean: said of a field that holds codes, and of those alone that it may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.resources.catalogue.described import Described

if TYPE_CHECKING:
    from pathlib import Path

OPEN = {"en": "Open", "sv": "Öppet", "fi": "Avoin"}
STATUS = {"type": "text", "one_of": ["open", "solved"], "category": "user.behavior", "origin": "service_use", "promise": "held"}


def test_a_code_has_a_meaning(tmp_path: Path) -> None:
    """It is known in each language; a code without one stands for itself."""
    described = Described(tmp_path)
    described.fields["status"] = STATUS | {"meanings": {"open": OPEN}}
    described.fields["level"] = STATUS | {"type": "integer", "one_of": None, "meanings": {1: OPEN}}
    fields = described.load().dataset("chats_conversations").fields
    assert {language: fields["status"].shape.meanings["open"].in_language(language) for language in OPEN} == OPEN
    assert list(fields["level"].shape.meanings) == ["1"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"meanings": {"opn": OPEN}}, "'opn' is no value of the field's 'one_of': did you mean 'open'?"),
        (
            {"meanings": {"open": OPEN}, "type": "date", "one_of": None},
            "'meanings' has no meaning for type 'date', only for text and integer",
        ),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    """A value that the field cannot hold, and a field that holds no codes."""
    described = Described(tmp_path)
    described.fields["status"] = STATUS | changed
    (problem,) = described.problems()
    assert said in problem
