"""The record of processing activities laid out: a page in one language, and a table for spreadsheets."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from assets.accountability.documents.blocks import Block, Facts, Heading, Line, Page, Paragraph, Section, Table
from assets.accountability.documents.notice import counted_from, country_name, in_or_outside
from assets.accountability.documents.speaking import listed, spoken, wording
from assets.rights.tabular import csv_bytes
from resources.spoken import article_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assets.accountability.documents.model import Content

_COLUMNS = ("activity", "legal_basis", "interest", "subjects", "categories", "origins", "datasets", "recipients", "transfers", "limits")


def processing_page(record: Content, language: str) -> Page:
    """The record as a page in a language.

    Args:
        record: what `processing.processing_record` gives.
        language: `fi`, `sv` or `en`.
    """
    said, words = spoken(record, language), wording(language)
    text = words.text
    controller, officer = said["controller"], said["controller"]["data_protection_officer"]
    who = f"{controller['name']}, {text('business_id')} {controller['business_id']}, {controller['address']}"
    facts = Facts(
        [
            (text("controller"), [Line(who)]),
            (text("officer"), [Line(officer["email"], f"mailto:{officer['email']}"), Line(officer["address"])]),
            (text("version"), [Line(said["version"])]),
            (text("in_force"), [Line(words.date(dt.date.fromisoformat(said["date"])))]),
        ]
    )
    sections = [
        Section("overview", text("section_overview"), [Paragraph(text("processing_intro")), _overview(said, language)]),
        *(Section(f"activity-{name}", each["label"], _activity(name, each, language)) for name, each in said["activities"].items()),
        Section("security", text("security"), [Heading(text("general_security"), "security-general"), Paragraph(said["security"])]),
    ]
    return Page(language, text("processing_title"), said["register"], text("contents"), facts, sections, wide=True)


def processing_csv(record: Content, languages: Sequence[str]) -> bytes:
    """The record as a table: a row for each activity in each language, the headings in English."""
    text = wording("en").text
    headings = ["language", "id", *(text(each) for each in ("register", "controller", "officer", *_COLUMNS, "security"))]
    rows = []
    for language in languages:
        said = spoken(record, language)
        controller, officer = said["controller"], said["controller"]["data_protection_officer"]
        who = [
            said["register"],
            f"{controller['name']}, {controller['business_id']}, {controller['address']}",
            f"{officer['email']}, {officer['address']}",
        ]
        for name, activity in said["activities"].items():
            cells = ["; ".join(line.text for line in lines) for _, lines in _facts(activity, language)]
            rows.append([language, name, *who, activity["label"], *cells, said["security"]])
    return csv_bytes(headings, rows)


def _overview(said: dict[str, Any], language: str) -> Table:
    text = wording(language).text
    headings = ["activity", "legal_basis", "subjects", "number_categories", "number_datasets", "number_recipients"]
    rows: list[list[str | int]] = [
        [
            each["label"],
            listed(basis["label"] for basis in each["legal_bases"].values()),
            " · ".join(each["data_subjects"].values()) or text("none"),
            len(each["categories"]),
            len(each["time_limits"]),
            len(each["recipients"]),
        ]
        for each in said["activities"].values()
    ]
    return Table("overview-table", text("activities"), [text(heading) for heading in headings], rows)


def _activity(name: str, activity: dict[str, Any], language: str) -> list[Block]:
    """An activity's facts, and its time limits as a table."""
    text = wording(language).text
    facts = [fact for fact in _facts(activity, language)[:-1] if fact[1]]
    headings = [text(each) for each in ("dataset", "kept_for", "counted_from", "why")]
    rows: list[list[str | int]] = []
    for each in activity["time_limits"].values():
        anchor = counted_from(each, language)
        rows.append([f"{each['label']} ({each['source']})", each["words"], anchor, each["reason"]])
        rows += [[f"{field['label']} · {each['label']}", field["words"], anchor, field["reason"]] for field in each["fields"].values()]
    return [Facts(facts), *([Table(f"limits-{name}", f"{text('limits')}: {activity['label']}", headings, rows)] if rows else [])]


def _facts(activity: dict[str, Any], language: str) -> list[tuple[str, list[Line]]]:
    """What is said of an activity, a term for each column but the first."""
    text = wording(language).text
    nobody = [Line(text("none"))]
    sources = [f"{source['label']}: {listed(source['datasets'].values())}" for source in activity["sources"].values()]
    recipients = [
        Line(f"{each['label']}: {text('short_' + each['kind'])}, {in_or_outside(each['country'], language)}")
        for each in activity["recipients"].values()
    ]
    transfers = [Line(_transfer(each, language)) for each in activity["recipients"].values() if each["transfer"]]
    values = {
        "legal_basis": [
            Line(f"{each['label']} ({article_in_words(each['article'], language)})") for each in activity["legal_bases"].values()
        ],
        "interest": [Line(activity["balancing"])] if activity["balancing"] else [],
        "subjects": [Line(each) for each in activity["data_subjects"].values()] or nobody,
        "categories": [Line(listed(each["label"] for each in activity["categories"].values()) or text("none"))],
        "origins": [Line(each["label"]) for each in activity["origins"].values()] or nobody,
        "datasets": [Line(each) for each in sources] or nobody,
        "recipients": recipients or nobody,
        "transfers": transfers or nobody,
        "limits": [Line(each) for each in _limits(activity, language)] or nobody,
    }
    return [(text(column), values[column]) for column in _COLUMNS[1:]]


def _transfer(recipient: dict[str, Any], language: str) -> str:
    transfer = recipient["transfer"]
    ground = wording(language).text(f"ground_{transfer['ground']}")
    return f"{recipient['label']}, {country_name(recipient['country'], language)}. {ground}. {transfer['safeguard']}"


def _limits(activity: dict[str, Any], language: str) -> list[str]:
    text = wording(language).text
    limits = []
    for each in activity["time_limits"].values():
        limits.append(text("limit", dataset=each["label"], period=each["words"], anchor=counted_from(each, language)))
        limits += [
            text("limit_field", field=field["label"], dataset=each["label"], period=field["words"]) for field in each["fields"].values()
        ]
    return limits
