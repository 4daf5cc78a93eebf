"""What a person asked for before, and what holds since, stands in the answer; what others asked for does not."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from assets.rights.delivery import release
from assets.rights.export import export_many
from resources.envelopes import Addressee
from resources.ledger.audit import Act, record
from resources.ledger.corrections import Correction, CorrectionLedger
from resources.ledger.erasures import KeptHash
from resources.ledger.ledger import Disclosure
from resources.ledger.objections import ObjectionLedger
from tests.helpers.bundles import members
from tests.helpers.records import customer
from tests.helpers.requests import OFFICER, file_verified
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AINO, BO = ("email", "aino@koe.example"), ("email", "bo@koe.example")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """A register of two customers."""
    made = Small(tmp_path)
    made.deliver("shop", [customer(1, email=AINO[1]), customer(2, email=BO[1])])
    made.ingest("shop")
    yield made
    made.close()


def test_earlier_requests_and_what_holds_since(small: Small) -> None:
    """An earlier request by the same address, however written, an objection that is followed, and a correction that holds, in words."""
    ledger, now = small.register.ledger, small.register.clock.now()
    objection = file_verified(ledger, "objection", "en", [("email", "AINO@koe.example ")], now, "marketing")
    (followed,) = ObjectionLedger(ledger).add(objection, ["marketing"], [KeptHash("key", "email", "0" * 64)], OFFICER, now)
    rectification = file_verified(ledger, "rectification", "en", [AINO], now)
    correction = Correction("shop_customers", "record", "name", "Aino", "key", "0" * 64, "A letter")
    CorrectionLedger(ledger).meant(rectification.id, "run-1", correction, OFFICER, now)
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE corrections SET state = 'in_force'")
    small.at("2026-10-16T03:00:00+03:00")
    asked = [file_verified(ledger, kind, "en", [given], small.register.clock.now()) for kind, given in (("access", AINO), ("access", BO))]
    assert export_many(small.register, [each.id for each in asked]).failed == {}
    ainos, bos = (json.loads(members(small.register, each.id)["about.json"])["dealings"] for each in asked)
    assert {(each["what"], each["kind"], each["about"]) for each in ainos} == {
        ("request", "objection", "marketing"),
        ("request", "rectification", None),
        ("objection", "objection", "marketing"),
        ("correction", "shop.customers", "name"),
    }
    labels = {each["label"] for each in ainos}
    assert {"Objection to the processing of your data: direct marketing", "A name: Name"} <= labels
    assert bos == []
    page = members(small.register, asked[0].id)["report.html"].decode()
    assert "What you have asked for before" in page
    assert "What you have asked for before" not in members(small.register, asked[1].id)["report.html"].decode()
    ObjectionLedger(ledger).end(followed, OFFICER, "By a letter", now)
    assert export_many(small.register, [asked[0].id]).failed == {}
    again = json.loads(members(small.register, asked[0].id)["about.json"])["dealings"]
    assert "objection" not in {each["what"] for each in again}


def test_somebody_unknown(small: Small) -> None:
    """Of whom no table holds anything is told what the ledger holds, by an address of one's own."""
    ledger, now = small.register.ledger, small.register.clock.now()
    vera, office, other = ("email", "vera@koe.example"), ("email", "info@koe.example"), ("email", "eva@koe.example")
    earlier = file_verified(ledger, "erasure", "en", [vera], now)
    with ledger.engine.begin() as connection:
        record(connection, Act(OFFICER, "bundle.review_looked", earlier.id, now))
    hashed = hashlib.sha256(f"{small.register.home.pepper}disclosure/email/{vera[1]}".encode()).hexdigest()
    ledger.new_disclosure(Disclosure("partner", "partner", "FI", "a fair", None, OFFICER, now), [hashed])
    file_verified(ledger, "restriction", "en", [vera, other], now)
    file_verified(ledger, "erasure", "en", [office], now)
    asked = {given: file_verified(ledger, "access", "en", [given], now) for given in (vera, office)}
    assert export_many(small.register, [each.id for each in asked.values()]).failed == {}
    told, shared = (members(small.register, each.id) for each in asked.values())
    about = json.loads(told["about.json"])
    assert (about["held"], [(each["what"], each["kind"]) for each in about["dealings"]]) == (False, [("request", "erasure")])
    assert ([each["recipient"] for each in about["disclosures"]], [each["what"] for each in about["looks"]]) == (["partner"], ["answer"])
    said = ("Only records of earlier dealings were found", "Request received", "Preparing the answer", "were given to these:")
    assert [each for each in said if each not in told["report.html"].decode()] == []
    assert "No data about you was found" in shared["report.html"].decode()
    release(small.register, asked[vera].id, Addressee("a passphrase of some length"), OFFICER)
    assert not ledger.request(asked[vera].id).nothing_held


def test_a_request_that_may_be_anothers(small: Small) -> None:
    """What was asked for with identifiers of two persons is told to neither of them, until a named user says whom it means."""
    ledger, now = small.register.ledger, small.register.clock.now()
    unclear = file_verified(ledger, "rectification", "en", [AINO, BO], now)
    file_verified(ledger, "objection", "en", [AINO], now, "marketing")
    asked = [file_verified(ledger, "access", "en", [given], now) for given in (AINO, BO)]

    def told() -> list[list[str]]:
        assert export_many(small.register, [each.id for each in asked]).failed == {}
        return [[each["kind"] for each in json.loads(members(small.register, one.id)["about.json"])["dealings"]] for one in asked]

    assert told() == [["objection"], []]
    of_bo = "SELECT p.subject FROM identity.persons p JOIN identity.links l ON l.person = p.person WHERE l.value = 'bo@koe.example'"
    (subject,) = small.rows(of_bo)
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE requests SET subject = ? WHERE request = ?", (subject[0], unclear.id))
    assert told() == [["objection"], ["rectification"]]
