"""Erasing a person: what goes, what a ground keeps, and that no byte of what went is left."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from assets.retention.answer import answer
from assets.retention.erase import decide, erase_decided, preview, summary_of
from assets.retention.erasure import apply_erasures
from assets.retention.holds import hold
from assets.retention.run import purge_in_run
from assets.rights.find import UnclearError
from assets.rights.whom import whom
from resources.errors import AnsvarError
from resources.keyed_hash import key_id, keyed_hash
from resources.ledger import tables
from resources.ledger.erasures import DECIDED, ErasureLedger
from resources.ledger.holds import HoldLedger
from resources.runs import begin_run, finish_run
from tests.assets.retention.test_bytes import Marks
from tests.helpers.bundles import delivered
from tests.helpers.erasing import ask, carry_out, counts, erase, keeping
from tests.helpers.holds import end, held
from tests.helpers.records import call, chat, customer
from tests.helpers.requests import file_verified, put, told_of_the_end

if TYPE_CHECKING:
    from tests.helpers.small import Small

pytestmark = pytest.mark.early

EMAIL = ("email", "aino@koe.example")


def _aino(small: Small, marks: Marks | None = None) -> None:
    """Aino is a customer, has chatted, called, and stands in quarantine; and helps Bo in a chat. Bo is another customer."""
    marks = marks or Marks()
    (small.data / "calls" / "1.wav").write_bytes(marks.sound("sound"))
    aino = {"email": "Aino@koe.example", "phone": "+358401000001", "name": marks.text("name"), "seen_at": "2026-10-01T10:00:00Z"}
    bad = {"email": "aino@koe.example", "name": marks.text("quarantined name"), "visits": "x"}
    small.deliver("shop", [customer(1, **aino), customer(2, email="bo@koe.example", name="Bo"), customer(3, **bad)])
    cookie = marks.text("cookie")
    small.deliver(
        "chats",
        [
            chat(1, email="aino@koe.example", cookie=cookie, text=marks.text("text"), agent_email="agent@koe.example"),
            chat(2, email="bo@koe.example", agent_email="aino@koe.example", text="Bo's own"),
        ],
    )
    small.deliver("calls", [call(1)], "calls.csv")


def _held(small: Small, table: str, column: str) -> list[Any]:
    return sorted((row[0] for row in small.rows(f"SELECT {column} FROM register.{table}")), key=str)  # noqa: S608 - names of the test's own


def test_everything_of_the_person_goes_and_nothing_else(small: Small) -> None:
    """Records, calls with their audio, identifiers, quarantine, who is who: no byte is left. Who is another stays, without the person."""
    keeping(small)
    marks = Marks()
    _aino(small, marks)
    small.ingest("shop", "chats", "calls")
    assert marks.found(small.home.path) == set(marks.all)
    summary = erase(small, EMAIL)["summary"]
    expected = {"shop_customers": (1, 0, 0, 1), "chats_conversations": (1, 0, 1, 0), "calls_recordings": (1, 0, 0, 0)}
    assert counts(summary, "goes", "stays", "of_others", "quarantined") == expected
    assert summary["audio"] == 1
    assert _held(small, "shop_customers", "customer_number") == ["C2"]
    assert small.rows("SELECT id, email, agent_email, text FROM register.chats_conversations") == [
        ("chat-2", "bo@koe.example", None, "Bo's own")
    ]
    assert small.rows("SELECT count(*) FROM quarantine.records") == [(0,)]
    assert small.rows("SELECT DISTINCT value FROM identity.identifiers ORDER BY value") == [("C2",), ("bo@koe.example",)]
    for table in ("persons", "subjects", "memory"):
        assert small.rows(f"SELECT count(*) FROM identity.{table}") == [(2 if table != "subjects" else 1,)]  # noqa: S608 - a fixed name
    assert small.rows("SELECT count(*) FROM identity.history") == [(0,)]
    assert marks.found(small.home.path) == set()
    small.close()
    assert marks.found(small.home.path) == set()


def test_no_identifier_is_left_in_any_file_but_the_requests_own(small: Small) -> None:
    """Every value by which the person was known is nowhere in the home; what the person gave with the request goes with the request."""
    keeping(small)
    marks = Marks()
    phone, cookie, number = marks.phone("phone"), marks.text("cookie"), marks.number("number", "C")
    small.deliver("shop", [customer(1, phone=phone, email="aino@koe.example") | {"customer_number": number}])
    small.deliver("chats", [chat(1, phone=phone, cookie=cookie)])
    small.ingest("shop", "chats")
    assert marks.found(small.home.path) == {"phone", "cookie", "number"}
    erase(small, EMAIL)
    keys = {file for file in (small.home.path / "work_orders").iterdir() if number in file.read_text(encoding="utf-8")}
    assert len(keys) == 2
    for file in keys:
        file.unlink()
    assert marks.found(small.home.path) == set()


def test_a_ground_keeps_what_it_covers(small: Small) -> None:
    """What a rule keeps stays with its identifiers, a field of a rule of its own goes from it, and the answer says so in each language."""
    fields = small.dataset("shop.customers")["fields"]
    fields["name"]["retention"] = "names"
    path = small.folder / "register" / "retention.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("rules:\n", "rules:\n  names: {period: P2M, open: keep, promise: period, reason: {en: a, sv: b, fi: c}}\n")
    )
    keeping(small, relation={"keeps": "legal_obligation"})
    _aino(small)
    small.ingest("shop", "chats", "calls")
    row = erase(small, EMAIL)
    assert counts(row["summary"], "goes", "stays", "emptied", "ground")["shop_customers"] == (0, 1, 1, "legal_obligation")
    assert small.rows("SELECT customer_number, email, name FROM register.shop_customers ORDER BY 1")[0] == ("C1", "Aino@koe.example", None)
    assert small.rows("SELECT count(*) FROM register.calls_recordings") == [(0,)]
    told = {language: answer(small.register.catalogue, row["summary"], language) for language in ("en", "sv", "fi")}
    assert "a legal obligation, GDPR Art. 17(3)(b)" in told["en"]
    assert "Because" in told["en"]
    assert "en rättslig förpliktelse" in told["sv"]
    assert "lakisääteinen velvoite" in told["fi"]
    small.ingest("shop")
    assert small.rows("SELECT customer_number, email, name FROM register.shop_customers ORDER BY 1")[0] == ("C1", "Aino@koe.example", None)


def test_a_prohibition_stays_and_a_consent_goes(small: Small) -> None:
    """Of a data set of consents and prohibitions, the prohibitions in force are kept so that they are followed, and nothing else."""
    dataset = small.dataset("shop.customers")
    dataset["prohibition"] = {"where": {"kind": ["company"]}, "until": "ended_on"}
    keeping(small, relation={"keeps": "prohibition", "only": "prohibitions"})
    mine = {"email": "aino@koe.example"}
    rows = [customer(1, **mine), customer(1, **mine, kind="company") | {"customer_number": "C8"}]
    ended = customer(1, **mine, kind="company", ended_on="2026-10-01") | {"customer_number": "C9"}
    small.dataset("shop.customers")["persons"]["customer"] = ["email", "customer_number", "phone"]
    small.describe()
    small.deliver("shop", [*rows, ended])
    small.ingest("shop")
    summary = erase(small, EMAIL)["summary"]
    assert counts(summary, "goes", "stays", "ground") == {"shop_customers": (2, 1, "prohibition")}
    assert _held(small, "shop_customers", "customer_number") == ["C8"]


def test_a_preview_changes_nothing(small: Small) -> None:
    """A preview gives the counts that the erasure then has, and leaves the home as it is."""
    keeping(small)
    _aino(small)
    small.ingest("shop", "chats", "calls")
    before = small.everything()
    request = ask(small, EMAIL)
    found = preview(small.register, request, whom)
    assert small.everything() == before
    assert ErasureLedger(small.register.ledger).erasures() == []
    decide(small.register, request, "Dana Officer", whom)
    assert small.everything() == before
    carry_out(small)
    assert [vars(each) for each in found.decided] == summary_of(small.register, request)["summary"]["datasets"]


def test_earlier_bundles_go_and_requests_as_their_rule_says(small: Small) -> None:
    """An earlier bundle of the person goes with its file, and an answered request too unless its rule keeps it; those of others stay."""
    keeping(small, requests={"keeps": "legal_claims"})
    ledger, now = small.register.ledger, small.register.clock.now()
    small.deliver("shop", [customer(1, email="aino@koe.example"), customer(2, email="bo@koe.example")])
    small.ingest("shop")
    files = {}
    for email in ("AINO@koe.example", "bo@koe.example"):
        request = file_verified(ledger, "access", "en", [("email", email)], now)
        files[email] = delivered(small.register, request.id)
    summary = erase(small, EMAIL)["summary"]
    assert (summary["bundles"], summary["requests"]) == (1, 0)
    assert [file.exists() for file in files.values()] == [False, True]
    assert len(ledger.requests()) == 3


def test_requests_that_no_rule_keeps_go(small: Small) -> None:
    """Without a ground, an earlier answered request of the person goes with what was given in it; the one for erasure stays."""
    keeping(small)
    ledger, now = small.register.ledger, small.register.clock.now()
    small.deliver("shop", [customer(1, email="aino@koe.example")])
    small.ingest("shop")
    for state in ("answered", "received"):
        put(ledger, ledger.new_request("objection", "en", [EMAIL], now).id, state)
    row = erase(small, EMAIL)
    assert row["summary"]["requests"] == 1
    assert sorted((each["kind"], each["state"]) for each in ledger.requests()) == [("erasure", "erased"), ("objection", "received")]


def test_verdicts_and_remembered_ids_of_the_person_go(small: Small) -> None:
    """The ledger knows no more which subject the person was, nor what was decided on it; of others it does."""
    keeping(small)
    _aino(small)
    small.ingest("shop", "chats", "calls")
    pepper = small.home.pepper
    persons = dict(small.rows("SELECT value, person FROM identity.identifiers WHERE is_key AND is_main"))
    hashed = {value: small.rows(f"SELECT sha256('{pepper}' || '{person}')")[0][0] for value, person in persons.items()}
    with small.register.ledger.engine.begin() as connection:
        for number, value in enumerate(("C1", "C2")):
            row = {"verdict": str(number), "decision": str(number), "kind": "split", "one": hashed[value], "made_by": "D", "reason": "r"}
            connection.execute(tables.verdicts.insert().values(row | {"made_at": small.register.clock.now()}))
    erase(small, EMAIL)
    with small.register.ledger.engine.connect() as connection:
        assert connection.scalars(sa.select(tables.verdicts.c.one)).all() == [hashed["C2"]]
        remembered = set(connection.scalars(sa.select(tables.subjects.c.hash)))
    assert hashed["C2"] in remembered
    assert hashed["C1"] not in remembered


def test_only_keyed_hashes_are_left(small: Small) -> None:
    """Of each identifier that is the person's alone the ledger has the HMAC in the domain of its kind; of what is shared, nothing."""
    keeping(small)
    small.deliver("shop", [customer(1, email="aino@koe.example"), customer(2, email="info@koe.example"), customer(3)])
    small.deliver("chats", [chat(1, email="aino@koe.example", cookie="c-1", agent_email="info@koe.example")])
    small.ingest("shop", "chats")
    erase(small, EMAIL)
    pepper = small.home.pepper
    expected = {
        (kind, keyed_hash(pepper, f"erasure/{kind}", value)) for kind, value in (EMAIL, ("customer_number", "C1"), ("cookie_id", "c-1"))
    }
    rows = ErasureLedger(small.register.ledger).erased().to_pylist()
    assert {(row["kind"], row["hash"]) for row in rows} == expected
    assert {row["key_id"] for row in rows} == {key_id(pepper)}


def test_what_is_not_plain_is_refused(small: Small) -> None:
    """A request of another kind, of nobody's name, decided twice, of an unclear person, or in a register without a period is refused."""
    small.deliver("shop", [customer(1, email="aino@koe.example"), customer(2, email="bo@koe.example")])
    small.ingest("shop")
    request = ask(small, EMAIL)
    with pytest.raises(AnsvarError, match="does not say how long keyed hashes"):
        decide(small.register, request, "Dana", whom)
    keeping(small)
    access = small.register.ledger.new_request("access", "en", [EMAIL], small.register.clock.now()).id
    with pytest.raises(AnsvarError, match="one of access, not for erasure"):
        decide(small.register, access, "Dana", whom)
    put(small.register.ledger, access, "answered")
    with pytest.raises(AnsvarError, match="gives a name"):
        decide(small.register, request, " ", whom)
    with pytest.raises(AnsvarError, match="Nobody was erased"):
        summary_of(small.register, request)
    with pytest.raises(UnclearError):
        decide(small.register, ask(small, EMAIL, ("email", "bo@koe.example")), "Dana", whom)
    with pytest.raises(AnsvarError, match="3 records of the person are kept back"):
        decide(small.register, request, "Dana", whom, lambda *_given: 3)
    decide(small.register, request, "Dana", whom)
    with pytest.raises(AnsvarError, match="decided before"):
        decide(small.register, request, "Dana", whom)


def test_a_hold_keeps_back(small: Small) -> None:
    """A legal hold on a data set keeps back the person's records in it, in quarantine too, and is counted; once it has ended, all go."""
    keeping(small)
    _aino(small)
    small.ingest("shop", "chats", "calls")
    request, hold = ask(small, EMAIL), held(small, "dataset", "shop.customers")
    assert preview(small.register, request, whom).kept_back == 2
    with pytest.raises(AnsvarError, match="2 records of the person are kept back"):
        decide(small.register, request, "Dana", whom)
    end(small, hold)
    decide(small.register, request, "Dana", whom)
    assert carry_out(small).erased == 1


def test_what_is_kept_back_waits(small: Small) -> None:
    """An erasure that was decided is left alone while something keeps records back, and carried out when nothing does."""
    keeping(small)
    small.deliver("shop", [customer(1, email="aino@koe.example")])
    small.ingest("shop")
    request = ask(small, EMAIL)
    decide(small.register, request, "Dana", whom)
    assert erase_decided(small.register, whom, lambda *_given: 1).kept_back == 1
    with pytest.raises(AnsvarError, match="decided, and is not carried out yet"):
        summary_of(small.register, request)
    assert _held(small, "shop_customers", "customer_number") == ["C1"]
    assert carry_out(small).erased == 1
    assert _held(small, "shop_customers", "customer_number") == []


@pytest.mark.parametrize("kind", ["legal_hold", "restriction", "access", "portability"])
def test_what_holds_a_person_keeps_the_erasure_waiting(small: Small, kind: str) -> None:
    """A legal hold, a restriction and an unanswered request for the data keep a person from being erased; in the end it is carried out."""
    keeping(small)
    small.deliver("shop", [customer(1, email="aino@koe.example"), customer(2, email="aino@koe.example", visits="x")])
    small.ingest("shop")
    holds, now, ledger = HoldLedger(small.register.ledger), small.register.clock.now(), small.register.ledger
    request = ask(small, EMAIL)
    if kind == "legal_hold":
        (subject,) = (row[0] for row in small.rows("SELECT DISTINCT subject FROM identity.persons"))
        made = hold(small.register, ("subject", subject), "A dispute", "Dana", dt.date(2030, 1, 1))
    else:
        made = ledger.new_request(kind, "en", [EMAIL], now).id
    with pytest.raises(AnsvarError, match="2 records of the person are kept back"):
        decide(small.register, request, "Dana", whom)
    if kind == "legal_hold":
        holds.end(made, "Dana", now)
    elif kind == "restriction":
        told_of_the_end(ledger, made, now)
        holds.lift(made, "Dana", now)
    else:
        put(ledger, made, "answered")
    decide(small.register, request, "Dana", whom)
    assert carry_out(small).erased == 1


def test_another_persons_request_keeps_nobody(small: Small) -> None:
    """A request of somebody else, or one for something else than the data, is no reason to wait; one that was carried out keeps nothing."""
    keeping(small)
    small.deliver("shop", [customer(1, email="aino@koe.example"), customer(2, email="bo@koe.example")])
    small.ingest("shop")
    ledger, now = small.register.ledger, small.register.clock.now()
    ledger.new_request("access", "en", [("email", "bo@koe.example")], now)
    objection = ledger.new_request("objection", "en", [EMAIL], now).id
    done = erase(small, EMAIL)
    assert done["state"] == "done"
    kept_by = {request for request, _, _, value in HoldLedger(ledger).keeping().requests if value == EMAIL[1]}
    assert kept_by == {objection}


def test_a_run_that_stops_is_made_up_for(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped before it is published nobody is erased yet; stopped after, what is left is done by the next run. Either way once."""
    keeping(small)
    small.deliver("shop", [customer(1, email="aino@koe.example"), customer(2)])
    small.ingest("shop")
    decide(small.register, ask(small, EMAIL), "Dana", whom)
    ledger = ErasureLedger(small.register.ledger)
    for place in ("resources.warehouse.generations.Warehouse.publish", "resources.ledger.Ledger.confirm"):
        with monkeypatch.context() as patched:
            patched.setattr(place, _stop)
            with pytest.raises(KeyboardInterrupt):
                carry_out(small)
        assert [row["state"] for row in ledger.erasures()] == ["meant"]
        assert ledger.erased().num_rows == 0
    assert _held(small, "shop_customers", "customer_number") == ["C2"]
    assert carry_out(small).erased == 1
    assert ledger.erased().num_rows == 2
    assert carry_out(small).erased == 0
    assert ledger.erasures(DECIDED) == []


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_hashes_go_when_their_period_is_over(small: Small) -> None:
    """A year and a day after an erasure, its keyed hashes and its summary go from the ledger, counted; not a day earlier."""
    keeping(small)
    small.deliver("shop", [customer(1, email="aino@koe.example")])
    small.ingest("shop")
    erase(small, EMAIL)
    ledger = ErasureLedger(small.register.ledger)
    small.at("2027-10-15T23:59:00+03:00")
    assert "erasures" not in {record.dataset for record in purge_in_run(small.register, small.run).records}
    assert ledger.erased().num_rows == 2
    small.at("2027-10-16T00:01:00+03:00")
    gone = {record.dataset: record.records for record in purge_in_run(small.register, "later").records}
    assert gone == {"erasures": 1}
    assert (ledger.erased().num_rows, ledger.erasures()) == (0, [])


def test_erasures_are_applied_to_what_is_restored(small: Small) -> None:
    """An old warehouse that is put back holds the person again; applying the ledger's erasures leaves what the erasure left."""
    keeping(small, calls={"keeps": "legal_claims"})
    _aino(small)
    small.ingest("shop", "chats", "calls")
    current = (small.home.path / "warehouse" / "current").resolve()
    backup = current.read_bytes()
    erase(small, EMAIL)
    left = small.everything(without=("_batch",))
    published = (small.home.path / "warehouse" / "current").resolve()
    published.write_bytes(backup)
    assert _held(small, "shop_customers", "customer_number") == ["C1", "C2"]
    begin_run(small.register, small.run)
    with small.register.warehouse.writing(small.run) as engine:
        assert apply_erasures(engine, small.register) == {"shop_customers": 2, "chats_conversations": 2}
    small.resolve()
    finish_run(small.register, small.run)
    after = small.everything(without=("_batch",))
    for table in ("register.shop_customers", "register.chats_conversations", "register.calls_recordings", "quarantine.records"):
        assert after[table] == left[table]
    assert after["identity.identifiers"] == left["identity.identifiers"]
