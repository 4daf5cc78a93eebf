"""What a letter says: texts out of `texts.yaml`, the controller and the authority out of the notice, dates of the request."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources as package_data
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from assets.identity.objected import ended_by
from assets.rights.ending import AT_SOURCE, FINDING
from resources.catalogue.shapes import Label, in_language
from resources.clock import local_date
from resources.errors import AnsvarError
from resources.ledger.corrections import CorrectionLedger
from resources.ledger.holds import LIFTING_LETTER, RESTRICTION
from resources.ledger.objections import WITHDRAWAL
from resources.ledger.requests import RequestLedger
from resources.requests.life import ANSWERED, REFUSED, timing
from resources.requests.vocabulary import words
from resources.wording import LANGUAGES, NARROW

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from resources.ledger import Request
    from resources.register import Register
    from resources.requests.life import Timing
    from resources.requests.vocabulary import GroundShape

_INDENT = 2
RECEIPT, IDENTITY, EXTENSION, REFUSAL, ANSWER, NOTHING_HELD = "receipt", "identity", "extension", "refusal", "answer", "nothing_held"


@dataclass(frozen=True)
class Part:
    """A part of a letter: its heading, if it has one, paragraphs, and a list after the first of them; an item may have several lines."""

    heading: str
    paragraphs: tuple[str, ...]
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Letter:
    """A letter in one language, as plain texts."""

    language: str
    title: str
    sender: tuple[str, ...]
    date: str
    facts: tuple[tuple[str, str], ...]
    opening: str
    parts: tuple[Part, ...]
    closing: tuple[str, ...]


def date_in_words(day: dt.date, language: str) -> str:
    """A date with its month in words: 15 October 2026, 15 oktober 2026, 15. lokakuuta 2026."""
    months = _texts()["months"].in_language(language).split()
    return NARROW.join((f"{day.day}." if language == "fi" else str(day.day), months[day.month - 1], str(day.year)))


@dataclass(frozen=True)
class _Writing:
    """A letter in the making."""

    register: Register
    request: Request
    language: str
    timing: Timing
    ground: str | None
    more: tuple[str, ...]

    def say(self, key: str) -> str:
        """A text, the reference and dates filled in."""
        received = local_date(self.request.received_at, self.register.catalogue.notice.time_zone)
        dates = {"received": self.date(received), "deadline": self.date(self.timing.deadline)}
        return _texts()[key].in_language(self.language).format(reference=self.request.id, **dates)

    def date(self, day: dt.date) -> str:
        return date_in_words(day, self.language)

    def last(self, step: str) -> dict[str, Any] | None:
        """The latest step of a name."""
        steps = RequestLedger(self.register.ledger).steps(self.request.id)
        return next((each for each in reversed(steps) if each["step"] == step), None)

    def why(self, step: str, grounds: Mapping[str, GroundShape]) -> str:
        """What is told of the ground that the latest step of a name bears."""
        ground = self.ground or (self.last(step) or {})["detail"]
        return grounds[ground].text.in_language(self.language)


def compose(register: Register, request: Request, kind: str, *, ground: str | None = None, more: Sequence[str] = ()) -> Letter:
    """A letter of one of `KINDS` to who made a request, in the language of the request.

    Args:
        register: the register.
        request: the request.
        kind: which letter.
        ground: the ground of an extension or a refusal that is not recorded yet.
        more: lines that stand after those of an answer: paragraphs, under each the items of a list, indented, and under an item what
            belongs to it, indented further.

    Raises:
        AnsvarError: where the letter does not fit what became of the request.
    """
    fits, remedy, parts = KINDS[kind]
    if not fits(request):
        raise AnsvarError(f"The letter does not fit the request: {remedy}.")
    catalogue = register.catalogue
    language = request.language if request.language in LANGUAGES else catalogue.notice.languages[0]
    when = timing(request, catalogue.requests, catalogue.notice.time_zone, register.clock.today())
    writing = _Writing(register, request, language, when, ground, tuple(more))
    controller, _, address, *officer = catalogue.notice.controller.reached(language)
    return Letter(
        language=language,
        title=writing.say(f"{kind}_title"),
        sender=(controller, address),
        date=writing.date(register.clock.today()),
        facts=tuple(_facts(writing)),
        opening=writing.say("opening"),
        parts=tuple(parts(writing)),
        closing=(writing.say("closing"), writing.say("officer"), controller, *officer),
    )


def _facts(writing: _Writing) -> list[tuple[str, str]]:
    request, notice = writing.request, writing.register.catalogue.notice
    asked = words().kinds[request.kind].label.in_language(writing.language)
    if request.scope is not None:
        asked += f" ({words().scopes[request.scope].label.in_language(writing.language)})"
    if request.purpose is not None and request.purpose in notice.purposes:
        asked += f" ({notice.purposes[request.purpose].label.in_language(writing.language)})"
    received = local_date(request.received_at, notice.time_zone)
    facts = [("reference", request.id), ("request", asked), ("received_on", writing.date(received))]
    if writing.timing.days_left is not None and not writing.timing.stopped:
        facts.append(("answer_by", writing.date(writing.timing.deadline)))
    facts.append(("register", notice.name.in_language(writing.language)))
    return [(writing.say(key), value) for key, value in facts]


def _receipt(writing: _Writing) -> list[Part]:
    return [Part("", (writing.say("receipt"), writing.say("receipt_more"), writing.say("give_reference")))]


def _identity(writing: _Writing) -> list[Part]:
    ways = tuple(writing.say(f"identity_{key}") for key in ("address", "sign_in", "otherwise"))
    until = writing.say("identity_stopped" if writing.timing.stopped else "identity_running")
    said = (*(writing.say(f"identity_{key}") for key in ("choose", "no_copies")), until, writing.say("give_reference"))
    how = Part(writing.say("identity_how"), said, ways)
    return [Part("", (writing.say("identity"),)), how]


def _extension(writing: _Writing) -> list[Part]:
    why = writing.why("extended", words().extensions)
    return [Part("", (writing.say("extension"), why, writing.say("extension_until"))), *_complain(writing)]


def _refusal(writing: _Writing) -> list[Part]:
    why = writing.why("refused", words().refusals)
    return [Part("", (writing.say("refusal"),)), Part(writing.say("why"), (why,)), *_complain(writing)]


def _answer(writing: _Writing) -> list[Part]:
    request = writing.request
    key = f"answer_{request.kind}" + (f"_{request.scope}" if request.scope else "")
    if request.kind == WITHDRAWAL and not ended_by(writing.register.catalogue, request):
        key += "_of_none"
    done = [*_done(writing), *_parts(writing.more), *_opening(writing)]
    return [Part("", (writing.say("answer"), writing.say(key))), *done, *_complain(writing)]


def _done(writing: _Writing) -> list[Part]:
    """What exactly was done: which purposes ended, what was corrected, what was found of a complaint."""
    request, catalogue, language = writing.request, writing.register.catalogue, writing.language
    step = writing.last("answered")
    if step is not None and step["detail"] == FINDING:
        return [Part(writing.say("found"), tuple(line.strip() for line in step["note"].splitlines() if line.strip()))]
    if step is not None and request.kind == RESTRICTION and step["detail"] in words().restrictions:
        return [Part(writing.say("why"), (words().restrictions[step["detail"]].text.in_language(language),))]
    purposes = [catalogue.notice.purposes[each].label.in_language(language) for each in ended_by(catalogue, request)]
    datasets = {dataset.table: dataset for dataset in catalogue.datasets}
    corrected = [
        f"{datasets[table].shape.label.in_language(language)}: {datasets[table].fields[field].label.in_language(language)}"
        for table, field in CorrectionLedger(writing.register.ledger).corrected(request.id)
        if table in datasets and field in datasets[table].fields
    ]
    if step is not None and step["detail"] == AT_SOURCE:
        corrected.append(f"{writing.say('corrected_at_source')} {step['note']}")
    listed = (("ended_purposes", purposes), ("corrected", corrected))
    return [Part("", (writing.say(key),), tuple(dict.fromkeys(items))) for key, items in listed if items]


def _opening(writing: _Writing) -> list[Part]:
    """How the file is opened that comes with an answer, where one does."""
    if not words().kinds[writing.request.kind].by_bundle:
        return []
    steps = tuple(writing.say(f"open_{key}") for key in ("passphrase", "decrypt", "unpack"))
    return [Part(writing.say("open_title"), (writing.say("open"), writing.say("open_help")), steps)]


def _parts(lines: Sequence[str]) -> list[Part]:
    """Lines as parts without a heading, each a paragraph with the list under it; empty lines only set them apart."""
    found: list[tuple[str, list[str]]] = []
    for line in filter(str.strip, lines):
        indent = len(line) - len(line.lstrip())
        if not indent or not found:
            found.append((line.strip(), []))
        elif indent > _INDENT and found[-1][1]:
            found[-1][1][-1] += f"\n{line.strip()}"
        else:
            found[-1][1].append(line.strip())
    return [Part("", (paragraph,), tuple(items)) for paragraph, items in found]


def _nothing_held(writing: _Writing) -> list[Part]:
    return [Part("", (writing.say("nothing_held"), writing.say("nothing_held_otherwise"))), *_complain(writing)]


def _lifting(writing: _Writing) -> list[Part]:
    return [Part("", tuple(writing.say(key) for key in ("lifting", "lifting_then", "lifting_against"))), *_complain(writing)]


def _complain(writing: _Writing) -> list[Part]:
    authority = writing.register.catalogue.notice.authority
    reached = tuple(in_language(each, writing.language) for each in (authority.name, authority.address, authority.url) if each)
    return [Part(writing.say("complain"), (writing.say("complain_authority"), writing.say("complain_court")), reached)]


# Each letter: for which requests it is, what to do where it is for none such, and its parts.
KINDS: dict[str, tuple[Callable[[Request], bool], str, Callable[[_Writing], list[Part]]]] = {
    RECEIPT: (lambda _: True, "", _receipt),
    IDENTITY: (lambda request: request.asked_at is not None, "record with `ansvar request ask` that the person is asked", _identity),
    EXTENSION: (lambda request: request.extended_at is not None, "extend it with `ansvar request extend`", _extension),
    REFUSAL: (lambda request: request.state == REFUSED, "refuse it with `ansvar request refuse`", _refusal),
    ANSWER: (
        lambda request: request.state == ANSWERED and not request.nothing_held,
        "it is not answered yet, or by that nothing is held (`--kind nothing_held`)",
        _answer,
    ),
    NOTHING_HELD: (lambda request: bool(request.nothing_held), "something is held, or it was not looked for yet", _nothing_held),
    LIFTING_LETTER: (
        lambda request: request.kind == "restriction" and request.state == ANSWERED and not request.nothing_held,
        "it tells that a restriction ends that was granted with `ansvar request carry-out`",
        _lifting,
    ),
}


@cache
def _texts() -> dict[str, Label]:
    data = YAML(typ="safe", pure=True).load((package_data.files("assets.rights.letters") / "texts.yaml").read_text(encoding="utf-8"))
    return {key: Label.model_validate(label) for key, label in data.items()}
