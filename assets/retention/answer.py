"""What a person is told of an erasure: what went, what stays, and on what ground; in the person's language, for the letter that answers."""

from __future__ import annotations

from functools import cache
from importlib import resources as package_data
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from resources.catalogue import Catalogue, Dataset


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
    """What went, what stays and on what ground, in lines, of which some are empty and some indented."""
    texts = {key: words[language] for key, words in _texts().items()}
    datasets = {dataset.table: dataset for dataset in catalogue.datasets}
    rows = [(datasets[row["dataset"]], row) for row in summary["datasets"] if row["dataset"] in datasets]
    goes = [(dataset, row["goes"] + row["quarantined"]) for dataset, row in rows if row["goes"] + row["quarantined"]]
    lines = [
        *(texts[f"ground_{each}"] for each in summary.get("grounds", ()) if each != "asked"),
        texts["erased" if goes else "nothing"],
        *(f"  {dataset.shape.label.in_language(language)}: {count}" for dataset, count in goes),
    ]
    others = sum(row["of_others"] for _, row in rows)
    lines += [texts["of_others"].format(count=others)] if others else []
    lines += [texts["bundles"].format(count=summary["bundles"])] if summary.get("bundles") else []
    stays = [(dataset, row) for dataset, row in rows if row["stays"]]
    if stays:
        lines += ["", texts["stays"]]
        lines += [line for dataset, row in stays for line in _stays(dataset, row, texts, language)]
    return [*lines, "", texts["return" if "asked" in summary.get("grounds", ["asked"]) else "return_of_records"]]


def ground_in_words(ground: str, language: str) -> str:
    """The ground on which records stay."""
    return _texts()[ground][language]


def _stays(dataset: Dataset, row: dict[str, Any], texts: dict[str, str], language: str) -> list[str]:
    label, ground = dataset.shape.label.in_language(language), texts[row["ground"]]
    reason = dataset.rule.erasure.reason.in_language(language) if dataset.rule.erasure is not None else ""
    return [f"  {label}: {row['stays']} ({ground})", f"    {reason}"]


@cache
def _texts() -> dict[str, dict[str, str]]:
    text = (package_data.files("assets.retention") / "texts.yaml").read_text(encoding="utf-8")
    texts: dict[str, dict[str, str]] = YAML(typ="safe", pure=True).load(text)
    return texts
