"""What changed is worked out alone, and comes to what working out all comes to: every table, ids of subjects among them."""

from __future__ import annotations

import datetime as dt
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from assets.identity import changes
from assets.identity.kept import Kept
from assets.identity.remains import remember_remains
from assets.identity.resolve import is_stale, resolve, update
from assets.ingest.identifiers import add_identifiers, forget_identifiers
from resources.ledger import Ledger
from resources.ledger.identity import APART, JOIN, SPLIT, IdentityLedger
from resources.warehouse.engine import engine
from resources.warehouse.models import tables
from tests.helpers.people import People

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.catalogue import Catalogue
    from resources.warehouse import Engine

pytestmark = pytest.mark.early

ROOT = Path(__file__).parents[3]
NOW = dt.datetime(2026, 10, 15)  # noqa: DTZ001 - the ledger's times are naive UTC
AINO = ("email", "aino@koe.example")
TABLES = (
    "persons",
    "subjects",
    "links",
    "record_persons",
    "review",
    "memory",
    "aliases",
    "history",
    "chains",
    "judged_persons",
    "remains",
    "known_by",
)
IDS = {"subject", "born", "alias"}
KINDS = ("customer_number", "email", "cookie_id", "phone", "account_number", "user_id", "contact_id", "business_id")
Row = dict[str, Any]


class Side:
    """A register that is brought up to date in one way, with a ledger of its own."""

    def __init__(self, folder: Path, catalogue: Catalogue, name: str, *, whole: bool) -> None:
        """Make it empty; `whole` says whether all is worked out anew each time."""
        self.catalogue, self.whole = catalogue, whole
        self.ledger = Ledger(f"sqlite:///{folder / name}.db")
        self.kept = Kept(IdentityLedger(self.ledger), "pepper")
        self._opened = engine(None, folder)
        self.engine = self._opened.__enter__()
        for statement in tables():
            self.engine.run(statement)

    def close(self) -> None:
        """Let go of both stores."""
        self._opened.__exit__(None, None, None)
        self.ledger.close()

    def change(self, gone: list[str], come: list[Row]) -> None:
        """Let records go, and others come, as a load does."""
        self.engine.register("gone_rows", pa.table({"_record": pa.array([*gone, *(row["_record"] for row in come)], pa.string())}))
        forget_identifiers(self.engine, "gone_rows")
        self.engine.unregister("gone_rows")
        if come:
            columns = [row[0] for row in self.engine.rows("DESCRIBE identity.identifiers")]
            self.engine.register("come_rows", pa.Table.from_pylist(come).select(columns))
            add_identifiers(self.engine, "SELECT * FROM come_rows")
            self.engine.unregister("come_rows")

    def erase(self, persons: list[str], gone: list[str], former: str) -> None:
        """Let records of persons go as an erasure does that leaves others of them."""
        self.change(gone, [])
        self.engine.register("erased_persons", pa.table({"person": pa.array(persons, pa.string())}))
        remember_remains(self.engine, "pepper", "erased_persons")
        self.engine.unregister("erased_persons")
        for table in ("remains", "known_by"):
            self.engine.run(f"UPDATE identity.{table} SET former = $former WHERE length(former) = 32", {"former": former})  # noqa: S608

    def work_out(self) -> dict[str, int]:
        """Bring the tables up to date."""
        with self.engine.transaction():
            return (resolve if self.whole else update)(self.engine, self.catalogue, self.kept)

    def table(self, table: str) -> list[Row]:
        """The rows of a table, in an order that does not depend on ids."""
        rows = self.engine.arrow(f"SELECT * FROM identity.{table}").to_pylist()  # noqa: S608 - our own names
        return sorted(rows, key=lambda row: repr([value for key, value in row.items() if key not in IDS]))


class Twins:
    """Two registers with the same records: one is worked out whole each time, the other by what changed."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        """Make both."""
        self.whole, self.parts = (Side(folder, catalogue, each, whole=each == "whole") for each in ("whole", "parts"))
        self.people = People(self.parts.engine, catalogue)
        self.ids: dict[str, str] = {}
        self.decisions: list[tuple[str, str]] = []

    def close(self) -> None:
        """Let go of both."""
        self.whole.close()
        self.parts.close()

    def record(self, source: str, *identifiers: tuple[str, str], **how: Any) -> tuple[str, list[Row]]:
        """A record as `People.record` makes it: its person's label, and its rows."""
        label = self.people.record(source, *identifiers, **how)
        rows, self.people.rows = self.people.rows, []
        return label, rows

    def change(self, gone: list[str], come: list[Row]) -> None:
        """The same change to both, and what comes of it."""
        for side in (self.whole, self.parts):
            side.change(gone, come)
        self.compare()

    def compare(self) -> None:
        """Work out both: the same tables, where each id of the one goes with one id of the other for ever."""
        assert self.whole.work_out() == self.parts.work_out()
        for table in TABLES:
            ours, theirs = self._named(self.parts, table), self._named(self.whole, table)
            assert theirs == ours, table
        for side in (self.whole, self.parts):
            hashes = [row[0] for row in side.engine.rows("SELECT sha256('pepper' || person) FROM identity.memory")]
            assert len(hashes) == len(side.kept.ledger.subjects_of(hashes))
            told = {(row["alias"], row["subject"]) for row in side.kept.ledger.aliases()}
            assert told == {(row["alias"], row["subject"]) for row in side.table("aliases")}
        assert not is_stale(self.parts.engine)

    def erase(self, rng: random.Random, held: dict[str, list[Row]], former: str) -> None:
        """Erase the same person in both, of whom about half of the records stay; `held` then has the others no more."""
        subjects = "SELECT subject FROM identity.subjects WHERE persons > 1 AND records > 2"
        rows = self.parts.engine.rows(f"SELECT subject, person FROM identity.persons WHERE subject IN ({subjects}) ORDER BY person")  # noqa: S608
        subject, _ = rng.choice(rows or [("", "")])
        persons = [person for each, person in rows if each == subject]
        gone = [record for record, found in held.items() if any(row["person"] in persons for row in found) and rng.random() < 0.5]
        for record in gone:
            del held[record]
        for side in (self.whole, self.parts):
            side.erase(persons, gone, former)

    def _named(self, side: Side, table: str) -> list[str]:
        """A table's rows; ids of the register that is worked out by parts are named by those of the other."""
        if side is self.parts:
            self._match()
            name = self.ids
        else:
            name = {}
        return sorted(
            repr({key: name.get(value, value) if key in IDS else value for key, value in row.items()}) for row in side.table(table)
        )

    def _match(self) -> None:
        """Which id goes with which: by the memory of each person; that an id never goes with two is what this shows."""
        by_person = {row["person"]: row for row in self.whole.table("memory")}
        for row in self.parts.table("memory"):
            other = by_person[row["person"]]
            for key in ("subject", "born"):
                assert self.ids.setdefault(row[key], other[key]) == other[key]

    def decide(self, kind: str, persons: list[str]) -> None:
        """The same decision in both ledgers; it takes effect when they are next compared."""
        hashes = [row[0] for row in self.parts.engine.rows("SELECT sha256('pepper' || unnest($persons))", {"persons": persons})]
        pairs: list[tuple[str, str | None]] = [(hashes[0], None if kind == SPLIT else hashes[1])]
        one, other = (side.kept.ledger.decide(kind, pairs, "Maija", "asked them", NOW) for side in (self.whole, self.parts))
        self.decisions.append((one, other))

    def undo(self) -> None:
        """Take the last decision back in both."""
        for side, decision in zip((self.whole, self.parts), self.decisions.pop(), strict=True):
            side.kept.ledger.undo(decision, "Maija", "wrong", NOW)


@pytest.fixture
def twins(tmp_path: Path, catalogue: Catalogue) -> Iterator[Twins]:
    """Two empty registers."""
    made = Twins(tmp_path, catalogue)
    yield made
    made.close()


def _record(twins: Twins, rng: random.Random) -> list[Row]:
    """A record of one of six sources, with identifiers out of so few that some are shared by many, and chains contradict themselves."""

    def value(kind: str) -> tuple[str, str]:
        if kind == "email":
            return kind, rng.choice(["info@koe.example", *(f"{number}@koe.example" for number in range(90))])
        return kind, str(rng.randrange({"phone": 45, "business_id": 5}.get(kind, 110)))

    kinds = rng.sample(KINDS, rng.choices((1, 2, 3, 4), (3, 5, 3, 1))[0])
    shared = ["phone"] if rng.random() < 0.02 else []
    return twins.record(f"s{rng.randrange(6)}", *(value(kind) for kind in kinds), shared=shared, named=rng.random() < 0.95)[1]


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many persons were worked out anew each time that it was not all of them."""
    found: list[int] = []
    real = changes.find

    def find(opened: Engine, kept: Kept | None) -> changes.Scope | None:
        scope = real(opened, kept)
        found.extend([scope.persons] if scope is not None else [])
        return scope

    monkeypatch.setattr(changes, "find", find)
    return found


@pytest.mark.parametrize(("seed", "erased"), [(10, None), (0, 40), (5, 45)])
def test_random_changes_come_to_what_all_comes_to(twins: Twins, monkeypatch: pytest.MonkeyPatch, seed: int, erased: int | None) -> None:
    """After any batch of records that come, change, go or come back, and any decision, both ways have the same tables and the same ids."""
    monkeypatch.setattr(changes, "FEWEST_IN_LARGEST", 10**6)  # so that nothing is worked out whole because it is small
    found, seen = _counted(monkeypatch), dict.fromkeys(("joined", "aliases", "chains", "history", "remains"), 0)
    rng, erasing = random.Random(seed), random.Random(erased)  # noqa: S311 - sample data, no secret
    held: dict[str, list[Row]] = {}
    left: dict[str, list[Row]] = {}
    for batch in range(20):
        if batch and erased is not None and erasing.random() < 0.3:
            twins.erase(erasing, held, f"erased in {batch}")
        gone = rng.sample(sorted(held), min(len(held), rng.randint(0, 6)))
        left |= {each: held.pop(each) for each in gone}
        come = [_record(twins, rng) for _ in range(120 if batch == 0 else rng.randint(0, 8))]
        come += [left.pop(each) for each in rng.sample(sorted(left), min(len(left), rng.randint(0, 2)))]
        for each in rng.sample(sorted(held), min(len(held), rng.randint(0, 3))):  # mended at the source
            come.append([row | {"_record": each} for row in _record(twins, rng)])
        held |= {rows[0]["_record"]: rows for rows in come}
        if batch and rng.random() < 0.4:
            persons = [row[0] for row in twins.parts.engine.rows("SELECT person FROM identity.persons ORDER BY person")]
            twins.decide(rng.choice([JOIN, APART, SPLIT]), rng.sample(persons, 2))
        elif twins.decisions and rng.random() < 0.2:
            twins.undo()
        twins.change(gone, [row for rows in come for row in rows])
        for each, relation in {"joined": "subjects WHERE persons > 1"}.items() | {
            (each, each) for each in ("aliases", "chains", "history", "remains")
        }:
            seen[each] += twins.parts.engine.count(f"SELECT count(*) FROM identity.{relation}")  # noqa: S608 - our own names
    assert len(found) > 5
    assert min(seen[each] for each in seen if each != "remains" or erased is not None) > 0


def _some(twins: Twins, number: int) -> list[Row]:
    """Records of so many persons, in pairs that an address joins."""
    records = [twins.record(f"s{each % 2}", ("email", f"{each // 2}@koe.example")) for each in range(number)]
    return [row for _, rows in records for row in rows]


def test_a_small_change_of_many_is_worked_out_alone(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record concerns those alone with whom it has something in common; a value that nobody else bears, nobody else."""
    monkeypatch.setattr(changes, "FEWEST_IN_LARGEST", 10)
    twins.change([], _some(twins, 100))
    found = _counted(monkeypatch)
    twins.change([], twins.record("s3", AINO)[1])
    twins.change([], twins.record("s3", ("email", "7@koe.example"))[1])
    assert found == [1, 3]


def test_a_large_change_is_worked_out_whole(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where more than a fifth of all are concerned, all are worked out."""
    monkeypatch.setattr(changes, "FEWEST_IN_LARGEST", 10)
    twins.change([], _some(twins, 100))
    found = _counted(monkeypatch)
    twins.change([], [row for each in range(30) for row in twins.record("s4", ("email", f"{each}@koe.example"))[1]])
    assert found == []


def test_a_value_that_becomes_too_common_joins_nobody_any_more(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fifty-first person of an account parts the fifty before, who are worked out with it; when one goes they are one again."""
    monkeypatch.setattr(changes, "FEWEST_IN_LARGEST", 10**6)
    records = [twins.record(f"s{each}", ("conversation_id", f"{each}"), ("account_number", "A")) for each in range(51)]
    twins.change([], [row for _, rows in records[:50] for row in rows])
    assert twins.parts.engine.count("SELECT count(*) FROM identity.subjects") == 1
    twins.change([], records[50][1])
    assert twins.parts.engine.count("SELECT count(*) FROM identity.subjects") == 51
    twins.change([records[3][1][0]["_record"]], [])
    assert twins.parts.engine.count("SELECT count(*) FROM identity.subjects") == 1


def test_what_was_changed_without_being_told_is_noticed(twins: Twins) -> None:
    """Identifiers that somebody deletes without telling whose make all be worked out anew."""
    twins.change([], _some(twins, 10))
    for side in (twins.whole, twins.parts):
        side.engine.run("DELETE FROM identity.identifiers WHERE value = '0@koe.example'")
    assert is_stale(twins.parts.engine)
    twins.compare()
    assert twins.parts.engine.count("SELECT count(*) FROM identity.persons") == 8


def test_everything_that_writes_identifiers_tells_whose() -> None:
    """No module but `assets.ingest.identifiers` writes to the identifiers: what is not told of would be worked out whole each time."""
    written = re.compile(r"(INSERT INTO|DELETE FROM|UPDATE) identity[.]identifiers")
    found = [file for file in (ROOT / "assets").rglob("*.py") if written.search(file.read_text(encoding="utf-8"))]
    assert found == []
