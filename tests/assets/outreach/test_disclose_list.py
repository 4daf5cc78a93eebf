"""A list for a partner or an authority and its record are there together, and nobody is on it who refuses."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assets.outreach import lists
from assets.outreach.allowed import Data
from assets.outreach.audience import refresh
from assets.outreach.disclose import disclose
from assets.outreach.disclose_list import Wanted, disclose_list
from assets.outreach.follow import follow
from assets.outreach.received import Told
from assets.outreach.refusing import against_refusal, name_refusing
from assets.outreach.written_to import write_audience
from assets.retention.erase import decide, erase_decided, preview
from assets.rights.tabular import csv_bytes
from assets.rights.whom import whom
from resources.errors import AnsvarError
from resources.ledger import audit
from resources.ledger.objections import ObjectionLedger
from resources.ledger.requests import RequestLedger, Step
from tests.helpers.erasing import keeping
from tests.helpers.outreach import outreaching, say, told
from tests.helpers.records import customer
from tests.helpers.requests import file_verified
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WANTED = Wanted("partner", "marketing", "Trade fair", "shop.customers", ["name", "email"])
BY = "Liisa Lahti"


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Four customers, of whom one prohibits partners and one is a minor."""
    made = Small(tmp_path_factory.mktemp("lists"))
    outreaching(made)
    keeping(made)
    made.dataset("shop.customers")["prohibition"] = {"where": {"kind": ["company"]}}
    made.describe()
    people = [("Aino", {}), ("Bo", {"kind": "company"}), ("Cai", {"born_on": "2015-01-01"}), ("=Dag", {})]
    made.deliver(
        "shop", [customer(number, name=name, email=f"c{number}@koe.example", **more) for number, (name, more) in enumerate(people, 1)]
    )
    say(made, "events", {"email": "c1@koe.example", "event": "delivered", "at": "2026-09-01T10:00:00Z"})
    made.ingest("shop")
    made.close()
    return made


@pytest.fixture
def small(ingested: Small, tmp_path: Path) -> Iterator[Small]:
    """A copy of it."""
    made = ingested.copied(tmp_path / "small")
    yield made
    made.close()


def _request(small: Small, kind: str, scope: str | None = None, number: int = 1) -> str:
    given = [("email", f"c{number}@koe.example")]
    return file_verified(small.register.ledger, kind, "en", given, small.register.clock.now(), scope).id


def _names(file: Path) -> list[str]:
    with file.open(encoding="utf-8", newline="") as opened:
        return [row["name"] for row in csv.DictReader(opened)]


def test_a_list_and_its_record(small: Small, tmp_path: Path) -> None:
    """The list has whom it may have, safe in a spreadsheet; the record says to whom, for what, on what ground, and what of whom."""
    file = tmp_path / "list.csv"
    given = disclose_list(small.register, WANTED, BY, file)
    assert (_names(file), given.records, given.left_out) == (["'=Dag", "Aino"], 2, {"minor": 1, "prohibition": 1})
    assert file.stat().st_mode & 0o777 == 0o600
    (row,) = small.register.ledger.disclosures()
    assert (row["disclosure"], row["recipient"], row["purpose"], row["ground"]) == (given.disclosure, "partner", "marketing", "Trade fair")
    assert row["what"] == {"dataset": "shop.customers", "fields": ["name", "email"]}
    (entry,) = audit.entries(small.register.ledger.engine, given.disclosure)
    assert (entry.what, entry.by) == ("disclosure.made", BY)
    assert list((small.home.path / "temporary").glob("list-*")) == []
    with pytest.raises(AnsvarError, match="is there already"):
        disclose_list(small.register, WANTED, BY, file)


@pytest.mark.parametrize(
    ("kind", "scope"), [("restriction", None), ("objection", "marketing"), ("objection", None), ("withdrawal", "marketing")]
)
@pytest.mark.parametrize("carried_out", [False, True])
def test_who_refuses_is_on_no_list(small: Small, tmp_path: Path, kind: str, scope: str | None, *, carried_out: bool) -> None:
    """Neither on one that is made here nor on one that is recorded, from the receipt of the request on."""
    request = _request(small, kind, scope)
    if carried_out and kind != "restriction":
        follow(small.register, request, BY, whom)
    assert disclose_list(small.register, WANTED, BY, tmp_path / "list.csv").left_out[kind] == 1
    assert _names(tmp_path / "list.csv") == ["'=Dag"]
    for make in (
        lambda: disclose_list(small.register, replace(WANTED, lines=["c4@koe.example", "c1@koe.example"]), BY, tmp_path / "other.csv"),
        lambda: disclose(small.register, "partner", "Fair", BY, ["c4@koe.example", "c1@koe.example"]),
    ):
        with pytest.raises(AnsvarError, match=r"The persons in line 2 "):
            make()
    assert not (tmp_path / "other.csv").exists()
    assert len(small.register.ledger.disclosures()) == 1
    with pytest.raises(AnsvarError, match="There is no data set"):
        disclose(small.register, "partner", "Fair", BY, ["c4@koe.example"], Data("marketing", "shop.custmers", ["name"]))
    known = disclose(small.register, "partner", "Fair", BY, ["c4@koe.example"], WANTED.data)
    row = next(each for each in small.register.ledger.disclosures() if each["disclosure"] == known)
    assert (row["purpose"], row["what"]) == ("marketing", WANTED.data.what)
    authority = replace(WANTED, recipient="authority", purpose="relation", ground="Tax Procedure Act")
    assert disclose_list(small.register, authority, BY, tmp_path / "authority.csv").records == 4


def test_who_refused_at_a_source_is_on_no_list(small: Small, tmp_path: Path) -> None:
    """Whoever unsubscribed is given to no partner for marketing, for another purpose as before; what was given after that is told."""

    def refused(purpose: str) -> int:
        with small.register.warehouse.reading() as engine:
            name_refusing(engine, small.register, Told.of(small.register), [purpose])
            return engine.count("SELECT count(DISTINCT subject) FROM refusing")

    unsubscribed = {"email": "c1@koe.example", "event": "unsubscribed", "at": "2026-09-01T10:00:00Z"}
    say(small, "events", unsubscribed)
    small.ingest("shop")
    given = disclose_list(small.register, WANTED, BY, tmp_path / "list.csv")
    assert (_names(tmp_path / "list.csv"), given.left_out) == (["'=Dag"], {"minor": 1, "prohibition": 1, "refusal": 1})
    with pytest.raises(AnsvarError, match="The persons in line 1 refuse to be written to for that purpose"):
        disclose(small.register, "partner", "Fair", BY, ["c1@koe.example"], WANTED.data)
    assert (refused("marketing"), refused("relation")) == (3, 1)
    say(small, "events", unsubscribed, unsubscribed | {"email": "c4@koe.example"})
    small.ingest("shop")
    with small.register.warehouse.reading() as engine:
        assert len(against_refusal(engine, small.register)) == 1


def test_who_asks_for_erasure_is_on_no_list(small: Small, tmp_path: Path) -> None:
    """From the receipt on, also where the erasure was refused, for a ground to keep data is none to write; not once it was taken back."""
    requests, moment = RequestLedger(small.register.ledger), small.register.clock.now()
    held, taken_back = _request(small, "erasure"), _request(small, "erasure", number=4)
    with pytest.raises(AnsvarError, match="Nobody is left"):
        disclose_list(small.register, WANTED, BY, tmp_path / "list.csv")
    assert {told(small)[number, "email"] for number in ("C1", "C4")} == {"objection"}
    requests.step(held, Step("refused", BY, moment, "legal_claims"))
    requests.step(taken_back, Step("closed", BY, moment, note="Taken back"))
    assert disclose_list(small.register, WANTED, BY, tmp_path / "list.csv").left_out["objection"] == 1
    assert _names(tmp_path / "list.csv") == ["'=Dag"]
    assert (told(small)["C1", "email"], told(small)["C4", "email"] == "objection") == ("objection", False)


def test_who_refuses_while_the_list_is_made(small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An objection that comes in after the persons were chosen, and before the list is recorded, takes its person off the list."""
    written, came = lists.write_csv, list[str]()

    def write_then_object(*given: object) -> int:
        count = written(*given)  # type: ignore[arg-type] # as it was called
        if not came:
            came.append(_request(small, "objection", "marketing"))
        return count

    monkeypatch.setattr("assets.outreach.disclose_list.write_csv", write_then_object)
    given = disclose_list(small.register, WANTED, BY, tmp_path / "list.csv")
    assert (_names(tmp_path / "list.csv"), given.left_out["objection"]) == (["'=Dag"], 1)
    assert len(small.register.ledger.disclosures()) == 1


def test_a_crash_leaves_no_file_without_a_record(small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stops before the record leaves nothing; what stops after it leaves the record, and no file under any name."""

    def fail(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("assets.outreach.disclose_list.add_disclosure", fail)
        with pytest.raises(RuntimeError):
            disclose_list(small.register, WANTED, BY, tmp_path / "list.csv")
    assert small.register.ledger.disclosures() == []
    with monkeypatch.context() as broken:
        broken.setattr("assets.outreach.disclose_list.put", fail)
        with pytest.raises(RuntimeError):
            disclose_list(small.register, WANTED, BY, tmp_path / "list.csv")
    assert len(small.register.ledger.disclosures()) == 1
    assert [*tmp_path.glob("*.csv*"), *tmp_path.glob(".*"), *(small.home.path / "temporary").glob("list-*")] == []


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (replace(WANTED, purpose="relation"), "The notice gives 'partner' data for marketing, not for relation."),
        (replace(WANTED, dataset="shop.custmers"), "There is no data set 'shop.custmers': did you mean 'shop.customers'?"),
        (replace(WANTED, fields=["nam"]), "'nam' is no field of shop.customers: did you mean 'name'?"),
        (
            replace(WANTED, dataset="chats.conversations", fields=["text"]),
            "'text' of chats.conversations is not given to 'partner': others may stand in it.",
        ),
        (
            replace(WANTED, dataset="chats.conversations", fields=["email"]),
            "'email' of chats.conversations is not given to 'partner': it is held for relation, not for marketing.",
        ),
        (
            replace(WANTED, dataset="chats.conversations", fields=["agent_email"]),
            "'agent_email' of chats.conversations is not given to 'partner': it is of another person than the record's own.",
        ),
    ],
)
def test_what_a_recipient_may_not_have(small: Small, tmp_path: Path, wanted: Wanted, said: str) -> None:
    """The notice says who receives what for which purpose; nothing else is given."""
    with pytest.raises(AnsvarError) as caught:
        disclose_list(small.register, wanted, BY, tmp_path / "list.csv")
    assert str(caught.value) == said


def test_an_objection_that_was_carried_out_outlives_everything(small: Small) -> None:
    """It holds by keyed hashes: for a new record of another source under the address, until the person takes it back."""
    follow(small.register, _request(small, "objection", "marketing"), BY, whom)
    (row,) = ObjectionLedger(small.register.ledger).objections()
    others = [customer(number, email=f"c{number}@koe.example") for number in (2, 3, 4)]
    small.deliver("shop", [customer(9, name="Aino", email="C1@koe.example"), *others])
    say(small, "consents", {"customer_number": "C9", "channel": "email", "decision": "consent", "given_at": "2026-10-01T10:00:00Z"})
    small.ingest("shop")
    assert told(small)["C9", "email"] == "objection"
    say(small, "consents", {"customer_number": "C9", "channel": "email", "decision": "consent", "given_at": "2026-10-16T10:00:00Z"})
    small.at("2026-10-17T03:00:00+03:00")
    small.ingest("shop")
    assert told(small)["C9", "email"] == "(consent)"
    say(small, "consents")
    small.ingest("shop")
    assert told(small)["C9", "email"] == "objection"
    ObjectionLedger(small.register.ledger).end(row["objection"], BY, "By letter", small.register.clock.now())
    assert told(small)["C9", "email"] == "no_consent"


def test_the_check_of_what_was_given(small: Small) -> None:
    """What was given before an objection was right then; what was given while it held is told."""
    disclose(small.register, "partner", "Trade fair", BY, ["c1@koe.example"])
    with small.register.warehouse.reading() as engine:
        assert against_refusal(engine, small.register) == []
    given, before = [("email", "c1@koe.example")], small.register.clock.now() - dt.timedelta(days=1)
    small.register.ledger.new_request("objection", "en", given, before, "marketing")
    with small.register.warehouse.reading() as engine:
        assert len(against_refusal(engine, small.register)) == 1


def test_what_no_ground_is_left_for_is_erased(small: Small) -> None:
    """After an objection to marketing the events of mailings go, which are held for that alone; customers stay, and who they are."""
    request = _request(small, "objection", "marketing")
    follow(small.register, request, BY, whom)
    found = preview(small.register, request, whom)
    assert [(each.dataset, each.goes, each.grounds) for each in found.decided] == [("shop_events", 1, ["objected"])]
    decide(small.register, request, BY, whom)
    assert erase_decided(small.register, whom).records == 1
    assert small.rows("SELECT count(*) FROM register.shop_events") == [(0,)]
    small.ingest("shop")
    assert small.rows("SELECT count(*) FROM register.shop_events") == [(0,)]
    assert small.rows("SELECT count(*) FROM register.shop_customers") == [(4,)]


def test_a_minor(small: Small) -> None:
    """That the person is a minor is a ground of its own for the erasure of what the online services gathered."""
    found = preview(small.register, _request(small, "erasure", number=3), whom)
    assert "minor" in next(each.grounds for each in found.decided if each.dataset == "shop_customers")


def test_the_audience_as_a_file(small: Small, tmp_path: Path) -> None:
    """Addresses are written for one channel and purpose, by a name and for a reason, and it is recorded."""
    say(small, "consents", {"customer_number": "C1", "channel": "email", "decision": "consent", "given_at": "2026-10-01T10:00:00Z"})
    small.ingest("shop")
    refresh(small.register)
    assert write_audience(small.register, "email", "marketing", tmp_path / "mail.csv", BY, "October's letter") == 1
    assert "c1@koe.example" in (tmp_path / "mail.csv").read_text(encoding="utf-8")
    assert [each.why for each in audit.entries(small.register.ledger.engine) if each.what == "audience.written"] == ["October's letter"]
    with pytest.raises(AnsvarError, match="There is no channel 'fax'"):
        write_audience(small.register, "fax", "marketing", tmp_path / "fax.csv", BY, "x")


def test_amounts_and_times_as_in_a_bundle(small: Small, tmp_path: Path) -> None:
    """An amount has no zeros that nobody gave it, and a moment says that it is UTC: a list is written as a bundle's CSV is."""
    amounts = ["708", "708.50", "0.000001", "-700", "1000", ""]
    people = [customer(each, email=f"c{each}@koe.example", spent=spent) for each, spent in enumerate(amounts, 1)]
    small.deliver("shop", [each | {"seen_at": "2026-10-01T10:00:00Z", "kind": "consumer"} for each in people])
    small.ingest("shop")
    wanted = replace(WANTED, recipient="authority", purpose="relation", fields=["customer_number", "spent", "seen_at", "visits"])
    disclose_list(small.register, wanted, BY, tmp_path / "list.csv")
    with (tmp_path / "list.csv").open(encoding="utf-8", newline="") as opened:
        rows = {row["customer_number"]: row for row in csv.DictReader(opened)}
    with small.register.warehouse.reading() as engine:
        held = engine.rows("SELECT customer_number, spent, seen_at FROM register.shop_customers")
    assert len(held) == len(amounts)
    for number, *values in held:
        bundle = next(csv.reader([csv_bytes(["a", "b"], [values]).decode().splitlines()[1]]))
        assert [rows[number]["spent"], rows[number]["seen_at"]] == bundle
    assert (rows["C1"]["spent"], rows["C2"]["spent"], rows["C4"]["spent"], rows["C6"]["spent"]) == ("708", "708.5", "-700", "")
