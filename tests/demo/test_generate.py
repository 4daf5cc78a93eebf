"""The generator: repeatable, fictional, and bounded."""

from __future__ import annotations

import json
import wave
from typing import TYPE_CHECKING, Any

import phonenumbers
import pytest
from stdnum.fi import ytunnus

from demo import people
from demo.generate import generate
from demo.identifiers import business_id, slug
from demo.names import genitive

if TYPE_CHECKING:
    from pathlib import Path

PERSONS = 60


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_same_seed_gives_the_same_bytes(world: Path, tmp_path: Path) -> None:
    """Two worlds of one seed are equal, file by file."""
    generate(tmp_path / "again", PERSONS)
    assert _bytes(tmp_path / "again") == _bytes(world)


def test_another_seed_gives_another_world(world: Path, tmp_path: Path) -> None:
    """The seed is not ignored."""
    generate(tmp_path / "other", PERSONS, seed=7)
    other, same = _bytes(tmp_path / "other"), _bytes(world)
    assert other["crm/crm.sqlite"] != same["crm/crm.sqlite"]
    assert other["chats/chats-00001.ndjson"] != same["chats/chats-00001.ndjson"]


def test_a_world_in_many_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written in several chunks, a world repeats no key: each person, company and record is one."""
    monkeypatch.setattr(people, "CHUNK_PERSONS", 35)
    generate(tmp_path, 100)
    truth: dict[str, Any] = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert len(truth["persons"]) == 100
    assert len(list((tmp_path / "chats").iterdir())) == 3
    for dataset, counts in truth["counts"].items():
        assert len(truth["anchors"][dataset]) == counts["distinct"], dataset
    emails = [email for number, person in truth["persons"].items() if int(number) > 22 for email in person["identifiers"]["email"]]
    assert len(set(emails)) == len(emails)


def test_large_worlds_leave_the_truth_out(tmp_path: Path) -> None:
    """Without the truth, nothing of it is gathered or written; the sources are the same."""
    generate(tmp_path / "without", PERSONS, truth=False)
    assert not (tmp_path / "without" / "truth.json").exists()
    assert (tmp_path / "without" / "social" / "likes-00001.json").is_file()


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    """Two worlds are never mixed."""
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError, match="is not empty"):
        generate(tmp_path, PERSONS)


def test_too_few_persons_are_refused(tmp_path: Path) -> None:
    """The planted cases need their persons."""
    with pytest.raises(ValueError, match="at least 30"):
        generate(tmp_path, 29)


def test_recordings_are_real_and_differ(world: Path) -> None:
    """Each recording is a readable WAV file of 0.2 to 0.5 seconds, and no two have the same bytes."""
    files = sorted((world / "calls").glob("*.wav"))
    for file in files:
        with wave.open(str(file)) as recording:
            assert (recording.getnchannels(), recording.getframerate()) == (1, 8000)
            assert 0.2 <= recording.getnframes() / recording.getframerate() <= 0.5
    assert len({file.read_bytes() for file in files}) == len(files) > 10


def test_identifiers_have_valid_shapes(truth: dict[str, Any]) -> None:
    """Telephone numbers and business ids are what a validator takes for Finnish ones; e-mail lies where nobody's can."""
    for person in truth["persons"].values():
        found = person["identifiers"]
        assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone)) for phone in found["phone"])
        assert all(ytunnus.is_valid(number) and number.startswith("92") for number in found["business_id"])
        assert all(email.endswith(".example") for email in found["email"])


def test_a_serial_without_check_digit_gives_no_business_id() -> None:
    """The remainder 1 has no check digit, so such serial numbers are never given out."""
    assert [business_id(serial) for serial in (112_038, 9_100_003)] == ["0112038-9", None]


@pytest.mark.parametrize(
    ("name", "expected"), [("Virtanen", "Virtasen"), ("Hietala", "Hietalan"), ("Salmi", None), ("Åberg", None), ("Ranta", None)]
)
def test_genitives(name: str, expected: str | None) -> None:
    """Only what is regular is inflected."""
    assert genitive(name) == expected


def test_slugs() -> None:
    """Letters that an address cannot hold are replaced."""
    assert slug("Carl-Gustaf Åkerlund O'Neill") == "carl-gustaf-akerlund-o-neill"
