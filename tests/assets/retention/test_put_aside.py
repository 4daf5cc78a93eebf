"""Forms that could not be filed are searched when their person is erased: the person's own go, what is unclear is shown to a named user."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from assets.retention.answer import answer
from assets.retention.erase import decide, preview, summary_of
from assets.rights.intake import put_aside, take_in
from assets.rights.whom import whom
from tests.helpers.erasing import ask, carry_out, keeping
from tests.helpers.records import customer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.small import Small

AINO = {"kind": "email", "value": "Aino@KOE.example"}
PHONE = {"kind": "phone", "value": "040 100 0001"}
BO = {"kind": "email", "value": "bo@koe.example"}
# What stands in forms that cannot be filed, and what becomes of each when Aino is erased.
FORMS: dict[str, tuple[object, str]] = {
    "own": ({"id": "1", "kind": "gossip", "identifiers": [AINO, PHONE]}, "goes"),
    "row": ({"id": "2", "request": json.dumps({"kind": "gossip", "identifiers": [AINO]})}, "goes"),
    "two persons": ({"id": "3", "kind": "gossip", "identifiers": [AINO, BO]}, "unclear"),
    "unknown kind": ({"id": "4", "kind": "access", "identifiers": [{"kind": "mail", "value": AINO["value"]}]}, "unclear"),
    "message of another": ({"id": "5", "kind": "gossip", "identifiers": [BO], "message": "Aino (+358 40 1000001) is my aunt."}, "unclear"),
    "no JSON": ("email: aino@koe.example.", "unclear"),
    "deep": ("[" * 500 + "]" * 500, "stays"),
    "too large": (" " * 1_000_001, "unclear"),
    "of another": ({"id": "6", "kind": "gossip", "identifiers": [BO], "message": "xaino@koe.example"}, "stays"),
}


@pytest.fixture
def forms(small: Small) -> dict[str, Path]:
    """Aino and Bo are customers; forms that cannot be filed lie put aside, by what they are, though each came under the same name."""
    keeping(small)
    small.deliver("shop", [customer(1, email="aino@koe.example", phone="+358401000001"), customer(2, email="bo@koe.example")])
    small.ingest("shop")
    found, before = {}, set[str]()
    for what, (form, _) in FORMS.items():
        (small.register.intake / "form.json").write_text(form if isinstance(form, str) else json.dumps(form), encoding="utf-8")
        assert take_in(small.register).refused == 1
        (found[what],) = (path for path in put_aside(small.register) if path.name not in before)
        assert found[what].with_suffix(".txt").is_file()
        before.add(found[what].name)
    return found


def _of(forms: dict[str, Path], becomes: str) -> set[str]:
    return {forms[what].name for what, (_, told) in FORMS.items() if told == becomes}


def test_forms_of_an_erased_person(small: Small, forms: dict[str, Path]) -> None:
    """What is the person's own goes with its reason, and it is told; what is unclear stays, and is named to who decides; others' stay."""
    request = ask(small, ("email", "aino@koe.example"))
    found = preview(small.register, request, whom).forms
    assert {path.name for path in found.own} == _of(forms, "goes")
    assert {path.name for path in found.unclear} == _of(forms, "unclear")
    assert len(put_aside(small.register)) == len(FORMS)
    decide(small.register, request, "Dana Officer", whom)
    carry_out(small)
    summary = summary_of(small.register, request)["summary"]
    assert (summary["forms"], set(summary["forms_to_look_at"])) == (2, _of(forms, "unclear"))
    assert {path.name for path in put_aside(small.register)} == _of(forms, "unclear") | _of(forms, "stays")
    assert not any(forms[what].with_suffix(".txt").exists() for what in ("own", "row"))
    assert "Forms from you that could not be handled as requests: 2 erased." in answer(small.register.catalogue, summary, "en")


def test_nobody_known_takes_no_form(small: Small, forms: dict[str, Path]) -> None:
    """Where the person is another, the forms of Aino are neither the person's nor shown; what cannot be searched is shown all the same."""
    found = preview(small.register, ask(small, ("email", "cai@koe.example")), whom).forms
    assert ([path.name for path in found.own], [path.name for path in found.unclear]) == ([], [forms["too large"].name])
