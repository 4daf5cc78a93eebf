"""How well others are taken out of texts: recall by kind and language, and what is taken that should stay.

`python -m bench.redaction` reads the labelled messages of tests/data/redaction and prints a table for each set and setting: whether the
register holds the persons that the messages mention, and whether a model of names is used (`--model voikko`). `--missed` shows what was
missed and what was taken wrongly: the messages are made up. `--speed 100000` measures the redaction of so many messages instead.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import duckdb
import faker
import phonenumbers
import pyarrow as pa
from ruamel.yaml import YAML

from assets.rights.own import Own
from assets.rights.redact import KINDS, Redactor, Text
from assets.rights.redaction.model import SETTING, name_model
from resources.catalogue import load_register
from resources.warehouse.engine import Engine

ROOT = Path(__file__).parents[1]
SETS = ("develop", "held_out")
OTHER = "other"
_LABEL = re.compile(r"\{(\w+)\.(\w+):((?:[^{}]|\{\w+\})*)\}")
_COUNTRIES = ("FI", "SE", "GB", "US", "DE", "EE", "NO", "DK", "FR", "NL", "PL", "LV", "LT", "ES", "IT", "IE", "BE", "AT", "CH", "PT")
_TYPES = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
_SENTENCES = ("Hei, {} on hänen.", "Se on {}, kiitos", "Det är {}. Hälsningar", "his is {}; mine is not", "({})", "{}")
_LAST = 6
_RARE = 0.2
_STRANGERS = {"fi_FI": 1500, "sv_SE": 1000, "en_GB": 1000}
_WORD = re.compile(r"\w{2,}")
_TITLES = {"Dr", "Mrs", "III"}
_OWN = Own(
    emails=frozenset({"maija.korhonen@voltti.example"}),
    phones=frozenset({"+358401234567"}),
    values=frozenset({"c-10001", "150785y938h", "fi2112345600000785", "4111111111111111"}),
    names=frozenset({"maija", "korhonen"}),
    regions=("FI", "SE", "GB", "US"),
)
_STAFF = ("saara.kuutti@aurinkolahti.example", "mikael.ohberg@aurinkolahti.example", "ann-sofi.ahls@aurinkolahti.example")


@dataclass(frozen=True)
class Label:
    """A labelled stretch: its kind, whose it is, and for a name the first and last name of its bearer."""

    start: int
    end: int
    kind: str
    whose: str
    name: tuple[str, str] | None


@dataclass(frozen=True)
class Message:
    """A labelled message."""

    language: str
    text: str
    labels: tuple[Label, ...]


def messages(name: str) -> list[Message]:
    """The messages of a set."""
    rows = YAML(typ="safe").load((ROOT / "tests" / "data" / "redaction" / f"{name}.yaml").read_text(encoding="utf-8"))
    return [_message(language, marked) for language, marked in rows]


def _message(language: str, marked: str) -> Message:
    text, labels, end = "", [], 0
    for match in _LABEL.finditer(marked):
        text += marked[end : match.start()]
        written, _, bearer = match[3].partition("|")
        first, _, last = (bearer or written).rpartition(" ")
        name = (first, last) if match[1] == "name" else None
        labels.append(Label(len(text), len(text) + len(written), match[1], match[2], name))
        text += written
        end = match.end()
    return Message(language, text + marked[end:], tuple(labels))


@dataclass
class Measured:
    """Labels of others that went, of how many, by kind and language; what of the rest stayed, of how many; names that were pointed at."""

    met: Counter[tuple[str, str]]
    of: Counter[tuple[str, str]]
    own: int = 0
    own_kept: int = 0
    words: int = 0
    touched: int = 0
    suspected: int = 0


def register_of(others: list[tuple[str, str]]) -> Engine:
    """A published register of strangers with made-up names, and of these others: names, and identifiers where they are known."""
    names = list(dict.fromkeys(others))
    for locale, number in _STRANGERS.items():
        made = faker.Faker(locale)
        made.seed_instance(7)
        names += [(made.first_name(), made.last_name()) for _ in range(number)]
    opened = Engine(duckdb.connect(":memory:"))
    opened.run("CREATE SCHEMA register")
    opened.run("CREATE SCHEMA identity")
    _table(opened, "register.crm_contacts", {"first_name": [first for first, _ in names], "last_name": [last for _, last in names]})
    _table(opened, "register.chats_messages", {"agent_email": list(_STAFF)})
    known = [f"C-{10000 + number}" for number in range(2, 10)]
    _table(opened, "identity.links", {"person": known, "kind": ["customer_number"] * len(known), "value": known})
    _table(opened, "subject_persons", {"person": ["me"]})
    return opened


def _table(opened: Engine, name: str, columns: dict[str, list[str]]) -> None:
    opened.register("given_rows", pa.table({column: pa.array(values, pa.string()) for column, values in columns.items()}))
    opened.run(f"CREATE TABLE {name} AS SELECT * FROM given_rows")  # noqa: S608 - our own names
    opened.unregister("given_rows")


def measured(name: str, *, known: bool, model: str = "", show: bool = False) -> Measured:
    """What became of the labels and of the other words of a set; the register holds their bearers, or not."""
    held = messages(name)
    bearers = [label.name for each in held for label in each.labels if label.name is not None and label.whose == OTHER and label.name[0]]
    opened, catalogue = register_of(bearers if known else []), load_register(ROOT / "register")
    names, found = name_model({SETTING: model}), Measured(Counter(), Counter())
    texts = [Text(message.text, f"source{number}") for number, message in enumerate(held)]  # what one tells, no other knows
    redactor = Redactor.of(opened, catalogue, _OWN, texts, dict.fromkeys(KINDS, "▮"), names=names)
    for message, text in zip(held, texts, strict=True):
        taken = {place for hit in redactor.hits(text) for place in range(hit.start, hit.end)}
        pointed = {place for span in redactor.suspects(text) for place in range(span.start, span.end)}
        _count(found, message, taken, pointed, show=show)
    return found


def _count(found: Measured, message: Message, taken: set[int], pointed: set[int], *, show: bool) -> None:
    labelled: set[int] = set()
    for label in message.labels:
        labelled |= set(range(label.start, label.end))
        said = [word for word in _WORD.finditer(message.text, label.start, label.end) if word[0] not in _TITLES]
        places = {place for word in said for place in range(*word.span())}
        if label.whose != OTHER:
            found.own += 1
            found.own_kept += places.isdisjoint(taken)
        elif label.kind == "name":
            _add(found, ("name", "full name" if len(said) > 1 else "single name"), message.language, is_met=places <= taken)
            found.suspected += not places <= taken and not places.isdisjoint(pointed)
        else:
            _add(found, (label.kind,), message.language, is_met=places <= taken)
        if show and (places <= taken) != (label.whose == OTHER):
            sys.stdout.write(f"{label.whose}: {message.text[label.start : label.end]} | {message.text}\n")
    for word in re.finditer(r"\w+", message.text):
        places = set(range(*word.span()))
        if places.isdisjoint(labelled):
            found.words += 1
            found.touched += not places.isdisjoint(taken)
            if show and not places.isdisjoint(taken):
                sys.stdout.write(f"wrongly: {word[0]} | {message.text}\n")


def _add(found: Measured, kinds: tuple[str, ...], language: str, *, is_met: bool) -> None:
    for kind in kinds:
        found.of[kind, language] += 1
        found.met[kind, language] += is_met


def table_of(found: Measured) -> str:
    """The table, and the line below it."""
    lines = ["| kind | fi | sv | en | all |", "|---|---|---|---|---|"]
    for kind in sorted({kind for kind, _ in found.of}):
        cells = [(found.met[kind, each], found.of[kind, each]) for each in ("fi", "sv", "en")]
        met, of = sum(one for one, _ in cells), sum(of for _, of in cells)
        lines.append(
            f"| {kind} | " + " | ".join(f"{one} of {each}" if each else "–" for one, each in cells) + f" | {met} of {of}, {met / of:.1%} |"
        )
    rest = f"Ordinary words taken: {found.touched} of {found.words} ({found.touched / found.words:.2%}). "
    rest += f"The person's own and staff's that stayed: {found.own_kept} of {found.own}. "
    return "\n".join([*lines, "", f"{rest}Names that stayed and are pointed at: {found.suspected}.", ""])


def dialogues(file: Path) -> None:
    """Of dialogues with labelled slots (dstc8-schema-guided-dialogue): telephone numbers that went, and the share of words that went."""
    turns = [turn for each in json.loads(file.read_text(encoding="utf-8")) for turn in each["turns"]]
    _plain([turn["utterance"] for turn in turns], [_numbers(turn) for turn in turns])


def _numbers(turn: dict[str, Any]) -> list[tuple[int, int]]:
    slots = (slot for frame in turn["frames"] for slot in frame["slots"])
    return [(slot["start"], slot["exclusive_end"]) for slot in slots if slot["slot"] == "phone_number"]


def _plain(texts: list[str], numbers: list[list[tuple[int, int]]]) -> None:
    held = [Text(text, f"source{place}") for place, text in enumerate(texts)]
    redactor = Redactor.of(register_of([]), load_register(ROOT / "register"), _OWN, held, dict.fromkeys(KINDS, "▮"))
    words, met, taken_words = 0, 0, Counter[str]()
    for text, spans in zip(held, numbers, strict=True):
        taken = {place: hit.kind for hit in redactor.hits(text) for place in range(hit.start, hit.end)}
        met += sum(set(range(start, end)) <= set(taken) for start, end in spans)
        words += len(re.findall(r"\w+", text.text))
        taken_words.update(taken[word.start()] for word in re.finditer(r"\w+", text.text) if word.start() in taken)
    told = {"texts": len(texts), "words": words, "taken": taken_words, "numbers": sum(map(len, numbers)), "numbers_taken": met}
    sys.stdout.write(json.dumps(told) + "\n")


def made(number: int) -> None:
    """So many telephone numbers as twenty countries write them, and identifiers with check digits, within sentences: how many went."""
    rng = random.Random(7)  # noqa: S311 - made-up values
    fake = {each: faker.Faker(each) for each in ("fi_FI", "sv_SE", "en_GB")}
    for one in fake.values():
        one.seed_instance(7)
    forms = (phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.E164)
    values: list[tuple[str, str]] = []
    while len(values) < number:
        region = rng.choice(_COUNTRIES)
        example = phonenumbers.example_number_for_type(region, rng.choice(_TYPES))
        form = rng.choice(forms if region in _OWN.regions else (forms[0], forms[2]))
        values.append((f"phone of {region}", phonenumbers.format_number(example, form)))
        fi, sv, en = fake.values()
        values += [("hetu", fi.ssn()), ("personnummer", sv.ssn()), ("iban", rng.choice((fi, sv, en)).iban())]
        values += [
            ("card", en.credit_card_number("visa")),
            ("email", rng.choice((fi, sv, en)).email()),
            ("ip", en.ipv4_public()),
            ("ip", en.ipv6()),
        ]
    held = [(kind, value, Text(rng.choice(_SENTENCES).format(value), f"source{place}")) for place, (kind, value) in enumerate(values)]
    redactor = Redactor.of(register_of([]), load_register(ROOT / "register"), _OWN, [text for *_, text in held], dict.fromkeys(KINDS, "▮"))
    met, of = Counter[str](), Counter[str]()
    for kind, value, text in held:
        digits = re.sub(r"\W", "", value)[-_LAST:]
        kept = re.sub(r"\W", "", redactor.redact(text)[0])
        of[kind] += 1
        met[kind] += digits not in kept
    told = {kind: f"{met[kind]} of {of[kind]}" for kind in sorted(of)}
    sys.stdout.write(json.dumps({"met": met.total(), "of": of.total()} | told) + "\n")


def speed(number: int) -> None:
    """Redact so many messages, put together out of the labelled ones, and print one line of JSON."""
    rng = random.Random(7)  # noqa: S311 - made-up messages
    made = faker.Faker(["fi_FI", "sv_SE", "en_GB"])
    made.seed_instance(7)
    texts = [each.text for name in SETS for each in messages(name)]
    many = [
        Text(f"{text} {rng.randrange(10**6)} {made.last_name() if rng.random() < _RARE else ''}", "chats")
        for text in islice(cycle(texts), number)
    ]
    opened, catalogue = register_of([]), load_register(ROOT / "register")
    size = sum(len(each.text.encode()) for each in many)
    begun, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    redactor = Redactor.of(opened, catalogue, _OWN, many, dict.fromkeys(KINDS, "▮"))
    looked = time.process_time()
    marks = sum(sum(redactor.redact(each)[1].values()) for each in many)
    done = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = {"messages": number, "megabytes": round(size / 1e6, 1), "marks": marks, "look_up_s": round(looked - begun, 1)}
    told |= {"redact_s": round(done - looked, 1), "mb_per_s": round(size / 1e6 / (done - begun), 2), "grown_mb": (peak - before) // 1024}
    sys.stdout.write(json.dumps(told) + "\n")


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="", help="a model of names, as for ANSVAR_NAME_MODEL")
    parser.add_argument("--missed", action="store_true", help="show what was missed or taken wrongly")
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--speed", type=int, default=0, metavar="MESSAGES")
    parser.add_argument("--made", type=int, default=0, metavar="VALUES", help="how many of so many made-up numbers and codes go")
    parser.add_argument("--dialogues", type=Path, metavar="FILE", help="what goes out of dialogues with labelled slots")
    given = parser.parse_args()
    if given.made:
        made(given.made)
        return
    if given.dialogues:
        dialogues(given.dialogues)
        return
    if given.speed:
        speed(given.speed)
        return
    for name in given.sets.split(","):
        for known in (True, False):
            where = "the others are in the register" if known else "the others are not in the register"
            sys.stdout.write(f"### {name}: {where}{', with ' + given.model if given.model else ''}\n\n")
            sys.stdout.write(table_of(measured(name, known=known, model=given.model, show=given.missed)) + "\n")


if __name__ == "__main__":
    main()
