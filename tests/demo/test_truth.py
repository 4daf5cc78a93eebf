"""The truth file against the sources themselves."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from assets.ingest.normalise import e164
from tests.demo.reading import READERS

if TYPE_CHECKING:
    from pathlib import Path

    from resources.catalogue import Catalogue


def _anchors(truth: dict[str, Any], catalogue: Catalogue, person: int) -> list[tuple[str, date]]:
    """The last days of all records of a person, with their data sets; the business register's own rule counts from the fetching."""
    found = []
    for dataset in catalogue.datasets:
        if dataset.source == "registry":
            continue
        for key in truth["persons"][str(person)]["records"].get(dataset.id, []):
            anchor = truth["anchors"][dataset.id][key]
            assert anchor is not None, (dataset.id, key)
            last_day = dataset.rule.limit.last_day(date.fromisoformat(anchor), {})
            assert last_day is not None
            found.append((dataset.id, last_day))
    return found


def _chats(world: Path) -> dict[str, Any]:
    chats = {}
    for line in (world / "chats" / "chats-00001.ndjson").read_text(encoding="utf-8").splitlines():
        try:
            chat = json.loads(line)
        except json.JSONDecodeError:
            continue
        chats[chat["id"]] = chat
    return chats


def test_every_data_set_has_a_reader(catalogue: Catalogue) -> None:
    """The comparison of the next test leaves no data set out."""
    assert {dataset.id for dataset in catalogue.datasets} == set(READERS)


@pytest.mark.parametrize("dataset", READERS)
def test_counts_equal_the_sources(world: Path, truth: dict[str, Any], dataset: str) -> None:
    """Records, repetitions and broken ones are as many in the sources as the truth says, and no key is missing or strange."""
    keys, broken = READERS[dataset](world)
    known = [key for person in truth["persons"].values() for key in person["records"].get(dataset, [])] + truth["nobodys"].get(dataset, [])
    assert sorted(known) == sorted(keys)
    repeated = keys.total() - len(keys)
    assert truth["counts"][dataset] == {
        "distinct": len(keys),
        "repeated": repeated,
        "broken": broken,
        "delivered": keys.total() + broken,
    }
    assert set(truth["anchors"][dataset]) == set(keys)


def test_there_are_broken_and_repeated_records(truth: dict[str, Any]) -> None:
    """The world is no better than the real one."""
    counts = truth["counts"]
    assert {dataset for dataset, count in counts.items() if count["broken"]} == {
        *("chats.conversations", "chats.messages", "web.requests", "mailings.events", "feedback.answers"),
    }
    assert {"chats.conversations", "forms.contact_forms", "mailings.events"} <= {
        dataset for dataset, count in counts.items() if count["repeated"]
    }


def test_the_example_person_is_everywhere(truth: dict[str, Any], catalogue: Catalogue) -> None:
    """The example person has a record in every data set in which a person can stand, none of them past its period."""
    person = truth["persons"][str(truth["cases"]["example_person"])]
    with_persons = {dataset.id for dataset in catalogue.datasets if dataset.shape.persons}
    assert set(person["records"]) == with_persons
    for dataset in catalogue.datasets:
        for anchor in (truth["anchors"][dataset.id][key] for key in person["records"].get(dataset.id, [])):
            last_day = dataset.rule.limit.last_day(date.fromisoformat(anchor) if anchor else None, {})
            assert last_day is None or last_day >= date(2026, 10, 15)


def test_the_phone_sharers(truth: dict[str, Any]) -> None:
    """Two colleagues share a telephone and a company and nothing else, and both stand in several sources."""
    one, other = (truth["persons"][str(number)] for number in truth["cases"]["phone_sharers"])
    shared = {kind for kind in one["identifiers"] if set(one["identifiers"][kind]) & set(other["identifiers"][kind])}
    assert shared == {"phone", "business_id"}
    for person in (one, other):
        assert len({dataset.split(".")[0] for dataset in person["records"]}) >= 10


def test_the_other_planted_cases(truth: dict[str, Any]) -> None:
    """A family shares a cookie, others a role mailbox or a switchboard; namesakes share nothing; one person is entered twice."""

    def shared(case: str, kind: str) -> set[str]:
        return set.intersection(*(set(truth["persons"][str(number)]["identifiers"][kind]) for number in truth["cases"][case]))

    assert len(shared("family_cookie", "cookie_id")) == 1
    assert shared("family_cookie", "user_id") == set()
    assert next(iter(shared("role_mailbox", "email"))).startswith("info@")
    assert len(shared("at_switchboard", "phone")) == 1
    assert len({truth["persons"][str(number)]["name"] for number in truth["cases"]["namesakes"]}) == 1
    assert all(shared("namesakes", kind) == set() for kind in ("email", "phone", "contact_id", "customer_number"))
    assert len(truth["persons"][str(truth["cases"]["entered_twice"])]["records"]["crm.contacts"]) == 2


@pytest.mark.parametrize(
    ("person", "last_day"),
    [(13, date(2026, 10, 13)), (14, date(2026, 10, 14)), (15, date(2026, 10, 15)), (16, date(2026, 10, 15)), (17, date(2026, 10, 14))],
)
def test_persons_on_the_edge_of_their_periods(truth: dict[str, Any], catalogue: Catalogue, person: int, last_day: date) -> None:
    """Every record of a person on the edge has the same last day, under the rules of the real register; vouchers go with their year."""
    last_days = _anchors(truth, catalogue, person)
    vouchers = {dataset for dataset, _ in last_days if catalogue.dataset(dataset.replace(".", "_")).shape.retention == "accounting"}
    assert {day for dataset, day in last_days if dataset not in vouchers} == {last_day}
    year = 2025 if last_day <= date(2026, 10, 14) else 2026
    assert {day for dataset, day in last_days if dataset in vouchers} == {date(year, 12, 31)}
    assert len({dataset for dataset, _ in last_days}) == len([each for each in catalogue.datasets if each.shape.persons]) - 1


def test_a_conversation_that_ends_near_midnight(world: Path, truth: dict[str, Any]) -> None:
    """One conversation ends on 15 July in Helsinki and on 14 July in UTC."""
    key = truth["persons"]["16"]["records"]["chats.conversations"][0]
    ended = datetime.fromisoformat(_chats(world)[key]["ended"])
    assert (ended.astimezone(UTC).date(), truth["anchors"]["chats.conversations"][key]) == (date(2026, 7, 14), "2026-07-15")


def test_mentions_stand_in_the_texts(world: Path, truth: dict[str, Any]) -> None:
    """The words by which others are mentioned stand where the truth says, and the example person names another in full."""
    chats = _chats(world)
    mentions = [mention for mention in truth["mentions"] if mention["dataset"] == "chats.messages"]
    for mention in mentions:
        key, _, index = mention["key"].partition("/")
        text = chats[key]["messages"][int(index)]["text"]
        assert all(word in text for word in mention["words"])
    named = next(mention for mention in mentions if mention["person"] == truth["cases"]["example_person"])
    other = truth["persons"][str(named["mentions"])]
    assert named["words"] == [other["name"], *other["identifiers"]["phone"], *other["identifiers"]["email"]]


def test_what_nobody_tagged(world: Path, truth: dict[str, Any]) -> None:
    """One field of the helpdesk is in its records and not in the register, as often as the truth says; its values are telephone numbers."""
    tickets = [json.loads(line) for line in (world / "helpdesk" / "tickets.ndjson").read_text(encoding="utf-8").splitlines()]
    given = [ticket["callback_number"] for ticket in tickets if ticket["callback_number"]]
    phones = {phone for person in truth["persons"].values() for phone in person["identifiers"]["phone"]}
    assert truth["undeclared"] == {
        "helpdesk.tickets": {"callback_number": {"category": "user.contact.phone_number", "records": len(given)}}
    }
    assert len(given) > 10
    assert {e164(number, "FI") for number in given} <= phones


def test_nothing_is_later_than_the_last_day(truth: dict[str, Any]) -> None:
    """The job's first run, of 14 October 2026, meets no data of that day or later."""
    assert max(anchor for anchors in truth["anchors"].values() for anchor in anchors.values() if anchor) <= "2026-10-13"
