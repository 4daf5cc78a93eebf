"""Bundles hold all of the person and nothing of anybody else: of planted persons to the field, of everybody in one batch by every value.

What is expected is read out of the raw sources by `tests.helpers.raw`, and who is who by the demonstration's own truth. Not told by any
record of the register, and so not looked for here: names in texts of persons who are nowhere in it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from assets.rights.export import export_many
from assets.rights.find import UnclearError
from resources.catalogue import load_register
from resources.home import Home
from resources.register import open_register
from tests.end_to_end.conftest import REPOSITORY
from tests.helpers.bundles import members
from tests.helpers.raw import described, is_same, records, value
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.end_to_end.conftest import Demonstration

pytestmark = pytest.mark.early

REGISTER = REPOSITORY / "register"
_ALONE = ("contact_id", "customer_number", "email", "phone", "user_id", "cookie_id", "requester_id", "business_id")
_WORD = re.compile(r"[\w@.+-]*\w")
_LEAST = 5
_STAFF = "agent"

Bundles = dict[str, dict[str, bytes]]


@pytest.fixture(scope="module")
def bundles(demonstration: Demonstration, truth: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Bundles:
    """The bundle of everybody who gives an e-mail address of one person's own, made in one batch; by the person's number."""
    place = demonstration.copied(tmp_path_factory.mktemp("bundles") / "home")
    register = open_register(load_register(REGISTER), Home(place.home))
    alone = _identifiers_of_one(truth)
    asked = {}
    for number, person in truth["persons"].items():
        own = [("email", email) for email in person["identifiers"].get("email", []) if alone.get(_form("email", email)) == number]
        if own:
            asked[number] = file_verified(register.ledger, "access", person["language"], own[:1], register.clock.now()).id
    batch = export_many(register, asked.values())
    made = {each.request: members(register, each.request) for each in batch.done}
    register.ledger.close()
    assert all(isinstance(error, UnclearError) for error in batch.failed.values())
    return {number: made[request] for number, request in asked.items() if request in made}


def _form(kind: str, written: object) -> str:
    """An identifier as it is compared: of a telephone number its last digits, else its letters in lower case."""
    return re.sub(r"\D", "", str(written))[-9:] if kind == "phone" else str(written).strip().lower()


def _identifiers_of_one(truth: dict[str, Any]) -> dict[str, str]:
    """The identifiers that one person alone has, and whose they are."""
    holders: dict[str, set[str]] = defaultdict(set)
    for number, person in truth["persons"].items():
        for kind in _ALONE:
            if kind != "business_id" or person["kind"] == "sole_trader":
                for each in person["identifiers"].get(kind, []):
                    holders[_form(kind, each)].add(number)
    return {each: numbers.pop() for each, numbers in holders.items() if len(numbers) == 1}


def _own(world: Path, truth: dict[str, Any], number: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Every record in the raw sources whose own person bears an identifier that the person alone has."""
    alone = _identifiers_of_one(truth)
    for table, shape in described(REGISTER).items():
        keys: list[str] = next(iter(shape["persons"].values()), [])
        for document in records(world, table, shape):
            found = [(shape["fields"][key].get("identifies", ""), value(document, key, shape["fields"][key])) for key in keys]
            forms = [_form("phone" if kind == "phone" else "", each) for kind, each in found if each is not None]
            if any(alone.get(form) == number for form in forms):
                yield table, shape, document


@pytest.mark.parametrize("case", ["example_person", "phone_sharers"])
def test_everything_of_the_person_to_the_field(demonstration: Demonstration, truth: dict[str, Any], bundles: Bundles, case: str) -> None:
    """Each record that a scan of the raw sources finds is in the bundle, each of its fields as the source has it, and no record more."""
    planted = truth["cases"][case]
    for number in map(str, planted if isinstance(planted, list) else [planted]):
        shown = {
            name[5:-5]: json.loads(content)
            for name, content in bundles[number].items()
            if re.fullmatch(r"data/(?!facts|quarantine)\w+\.json", name)
        }
        expected: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = defaultdict(list)
        for table, shape, document in _own(demonstration.world, truth, number):
            expected[table].append((shape, document))
        assert set(expected) <= set(shown)
        for table, listed in expected.items():
            shape = listed[0][0]
            distinct = {_key(shape, document): document for _, document in listed}
            lacking = [document for document in distinct.values() if not any(_tells(shape, document, row) for row in shown[table])]
            assert (number, table, len(lacking)) == (number, table, 0)
            assert (number, table, len(shown[table])) == (number, table, len(distinct))


def _key(shape: dict[str, Any], document: dict[str, Any]) -> str:
    """What tells a record from another: a source may give the same one twice."""
    keys = shape["key"] if isinstance(shape["key"], list) else shape["fields"]
    return json.dumps([value(document, key, shape["fields"][key]) for key in keys])


def _tells(shape: dict[str, Any], document: dict[str, Any], row: dict[str, Any]) -> bool:
    """Whether a row of the bundle shows a raw record: every field that is not withheld, staff in their role too, and none that is."""
    main, *others = shape["persons"].items()
    foreign = {key for role, each in others if role != _STAFF for key in each} - set(main[1])
    for key, field in shape["fields"].items():
        raw, shown = value(document, key, field), f"{key}.at_source" if field["type"] == "file" else key
        if field.get("withhold", "none") != "none" or key in foreign:
            if raw is not None and key in row:
                return False
        elif not ("retention" in field and row.get(key) is None) and not is_same(field, shape["source"]["time_zone"], raw, row.get(shown)):
            return False
    return True


def test_nothing_of_anybody_else(demonstration: Demonstration, truth: dict[str, Any], bundles: Bundles) -> None:
    """In no member of a bundle stands a value that is another person's alone: identifiers as they are written, and full names.

    A value that the person has too, that several have, or that is a company's switchboard is not looked for; nor is a namesake's name.
    """
    others = _Others(demonstration.world, truth)
    texts = (
        (number, name, content.decode("utf-8", errors="replace")) for number, each in bundles.items() for name, content in each.items()
    )
    assert [(number, name) for number, name, text in texts if others.found(number, text)] == []


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="Debian's poppler-utils is not installed")
def test_nothing_of_anybody_else_in_print(demonstration: Demonstration, truth: dict[str, Any], bundles: Bundles, tmp_path: Path) -> None:
    """Nor does it stand in the text of the report that is to be printed, where the person's own does."""
    others, file = _Others(demonstration.world, truth), tmp_path / "report.pdf"
    unnamed = []
    for number, members_of in bundles.items():
        file.write_bytes(members_of["report.pdf"])
        text = subprocess.run(["pdftotext", "-raw", file, "-"], capture_output=True, check=True, text=True).stdout
        assert (number, others.found(number, text)) == (number, set())
        if not others.found("", text) & {number}:
            unnamed.append(number)
    assert len(unnamed) < len(bundles) / 2  # many are known by nothing that is printed in one piece


class _Others:
    """What is one person's alone, and whose it is."""

    def __init__(self, world: Path, truth: dict[str, Any]) -> None:
        """Read who has what out of the truth."""
        switchboards = {_form("phone", each["switchboard"]) for each in _companies(world)}
        self._alone = {each: number for each, number in _identifiers_of_one(truth).items() if each not in switchboards}
        names = Counter(person["name"].lower() for person in truth["persons"].values())
        self._named = {person["name"].lower(): number for number, person in truth["persons"].items() if names[person["name"].lower()] == 1}

    def found(self, number: str, text: str) -> set[str]:
        """Whose values stand in a text, but for the person of a number."""
        lower = text.lower()
        tokens = {token for word in _WORD.findall(lower) for token in (word, word.rstrip(".+-"))}
        phones = {_form("phone", found) for found in re.findall(r"\+?\d[\d ()-]{7,}\d", lower)}
        found = {self._alone[each] for each in tokens | phones if len(each) >= _LEAST and each in self._alone}
        return (found | {self._named[each] for each in _runs(lower) if each in self._named}) - {number}


def _companies(world: Path) -> Iterator[dict[str, Any]]:
    return records(world, "crm_companies", {"read": {"table": "companies"}})


def _runs(text: str) -> set[str]:
    """Every two and three words that follow each other."""
    words = re.findall(r"[\w'-]+", text)
    return {" ".join(words[place : place + length]) for length in (2, 3) for place in range(len(words) - length + 1)}
