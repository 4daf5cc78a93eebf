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

import duckdb
import faker
import pyarrow as pa
from ruamel.yaml import YAML

from assets.rights.own import Own
from assets.rights.redact import KINDS, Redactor, Text
from assets.rights.redaction.model import SETTING, name_model
from resources.catalogue import load_register
from resources.warehouse import Engine

ROOT = Path(__file__).parents[1]
SETS = ("develop", "held_out")
OTHER = "other"
_LABEL = re.compile(r"\{(\w+)\.(\w+):((?:[^{}]|\{\w+\})*)\}")
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
    given = parser.parse_args()
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
