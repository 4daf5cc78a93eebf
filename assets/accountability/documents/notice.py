"""The privacy notice laid out: what GDPR Art. 13 and 14 ask for, in the order in which Finnish notices say it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from assets.accountability.documents.blocks import Block, Facts, Heading, Items, Line, Page, Paragraph, Section, Table
from assets.accountability.documents.speaking import listed, sentence, spoken, wording
from resources.catalogue.notice_rules import DUTIES, EEA
from resources.countries import countries
from resources.spoken import article_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assets.accountability.documents.model import Content

SECTIONS = (
    "controller",
    "data_subjects",
    "purposes",
    "held",
    "origins",
    "recipients",
    "transfers",
    "retention",
    "rights",
    "provision",
    "profiling",
    "security",
    "versions",
)


def notice_page(content: Content, language: str) -> Page:
    """The privacy notice in a language.

    Args:
        content: what `model.notice_content` gives.
        language: `fi`, `sv` or `en`.
    """
    return _Notice(spoken(content, language), language).page()


class _Notice:
    """Lays out what is said, already in one language."""

    def __init__(self, said: dict[str, Any], language: str) -> None:
        self.said = said
        self.language = language
        self.wording = wording(language)
        self.t: Callable[..., str] = self.wording.text

    def page(self) -> Page:
        facts = Facts(
            [
                (self.t("controller"), [Line(self.said["controller"]["name"])]),
                (self.t("version"), [Line(self.said["version"])]),
                (self.t("in_force"), [Line(self._date(self.said["date"]))]),
            ]
        )
        sections = [Section(name, self.t(f"section_{name}"), getattr(self, f"_{name}")()) for name in SECTIONS]
        return Page(self.language, self.t("notice_title"), self.said["name"], self.t("contents"), facts, sections)

    def _controller(self) -> list[Block]:
        return [
            Facts([(self.t("controller"), self._controller_lines()), (self.t("officer"), self._officer_lines())]),
            *self._duties("contact", "controller"),
        ]

    def _controller_lines(self) -> list[Line]:
        controller = self.said["controller"]
        return [Line(controller["name"]), Line(f"{self.t('business_id')} {controller['business_id']}"), Line(controller["address"])]

    def _officer_lines(self) -> list[Line]:
        officer = self.said["controller"]["data_protection_officer"]
        return [Line(officer["email"], f"mailto:{officer['email']}"), Line(officer["address"])]

    def _data_subjects(self) -> list[Block]:
        return [Items([Line(each["label"]) for each in self.said["data_subjects"].values()]), *self._duties("subjects")]

    def _purposes(self) -> list[Block]:
        facts = []
        for purpose in self.said["purposes"].values():
            lines = [Line(self._basis(purpose))]
            if purpose["balancing"]:
                lines.append(Line(self.t("balancing", text=purpose["balancing"]), soft=True))
            facts.append((purpose["label"], lines))
        others = [(self._basis(each), self._datasets(each["datasets"])) for each in self.said["other_bases"].values()]
        extra: list[Block] = [Paragraph(self.t("other_bases")), Facts(others, stacked=True)] if others else []
        return [*self._duties("purposes", "basis"), Facts(facts, stacked=True), *extra]

    def _held(self) -> list[Block]:
        facts = []
        for held in self.said["held"].values():
            if held["nothing_held"]:
                lines = [Line(self.t("nothing_held", reason=held["nothing_held"]))]
            else:
                lines = [Line(self.t("categories_are", categories=listed(held["categories"].values())))]
                lines += self._datasets(held["datasets"])
            facts.append((held["label"], lines))
        return [*self._duties("completeness"), Paragraph(self.t("held_intro")), Facts(facts, stacked=True)]

    def _origins(self) -> list[Block]:
        facts = [
            (each["label"], [Line(self._held_labels(each["held"]), soft=True)] if each["held"] else [])
            for each in self.said["origins"].values()
        ]
        return [*self._duties("origins"), Facts(facts, stacked=True)]

    def _recipients(self) -> list[Block]:
        blocks: list[Block] = [*self._duties("processors", "partners", "authorities")]
        for name, recipient in self.said["recipients"].items():
            systems = [Line(each) for each in recipient["systems"].values()]
            gets = [Line(self.said["held"][each]["label"]) for each in recipient["gets"] if each in self.said["held"]]
            facts = [
                (self.t("kind"), [Line(self.t(f"kind_{recipient['kind']}"))]),
                (self.t("task"), [Line(recipient["task"])]),
                (self.t("systems"), systems),
                (self.t("gets"), gets),
                (self.t("gets_for"), [Line(each) for each in recipient["purposes"].values()]),
                (self.t("country"), [Line(in_or_outside(recipient["country"], self.language))]),
            ]
            blocks += [Heading(recipient["label"], f"recipient-{name}"), Facts([fact for fact in facts if fact[1]])]
        return blocks if self.said["recipients"] else [*blocks, Paragraph(self.t("no_recipients"))]

    def _transfers(self) -> list[Block]:
        facts = [
            (
                f"{each['label']}, {country_name(each['country'], self.language)}",
                [Line(self.t(f"ground_{each['transfer']['ground']}")), Line(each["transfer"]["safeguard"])],
            )
            for each in self.said["recipients"].values()
            if each["transfer"]
        ]
        return [*self._duties("eea"), Facts(facts, stacked=True) if facts else Paragraph(self.t("no_transfers"))]

    def _retention(self) -> list[Block]:
        kept = self.said["retention"]
        headings = [self.t("dataset"), self.t("kept_for"), self.t("counted_from"), self.t("why")]
        rows: list[list[str | int]] = [
            [_named(each), each["words"], counted_from(each, self.language), each["reason"]] for each in kept.values()
        ]
        rows += [[each["label"], each["words"], each["from"], each["reason"]] for each in self.said["own"].values()]
        earlier: list[list[str | int]] = [
            [f"{field['label']} · {_named(each)}", field["words"], counted_from(each, self.language), field["reason"]]
            for each in kept.values()
            for field in each["fields"].values()
        ]
        periods = [Paragraph(sentence(text)) for text in self.said["periods"].values()]
        blocks: list[Block] = [
            *periods,
            Paragraph(self.t("retention_intro")),
            Table("retention-table", self.t("retention_caption"), headings, rows),
        ]
        if earlier:
            headings = [self.t("field"), *headings[1:]]
            blocks += [Paragraph(self.t("earlier_intro")), Table("earlier-table", self.t("earlier_caption"), headings, earlier)]
        return blocks

    def _rights(self) -> list[Block]:
        duties = self.said["duties"]
        facts = []
        for name, right in self.said["rights"].items():
            article = f" ({article_in_words(f'GDPR {DUTIES[name]}', self.language)})" if name in DUTIES else ""
            said = [Line(sentence(duties[name]))] if name in duties else []
            facts.append((f"{right['label']}{article}", [*said, Line(right["how"])]))
        consent = [Paragraph(self.t("consent"))] if self._rests_on("consent") else []
        authority = self.said["authority"]
        url = authority["url"]
        contacts = [
            (self.t("officer"), self._officer_lines()),
            (self.t("authority"), [Line(authority["name"]), Line(url, url if url.startswith("https://") else "")]),
        ]
        return [Facts(facts, stacked=True), *consent, *self._duties("limits"), Facts(contacts)]

    def _provision(self) -> list[Block]:
        """Whether data must be given, and what follows where they are not (Art. 13(2)(e)): by legal basis."""
        blocks: list[Block] = []
        for basis in ("contract", "legal_obligation"):
            purposes = [purpose["label"] for purpose in self.said["purposes"].values() if purpose["basis"] == basis]
            if purposes:
                blocks += [Paragraph(self.t(f"provision_{basis}")), Items([Line(label) for label in purposes])]
        return [*blocks, Paragraph(self.t("provision_others" if blocks else "provision_none"))]

    def _profiling(self) -> list[Block]:
        return [Paragraph(self.said["profiling"])]

    def _security(self) -> list[Block]:
        return [*self._duties("at_rest", "named_users"), Paragraph(self.said["security"])]

    def _versions(self) -> list[Block]:
        facts = [(f"{name} · {self._date(each['date'])}", [Line(each["changes"])]) for name, each in self.said["versions"].items()]
        return [*self._duties("versions"), Facts(facts, stacked=True)]

    def _duties(self, *names: str) -> list[Block]:
        return [Paragraph(sentence(self.said["duties"][name])) for name in names if name in self.said["duties"]]

    def _basis(self, purpose: dict[str, Any]) -> str:
        return f"{purpose['legal_basis']} ({article_in_words(purpose['article'], self.language)})"

    def _rests_on(self, basis: str) -> bool:
        return basis in self.said["other_bases"] or any(purpose["basis"] == basis for purpose in self.said["purposes"].values())

    def _datasets(self, datasets: dict[str, Any]) -> list[Line]:
        """The data sets, by id, each with the labels of its fields; how a data set is called stands where its period does."""
        kept = self.said["retention"]
        return [Line(f"{_named(kept[key])}: {listed(fields.values())}", soft=True) for key, fields in datasets.items()]

    def _held_labels(self, promises: Iterable[str]) -> str:
        return " · ".join(self.said["held"][each]["label"] for each in promises if each in self.said["held"])

    def _date(self, iso: str) -> str:
        return self.wording.date(dt.date.fromisoformat(iso))


def country_name(code: str, language: str) -> str:
    """The name of a country, or its code where there is no country of that code."""
    names = countries()
    return names[code].in_language(language) if code in names else code


def in_or_outside(code: str, language: str) -> str:
    """The name of a country, and whether it is within the European Economic Area."""
    return wording(language).text("within_eea" if code in EEA else "outside_eea", country=country_name(code, language))


def counted_from(kept: dict[str, Any], language: str, *, quoted: bool = True) -> str:
    """What a period is counted from: the anchor's name, and what holds while there is none.

    The name is in quotation marks, so that it reads well in a sentence whatever its form; not so where all of it is to be quoted.
    """
    text = wording(language).text
    anchor = kept["anchor"] or text("anchor_unnamed")
    anchor = text("quoted", label=anchor) if quoted else anchor
    return text(f"anchor_open_{kept['open']}", anchor=anchor) if kept["open"] else str(anchor)


def _named(dataset: dict[str, Any]) -> str:
    return f"{dataset['label']} ({dataset['source']})"
