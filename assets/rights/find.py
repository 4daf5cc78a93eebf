"""Which data subject do the identifiers of a request mean? Where that is not plain, none: better ask again than hand out another's data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from assets.identity.whom import UntoldError
from assets.ingest.people import forms
from resources.errors import AnsvarError
from resources.warehouse.models import model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.catalogue import Catalogue
    from resources.warehouse import Engine


class UnclearError(UntoldError):
    """The identifiers of a request do not tell who the person is."""

    def __init__(self) -> None:
        """Say what to do; never which persons the identifiers match."""
        super().__init__(
            "The identifiers of this request match several persons, or only such as several persons may share, so it is not answered: the "
            "data protection officer must ask the person for another identifier (an e-mail address or customer number of the person's own) "
            "and file the request again, or say whom it means: `ansvar request settle`."
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
    """The subject that the identifiers mean.

    An identifier that nobody bears is passed over. One that stood in a record which has gone since, and tied what is still held to its
    subject, means that subject all the same. Every other must be the subject's, and those of them that are evidence of who a
    person is must leave the one subject among them: a shared telephone or a role's mailbox never suffices.

    Args:
        engine: what is published.
        catalogue: the register's catalogue.
        identifiers: kinds and values as the person gave them.
        pepper: the secret of keyed hashes, by which identifiers are known that are no longer held.

    Raises:
        UnclearError: where they match several subjects, contradict each other, or are all such as several persons may share.
        AnsvarError: where a kind is not in the vocabulary.
    """
    values = given_values(catalogue, identifiers)
    engine.register(
        "given_rows",
        pa.table(
            {
                "number": pa.array([number for number, _, _ in values], pa.int64()),
                "kind": pa.array([kind for _, kind, _ in values], pa.string()),
                "value": pa.array([value for _, _, value in values], pa.string()),
            }
        ),
    )
    engine.run("CREATE OR REPLACE TEMP TABLE request_values AS SELECT number, kind, value FROM given_rows")
    engine.unregister("given_rows")
    matched: dict[int, set[str]] = {}
    strong: dict[int, set[str]] = {}
    for number, subject, joins in engine.rows(model("rights/matches")):
        matched.setdefault(number, set()).add(subject)
        if joins:
            strong.setdefault(number, set()).add(subject)
    former = engine.rows(model("rights/former_matches"), {"pepper": pepper})
    for number, subject in former:
        if number not in matched:
            strong.setdefault(number, set()).add(subject)
    matched |= {number: strong[number] for number, _ in former if number not in matched}
    if not matched:
        return Subject(None, ())
    meant = set.intersection(*strong.values()) if strong else set()
    if len(meant) != 1 or not all(meant <= subjects for subjects in matched.values()):
        raise UnclearError
    subject = meant.pop()
    persons = engine.rows("SELECT person FROM identity.persons WHERE subject = $subject ORDER BY person", {"subject": subject})
    return Subject(subject, tuple(row[0] for row in persons))


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
