"""Who may be written to, and why another may not."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from assets.identity.age import years_before
from assets.outreach.audience import KEPT, counts, refresh, work_out
from assets.outreach.received import Told
from resources.errors import AnsvarError
from resources.ledger.holds import HoldLedger
from tests.helpers.outreach import outreaching, say, told
from tests.helpers.records import customer
from tests.helpers.requests import put, told_of_the_end
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

YEAR_AGO = "2025-10-01T10:00:00Z"
AINO = {"email": "aino@koe.example", "phone": "+358401000001"}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A register that says who may be written to, with nothing in it."""
    made = Small(tmp_path_factory.mktemp("outreach"))
    outreaching(made)
    made.close()
    return made


@pytest.fixture
def small(described: Small, tmp_path: Path) -> Iterator[Small]:
    """A copy of it."""
    made = described.copied(tmp_path)
    yield made
    made.close()


def _consent(number: int = 1, decision: str = "consent", channel: str = "email", given_at: str = YEAR_AGO, **more: str) -> dict[str, str]:
    return {"customer_number": f"C{number}", "channel": channel, "decision": decision, "given_at": given_at} | more


def _aino(small: Small, *consents: dict[str, str], **values: object) -> dict[str, str]:
    """Read Aino in, with what she said; gives what becomes of her by channel."""
    small.deliver("shop", [customer(1, **(AINO | values))])
    say(small, "consents", *consents)
    small.ingest("shop")
    return {channel: what for (_, channel), what in told(small).items()}


def test_without_a_consent(small: Small) -> None:
    """Who never consented and never bought is not e-mailed, and may be called."""
    assert _aino(small) == {"email": "no_consent", "phone": "(no_objection)"}


def test_with_a_consent(small: Small) -> None:
    """A consent in force is the ground; one that is yet to begin is none."""
    assert _aino(small, _consent())["email"] == "(consent)"
    assert _aino(small, _consent(given_at="2026-12-01T10:00:00Z"))["email"] == "no_consent"


@pytest.mark.parametrize(
    ("bought", "becomes"), [("2026-01-15", "(soft_opt_in)"), ("2024-10-15", "(soft_opt_in)"), ("2024-10-14", "no_consent")]
)
def test_a_customer(small: Small, bought: str, becomes: str) -> None:
    """Who bought within the period and gave the address is offered what is similar; to the last day of it."""
    say(small, "orders", {"customer_number": "C1", "bought_on": bought})
    assert _aino(small)["email"] == becomes


def test_a_customer_whose_address_somebody_else_gave(small: Small) -> None:
    """The soft opt-in is of an address that the customer gave."""
    small.dataset("shop.customers")["fields"]["email"]["origin"] = "public_register"
    small.describe()
    say(small, "orders", {"customer_number": "C1", "bought_on": "2026-01-15"})
    assert _aino(small)["email"] == "no_consent"


@pytest.mark.parametrize(
    ("consents", "becomes"),
    [
        ([_consent(), _consent(decision="prohibition", given_at="2026-01-01T10:00:00Z")], "prohibition"),
        ([_consent(given_at="2026-01-01T10:00:00Z"), _consent(decision="prohibition")], "(consent)"),
        ([_consent(), _consent(decision="prohibition")], "prohibition"),
        ([_consent(decision="prohibition", ended_at="2026-01-01T10:00:00Z")], "(soft_opt_in)"),
        ([_consent(ended_at="2026-01-01T10:00:00Z")], "withdrawal"),
        ([_consent(ended_at="2027-01-01T10:00:00Z")], "(consent)"),
        ([_consent(decision="prohibition", given_at="2026-12-01T10:00:00Z")], "(soft_opt_in)"),
        ([_consent(decision="prohibition", channel="phone")], "(soft_opt_in)"),
    ],
)
def test_what_was_said_last_counts(small: Small, consents: list[dict[str, str]], becomes: str) -> None:
    """Of a consent and a prohibition the later one counts, at a tie the prohibition; what has ended counts no longer, but a withdrawal."""
    say(small, "orders", {"customer_number": "C1", "bought_on": "2026-01-15"})
    assert _aino(small, *consents)["email"] == becomes


@pytest.mark.parametrize(
    ("scope", "email", "phone"),
    [("marketing", "objection", "objection"), ("legitimate_interest", "objection", "objection"), (None, "objection", "objection")],
)
def test_an_objection_holds_from_its_receipt(small: Small, scope: str | None, email: str, phone: str) -> None:
    """A request that nobody has looked at yet keeps the person out of everything that it may be about."""
    _aino(small, _consent())
    small.register.ledger.new_request("objection", "en", [("email", "Aino@koe.example")], small.register.clock.now(), scope)
    assert told(small) == {("C1", "email"): email, ("C1", "phone"): phone}


def test_a_withdrawal_is_of_its_purpose(small: Small) -> None:
    """A consent that is withdrawn for one purpose is none for that purpose, and the soft opt-in does not take its place."""
    say(small, "orders", {"customer_number": "C1", "bought_on": "2026-01-15"})
    _aino(small, _consent())
    small.register.ledger.new_request("withdrawal", "en", [("phone", "040 1000001")], small.register.clock.now(), "marketing")
    assert told(small)["C1", "email"] == "withdrawal"


def test_a_refused_objection_holds_nobody_back(small: Small) -> None:
    """A request that was refused is not followed."""
    _aino(small, _consent())
    request = small.register.ledger.new_request("objection", "en", [("email", "aino@koe.example")], small.register.clock.now(), "profiling")
    put(small.register.ledger, request.id, "refused")
    assert told(small)["C1", "email"] == "(consent)"


def test_a_restriction_until_it_is_lifted(small: Small) -> None:
    """Nobody whose data are restricted is written to, consent or none; once it is lifted, what was said counts again."""
    _aino(small, _consent())
    request = small.register.ledger.new_request("restriction", "en", [("email", "aino@koe.example")], small.register.clock.now())
    put(small.register.ledger, request.id, "answered")
    assert set(told(small).values()) == {"restriction"}
    refresh(small.register)
    barred = small.rows("SELECT DISTINCT purpose, reason FROM outreach.barred ORDER BY purpose")
    assert barred == [("marketing", "restriction"), ("relation", "restriction"), ("targeting", "restriction")]
    told_of_the_end(small.register.ledger, request.id, small.register.clock.now())
    HoldLedger(small.register.ledger).lift(request.id, "Dana Officer", small.register.clock.now())
    assert told(small)["C1", "email"] == "(consent)"
    refresh(small.register)
    assert small.rows("SELECT count(*) FROM outreach.barred") == [(0,)]


@pytest.mark.parametrize(("born", "becomes"), [("2008-10-15", "(consent)"), ("2008-10-16", "minor"), ("2020-01-01", "minor")])
def test_minors(small: Small, born: str, becomes: str) -> None:
    """Whoever turns eighteen today may be written to, a day younger not."""
    assert _aino(small, _consent(), born_on=born)["email"] == becomes


def test_an_unknown_age(small: Small) -> None:
    """A person of unknown age is left out where the register says so."""
    path = small.folder / "register" / "outreach.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("unknown_age: written_to", "unknown_age: left_out"), encoding="utf-8")
    small.describe()
    assert _aino(small, _consent())["email"] == "age_unknown"
    assert _aino(small, _consent(), born_on="1980-01-01")["email"] == "(consent)"


def test_addresses_that_are_not_reached(small: Small) -> None:
    """Who has no address, or whose address failed and was not reached since, is left out; so is who unsubscribed."""
    failed = {"email": "aino@koe.example", "event": "failed", "at": "2026-09-01T10:00:00Z"}
    say(small, "events", failed)
    assert _aino(small, _consent())["email"] == "unreachable"
    say(small, "events", failed, failed | {"event": "delivered", "at": "2026-09-02T10:00:00Z"})
    assert _aino(small, _consent())["email"] == "(consent)"
    say(small, "events", failed | {"event": "unsubscribed"})
    assert _aino(small, _consent())["email"] == "prohibition"
    assert _aino(small, _consent(), phone=None)["phone"] == "no_address"


def test_an_address_of_somebody_who_refuses(small: Small) -> None:
    """Two persons whom the source keeps apart have one mailbox, and one of them prohibits it: the other is not written to there."""
    small.deliver("shop", [customer(1, email="koti@koe.example"), customer(2, email="koti@koe.example")])
    say(small, "consents", _consent(1), _consent(2, "prohibition"))
    small.ingest("shop")
    found = told(small)
    assert (found["C1", "email"], found["C2", "email"]) in {("address_of_who_refuses", "prohibition"), ("unclear_who", "prohibition")}


def test_the_tables_are_published_where_anything_changed(small: Small) -> None:
    """What is published holds opaque ids alone; where nothing changed, nothing is published again."""
    _aino(small, _consent())
    assert [(each.channel, each.grounds, each.reasons) for each in refresh(small.register)] == [
        ("email", {"consent": 1}, {}),
        ("phone", {"no_objection": 1}, {}),
    ]
    held = [small.rows(f"SELECT * FROM outreach.{table}") for table in KEPT]  # noqa: S608 - names of our own tables
    assert [len(rows) for rows in held] == [1, 0, 2]
    assert "aino" not in repr(held)
    runs = small.register.warehouse.published_runs()
    refresh(small.register)
    assert small.register.warehouse.published_runs() == runs


def test_a_register_that_says_nothing(tmp_path: Path) -> None:
    """Without outreach.yaml nobody may be written to, and the command says what is missing."""
    made = Small(tmp_path)
    made.ingest("shop", whole=False)
    with made.register.warehouse.reading() as engine, pytest.raises(AnsvarError, match=r"describe it in outreach\.yaml"):
        work_out(engine, made.register, Told.of(made.register))
    made.close()


def test_counts_are_whole(small: Small) -> None:
    """Each person is counted once for a channel and a purpose: in a ground or in a reason."""
    small.deliver("shop", [customer(number, email=f"c{number}@koe.example", phone=f"+35840100000{number}") for number in range(1, 5)])
    say(small, "consents", _consent(1), _consent(2, "prohibition"))
    small.ingest("shop")
    with small.register.warehouse.reading() as engine:
        work_out(engine, small.register, Told.of(small.register))
        found = {each.channel: (each.written_to, sum(each.reasons.values())) for each in counts(engine)}
    assert found == {"email": (1, 3), "phone": (4, 0)}


def test_years_before() -> None:
    """Whoever is born on 29 February is a year older on 1 March where there is no such day."""
    assert years_before(dt.date(2026, 2, 28), 18) < dt.date(2008, 2, 29) <= years_before(dt.date(2026, 3, 1), 18)
    assert years_before(dt.date(2028, 2, 29), 18) == dt.date(2010, 2, 28)
