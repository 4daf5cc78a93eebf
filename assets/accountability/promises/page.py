"""The page of promises: all of them at a glance, for the data protection officer to read and to show."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from assets.accountability.documents.blocks import Block, Facts, Line, Page, Paragraph, Section, Table
from assets.accountability.documents.notice import country_name
from assets.accountability.documents.reading import label_of
from assets.accountability.documents.render import html
from assets.accountability.documents.speaking import texts as document_texts
from assets.accountability.documents.write import Document
from assets.accountability.promises.finding import State
from assets.accountability.promises.status import remedy, texts
from resources.calendar import Period
from resources.catalogue.shapes import in_language
from resources.spoken import limit_in_words
from resources.wording import Wording, period_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assets.accountability.promises.finding import Evidence, Finding, Standing, Target
    from assets.accountability.promises.status import Status
    from resources.catalogue import Catalogue

_STATES = {State.KEPT: "state_kept", State.BROKEN: "state_broken", State.NOT_YET: "state_not_yet"}
_SIGNS = {State.KEPT: "✓", State.BROKEN: "✗", State.NOT_YET: "–"}


def promises_documents(status: Status, catalogue: Catalogue) -> Iterator[Document]:
    """The page of promises as `promises.<language>.html`, in the languages of the register."""
    for language in catalogue.notice.languages:
        yield Document(f"promises.{language}.html", html(promises_page(status, catalogue, language)))


def promises_page(status: Status, catalogue: Catalogue, language: str) -> Page:
    """The page of promises in a language."""
    words = Wording(language, catalogue.notice.time_zone, texts())
    standings = list(status.standings.values())
    broken = [each for each in standings if each.state is State.BROKEN]
    intro = Paragraph(words.text("intro", moment=words.moment(status.moment)))
    sections = [Section("broken", words.text("broken_title"), _broken(broken, catalogue, words))] if broken else []
    sections += [
        Section("all", words.text("all_title"), [intro, _overview(standings, catalogue, words)]),
        Section("looked-at", words.text("checked_title"), [Paragraph(words.text("checked_intro")), *_details(standings, catalogue, words)]),
    ]
    return Page(
        language=language,
        title=words.text("title"),
        subtitle=catalogue.notice.name.in_language(language),
        contents=words.text("contents"),
        facts=_facts(status, catalogue, words),
        sections=sections,
    )


def evidence_in_words(evidence: Evidence, language: str, catalogue: Catalogue | None = None) -> str:
    """The evidence of a judgement in one line: `records 36, oldest record 15 July 2026`.

    Args:
        evidence: the evidence.
        language: `fi`, `sv` or `en`.
        catalogue: where the names of purposes, recipients and the like are to be read as people know them; by default they stay ids.
    """
    words = Wording(language, "UTC", texts())
    return "; ".join(_said(key, value, words, catalogue) for key, value in evidence.items())


def _said(key: str, value: int | str | dt.date, words: Wording, catalogue: Catalogue | None) -> str:
    name = words.text(f"evidence_{key}")
    if key == "nothing_held":
        return name
    if isinstance(value, int):
        return f"{name} {words.integer(value)}"
    if isinstance(value, dt.date):
        return f"{name} {words.date(value)}"
    return f"{name}: {value if catalogue is None else ', '.join(_called(key, each, words, catalogue) for each in value.split(', '))}"


def _called(key: str, word: str, words: Wording, catalogue: Catalogue) -> str:
    """A word of the evidence as people know it; as it is, where it has no name."""
    notice, language = catalogue.notice, words.language
    if key in ("period", "stated"):
        return _limit(word, language, catalogue)
    if key == "countries":
        return country_name(word, language)
    if key == "grounds":
        return document_texts()[f"ground_{word}"].in_language(language)
    named: dict[str, Mapping[str, object]] = {
        "purposes": notice.purposes,
        "kinds": notice.data_subjects,
        "bases": catalogue.vocabulary.legal_bases,
        "origins": catalogue.vocabulary.origins,
        "processors": notice.recipients,
    }
    found = named.get(key, {}).get(word)
    return word if found is None else label_of(found.label).in_language(language)  # type: ignore[attr-defined] # each has a label


def _limit(word: str, language: str, catalogue: Catalogue) -> str:
    """A rule's limit in words; of one that only an earlier notice stated, the words of a period, or the limit as it was written."""
    limits = {str(rule.limit): rule.limit for rule in catalogue.retention.rules.values()}
    if word in limits:
        return limit_in_words(limits[word], language)
    try:
        return period_in_words(Period.parse(word), language)
    except ValueError:
        return word


def _facts(status: Status, catalogue: Catalogue, words: Wording) -> Facts:
    counts = words.text("summary", kept=status.count(State.KEPT), broken=status.count(State.BROKEN), waiting=status.count(State.NOT_YET))
    notice = status.notice
    version = (
        words.text("notice_none")
        if notice is None
        else words.text("notice_version", version=notice["version"], date=words.date(notice["date"]))
    )
    published = words.moment(status.published_at) if status.published_at else words.text("never")
    controller = catalogue.notice.controller
    return Facts(
        [
            (words.text("controller"), [Line(f"{in_language(controller.name, words.language)}, {controller.business_id}")]),
            (words.text("notice"), [Line(version)]),
            (words.text("published"), [Line(published)]),
            (words.text("summary_title"), [Line(counts)]),
        ]
    )


def _state(state: State, words: Wording) -> str:
    return f"{_SIGNS[state]} {words.text(_STATES[state])}"


def _place(target: Target, catalogue: Catalogue, words: Wording) -> str:
    """What was looked at, as people know it."""
    if target[0] == "ingest":
        source = catalogue.sources[target[1]]
        return f"{source.shape.label.in_language(words.language)}: {source.datasets[target[2]].shape.label.in_language(words.language)}"
    return words.text(f"target_{target[-1]}")


def _label(promise: str, catalogue: Catalogue, words: Wording) -> str:
    return f"{catalogue.notice.promises[promise].label.in_language(words.language)} ({promise})"


def _overview(standings: list[Standing], catalogue: Catalogue, words: Wording) -> Table:
    headings = [words.text(key) for key in ("promise", "state", "evidence")]
    rows: list[list[str | int]] = [
        [
            _label(each.promise, catalogue, words),
            _state(each.state, words),
            ", ".join(
                [
                    words.text("looked_at", number=len(each.findings)),
                    *([found] if (found := evidence_in_words(each.evidence, words.language, catalogue)) else []),
                ]
            ),
        ]
        for each in standings
    ]
    return Table("promises", words.text("all_title"), headings, rows)


def _broken(broken: list[Standing], catalogue: Catalogue, words: Wording) -> list[Block]:
    headings = [words.text(key) for key in ("promise", "where", "evidence", "todo")]
    rows: list[list[str | int]] = [
        [
            _label(finding.promise, catalogue, words),
            _place(finding.target, catalogue, words),
            evidence_in_words(finding.judgement.evidence, words.language, catalogue),
            remedy(finding.judgement, words.language),
        ]
        for each in broken
        for finding in each.broken
    ]
    return [Table("broken-promises", words.text("broken_title"), headings, rows)]


def _details(standings: list[Standing], catalogue: Catalogue, words: Wording) -> list[Block]:
    blocks: list[Block] = []
    for each in standings:
        rows = [_row(finding, catalogue, words) for finding in each.findings]
        headings = [words.text(key) for key in ("where", "state", "evidence")]
        blocks.append(Table(f"looked-at-{each.promise}", _label(each.promise, catalogue, words), headings, rows))
    return blocks


def _row(finding: Finding, catalogue: Catalogue, words: Wording) -> list[str | int]:
    judgement = finding.judgement
    return [
        _place(finding.target, catalogue, words),
        _state(judgement.state, words),
        evidence_in_words(judgement.evidence, words.language, catalogue),
    ]
