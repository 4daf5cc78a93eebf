"""The report as tagged PDF (PDF/UA-1, ISO 14289-1): it says what the page says, the same bytes each time."""

from __future__ import annotations

import json
import re
from importlib import resources as package_data
from typing import TYPE_CHECKING, Any

import typst

from assets.rights.pdf_blocks import Block, facts, fits, heading, paragraph, record, table
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assets.rights.holding import Holding
    from assets.rights.report import FactSection, Report, Section, Shown

MOST_ROWS = 300
_WIDE = 5  # columns; a table of more is shown record by record
_MISSING = "\u25af"
# What the typefaces that typst brings can show (looked up letter by letter); anything else would fail the whole document.
_UNKNOWN = re.compile(
    "[^\\n\\t\u0020-\u007e\u00a0-\u0377\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u04ff\u0531-\u0556\u0561-\u0587\u05d0-\u05ea\u1e00-\u1f15"
    "\u2002-\u200d\u2010-\u2027\u202f-\u2040\u2044-\u2052\u2054-\u205f\u2070\u2071\u2074-\u208e\u20a0-\u20bf\u2100-\u211e\u2122\u2126-\u2151\u2153-\u2184"
    "\u2190-\u23ff\u2460-\u2606\u2610-\u261f\u2638-\u2667\u2713\u2714\u2717\u2718\u27c0-\u2b73]"
)


def pdf(report: Report, holding: Holding, shown: Shown) -> bytes:
    """The report as PDF.

    Raises:
        AnsvarError: where it cannot be typeset.
    """
    text = report.text
    blocks = list(_blocks(report, holding, shown))
    data = {
        "language": report.wording.language,
        "title": text("title"),
        "subtitle": text("subtitle", register=report.about["register"]),
        "footer": report.request.id,
        "blocks": blocks,
    }
    plain = _plain(data)
    if plain != data:
        plain["blocks"].insert(0, paragraph(text("pdf_missing", mark=_MISSING)))
    template = (package_data.files("assets.rights") / "templates" / "report.typ").read_bytes()
    said = {"report": json.dumps(plain, ensure_ascii=False)}
    try:
        return typst.compile(template, sys_inputs=said, ignore_system_fonts=True, pdf_standards=["ua-1"])
    except typst.TypstError:
        raise AnsvarError("The report cannot be typeset as PDF: please report it, with the version of Ansvar.") from None


def _plain(value: Any) -> Any:
    """Plain data in which each sign that no typeface shows is replaced."""
    if isinstance(value, str):
        return _UNKNOWN.sub(_MISSING, value.replace("\r\n", "\n"))
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _blocks(report: Report, holding: Holding, shown: Shown) -> Iterator[Block]:
    text, wording, about = report.text, report.wording, report.about
    stated = [
        (
            text("controller"),
            f"{about['controller']['name']}, {text('business_id')} {about['controller']['business_id']}, {about['controller']['address']}",
        ),
        (text("request"), report.request.id),
        (text("kind"), text(f"kind_{report.request.kind}")),
        (text("searched"), " · ".join(f"{_kind(report, kind)}: {value}" for kind, value in report.request.identifiers)),
        (text("received"), wording.local_date(report.request.received_at)),
        (text("made"), wording.local_date(report.made)),
    ]
    yield facts(stated)
    if not holding.is_held:
        title, paragraphs = report.without_records(holding)
        yield heading(title)
        yield from map(paragraph, paragraphs)
        if shown.left_out:
            yield _left_out(report, shown)
        if holding.is_ledgered:
            yield from _ledgered(report)
    else:
        yield from _held(report, holding, shown)
    yield from _rights(report)
    if holding.is_known:
        yield heading(text("files_title"))
        yield paragraph(text("files_intro"))
        yield facts(report.files(holding))


def _held(report: Report, holding: Holding, shown: Shown) -> Iterator[Block]:
    text, wording = report.text, report.wording
    yield paragraph(report.summary(holding))
    for kind, number in holding.kept_by.items():
        yield paragraph(text(f"kept_by_{kind}", records=wording.records(number)))
    if holding.identifiers:
        yield heading(text("identifiers_title"))
        yield paragraph(text("identifiers_intro"))
        known, origins = report.catalogue.sources, report.catalogue.vocabulary.origins
        rows = [
            [
                _kind(report, each.kind),
                each.value,
                ", ".join(
                    known[source].shape.label.in_language(wording.language) if source in known else source for source in each.sources
                ),
                ", ".join(origins[origin].label.in_language(wording.language) for origin in each.origins),
                text("joins") if each.joins else text(f"reason_{each.reason}"),
            ]
            for each in holding.identifiers
        ]
        yield table(text("identifiers_title"), [text(key) for key in ("identifier", "value", "known_in", "origin", "use")], rows)
    if shown.facts:
        yield heading(text("facts_title"))
        yield paragraph(text("facts_intro"))
        rows = [row for fact in shown.facts for row in _fact(report, fact)]
        yield table(text("facts_title"), [text(key) for key in ("fact", "value", "told_by", "origin", "held_since")], rows)
    if shown.sections:
        yield heading(text("data_title"))
    for section in shown.sections:
        yield from _section(report, section)
    if shown.unread:
        yield heading(text("unread_title"))
        yield paragraph(text("unread_intro"))
        rows = [
            [
                each.dataset.shape.label.in_language(wording.language),
                wording.moment(each.at),
                field,
                text("unread_withheld") if each.text is None else each.text,
            ]
            for each, field in shown.unread
        ]
        yield table(text("unread_title"), [text(key) for key in ("dataset", "time", "field", "raw")], rows)
    if shown.audio:
        yield heading(text("audio_title"))
        yield paragraph(text("audio_intro"))
        sizes = [[file, label, wording.integer(size)] for file, label, _, size in shown.audio]
        yield table(text("audio_title"), [text(key) for key in ("file", "dataset", "size")], sizes)
    yield from _not_given(report, shown)
    yield from _receivers(report)


def _section(report: Report, section: Section) -> Iterator[Block]:
    text, told = report.text, section.told
    yield heading(text("rows_of", label=told["label"], records=section.records), level=3)
    stated = [
        (text("source"), told["source"]),
        *(
            (text(key), " · ".join(told[name]))
            for key, name in (
                ("purposes", "purposes"),
                ("legal_basis", "legal_bases"),
                ("categories", "categories"),
                ("origins", "origins"),
            )
        ),
        (
            text("retention"),
            " ".join([told["retention"]["reason"], text("kept_until", date=section.until) if section.until else text("kept_event")]),
        ),
    ]
    yield facts(stated)
    if section.has_other_role:
        yield paragraph(text("in_other_role"))
    rows = section.rows[:MOST_ROWS]
    if len(rows) == 1:
        yield facts([(heading, cell.text) for heading, cell in zip(section.headings, rows[0], strict=True) if cell.state != "empty"])
    else:
        yield from _groups(report, section, is_wide=len(section.headings) > _WIDE or not fits(section.headings, rows))
    if len(rows) < section.number:
        counted = {"shown": report.wording.integer(len(rows)), "number": report.wording.integer(section.number)}
        yield paragraph(text("first_rows", **counted, file=f"data/{told['table']}.csv"))
    if section.empty:
        yield paragraph(text("empty_fields", fields=", ".join(section.empty)))


def _groups(report: Report, section: Section, *, is_wide: bool) -> Iterator[Block]:
    """The records of a section, group by group: those of a table that is too wide one by one."""
    number = 0
    for group in section.groups:
        rows = group.rows[: MOST_ROWS - number]
        if group.title and rows:
            yield record(group.title, [(heading, cell.text) for heading, cell in group.facts])
        if not is_wide and rows:
            yield table("" if group.title else section.told["label"], section.headings, [[cell.text for cell in row] for row in rows])
        for row in rows if is_wide else ():
            number += 1
            listed = [(heading, cell.text) for heading, cell in zip(section.headings, row, strict=True) if cell.state != "empty"]
            title = report.wording.text("record_number", number=report.wording.integer(number))
            yield record(title, listed, level=5 if group.title else 4)
        number += 0 if is_wide else len(rows)


def _not_given(report: Report, shown: Shown) -> Iterator[Block]:
    text, number = report.text, report.wording.integer
    yield heading(text("withheld_title"))
    is_none = not (shown.withheld or shown.redacted or shown.unattributed or shown.left_out)
    yield paragraph(text("withheld_none" if is_none else "withheld_intro"))
    if shown.withheld:
        rows = [[*row[:-1], number(row[-1])] for row in shown.withheld]
        yield table(text("withheld_caption"), [text(key) for key in ("dataset", "field", "reason", "values")], rows)
    if shown.redacted:
        yield paragraph(text("redacted_intro", mark=text("mark_name")))
        rows = [[*row[:-1], number(row[-1])] for row in shown.redacted]
        yield table(text("redacted_caption"), [text(key) for key in ("dataset", "field", "what", "values")], rows)
    if shown.unattributed:
        yield paragraph(text("unattributed_intro"))
        rows = [[*row[:-1], number(row[-1])] for row in shown.unattributed]
        yield table(text("unattributed_caption"), [text(key) for key in ("dataset", "identifier", "number")], rows)
    if shown.left_out:
        yield paragraph(text("left_out_intro"))
        yield _left_out(report, shown)


def _left_out(report: Report, shown: Shown) -> Block:
    text = report.text
    return table(text("left_out_caption"), [text(key) for key in ("dataset", "field", "reason")], [list(row) for row in shown.left_out])


def _receivers(report: Report) -> Iterator[Block]:
    """Who gets the data, who got it, who looked at it, and when each system was read."""
    text, about, moment = report.text, report.about, report.wording.iso
    yield heading(text("recipients_title"))
    yield paragraph(text("recipients_intro" if about["recipients"] else "recipients_none"))
    if about["recipients"]:
        rows = [
            [
                each["label"],
                each["kind_label"],
                each["task"],
                " · ".join(each["categories"]),
                each["country_label"] + (f": {each['transfer']['safeguard']}" if each["transfer"] else ""),
            ]
            for each in about["recipients"]
        ]
        yield table(
            text("recipients_title"),
            [text(key) for key in ("recipient", "recipient_kind", "recipient_task", "categories", "recipient_country")],
            rows,
        )
    yield from _ledgered(report)
    yield heading(text("profiling_title"), level=3)
    yield paragraph(about["automated_decisions_and_profiling"])
    if about["sources"]:
        yield heading(text("sources_title"), level=3)
        yield paragraph(text("sources_intro"))
        rows = [
            [
                each["source"],
                each["label"],
                moment(each["read_at"]) if each["read_at"] else text("source_never"),
                text("source_failing" if each["failing"] else "source_read"),
            ]
            for each in about["sources"]
        ]
        yield table(text("sources_title"), [text(key) for key in ("source", "dataset", "read_at", "source_state")], rows)


def _ledgered(report: Report) -> Iterator[Block]:
    """To whom data was given, when it was looked at, and what was asked for before."""
    text, about, moment = report.text, report.about, report.wording.iso
    yield heading(text("disclosures_title"), level=3)
    yield paragraph(text("disclosures_intro" if about["disclosures"] else "disclosures_none"))
    if about["disclosures"]:
        yield table(
            text("disclosures_title"),
            [text(key) for key in ("time", "recipient", "disclosure_data", "disclosure_purpose", "disclosure_ground")],
            [
                [
                    moment(each["at"]),
                    f"{each['label']} ({each['kind_label']}, {each['country_label']})",
                    *(each[key] for key in ("data", "purpose_label", "ground")),
                ]
                for each in about["disclosures"]
            ],
        )
    yield heading(text("looks_title"), level=3)
    yield paragraph(text("looks_intro" if about["looks"] else "looks_none"))
    if about["looks"]:
        yield table(
            text("looks_title"), [text("time"), text("look_purpose")], [[moment(each["at"]), each["purpose"]] for each in about["looks"]]
        )
    if about["dealings"]:
        yield heading(text("dealings_title"), level=3)
        yield paragraph(text("dealings_intro"))
        rows = [[moment(each["at"]), text(f"dealing_{each['what']}"), each["label"]] for each in about["dealings"]]
        yield table(text("dealings_title"), [text(key) for key in ("time", "dealing", "dealing_about")], rows)


def _rights(report: Report) -> Iterator[Block]:
    text, about = report.text, report.about
    yield heading(text("rights_title"))
    yield paragraph(text("rights"))
    yield facts([(each["label"], each["how"]) for each in about["rights"]])
    officer, authority = about["data_protection_officer"], about["authority"]
    yield facts([(text("officer"), f"{officer['email']}\n{officer['address']}")])
    yield paragraph(text("complaint"))
    yield facts([(text("authority"), "\n".join(each for each in (authority["name"], authority["address"], authority["url"]) if each))])


def _fact(report: Report, fact: FactSection) -> Iterator[list[str]]:
    """The rows of a fact, of which the first says whether the sources tell different things."""
    differ = "" if fact.agrees else f"\n{report.wording.text('facts_differ')}"
    for each in (each for value in fact.values for each in value):
        yield [fact.label + differ, each.written, f"{each.source}, {each.dataset}: {each.field}", each.origin, each.since.text]
        differ = ""


def _kind(report: Report, kind: str) -> str:
    return report.catalogue.vocabulary.identifiers[kind].label.in_language(report.wording.language)
