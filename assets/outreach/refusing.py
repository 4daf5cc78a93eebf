"""Whose data are given to no partner: who prohibits it, refuses what it is for, is restricted, is a minor, or may be any of several."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from assets.identity.age import years_before
from assets.outreach.audience import bar
from assets.outreach.own import name_own, spread
from assets.outreach.prohibitions import against_prohibition, name_prohibitions
from assets.outreach.received import Told
from resources.errors import AnsvarError
from resources.warehouse.dialect import literal
from resources.warehouse.models import model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import sqlalchemy as sa

    from resources.register import Register
    from resources.warehouse import Engine

Result = TypeVar("Result")
_TRIES = 5


class _ChangedError(Exception):
    """Somebody said something meanwhile, or other data were published."""


def name_refusing(engine: Engine, register: Register, told: Told, purposes: Sequence[str]) -> None:
    """Make the temporary table `refusing` (`subject`, `reason`) of those whose data are not given to a partner for some purposes.

    Whoever bears what is a person's own and what somebody of them bears is among them: a person who was entered twice refuses in both.
    """
    outreach, today = register.catalogue.outreach, register.clock.today()
    bar(engine, register, told)
    name_prohibitions(engine, register.catalogue)
    engine.register("wanted", pa.table({"purpose": pa.array(list(purposes), pa.string())}))
    engine.run("CREATE OR REPLACE TEMP TABLE wanted_purposes AS SELECT purpose FROM wanted")
    engine.unregister("wanted")
    is_marketing = outreach is not None and bool({*outreach.marketing} & {*purposes})
    adult = years_before(today, outreach.minimum_age) if outreach is not None and is_marketing else dt.date.max
    bound = {"now": register.clock.now(), "adult_if_born_by": adult}
    engine.run(f"CREATE OR REPLACE TEMP TABLE refusing AS {model('outreach/refusing')}", bound)
    name_own(engine, register.catalogue)
    spread(engine)


def against_refusal(engine: Engine, register: Register) -> list[str]:
    """The disclosures to partners of a person's data that the person prohibited, or objected to, at the time; sorted, an item each person.

    Raises:
        AnsvarError: where a key that hashes were made with is not in the home.
    """
    disclosed, catalogue = register.ledger.disclosed(), register.catalogue
    if not disclosed.num_rows:
        return []
    bar(engine, register, Told.of(register))
    partners = [each for each in catalogue.notice.recipients.values() if each.kind == "partner"]
    purposes = {purpose for each in partners for purpose in each.purposes or catalogue.notice.purposes}
    listed = ", ".join(map(literal, sorted(purposes))) or "''"
    objected = f"""
        SELECT DISTINCT received.person, purposes.since, CAST(NULL AS TIMESTAMP) AS until, purposes.purpose
        FROM received_persons AS received
        INNER JOIN received_purposes AS purposes ON purposes.objection = received.objection
        INNER JOIN barred ON barred.person = received.person AND barred.purpose = purposes.purpose AND barred.reason = purposes.kind
        WHERE purposes.purpose IN ({listed})
        UNION
        SELECT persons.person, consents.since, CAST(NULL AS TIMESTAMP) AS until, consents.purpose
        FROM consents
        INNER JOIN identity.persons AS persons ON coalesce(persons.subject, persons.person) = consents.subject
        WHERE consents.state <> 'consent' AND consents.purpose IN ({listed})
    """
    return against_prohibition(engine, catalogue, disclosed, register.home.pepper, objected)


def recorded(register: Register, make: Callable[[Told], Callable[[sa.Connection], Result]]) -> Result:
    """Make something of what persons told, and record it, where nobody said anything else meanwhile; else all of it again.

    Args:
        register: the register.
        make: makes it; gives what records it within a transaction, whose first statement must write: so that nobody writes before its end.

    Raises:
        AnsvarError: what `make` raises; or where requests kept coming in.
    """
    for _ in range(_TRIES):
        told, generation = Told.of(register), register.warehouse.generation
        record = make(told)
        with suppress(_ChangedError), register.ledger.engine.begin() as connection:
            result = record(connection)
            if Told.seen_by(connection).digest != told.digest or register.warehouse.generation != generation:
                raise _ChangedError
            return result
    raise AnsvarError("Requests kept coming in while the list was made: try again.")
