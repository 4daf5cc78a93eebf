"""Record that persons' data is given to a recipient: never a partner's list with somebody on it who prohibits that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from assets.ingest.people import forms
from assets.outreach.allowed import PARTNER, Data, allowed, recipient_of
from assets.outreach.own import spread_written
from assets.outreach.prohibitions import hash_links, hashes_of
from assets.outreach.refusing import name_refusing, recorded
from resources.errors import AnsvarError
from resources.ledger import Disclosure
from resources.ledger.ledger import add_disclosure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import sqlalchemy as sa

    from assets.outreach.received import Told
    from resources.register import Register
    from resources.warehouse import Engine

_MOST_SHOWN = 20
_REFUSE = {
    "prohibition": "prohibit that their data is given to partners",
    "refusal": "refuse to be written to for that purpose",
    "objection": "object to it",
    "withdrawal": "withdrew their consent to it",
    "restriction": "have had the processing of their data restricted",
    "minor": "are minors",
    "unclear_who": "may be any of several",
    "identifier_of_who_refuses": "bear an identifier of their own that somebody who refuses bears, too",
}
_RECORDED = """
    SELECT hash FROM listed_hashes WHERE is_known
    UNION
    SELECT mine.hash
    FROM listed_hashes AS listed
    INNER JOIN hashed_links AS links ON links.hash = listed.hash AND links.is_own
    INNER JOIN identity.persons AS persons ON persons.person = links.person
    INNER JOIN identity.persons AS others ON coalesce(others.subject, others.person) = coalesce(persons.subject, persons.person)
    INNER JOIN hashed_links AS mine ON mine.person = others.person AND mine.is_own
"""
"""The keyed hashes of what was written, and of all that is their own whom it means: by each of them the disclosure is found again."""


def disclose(  # noqa: PLR0913, PLR0917 - what a disclosure is recorded with
    register: Register, recipient: str, ground: str, made_by: str, lines: Sequence[str], data: Data | None = None
) -> str:
    """Record a disclosure; gives its opaque id. Whoever hands the data over does so after this.

    Args:
        register: the register.
        recipient: a recipient of the notice.
        ground: why the recipient may have the data.
        made_by: the name of the person who decides it.
        lines: the persons whose data is given: one identifier a line, `kind=value`, or an e-mail address alone.
        data: which data, and for which purpose; None where that is not known.

    Raises:
        AnsvarError: where the recipient is unknown, or may not have the data; the ground or the name is missing; a line cannot be read or
            means nobody in the register; or, for a partner, a person must not be on the list. Lines are told by their number.
    """
    shape, dataset = allowed(register, recipient, data) if data else (recipient_of(register, recipient), None)
    if not ground.strip() or not made_by.strip():
        raise AnsvarError("A disclosure needs its ground and the name of the person who decides it.")
    safeguard = shape.transfer.safeguard.en if shape.transfer else None
    what = (data.purpose, data.what) if data else (None, None)
    made = Disclosure(recipient, shape.kind, shape.country, ground.strip(), safeguard, made_by.strip(), register.clock.now(), *what)

    def make(told: Told) -> Callable[[sa.Connection], str]:
        with register.warehouse.reading() as engine:
            name_lines(engine, register, lines)
            if shape.kind == PARTNER:
                name_refusing(engine, register, told, [data.purpose] if data else shape.purposes or [*register.catalogue.notice.purposes])
                if data and dataset:
                    spread_written(engine, dataset.table, data.fields)
                refused_lines(engine)
            hashes = [row[0] for row in engine.rows(_RECORDED)]
        return lambda connection: add_disclosure(connection, made, hashes)

    return recorded(register, make)


def name_lines(engine: Engine, register: Register, lines: Sequence[str]) -> None:
    """Make `listed_hashes` (`line`, `hash`, `is_known`) and `listed_subjects` (`line`, `subject`) of a list of identifiers.

    Raises:
        AnsvarError: where a line cannot be read, or means nobody in the register. Lines are told by their number.
    """
    given, pepper = _read(register, lines), register.home.pepper
    hashes = hashes_of(engine, ((kind, form) for _, kind, form in given), pepper)
    engine.register("listed", pa.table({"line": pa.array([number for number, _, _ in given]), "hash": pa.array(hashes, pa.string())}))
    hash_links(engine, register.catalogue, pepper)
    engine.run("""
        CREATE OR REPLACE TEMP TABLE listed_hashes AS
        SELECT listed.line, listed.hash, known.hash IS NOT NULL AS is_known
        FROM listed LEFT JOIN (SELECT DISTINCT hash FROM hashed_links) AS known ON known.hash = listed.hash
    """)
    engine.unregister("listed")
    engine.run("""
        CREATE OR REPLACE TEMP TABLE listed_subjects AS
        SELECT DISTINCT listed.line, coalesce(persons.subject, persons.person) AS subject
        FROM listed_hashes AS listed
        INNER JOIN hashed_links AS links ON links.hash = listed.hash
        INNER JOIN identity.persons AS persons ON persons.person = links.person
    """)
    strangers = engine.rows("SELECT line FROM listed_hashes GROUP BY line HAVING NOT bool_or(is_known)")
    if strangers:
        told = _told([row[0] for row in strangers])
        raise AnsvarError(f"Nobody in the register bears what stands in {told}: leave it out, or correct it.")


def refused_lines(engine: Engine) -> None:
    """Refuse a list with somebody in it who must not be on it, after `name_lines` and `name_refusing`.

    Raises:
        AnsvarError: where there is one. Lines are told by their number, and not who they are.
    """
    found = engine.rows("""
        SELECT DISTINCT refusing.reason, listed.line
        FROM listed_subjects AS listed INNER JOIN refusing ON refusing.subject = listed.subject
        ORDER BY refusing.reason, listed.line
    """)
    lines: dict[str, list[int]] = {}
    for reason, line in found:
        lines.setdefault(reason, []).append(line)
    if lines:
        raise AnsvarError(
            " ".join(f"The persons in {_told(numbers)} {_REFUSE[reason]}: leave them out." for reason, numbers in lines.items())
        )


def _read(register: Register, lines: Sequence[str]) -> list[tuple[int, str, str]]:
    """Each line's number (from 1), the kind of its identifier, and a form in which sources may hold it; blank lines are passed over."""
    kinds = register.catalogue.vocabulary.identifiers
    found: list[tuple[int, str, str]] = []
    unreadable = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        kind, separator, value = line.strip().partition("=")
        kind, value = (kind, value) if separator else ("email", line.strip())
        read = forms(kind, value, register.catalogue) if kind in kinds else ()
        found += [(number, kind, form) for form in read]
        if not read:
            unreadable.append(str(number))
    if unreadable:
        raise AnsvarError(
            f"There is no identifier in {_told(unreadable)}: write kind=value, as customer_number=1234, or an e-mail address."
        )
    if not found:
        raise AnsvarError("The list names nobody: write one identifier a line.")
    return found


def _told(numbers: Sequence[int | str]) -> str:
    shown = sorted({int(number) for number in numbers})
    more = f" and {len(shown) - _MOST_SHOWN} more" if len(shown) > _MOST_SHOWN else ""
    return f"line {', '.join(str(number) for number in shown[:_MOST_SHOWN])}{more}"
