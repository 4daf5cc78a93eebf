"""Source persons as ingest leaves them behind, for the real models of who is who: a record is a list of identifiers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from assets.identity.resolve import resolve
from resources.warehouse.models import tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assets.identity.kept import Kept
    from resources.catalogue import Catalogue
    from resources.warehouse import Engine

Group = frozenset[str]


def union_find(nodes: Iterable[str], pairs: Iterable[tuple[str, str]]) -> set[Group]:
    """The connected components, the plain way."""
    parents = {node: node for node in nodes}

    def root(node: str) -> str:
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for one, other in pairs:
        parents[root(one)] = root(other)
    groups: dict[str, set[str]] = {}
    for node in parents:
        groups.setdefault(root(node), set()).add(node)
    return {frozenset(group) for group in groups.values()}


@dataclass
class People:
    """Records of persons, and the subjects that come of them."""

    engine: Engine
    catalogue: Catalogue
    rows: list[dict[str, object]] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    kept: Kept | None = None
    records: int = 0

    def record(self, source: str, *identifiers: tuple[str, str], shared: Iterable[str] = (), named: bool = True) -> str:
        """A record of a source; its first identifier names the person, unless `named` is false. Gives the person as `source:value`."""
        kind, value = identifiers[0]
        person = hashlib.md5(f"{source}/{kind}/{value}".encode(), usedforsecurity=False).hexdigest() if named else None
        label = f"{source}:{value}"
        if person is not None:
            self.labels[person] = label
        self.records += 1
        for number, (each, text) in enumerate(identifiers):
            self.rows.append(
                {
                    "_record": f"{self.records:032x}",
                    "dataset": f"{source}_records",
                    "source": source,
                    "role": "person",
                    "is_main": True,
                    "person": person,
                    "field": each,
                    "kind": each,
                    "value": text,
                    "shared": each in shared,
                    "is_key": named and number == 0,
                }
            )
        return label

    def drop(self, *labels: str) -> None:
        """Take the records of persons away, as a purge does."""
        going = {person for person, label in self.labels.items() if label in labels}
        records = {row["_record"] for row in self.rows if row["person"] in going}
        self.rows = [row for row in self.rows if row["_record"] not in records]

    def person(self, label: str) -> str:
        """The opaque id of a person."""
        return next(person for person, each in self.labels.items() if each == label)

    def resolve(self) -> dict[str, int]:
        """Work out who is who; gives the counts."""
        for statement in tables():
            self.engine.run(statement)
        self.engine.run("DELETE FROM identity.identifiers")
        if self.rows:
            self.engine.register("given", pa.Table.from_pylist(self.rows))
            self.engine.run("INSERT INTO identity.identifiers BY NAME SELECT * FROM given")
            self.engine.unregister("given")
        return resolve(self.engine, self.catalogue, self.kept)

    def subjects(self) -> dict[str, str | None]:
        """The subject of each person, after working them out; None for whoever may be any of several."""
        self.resolve()
        return {self.labels[person]: subject for person, subject in self.engine.rows("SELECT person, subject FROM identity.persons")}

    def groups(self) -> set[Group]:
        """Who is one with whom, of those who are somebody."""
        found: dict[str, set[str]] = {}
        for person, subject in self.subjects().items():
            if subject is not None:
                found.setdefault(subject, set()).add(person)
        return {frozenset(group) for group in found.values()}

    def nobodies(self) -> set[str]:
        """Whoever may be any of several, and so is no subject, as the last working out says."""
        return {self.labels[row[0]] for row in self.engine.rows("SELECT person FROM identity.persons WHERE subject IS NULL")}

    def reason(self, kind: str, value: str) -> str | None:
        """Why a value joins nobody, as the links of the last working out say; None where it joins."""
        statement = "SELECT DISTINCT reason FROM identity.links WHERE kind = $kind AND value = $value"
        ((reason,),) = self.engine.rows(statement, {"kind": kind, "value": value})
        return None if reason is None else str(reason)

    def in_review(self) -> dict[str, set[str]]:
        """Who waits for a decision, by proposal."""
        found: dict[str, set[str]] = {}
        for proposal, person in self.engine.rows("SELECT proposal, person FROM identity.review"):
            found.setdefault(proposal, set()).add(self.labels[person])
        return found
