"""What is given to partners and authorities is recorded, and never against a person's prohibition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assets.outreach.disclose import disclose
from assets.outreach.prohibitions import against_prohibition, prohibitions
from resources.errors import AnsvarError
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASKO = {"customer_number": "C1", "email": "asko@koti.example", "phone": "040 111 1111", "kind": "consumer"}
BERTTA = {
    "customer_number": "C2",
    "email": "bertta@koti.example",
    "phone": "040 222 2222",
    "kind": "company",
    "seen_at": "2026-10-01T09:00:00Z",
}
CHAT = {"id": "1", "user_id": "u2", "email": "bertta@koti.example", "cookie": "k2", "ended_at": "2026-10-14T12:00:00Z"}


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Two customers, of whom the one whose kind is `company` prohibits partners since the first of October, and a chat of hers."""
    made = Small(tmp_path_factory.mktemp("small"))
    made.dataset("shop.customers")["prohibition"] = {"where": {"kind": ["company"]}, "from": "seen_at", "until": "ended_on"}
    made.describe()
    made.deliver("shop", [ASKO, BERTTA])
    made.deliver("chats", [CHAT])
    made.ingest("shop", "chats")
    made.close()
    return made


@pytest.fixture
def small(ingested: Small, tmp_path: Path) -> Iterator[Small]:
    """A copy of it, to disclose from."""
    made = ingested.copied(tmp_path)
    yield made
    made.close()


def _against(small: Small) -> int:
    with small.register.warehouse.reading() as engine:
        return len(against_prohibition(engine, small.register.catalogue, small.register.ledger.disclosed(), small.register.home.pepper))


def test_what_is_given_is_recorded(small: Small) -> None:
    """A disclosure stands in the ledger with recipient, ground, name and time; of the persons keyed hashes of what is their own."""
    disclosure = disclose(small.register, "partner", "Trade fair", "Liisa Lahti", ["asko@koti.example", "", "phone=0401111111"])
    (row,) = small.register.ledger.disclosures()
    assert (row["disclosure"], row["recipient"], row["kind"], row["country"]) == (disclosure, "partner", "partner", "FI")
    assert (row["ground"], row["made_by"], row["identifiers"], row["made_at"]) == (
        "Trade fair",
        "Liisa Lahti",
        3,
        small.register.clock.now(),
    )
    assert "asko" not in repr(small.register.ledger.disclosed().to_pylist())
    assert _against(small) == 0


@pytest.mark.parametrize("line", ["bertta@koti.example", "customer_number=C2", "phone=+358402222222", "cookie_id=k2", "user_id=u2"])
def test_whoever_prohibits_it_is_not_given_away(small: Small, line: str) -> None:
    """A partner's list with a person who prohibits it is refused, by whatever identifier in whatever source; only the line is told."""
    with pytest.raises(AnsvarError, match=r"^The persons in line 2 prohibit that their data is given to partners: leave them out\.$"):
        disclose(small.register, "partner", "Trade fair", "Liisa Lahti", ["asko@koti.example", line])
    assert small.register.ledger.disclosures() == []


def test_a_prohibition_that_came_later(small: Small) -> None:
    """What was given before the prohibition was right then, and what was given while it held is found by the check."""
    small.at("2026-09-30T12:00:00+03:00")
    disclose(small.register, "partner", "Trade fair", "Liisa Lahti", ["bertta@koti.example"])
    assert _against(small) == 0
    small.deliver("shop", [ASKO, BERTTA | {"seen_at": "2026-09-01T09:00:00Z"}])
    small.ingest("shop")
    assert _against(small) == 1


def test_prohibitions_are_counted(small: Small) -> None:
    """One of the two customers prohibits it."""
    with small.register.warehouse.reading() as engine:
        assert prohibitions(engine, small.register.catalogue) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("partnr", "Fair", "Liisa", ["asko@koti.example"]), "The notice names no recipient 'partnr': did you mean 'partner'?"),
        (("partner", " ", "Liisa", ["asko@koti.example"]), "A disclosure needs its ground and the name of the person who decides it."),
        (("partner", "Fair", "", ["asko@koti.example"]), "A disclosure needs its ground and the name of the person who decides it."),
        (("partner", "Fair", "Liisa", ["", " "]), "The list names nobody: write one identifier a line."),
        (
            ("partner", "Fair", "Liisa", ["asko@koti.example", "no address", "shoe_size=42"]),
            "There is no identifier in line 2, 3: write kind=value, as customer_number=1234, or an e-mail address.",
        ),
        (
            ("partner", "Fair", "Liisa", ["nobody@koti.example", "asko@koti.example"]),
            "Nobody in the register bears what stands in line 1: leave it out, or correct it.",
        ),
    ],
)
def test_a_list_that_cannot_be_given(small: Small, given: tuple[str, str, str, list[str]], said: str) -> None:
    """Each mistake is told by its line, and nothing is recorded."""
    with pytest.raises(AnsvarError) as caught:
        disclose(small.register, *given)
    assert str(caught.value) == said
    assert small.register.ledger.disclosures() == []
