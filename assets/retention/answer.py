"""What a person is told of an erasure: what went, what stays, and on what ground; in the person's language, for the letter that answers."""

from __future__ import annotations

from functools import cache
from importlib import resources as package_data
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from assets.ingest.erased import emptied_fields
from assets.retention.grounds import OBJECTED, REASONS, WITHDRAWN
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from resources.catalogue import Catalogue, Dataset
    from resources.catalogue.model import Field

_TELLING = ("user.contact", "user.name", "user.unique_id")
_OF_COMPANIES = "user.contact.organization"
"""Categories of what tells who a person is; but what tells of the company alone."""


def answer(catalogue: Catalogue, summary: dict[str, Any], language: str) -> str:
    """The text of the answer, in plain lines: what is told of the erasure, and where to complain.

    Args:
        catalogue: the register's catalogue.
        summary: what went and what stays, as the ledger has it of the erasure.
        language: `fi`, `sv` or `en`; another is answered in the register's first.
    """
    language = language if language in LANGUAGES else catalogue.notice.languages[0]
    authority = catalogue.notice.authority.name.in_language(language)
    return "\n".join([*told(catalogue, summary, language), _texts()["complain"][language].format(authority=authority)])


def told(catalogue: Catalogue, summary: dict[str, Any], language: str) -> list[str]:
    """What went and on what ground, what stays and why, in lines, of which some are empty and some indented."""
    texts = {key: words[language] for key, words in _texts().items()}
    datasets = {dataset.table: dataset for dataset in catalogue.datasets}
    rows = [(datasets[row["dataset"]], row) for row in summary["datasets"] if row["dataset"] in datasets]
    others = sum(row["of_others"] for _, row in rows)
    stays = [(dataset, row) for dataset, row in rows if row["stays"]]
    lines = _goes(rows, summary, texts, language)
    lines += [texts["of_others"].format(count=others)] if others else []
    lines += [texts["bundles"].format(count=summary["bundles"])] if summary.get("bundles") else []
    lines += [texts["forms"].format(count=summary["forms"])] if summary.get("forms") else []
    if stays:
        lines += ["", texts["stays"]]
        lines += [line for dataset, row in stays for line in _stays(dataset, row, texts, language)]
    lines += ["", texts["besides"], *_besides(catalogue, summary, texts, language)]
    if not _asked(summary):
        return lines
    by_choice = any(row["ground"] in REASONS and dataset.rule.erasure is None for dataset, row in stays)
    return [*lines, "", texts["use_ended" if by_choice else "return"]]


def ground_in_words(ground: str, language: str) -> str:
    """The ground on which records stay."""
    return _texts()[ground][language]


def ground_of_erasure_in_words(ground: str, language: str) -> str:
    """The ground of GDPR Art. 17(1) on which records go, in a sentence."""
    return _texts()[f"ground_{ground}"][language]


def _asked(summary: dict[str, Any]) -> bool:
    """Whether the person asked to be erased; else data lost their ground by an objection or a withdrawal."""
    return "asked" in summary.get("grounds", ["asked"])


def _goes(rows: list[tuple[Dataset, Any]], summary: dict[str, Any], texts: dict[str, str], language: str) -> list[str]:
    """What went, by the grounds on which it did."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for dataset, row in rows:
        count = row["goes"] + row["quarantined"]
        if count:
            groups.setdefault(tuple(row.get("grounds", ())), []).append(f"  {dataset.shape.label.in_language(language)}: {count}")
    lines = [texts["erased" if groups else "nothing"]]
    if _asked(summary) and any(ground in (WITHDRAWN, OBJECTED) for grounds in groups for ground in grounds):
        lines.insert(0, texts["asked_means"])
    for grounds, listed in groups.items():
        lines += [*(texts[f"ground_{each}"] for each in grounds), *listed]
    return lines


def _stays(dataset: Dataset, row: dict[str, Any], texts: dict[str, str], language: str) -> list[str]:
    rule = dataset.rule
    reasons = (
        [texts[f"kept_{row['ground']}"], rule.reason.in_language(language)]
        if rule.erasure is None
        else [rule.erasure.reason.in_language(language)]
    )
    who = ", ".join(each.label.in_language(language) for each in _identifying(dataset))
    lines = [
        f"  {dataset.shape.label.in_language(language)}: {row['stays']} ({texts[row['ground']]})",
        *(f"    {each}" for each in reasons),
    ]
    return [*lines, *([f"    {texts['identifying'].format(fields=who)}"] if who else [])]


def _identifying(dataset: Dataset) -> list[Field]:
    """The fields of records that stay which tell who the person is; those of other persons in them do not."""
    main, *others = dataset.shape.persons.values()
    emptied, of_others = {*emptied_fields(dataset)}, {each for fields in others for each in fields} - {*main}
    return [
        each
        for each in dataset.fields.values()
        if each.name not in emptied | of_others
        and not each.shape.shared
        and (each.name in main or (each.shape.category.startswith(_TELLING) and each.shape.category != _OF_COMPANIES))
    ]


def _besides(catalogue: Catalogue, summary: dict[str, Any], texts: dict[str, str], language: str) -> list[str]:
    """What the register itself keeps of an erasure, each with why and for how long."""
    own, rules = catalogue.retention.own, catalogue.retention.rules
    went = any(row["goes"] for row in summary["datasets"])
    ground = rules[own.requests].erasure
    requests = texts["kept_requests"].format(count=1 + summary.get("requests_kept", 0))
    kept: list[tuple[str, str | None]] = [(f"{requests} ({texts[ground.keeps]})" if ground is not None else requests, own.requests)]
    kept += [(texts["kept_hashes" if _asked(summary) else "kept_hashes_of_records"], own.erasures)]
    kept += [(texts["kept_orders"], own.work_orders)] if went else []
    kept += [(texts["kept_backups"], own.backups)]
    return [line for what, rule in kept if rule is not None for line in (f"  {what}", f"    {rules[rule].reason.in_language(language)}")]


@cache
def _texts() -> dict[str, dict[str, str]]:
    text = (package_data.files("assets.retention") / "texts.yaml").read_text(encoding="utf-8")
    texts: dict[str, dict[str, str]] = YAML(typ="safe", pure=True).load(text)
    return texts
