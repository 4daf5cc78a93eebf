"""What the notice says, as plain data."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from assets.accountability.documents import digest, notice_content
from assets.accountability.documents.speaking import sentence, texts
from resources.countries import countries
from resources.spoken import article_in_words
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assets.accountability.documents.model import Content
    from resources.catalogue import Catalogue
    from tests.assets.accountability.documents.conftest import Change


def test_content_is_json_and_comes_back_the_same(content: Content) -> None:
    """The ledger keeps the content as JSON: nothing of it is lost or changed on the way."""
    assert json.loads(json.dumps(content)) == content


def test_every_personal_field_stands_under_its_promise(catalogue: Catalogue, content: Content) -> None:
    """Each field about a person stands under its promise, in its data set, and no field that is not about a person does."""
    declared = {
        (field.shape.promise, dataset.id, name)
        for dataset in catalogue.datasets
        for name, field in dataset.fields.items()
        if field.is_personal
    }
    told = {
        (promise, dataset, name) for promise, held in content["held"].items() for dataset, each in held["datasets"].items() for name in each
    }
    assert declared == told


def test_every_promise_stands_in_one_place(catalogue: Catalogue, content: Content) -> None:
    """Promises of held data, of periods and of duties are told apart, and together they are all."""
    parts = [*content["held"], *content["periods"], *content["duties"]]
    assert (sorted(catalogue.notice.promises), len(parts)) == (sorted(parts), len(set(parts)))


def test_a_promise_without_data_says_why(change: Change) -> None:
    """What is promised and not held is said not to be held, with the reason."""
    reason = "{en: Not gathered., sv: Samlas inte in., fi: Ei kerätä.}"
    changed = change(
        "notice.yaml",
        (
            "promises:\n",
            f"promises:\n  shoe_size:\n    label: {{en: Shoe size, sv: Skonummer, fi: Kengännumero}}\n    nothing_held: {reason}\n",
        ),
    )
    held = notice_content(changed)["held"]["shoe_size"]
    assert (held["nothing_held"]["fi"], held["datasets"]) == ("Ei kerätä.", {})


@pytest.mark.parametrize(
    ("recipient", "systems", "gets"),
    [
        ("telephone_provider", ["calls"], ["calls", "service_use"]),
        ("mailing_provider", ["mailings"], ["contact_details", "mailing_lists", "mailings", "technical"]),
        ("tax_administration", [], ["billing"]),
    ],
)
def test_a_recipient_gets_what_it_runs_and_what_it_is_given(content: Content, recipient: str, systems: list[str], gets: list[str]) -> None:
    """A processor gets what the systems hold that it operates, beside what the notice gives it; an authority what it is given."""
    told = content["recipients"][recipient]
    assert (systems, gets) == (sorted(told["systems"]), sorted(told["gets"]))


def test_a_period_is_told_where_the_rule_says_it(content: Content, change: Change) -> None:
    """Changing the one period of the chats changes every text that speaks of it, in all languages, and nothing else."""
    changed = notice_content(change("retention.yaml", ("  chats:\n    period: P3M", "  chats:\n    period: P2M")))
    before, after = dict(_leaves(content)), dict(_leaves(changed))
    reworded = {path: text for path, text in before.items() if after[path] != text}
    assert {path: after[path] for path in reworded} == {path: _shorter(text) for path, text in reworded.items()}
    assert {"chats_3_months", "chats.conversations", "chats.messages"} == {path[1] for path in reworded}
    kept = changed["retention"]["chats.conversations"]
    assert (kept["period"], kept["words"]) == ("P2M", {"fi": "kaksi kuukautta", "sv": "två månader", "en": "two months"})


def _leaves(value: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, *path, key)
    else:
        yield path, value


def _shorter(text: str) -> str:
    words = {"kolme kuukautta": "kaksi kuukautta", "tre månader": "två månader", "three months": "two months", "P3M": "P2M"}
    return next(text.replace(old, new) for old, new in words.items() if old in text)


def test_a_field_that_goes_earlier_is_told(catalogue: Catalogue) -> None:
    """A field with a rule of its own stands under its data set with its own period."""
    source = catalogue.sources["chats"]
    dataset = source.datasets["messages"]
    text = replace(dataset.fields["text"], retention="calls")
    datasets = source.datasets | {"messages": replace(dataset, fields=dataset.fields | {"text": text})}
    changed = replace(catalogue, sources=catalogue.sources | {"chats": replace(source, datasets=datasets)})
    fields = notice_content(changed)["retention"]["chats.messages"]["fields"]
    assert {name: (each["period"], each["words"]["sv"]) for name, each in fields.items()} == {"text": ("P7M", "sju månader")}


def test_a_fields_own_legal_basis_is_told(catalogue: Catalogue) -> None:
    """A field that rests on another basis than its purposes is listed under that basis."""
    source = catalogue.sources["feedback"]
    dataset = source.datasets["answers"]
    name = next(name for name, field in dataset.fields.items() if field.is_personal)
    fields = dataset.fields | {name: replace(dataset.fields[name], legal_bases=("consent",))}
    changed = replace(
        catalogue, sources=catalogue.sources | {"feedback": replace(source, datasets={"answers": replace(dataset, fields=fields)})}
    )
    others = notice_content(changed)["other_bases"]
    assert {"consent": {"feedback.answers": [name]}} == {
        basis: {key: list(each) for key, each in told["datasets"].items()} for basis, told in others.items()
    }


def test_digest_heeds_words_and_not_order(content: Content) -> None:
    """The digest is the same when the parts stand in another order, and another when a letter differs."""
    turned = {key: content[key] for key in reversed(content)}
    reworded = content | {"security": content["security"] | {"fi": content["security"]["fi"] + "!"}}
    assert (digest(content), True) == (digest(turned), digest(content) != digest(reworded))


def test_every_text_has_the_same_gaps_in_every_language() -> None:
    """What is filled into a text stands in all its translations."""
    gaps = {
        key: {frozenset(re.findall(r"\{(\w+)\}", label.in_language(language))) for language in LANGUAGES} for key, label in texts().items()
    }
    assert [key for key, found in gaps.items() if len(found) != 1] == []


@pytest.mark.parametrize(
    ("article", "fi", "sv"),
    [
        ("GDPR Art. 6(1)(f)", "tietosuoja-asetuksen 6 artiklan 1 kohdan f alakohta", "artikel 6.1 f i dataskyddsförordningen"),
        ("GDPR Art. 30(1)", "tietosuoja-asetuksen 30 artiklan 1 kohta", "artikel 30.1 i dataskyddsförordningen"),
        ("GDPR Art. 15", "tietosuoja-asetuksen 15 artikla", "artikel 15 i dataskyddsförordningen"),
        (
            "Data Protection Act (1050/2018), section 29",
            "Data Protection Act (1050/2018), section 29",
            "Data Protection Act (1050/2018), section 29",
        ),
    ],
)
def test_articles_are_cited_as_the_language_does(article: str, fi: str, sv: str) -> None:
    """An article of the regulation is cited the Finnish and the Swedish way, another law's as it is written."""
    assert (article, fi, sv) == tuple(article_in_words(article, language) for language in ("en", "fi", "sv"))


def test_countries_have_names() -> None:
    """The 249 countries and territories of ISO 3166-1 are there, Norway among them, whose code YAML 1.1 would take for false."""
    names = countries()
    assert (len(names), names["NO"].fi, names["GB"].sv) == (249, "Norja", "Storbritannien")


def test_a_promise_becomes_a_sentence() -> None:
    """A full stop is set where none stands."""
    assert [sentence(text) for text in ("Data stay", "Data stay.", "Do they?")] == ["Data stay.", "Data stay.", "Do they?"]
