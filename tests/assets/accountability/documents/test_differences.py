"""Differences between two notices, in words."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from assets.accountability.documents import differences, notice_content
from assets.accountability.documents.speaking import texts
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assets.accountability.documents.model import Content
    from tests.assets.accountability.documents.conftest import Change

NOTHING = {"fi": ["Mikään ei ole muuttunut."], "sv": ["Inget har ändrats."], "en": ["Nothing has changed."]}
OTHERS = {"held": ["chats"], "gets": ["chats"], "datasets": ["crm.contacts"]}
UNKNOWN = {language: [texts()["diff_other"].in_language(language)] for language in LANGUAGES}
RESERVED = {
    "period": "P9M",
    "kind": "authority",
    "country": "NO",
    "ground": "derogation",
    "date": "2027-05-05",
    "open": "ingested",
    "basis": "consent",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_changed(content: Content, language: str) -> None:
    """Where nothing changed, that is what is said; also where the ledger keeps more than the notice, or in another order."""
    kept = {key: deepcopy(content)[key] for key in reversed(content)} | {"commitments": {"promises": []}}
    assert [NOTHING[language], NOTHING[language]] == [
        differences(content, deepcopy(content), language),
        differences(kept, content, language),
    ]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "The period of “Chat conversations” was shortened from three months to two months."),
        ("sv", "Bevaringstiden för ”Chattsamtal” har förkortats från tre månader till två månader."),
        (
            "fi",
            (
                "”Chat-keskustelut”: säilytysaika on lyhentynyt. Ennen tiedot säilytettiin kolme kuukautta, "
                "nyt ne säilytetään kaksi kuukautta."
            ),
        ),
    ],
)
def test_a_shorter_period(content: Content, change: Change, language: str, told: str) -> None:
    """A shortened period is told of each data set and of the promise, and of nothing else: the reason that repeats it was not reworded."""
    changed = notice_content(change("retention.yaml", ("  chats:\n    period: P3M", "  chats:\n    period: P2M")))
    lines = differences(content, changed, language)
    assert (told in lines, len(lines)) == (True, 3)
    assert "lengthened" in differences(changed, content, "en")[0]


def test_a_new_source_and_a_gone_one(content: Content) -> None:
    """A data set that came is told with its period, one that went as gone; the particulars of both are not listed one by one."""
    less = deepcopy(content)
    del less["retention"]["feedback.answers"]
    for held in less["held"].values():
        held["datasets"].pop("feedback.answers", None)
    for subjects in less["data_subjects"].values():
        subjects["datasets"] = [each for each in subjects["datasets"] if each != "feedback.answers"]
    assert differences(less, content, "en") == [
        "The data set “Feedback answers (Feedback on customer service)” was added; it is kept for two years."
    ]
    assert differences(content, less, "en") == ["The data set “Feedback answers (Feedback on customer service)” was removed."]


def test_purposes_and_recipients(content: Content, change: Change) -> None:
    """A new purpose, another legal basis, a new recipient, another country and what is given besides are told in words."""
    partner = "  cycles:\n    label: {en: Bicycles, sv: Cyklar, fi: Pyörät}\n    kind: partner\n"
    partner += "    task: {en: Sells, sv: Säljer, fi: Myy}\n"
    changed = change(
        "notice.yaml",
        (
            "    label: {en: Invoicing, sv: Fakturering, fi: Laskutus}\n    legal_basis: contract",
            "    label: {en: Invoicing, sv: Fakturering, fi: Laskutus}\n    legal_basis: legal_obligation",
        ),
        (
            "receives: [contact_details, mailing_lists]\n    purposes: [marketing, customer_relation]\n    country: SE",
            "receives: [contact_details, mailing_lists, interests]\n    purposes: [marketing, sales]\n    country: DK",
        ),
        ("legal_bases: [legitimate_interest, contract]", "legal_bases: [legitimate_interest, contract, legal_obligation]"),
        ("recipients:\n", f"recipients:\n{partner}    receives: [contact_details]\n    country: FI\n"),
    )
    assert differences(content, notice_content(changed), "en") == [
        (
            "The legal basis of “Invoicing” changed from “Performance of a contract (GDPR Art. 6(1)(b))” "
            "to “Legal obligation (GDPR Art. 6(1)(c))”."
        ),
        "The recipient “Bicycles” was added.",
        "The country of “Brevbärarna AB (fictional)” changed from “Sweden” to “Denmark”.",
        "“Brevbärarna AB (fictional)” now also receives data for: Selling.",
        "“Brevbärarna AB (fictional)” no longer receives data for: Managing the customer relation.",
        "“Brevbärarna AB (fictional)” now also receives: Interests that the person has stated.",
    ]


def test_a_field_that_goes_earlier(content: Content) -> None:
    """A field that got a period of its own is told with it; one that lost it, too."""
    earlier = deepcopy(content)
    kept = earlier["retention"]["chats.messages"]
    kept["fields"]["text"] = {key: kept[key] for key in ("period", "words", "reason")} | {
        "label": {"fi": "Viesti", "sv": "Meddelande", "en": "Message"}
    }
    assert differences(content, earlier, "en") == [
        "In “Chat messages”, “Message” is now deleted earlier than the rest: after three months."
    ]
    assert differences(earlier, content, "sv") == ["I ”Chattmeddelanden” raderas ”Meddelande” inte längre tidigare än resten."]


def test_a_promise_that_holds_nothing_any_more(content: Content) -> None:
    """Where data were held and no longer are, the reason is told."""
    less = deepcopy(content)
    less["held"]["social"] |= {"nothing_held": {"fi": "Ei enää.", "sv": "Inte längre.", "en": "Not any more."}, "datasets": {}}
    told = differences(content, less, "en")
    assert "Nothing is held any more under “Use of social media on the site, for example likes”. Not any more." in told
    assert any(line.startswith("Data are now held under") for line in differences(less, content, "en"))


def test_a_change_in_another_language_is_told(content: Content) -> None:
    """Where only the Finnish wording changed, a Swedish reader is told so."""
    reworded = content | {"security": content["security"] | {"fi": "Tiedot ovat turvassa."}}
    assert differences(content, reworded, "sv") == ["Endast ordalydelsen på ett annat språk har ändrats: finska."]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_change_goes_untold(content: Content, language: str) -> None:
    """Whatever single particular of the notice changes, a sentence tells it that names what changed."""
    small = _small(content)
    untold = []
    for path in list(_leaves(small)):
        changed = deepcopy(small)
        _change(changed, path)
        lines = differences(small, changed, language)
        if lines in (NOTHING[language], UNKNOWN[language]):
            untold.append(path)
    assert untold == []


def _small(content: Content) -> Content:
    """The notice with few entries in each part, and one of everything that is optional."""
    small: Content = json.loads(json.dumps(content))
    for part in ("data_subjects", "purposes", "origins", "rights", "duties", "periods", "versions"):
        small[part] = dict(list(small[part].items())[:2])
    small["held"] = {key: small["held"][key] for key in ("chats", "contact_details", "social")}
    small["held"]["social"] |= {"nothing_held": small["security"], "datasets": {}, "categories": {}}
    small["recipients"] = {key: small["recipients"][key] for key in ("telephone_provider", "mailing_provider")}
    small["retention"] = {key: small["retention"][key] for key in ("chats.messages", "crm.contacts")}
    kept = small["retention"]["chats.messages"]
    kept["fields"] = {"text": {key: kept[key] for key in ("label", "period", "words", "reason")}}
    for held in (*small["held"].values(), *small["data_subjects"].values()):
        held["datasets"] = _known(held["datasets"], small["retention"])
    dataset = small["held"]["chats"]["datasets"]["chats.messages"]
    small["other_bases"] = {
        "consent": {"legal_basis": kept["label"], "article": "GDPR Art. 6(1)(a)", "datasets": {"chats.messages": dataset}}
    }
    small["own"] = {"bundles": {key: kept[key] for key in ("label", "period", "words", "reason")} | {"from": kept["anchor"]}}
    return small


def _known(datasets: Any, kept: Content) -> Any:
    return (
        [key for key in datasets if key in kept] if isinstance(datasets, list) else {key: datasets[key] for key in datasets if key in kept}
    )


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every text and value of the notice but the keys of legal bases, whose names say the same."""
    if isinstance(value, dict) and value.keys() != set(LANGUAGES):
        for key in value.keys() - {"basis"}:
            yield from _leaves(value[key], (*path, key))
    elif isinstance(value, list) or value is not None:
        yield path


def _change(content: Content, path: tuple[Any, ...]) -> None:
    *before, last = path
    place: Any = content
    for step in before:
        place = place[step]
    value = place[last]
    if isinstance(value, dict):
        place[last] = {language: f"{text} (x)" for language, text in value.items()}
    elif isinstance(value, list):
        place[last] = value[:-1] if value else OTHERS[str(last)]
    else:
        place[last] = RESERVED.get(str(last), f"{value} (x)")
