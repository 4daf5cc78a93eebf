"""What persons told us themselves, and what the ledger keeps of it: objections, withdrawals, restrictions; whose they are, and for what."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from assets.identity.objected import purposes_of
from assets.ingest.held import name_restricted
from assets.ingest.people import forms
from resources.keyed_hash import KEYED_HASH, key_id, keyed_hash, name_keys, peppers_of
from resources.ledger.erasures import KeptHash
from resources.ledger.holds import Keeping, kept_by_requests
from resources.ledger.objections import DOMAIN, PERSON, Received, received

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import sqlalchemy as sa

    from assets.identity.whom import Whom
    from resources.home import Home
    from resources.register import Register
    from resources.warehouse import Engine


@dataclass(frozen=True)
class Told:
    """All that is to be followed at a moment: objections and withdrawals, and requests that restrict."""

    received: tuple[Received, ...]
    keeping: Keeping

    @classmethod
    def seen_by(cls, connection: sa.Connection) -> Told:
        """What a transaction of the ledger sees."""
        return cls(tuple(received(connection)), Keeping(requests=kept_by_requests(connection)))

    @classmethod
    def of(cls, register: Register) -> Told:
        """What a register's ledger knows now."""
        with register.ledger.engine.connect() as connection:
            return cls.seen_by(connection)

    @property
    def digest(self) -> str:
        """Tells whether anything came or went."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


def hashes_of_person(register: Register, whom: Whom) -> Iterator[KeptHash]:
    """By what the person of an objection is known: its own identifiers, and the source persons that it is."""
    pepper = register.home.pepper
    for kind, value in (*whom.identifiers, *((PERSON, person) for person in whom.persons)):
        yield KeptHash(key_id(pepper), kind, keyed_hash(pepper, f"{DOMAIN}/{kind}", value))


def name_received(engine: Engine, register: Register, told: Told) -> None:
    """Make the temporary tables that the models of outreach read: `received_persons`, `received_purposes` and `restricted`.

    Raises:
        AnsvarError: where a key that hashes were made with is not in the home: nobody who objected could be known again.
    """
    catalogue = register.catalogue
    name_restricted(engine, catalogue, told.keeping, register.home.pepper)
    rows = [
        (each.id, each.kind, purpose, each.since) for each in told.received for purpose in purposes_of(catalogue, each.kind, each.scope)
    ]
    columns = {"objection": pa.string(), "kind": pa.string(), "purpose": pa.string(), "since": pa.timestamp("us")}
    _take(engine, "received_purposes", columns, rows)
    _name_persons(engine, register.home, told.received)
    given = {
        (each.id, kind, form)
        for each in told.received
        for kind, value in each.identifiers
        if kind in catalogue.vocabulary.identifiers
        for form in forms(kind, value, catalogue)
    }
    _take(engine, "received_values", dict.fromkeys(("objection", "kind", "value"), pa.string()), sorted(given))
    engine.run("""
        INSERT INTO received_persons
        SELECT DISTINCT given.objection, identifiers.person
        FROM received_values AS given
        INNER JOIN identity.identifiers AS identifiers ON identifiers.kind = given.kind AND identifiers.value = given.value
        WHERE identifiers.person IS NOT NULL
    """)


def _name_persons(engine: Engine, home: Home, received_: Iterable[Received]) -> None:
    """Find by their hashes whose the objections are that were carried out."""
    hashes = sorted({(each.id, *hashed) for each in received_ for hashed in each.hashes})
    _take(engine, "received_hashes", dict.fromkeys(("objection", "key_id", "kind", "hash"), pa.string()), hashes)
    engine.run("CREATE OR REPLACE TEMP TABLE received_persons (objection VARCHAR, person VARCHAR)")
    if not hashes:
        return
    name_keys(engine, "received_keys", peppers_of(home, {each[1] for each in hashes}), DOMAIN, sorted({each[2] for each in hashes}))
    engine.run(f"""
        INSERT INTO received_persons
        WITH borne AS (
          SELECT links.person, links.kind, links.value FROM identity.links AS links
          UNION
          SELECT persons.person, '{PERSON}' AS kind, persons.person AS value FROM identity.persons AS persons
        ),
        hashed AS (
          SELECT given.kind, given.value, keys.key_id, {KEYED_HASH.format(value="given.value")} AS hash
          FROM (SELECT DISTINCT kind, value FROM borne) AS given INNER JOIN received_keys AS keys ON keys.kind = given.kind
        )
        SELECT DISTINCT received.objection, borne.person
        FROM hashed
        INNER JOIN received_hashes AS received
          ON received.hash = hashed.hash AND received.kind = hashed.kind AND received.key_id = hashed.key_id
        INNER JOIN borne ON borne.kind = hashed.kind AND borne.value = hashed.value
    """)


def _take(engine: Engine, table: str, columns: dict[str, pa.DataType], rows: Iterable[tuple[object, ...]]) -> None:
    listed = list(rows)
    given = {name: pa.array([row[index] for row in listed], kind) for index, (name, kind) in enumerate(columns.items())}
    engine.register("taken", pa.table(given))
    engine.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {', '.join(columns)} FROM taken")
    engine.unregister("taken")
