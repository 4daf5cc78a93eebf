"""Where the register asks for it, nothing goes before a named user approved the plan; and nothing goes that was not in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assets.retention.approval import renew_plan
from assets.retention.asked import asked
from assets.retention.run import look, overdue, purge_in_run, verify
from resources.errors import AnsvarError
from resources.ledger.plans import PlanLedger
from tests.helpers.described import RETENTION
from tests.helpers.holds import PAST, file, ids
from tests.helpers.records import chat, customer

if TYPE_CHECKING:
    from tests.helpers.small import Small


def _asking(small: Small, how: str = "approval: required\napproval_days: 10\n") -> None:
    (small.folder / "register" / "retention.yaml").write_text(RETENTION + how, encoding="utf-8")
    small.describe()


def _fill(small: Small) -> None:
    small.deliver("chats", [chat(1, email="aino@koe.example"), chat(2), chat(3, ended_at="2027-03-05T10:00:00Z")])
    small.ingest("chats")
    small.at(PAST)


def _plan(small: Small) -> str:
    with small.register.warehouse.reading() as engine:
        made = renew_plan(small.register, engine)
    assert made is not None
    return made


def _approve(small: Small, plan: str) -> None:
    PlanLedger(small.register.ledger).approve(plan, "Maija", small.register.clock.today(), small.register.clock.now())


def test_nothing_goes_before_it_is_approved(small: Small) -> None:
    """What is due waits, is overdue and said to wait; with the approval it goes, to the record, and it is known who approved it."""
    _asking(small)
    _fill(small)
    small.at("2027-02-01T03:00:00+02:00")
    assert (small.purge().records, len(ids(small))) == ([], 3)
    assert (sum(each.records for each in overdue(small.register)), verify(small.register).waiting) == (2, 2)
    _approve(small, _plan(small))
    assert [record.records for record in small.purge().records] == [2]
    assert ids(small) == ["chat-3"]
    assert [(row["state"], row["approved_by"]) for row in PlanLedger(small.register.ledger).plans()] == [("approved", "Maija")]


def test_a_rule_of_its_own_may_ask(small: Small) -> None:
    """Only what goes by the rule that asks for an approval waits; all else goes on without."""
    text = RETENTION.replace("chats: {period: P3M,", "chats: {period: P3M, approval: true,")
    (small.folder / "register" / "retention.yaml").write_text(text, encoding="utf-8")
    small.describe()
    small.deliver("shop", [customer(1, ended_on="2026-01-01")])
    small.load("shop")
    _fill(small)
    assert [record.dataset for record in small.purge().records] == ["shop_customers"]
    assert len(ids(small)) == 3


def test_what_was_not_in_the_plan_waits_for_the_next(small: Small) -> None:
    """A record that fell due after the plan was made, one that changed, and one that is held since stay; the others go."""
    _asking(small)
    small.deliver("chats", [chat(1, email="aino@koe.example"), chat(2), chat(3, ended_at="2026-10-08T10:00:00Z"), chat(4)])
    small.ingest("chats")
    small.at("2027-01-05T03:00:00+02:00")
    first = _plan(small)
    _approve(small, first)
    with small.register.warehouse.writing(small.run) as engine:
        engine.run("UPDATE register.chats_conversations SET text = 'new', _batch = 'later' WHERE id = 'chat-4'")
    small.publish()
    file(small, "access", "aino@koe.example")
    small.at("2027-01-10T03:00:00+02:00")
    assert [record.records for record in small.purge().records] == [1]
    assert ids(small) == ["chat-1", "chat-3", "chat-4"]
    second = next(row for row in PlanLedger(small.register.ledger).plans() if row["state"] == "waiting")
    assert (second["records"], second["plan"] != first) == (2, True)


def test_an_approval_expires(small: Small) -> None:
    """A plan is neither approved nor carried out after its days; the hashes of its records are forgotten."""
    _asking(small)
    _fill(small)
    plan, other = _plan(small), _plan(small)
    assert plan == other
    _approve(small, plan)
    small.at("2027-06-12T03:00:00+03:00")
    assert small.purge().records == []
    late = _plan(small)
    small.at("2027-06-23T03:00:00+03:00")
    with pytest.raises(AnsvarError, match="expired on 2027-06-22"):
        _approve(small, late)


@pytest.mark.parametrize(("plan", "by", "said"), [("p0", "Maija", "no plan of that id"), ("", " ", "may not be empty")])
def test_what_cannot_be_approved(small: Small, plan: str, by: str, said: str) -> None:
    """Neither a plan that is not there nor an approval that nobody answers for."""
    _asking(small)
    _fill(small)
    wanted, ledger = plan or _plan(small), PlanLedger(small.register.ledger)
    with pytest.raises(AnsvarError, match=said):
        ledger.approve(wanted, by, small.register.clock.today(), small.register.clock.now())


def test_a_dry_run_changes_nothing(small: Small) -> None:
    """It tells what a purge would take, to the record, and leaves warehouse and ledger as they were."""
    _fill(small)
    before, generation = small.everything(), (small.home.path / "warehouse" / "current").readlink()
    with small.register.warehouse.reading() as engine:
        planned = [each.going for each in look(small.register, engine) if each.going.records]
    dry = purge_in_run(small.register, small.run, dry_run=True)
    assert (dry.records, dry.files, before) == (planned, 0, small.everything())
    assert (small.home.path / "warehouse" / "current").readlink() == generation
    assert PlanLedger(small.register.ledger).history() == []
    assert small.purge().records == planned


def test_when_did_it_go(small: Small) -> None:
    """That a record was held, by what rule it went and when is told by its key, without holding it; after a stated period no more."""
    text = RETENTION.replace("requests: requests,", "requests: requests, purges: year,")
    (small.folder / "register" / "retention.yaml").write_text(text, encoding="utf-8")
    small.describe()
    _fill(small)
    ((record,),) = small.rows("SELECT _record FROM register.chats_conversations WHERE id = 'chat-1'")
    assert asked(small.register, ["chat-1"]) == (1, [])
    run = small.run
    small.purge()
    for words in (["chat-1"], [record]):
        held, purges = asked(small.register, words)
        assert (held, [(each["rule"], each["run"], each["records"]) for each in purges]) == (0, [("chats", run, 2)])
    assert asked(small.register, ["chat-9"], "chats.conversations") == (0, [])
    stored = small.register.ledger.engine.raw_connection().driver_connection
    assert stored is not None
    assert record not in "\n".join(stored.iterdump())
    small.at("2028-06-02T03:00:00+03:00")
    small.purge()
    assert asked(small.register, ["chat-1"]) == (0, [])
    assert [row["records"] for row in PlanLedger(small.register.ledger).history()] == [1, 2]
