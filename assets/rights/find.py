"""Which data subject do the identifiers of a request mean? Where that is not plain, none: better ask again than hand out another's data."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from assets.identity.whom import UntoldError
from assets.ingest.people import forms
from resources.errors import AnsvarError
from resources.warehouse.models import model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from resources.catalogue import Catalogue
    from resources.warehouse import Engine


class UnclearError(UntoldError):
    """The identifiers of a request do not tell who the person is."""

    def __init__(self) -> None:
        """Say what to do; never which persons the identifiers match."""
        super().__init__(
            "The identifiers of this request match several persons, or are such as several persons may share, or there is none, so it is "
            "not answered: the data protection officer must ask the person for another (an e-mail address or customer number of the "
            "person's own) and add it with `ansvar request identify`, or say whom it means: `ansvar request settle`."
        )


@dataclass(frozen=True)
class Subject:
    """A data subject, and the persons of the sources that it is; all of it None and empty where nobody bears the identifiers."""

    id: str | None
    persons: tuple[str, ...]


def regions(catalogue: Catalogue) -> tuple[str, ...]:
    """The countries whose telephone numbers are written without a country code in some source, sorted."""
    return tuple(sorted({source.shape.region for source in catalogue.sources.values()}))


def find(engine: Engine, catalogue: Catalogue, identifiers: Sequence[tuple[str, str]], pepper: str = "") -> Subject:
    """The subject that the identifiers of one request mean: see `find_all`.

    Raises:
        UnclearError: where they match several subjects, contradict each other, or are all such as several persons may share.
        AnsvarError: where a kind is not in the vocabulary.
    """
    found = find_all(engine, catalogue, {"": identifiers}, pepper)[""]
    if isinstance(found, AnsvarError):
        raise found
    return found


def find_all(
    engine: Engine, catalogue: Catalogue, requests: Mapping[str, Sequence[tuple[str, str]]], pepper: str = ""
) -> dict[str, Subject | AnsvarError]:
    """The subject that the identifiers of each request mean, or why it cannot be told.

    An identifier that nobody bears is passed over. One that stood in a record which has gone since, and tied what is still held to its
    subject, means that subject all the same; and so does any that a person had who was erased and of whom records stay, beside whoever
    bears it now. Every other must be the subject's, and those of them that are evidence of who a
    person is must leave the one subject among them: a shared telephone or a role's mailbox never suffices.

    Args:
        engine: what is published.
        catalogue: the register's catalogue.
        requests: of each request the kinds and values as the person gave them.
        pepper: the secret of keyed hashes, by which identifiers are known that are no longer held.
    """
    failed: dict[str, AnsvarError] = {}
    values: list[tuple[str, int, str, str]] = []
    for request, identifiers in requests.items():
        try:
            values += [(request, *each) for each in given_values(catalogue, identifiers)]
        except AnsvarError as error:
            failed[request] = error
    meant = {request: matches.meant() for request, matches in _matches(engine, values, pepper).items()}
    persons = _persons(engine, meant)
    found: dict[str, Subject | AnsvarError] = {}
    for request in requests:
        subject = meant.get(request)
        found[request] = failed.get(request) or (
            UnclearError() if request in meant and subject is None else Subject(subject, tuple(persons[request]))
        )
    return found


def bearers(
    engine: Engine, catalogue: Catalogue, requests: Mapping[str, Sequence[tuple[str, str]]], pepper: str = "", *, shared: bool = False
) -> dict[str, set[str]]:
    """The subjects that bear any of the identifiers of each request; by what several persons may have only where `shared`.

    Args:
        engine: what is published.
        catalogue: the register's catalogue.
        requests: of each request the kinds and values as the person gave them.
        pepper: the secret of keyed hashes, by which identifiers are known that are no longer held.
        shared: whether to go by a shared telephone or a role's mailbox too.
    """
    values = [(request, *each) for request, identifiers in requests.items() for each in given_values(catalogue, identifiers)]
    found = _matches(engine, values, pepper)
    return {request: matches.subjects(shared=shared) for request, matches in found.items()}


@dataclass
class Matches:
    """The subjects that bear the identifiers of a request, by the identifier's number: all of them, and those of whom it is evidence."""

    matched: dict[int, set[str | None]] = field(default_factory=lambda: defaultdict(set))
    strong: dict[int, set[str | None]] = field(default_factory=lambda: defaultdict(set))

    def subjects(self, *, shared: bool) -> set[str]:
        """Who bears any of them; a record that may be any of several persons' is no subject's."""
        return {each for subjects in (self.matched if shared else self.strong).values() for each in subjects if each is not None}

    def meant(self) -> str | None:
        """The one subject whom all of them leave; None where that is not plain."""
        left = set.intersection(*self.strong.values()) if self.strong else set()
        return left.pop() if len(left) == 1 and all(left <= subjects for subjects in self.matched.values()) else None


def _matches(engine: Engine, values: Iterable[tuple[str, int, str, str]], pepper: str) -> dict[str, Matches]:
    """Who bears the identifiers of requests; a request whose identifiers nobody bears is not among them."""
    _give(engine, "request_values", {"request": pa.string(), "number": pa.int64(), "kind": pa.string(), "value": pa.string()}, values)
    found: dict[str, Matches] = defaultdict(Matches)
    for request, number, subject, joins in engine.rows(model("rights/matches")):
        found[request].matched[number].add(subject)
        if joins:
            found[request].strong[number].add(subject)
    present = {(request, number) for request, matches in found.items() for number in matches.matched}
    strong = {(request, number) for request, matches in found.items() for number in matches.strong}
    for request, number, subject, is_erased in engine.rows(model("rights/former_matches"), {"pepper": pepper}):
        is_free = (request, number) not in present
        if is_free or is_erased:
            found[request].matched[number].add(subject)
        if is_free or (is_erased and (request, number) in strong):
            found[request].strong[number].add(subject)
    return found


def _persons(engine: Engine, meant: Mapping[str, str | None]) -> dict[str, list[str]]:
    """The source persons of the subjects that requests mean."""
    rows = [(request, subject) for request, subject in meant.items() if subject is not None]
    _give(engine, "request_subjects", {"request": pa.string(), "subject": pa.string()}, rows)
    found: dict[str, list[str]] = defaultdict(list)
    for request, person in engine.rows(model("rights/persons")):
        found[request].append(person)
    return found


def _give(engine: Engine, table: str, columns: Mapping[str, pa.DataType], rows: Iterable[tuple[object, ...]]) -> None:
    """Make a temporary table of rows."""
    listed = list(rows)
    given = {column: pa.array([row[place] for row in listed], kind) for place, (column, kind) in enumerate(columns.items())}
    engine.register("given_rows", pa.table(given))
    engine.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {', '.join(columns)} FROM given_rows")
    engine.unregister("given_rows")


def given_values(catalogue: Catalogue, identifiers: Sequence[tuple[str, str]]) -> list[tuple[int, str, str]]:
    """The identifiers as the register compares them, numbered; one that sources may hold in several forms once in each.

    Raises:
        AnsvarError: where a kind is not in the vocabulary.
    """
    kinds = catalogue.vocabulary.identifiers
    if any(kind not in kinds for kind, _ in identifiers):
        raise AnsvarError(f"The request has an identifier of a kind that is not known: file it again with one of {', '.join(kinds)}.")
    found = {(number, kind, value) for number, (kind, given) in enumerate(identifiers) for value in forms(kind, given, catalogue)}
    return sorted(found)
