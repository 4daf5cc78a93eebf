"""Who is who on labelled records of others: what is joined by itself is never wrong, and what is proposed finds nearly all the rest.

Precision and recall are those of pairs of records, over all pairs that truth joins. `pytest -s` prints them.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from assets.identity.propose import propose
from resources.ledger.identity import JOIN, IdentityLedger
from tests.end_to_end.conftest import REPOSITORY
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATA = REPOSITORY.parent / "shared" / "data" / "identity"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the labelled records are not there: {DATA}")
FIELDS = {
    "dataset3": {
        "given_name": "user.name.first",
        "surname": "user.name.last",
        "address_1": "user.contact.address.street",
        "suburb": "user.contact.address.city",
        "postcode": "user.contact.address.postal_code",
        "date_of_birth": "user.demographic.date_of_birth",
        "soc_sec_id": "user.government_id.national_identification_number",
    },
    "fake_1000": {
        "first_name": "user.name.first",
        "surname": "user.name.last",
        "dob": "user.demographic.date_of_birth",
        "city": "user.contact.address.city",
        "email": "user.contact.email",
    },
}
IDENTIFIES = {"soc_sec_id": "national_id", "email": "email"}


@dataclass(frozen=True)
class Measured:
    """How right and how complete a grouping of records is, pair by pair; and how many records it groups."""

    precision: float
    recall: float
    records: int


class Labelled:
    """A register that holds labelled records, each a person of its own in its source."""

    def __init__(self, folder: Path, file: str) -> None:
        """Read a file into a new register."""
        self.small = Small(folder)
        shape = self.small.dataset("shop.customers")
        tags = {"type": "text", "origin": "data_subject", "promise": "held"}
        fields: dict[str, dict[str, Any]] = {
            "number": tags | {"required": True, "category": "user.unique_id", "identifies": "account_number", "shared": False},
            "ended_on": {"type": "date", "category": "system", "label": {"en": "Ended", "sv": "Upphört", "fi": "Päättynyt"}},
        }
        for field, category in FIELDS[file].items():
            identifying = {"identifies": IDENTIFIES[field], "shared": False} if field in IDENTIFIES else {}
            fields[field] = tags | {"category": category} | identifying
        naming = ["number", *(field for field in fields if field in IDENTIFIES)]
        shape |= {"fields": fields, "key": ["number"], "persons": {"customer": naming}, "read": {"files": "*.ndjson", "format": "ndjson"}}
        self.small.describe()
        with (DATA / f"{file}.csv").open(encoding="utf-8", newline="") as opened:
            rows = [{key: value.strip() or None for key, value in row.items()} for row in csv.DictReader(opened, skipinitialspace=True)]
        self.truth = {
            str(row.get("rec_id") or row["unique_id"]): str(row.get("cluster") or str(row["rec_id"]).split("-")[1]) for row in rows
        }
        records = [{"number": row.get("rec_id") or row.get("unique_id")} | {key: row[key] for key in FIELDS[file]} for row in rows]
        self.small.deliver("shop", records)
        self.small.load("shop")

    def propose(self) -> int:
        """Compare the records; gives how many pairs are proposed."""
        with self.small.register.warehouse.writing(self.small.run) as engine:
            found = propose(engine, self.small.register.catalogue)
        assert found.reason is None
        return found.pairs

    def accept(self) -> None:
        """Decide of every proposal that it is one person, as a named user may."""
        rows = self.small.rows("SELECT proposal, person FROM identity.review ORDER BY proposal, person")
        groups: dict[str, list[str]] = defaultdict(list)
        with self.small.register.warehouse.viewing(self.small.run) as engine:
            pepper = {"pepper": self.small.home.pepper}
            hashes = dict(engine.rows("SELECT person, sha256($pepper || person) FROM identity.persons", pepper))
        for proposal, person in rows:
            groups[proposal].append(hashes[person])
        pairs = [(group[0], other) for group in groups.values() for other in group[1:]]
        IdentityLedger(self.small.register.ledger).decide(JOIN, pairs, "Maija", "asked all of them", self.small.register.clock.now())

    def measured(self) -> Measured:
        """How right the present subjects are."""
        self.small.resolve()
        rows = self.small.rows("""
            SELECT persons.subject, rows.number FROM register.shop_customers AS rows
            INNER JOIN identity.persons AS persons ON persons.person = rows._person
        """)
        groups: dict[str, list[str]] = defaultdict(list)
        for subject, number in rows:
            groups[subject].append(number)
        joined = [pair for group in groups.values() for pair in combinations(group, 2)]
        right = sum(1 for one, other in joined if self.truth[one] == self.truth[other])
        sizes: dict[str, int] = defaultdict(int)
        for cluster in self.truth.values():
            sizes[cluster] += 1
        true = sum(size * (size - 1) // 2 for size in sizes.values())
        return Measured(right / len(joined), right / true, len(rows))


@pytest.fixture
def labelled(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Labelled]:
    """The register of a file."""
    made = Labelled(tmp_path, request.param)
    yield made
    made.small.close()


@pytest.mark.parametrize(
    ("labelled", "records", "least_alone", "precision", "recall"),
    [("dataset3", 5_000, 0.85, 0.99, 0.97), ("fake_1000", 1_000, 0.53, 0.95, 0.70)],
    indirect=["labelled"],
)
def test_what_is_joined_is_right(labelled: Labelled, records: int, least_alone: float, precision: float, recall: float) -> None:
    """By identifiers alone no two persons are joined; with the proposals accepted, nearly all that is one is joined, and hardly more."""
    alone = labelled.measured()
    print(f"by itself: precision {alone.precision:.4f}, recall {alone.recall:.4f}")  # noqa: T201 - what was measured, for `pytest -s`
    assert alone.records == records
    assert alone.precision == 1
    assert alone.recall >= least_alone
    proposed = labelled.propose()
    unchanged = labelled.measured()
    assert unchanged == alone  # a proposal joins nobody
    labelled.accept()
    accepted = labelled.measured()
    print(f"with {proposed} probable pairs accepted: precision {accepted.precision:.4f}, recall {accepted.recall:.4f}")  # noqa: T201 - what was measured, for `pytest -s`
    assert accepted.precision >= precision
    assert accepted.recall >= recall
    assert labelled.small.rows("SELECT * FROM identity.review WHERE reason = 'probable'") == []
