"""Keyed hashes: HMAC-SHA256 (RFC 2104) with a key that is no part of any database, and another for each domain.

Of a telephone number a plain hash is undone in seconds by trying all numbers; with a key that whoever reads the database lacks, it is not.
A key is derived of the home's pepper for a domain, as `erasure/email`, so that hashes of two domains cannot be compared. The pepper has an
id, which stands beside each hash: when it is replaced, the earlier one is put aside in the home, and what it hashed is still known.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

import pyarrow as pa

from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from resources.home import Home
    from resources.warehouse import Engine

_BLOCK = 64  # bytes of a block of SHA-256
_ID_LETTERS = 16
KEYED_HASH = "sha256(keys.outer_pad || unhex(sha256(keys.inner_pad || encode({value}))))"
"""The hash of a text in SQL, with a row `keys` of the table that `name_keys` makes."""


def key_id(pepper: str) -> str:
    """The id of a pepper: tells which it is, and nothing of what it is."""
    return hmac.digest(pepper.encode(), b"ansvar key id", hashlib.sha256).hex()[:_ID_LETTERS]


def derived_key(pepper: str, domain: str) -> bytes:
    """The key of a domain, 32 bytes."""
    return hmac.digest(pepper.encode(), f"ansvar keyed hash: {domain}".encode(), hashlib.sha256)


def keyed_hash(pepper: str, domain: str, value: str) -> str:
    """The keyed hash of a value in a domain, in hex; the same as `KEYED_HASH` makes in bulk."""
    return hmac.digest(derived_key(pepper, domain), value.encode(), hashlib.sha256).hex()


def name_keys(engine: Engine, table: str, peppers: Iterable[str], domain: str, kinds: Iterable[str]) -> None:
    """Make a temporary table of the keys of a domain: `key_id`, `kind`, and the two padded keys of RFC 2104 (`inner_pad`, `outer_pad`).

    Args:
        engine: an open connection.
        table: the table's name.
        peppers: the secrets to hash with.
        domain: the domain; each kind has a key of its own, that of `domain/kind`.
        kinds: the kinds of values.
    """
    rows: dict[str, list[object]] = {"key_id": [], "kind": [], "inner_pad": [], "outer_pad": []}
    listed = list(kinds)
    for pepper in peppers:
        for kind in listed:
            padded = derived_key(pepper, f"{domain}/{kind}").ljust(_BLOCK, b"\0")
            values = (key_id(pepper), kind, bytes(each ^ 0x36 for each in padded), bytes(each ^ 0x5C for each in padded))
            for column, value in zip(rows.values(), values, strict=True):
                column.append(value)
    schema = pa.schema([("key_id", pa.string()), ("kind", pa.string()), ("inner_pad", pa.binary()), ("outer_pad", pa.binary())])
    engine.register("key_rows", pa.table(rows, schema=schema))
    engine.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT key_id, kind, inner_pad, outer_pad FROM key_rows")
    engine.unregister("key_rows")


def peppers_of(home: Home, used: Collection[str]) -> Sequence[str]:
    """The peppers of a home by which hashes with these key ids were made.

    Raises:
        AnsvarError: where one of them is not in the home: what was hashed with it could not be known again.
    """
    known = {key_id(pepper): pepper for pepper in home.peppers}
    missing = sorted(set(used) - known.keys())
    if missing:
        raise AnsvarError(
            f"Keyed hashes were made with a key that is not in the home (key id {', '.join(missing)}): put the earlier pepper.key back, as "
            f"pepper.{missing[0]}.key beside the present one. Without it, persons who were erased would come back."
        )
    return [known[each] for each in sorted(set(used))]
