"""Keyed hashes: the same in bulk as one by one, another for each domain, and known by the key that they were made with."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

import pytest

from resources.errors import AnsvarError
from resources.home import Home, write_private
from resources.keyed_hash import KEYED_HASH, derived_key, key_id, keyed_hash, name_keys, peppers_of
from resources.warehouse.engine import engine

if TYPE_CHECKING:
    from pathlib import Path

VALUES = ["aino@koe.example", "", "+358401234567", "Ääkkönen 😀", "x" * 1_000]


def test_sql_makes_the_hmac_of_the_standard(tmp_path: Path) -> None:
    """Of every value, kind and key the SQL expression gives HMAC-SHA256 with the derived key."""
    peppers = ["one", "another"]
    with engine(None, tmp_path) as memory:
        name_keys(memory, "made_keys", peppers, "test", ["email", "phone"])
        rows = memory.rows(
            f"""
            SELECT keys.key_id, keys.kind, given.value, {KEYED_HASH.format(value="given.value")}
            FROM made_keys AS keys CROSS JOIN (SELECT unnest($values) AS value) AS given
            """,  # noqa: S608 - a constant of ours
            {"values": VALUES},
        )
    expected = {
        (key_id(pepper), kind, value, hmac.digest(derived_key(pepper, f"test/{kind}"), value.encode(), hashlib.sha256).hex())
        for pepper in peppers
        for kind in ("email", "phone")
        for value in VALUES
    }
    assert set(rows) == expected
    assert {row[3] for row in rows} == {
        keyed_hash(pepper, f"test/{kind}", value) for pepper in peppers for kind in ("email", "phone") for value in VALUES
    }


def test_each_domain_and_pepper_has_hashes_of_its_own() -> None:
    """The same value hashes to another thing in another domain or with another pepper, and a key's id is not the key."""
    hashes = {keyed_hash(pepper, domain, "aino@koe.example") for pepper in ("one", "two") for domain in ("a/email", "a/phone", "b/email")}
    assert len(hashes) == 6
    assert key_id("one") != key_id("two")
    assert key_id("one") not in derived_key("one", "a").hex()


def test_the_peppers_of_a_home_are_found_by_their_ids(tmp_path: Path) -> None:
    """The present pepper and those put aside are found by the ids of the hashes; one that is missing is told with what to do."""
    home = Home(tmp_path / "home")
    home.create()
    present = home.pepper
    write_private(home.path / f"pepper.{key_id('earlier')}.key", "earlier")
    assert sorted(peppers_of(home, {key_id(present), key_id("earlier")})) == sorted([present, "earlier"])
    assert peppers_of(home, set()) == []
    with pytest.raises(AnsvarError, match=f"key id {key_id('lost')}.*put the earlier pepper.key back"):
        peppers_of(home, {key_id("lost"), key_id(present)})
