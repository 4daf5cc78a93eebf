"""What the outside world knows and the register must find out: who each record belongs to, and how many records there are.

`truth.json` lies beside the sources. It is for tests and demonstrations and is never given to a register.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from demo.world import FIRST_RUN, TODAY

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from demo.world import Person

FILE = "truth.json"


class Truth:
    """Gathers the truth while the sources are written."""

    def __init__(self, *, kept: bool) -> None:
        """With `kept=False` nothing is gathered: for worlds too large to hold."""
        self.kept = kept
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._persons: dict[str, dict[str, Any]] = {}
        self._records: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._nobodys: dict[str, list[str]] = defaultdict(list)
        self._anchors: dict[str, dict[str, str | None]] = defaultdict(dict)
        self._broken: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._mentions: list[dict[str, Any]] = []
        self._cases: dict[str, Any] = {}
        self._undeclared: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)

    def record(self, dataset: str, key: str, person: Person | None, anchor: date | None) -> None:
        """A record that a source holds: whose it is, and its anchor's local date."""
        if not self.kept:
            return
        self._counts[dataset]["distinct"] += 1
        if person is None:
            self._nobodys[dataset].append(key)
        else:
            self._records[person.number][dataset].append(key)
        self._anchors[dataset][key] = anchor.isoformat() if anchor else None

    def repeated(self, dataset: str, times: int = 1) -> None:
        """Records that were delivered again."""
        if self.kept:
            self._counts[dataset]["repeated"] += times

    def broken(self, dataset: str, place: str, person: Person | None = None) -> None:
        """A record that cannot be read or breaks a rule: where it stands, and of whom it tells all the same."""
        if self.kept:
            self._counts[dataset]["broken"] += 1
            self._broken[dataset].append({"place": place, "person": person.number if person else None})

    def mention(self, dataset: str, key: str, writer: Person, other: Person, words: list[str]) -> None:
        """A free text in which another person stands."""
        if self.kept:
            self._mentions.append({"dataset": dataset, "key": key, "person": writer.number, "mentions": other.number, "words": words})

    def undeclared(self, dataset: str, path: str, category: str) -> None:
        """A record with a value in a field that the register does not declare, and the data category that it is of."""
        if self.kept:
            self._undeclared[dataset].setdefault(path, {"category": category, "records": 0})["records"] += 1

    def case(self, name: str, value: object) -> None:
        """A planted case."""
        if self.kept:
            self._cases[name] = value

    def person(self, person: Person) -> None:
        """A person and every identifier of theirs."""
        if not self.kept:
            return
        company = person.company
        found: dict[str, list[str | None]] = {
            "contact_id": [person.contact_id, person.second_contact_id],
            "customer_number": [person.customer_number],
            "email": [person.email, person.other_email],
            "phone": [person.phone],
            "user_id": [person.user_id],
            "cookie_id": [*person.cookies],
            "requester_id": [person.requester_id],
            "business_id": [company.business_id if company else None],
        }
        self._persons[str(person.number)] = {
            "kind": person.kind,
            "name": person.name,
            "language": person.language,
            "identifiers": {kind: [value for value in values if value] for kind, values in found.items()},
            "records": self._records[person.number],
        }

    def write(self, folder: Path, persons: int, seed: int) -> None:
        """Write `truth.json`, unless nothing was gathered."""
        if not self.kept:
            return
        counts = {
            dataset: {name: counted[name] for name in ("distinct", "repeated", "broken")} | {"delivered": counted.total()}
            for dataset, counted in sorted(self._counts.items())
        }
        document = {
            "seed": seed,
            "number_of_persons": persons,
            "first_run": FIRST_RUN.isoformat(),
            "today": TODAY.isoformat(),
            "counts": counts,
            "broken": self._broken,
            "cases": self._cases,
            "mentions": self._mentions,
            "undeclared": self._undeclared,
            "persons": self._persons,
            "nobodys": self._nobodys,
            "anchors": self._anchors,
        }
        (folder / FILE).write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
