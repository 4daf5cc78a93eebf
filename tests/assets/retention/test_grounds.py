"""On which ground each data set of an erasure goes, and what a named user keeps: in later deliveries, restored copies and the letter."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from assets.outreach.received import Told, name_received
from assets.retention.answer import answer
from assets.retention.erase import decide, preview, summary_of
from assets.retention.erasure import apply_erasures
from assets.retention.grounds import AS_PROPOSED, Choices, choices_of
from assets.rights.whom import whom
from resources.errors import AnsvarError
from resources.ledger import Ledger, tables
from resources.ledger.backups import bring_gone, gone_hashes
from resources.ledger.erasures import ErasureLedger
from resources.runs import begin_run, finish_run
from tests.helpers.erasing import ask, carry_out, counts, keeping
from tests.helpers.records import call, chat, customer
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.early

EMAIL = ("email", "aino@koe.example")
PURPOSES = """purposes:
  support: {label: *words, legal_basis: legitimate_interest, balancing: *words}
  news: {label: *words, legal_basis: consent}
  marketing: {label: *words, legal_basis: legitimate_interest, balancing: *words}
"""
KEEP_SHOP = Choices(frozenset({"chats_conversations"}), {"shop_customers": "still_needed"})


UNFIT: tuple[tuple[list[str], list[str], str], ...] = (
    ([], ["calls.recordings=legal_claims"], "calls.recordings: it rests on consent, which the request withdraws"),
    ([], ["chats.conversations=still_needed"], "does not fit what its purposes rest on; it may be kept for: overriding_grounds"),
    ([], ["shop.customers=overriding_grounds"], "it may be kept for: still_needed, legal_claims"),
    ([], ["shop.customers=because"], "'because' is no reason to keep it: known: legal_claims"),
    ([], ["shop.customers"], "Say why it is kept, as --keep shop.customers=still_needed"),
    ([], ["shop.customer=still_needed"], "no data set 'shop.customer': did you mean 'shop.customers'"),
    (["shop.customers"], ["shop.customers=still_needed"], "what is processed unlawfully cannot be kept"),
    (["registry.traders"], [], "this erasure finds nothing of the person there"),
)
"""Data sets that are said to be unlawful, those that are to be kept, and what is wrong with it."""


@pytest.fixture(scope="module")
def aino(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Aino is a customer by contract, has chatted by legitimate interest, and was called by consent; Bo is a customer."""
    small = Small(tmp_path_factory.mktemp("grounds"))
    notice = small.folder / "register" / "notice.yaml"
    notice.write_text(notice.read_text(encoding="utf-8").replace("purposes:\n", PURPOSES), encoding="utf-8")
    small.dataset("shop.customers")["recorded"] = "seen_at"
    small.dataset("chats.conversations")["purposes"] = ["support"]
    small.dataset("calls.recordings")["purposes"] = ["news"]
    keeping(small, requests={"keeps": "legal_claims"})
    _deliver(small)
    small.ingest("shop", "chats", "calls")
    small.close()
    return small


@pytest.fixture
def held(aino: Small, tmp_path: Path) -> Iterator[Small]:
    """A register of one's own, in that state."""
    small = aino.copied(tmp_path / "copied")
    yield small
    small.close()


def _deliver(small: Small, **more: object) -> None:
    aino = {"email": "aino@koe.example", "phone": "+358401000001", "name": "Aino", "seen_at": "2026-10-01T10:00:00Z"} | more
    small.deliver("shop", [customer(1, **aino), customer(2, email="bo@koe.example", name="Bo")])
    small.deliver("chats", [chat(1, email="aino@koe.example"), chat(2, email="bo@koe.example")])
    (small.data / "calls" / "1.wav").write_bytes(b"RIFF")
    small.deliver("calls", [call(1)], "calls.csv")


def _there(small: Small) -> tuple[list[str], list[str], int]:
    """Customers by name, chats by number, and how many calls."""
    names = [row[0] for row in small.rows("SELECT name FROM register.shop_customers ORDER BY 1")]
    chats = [row[0] for row in small.rows("SELECT id FROM register.chats_conversations ORDER BY 1")]
    return names, chats, small.rows("SELECT count(*) FROM register.calls_recordings")[0][0]


def test_the_ground_follows_from_the_legal_basis(held: Small) -> None:
    """What rests on a contract is no longer needed, on interest is objected to, on consent withdrawn; what is unlawful is that alone."""
    request = ask(held, EMAIL)
    grounds = {each.dataset: each.grounds for each in preview(held.register, request, whom).decided}
    expected = {"shop_customers": ["not_needed"], "chats_conversations": ["objected"], "calls_recordings": ["withdrawn"]}
    assert grounds == expected
    chosen = preview(held.register, request, whom, choices=KEEP_SHOP)
    assert {each.dataset: (each.ground, each.grounds) for each in chosen.decided} == {
        "shop_customers": ("still_needed", []),
        "chats_conversations": (None, ["unlawful"]),
        "calls_recordings": (None, ["withdrawn"]),
    }
    assert chosen.reasons["shop_customers"] == ("still_needed", "legal_claims")
    assert chosen.reasons["chats_conversations"] == ("overriding_grounds", "legal_claims")
    assert "calls_recordings" not in chosen.reasons


def test_a_choice_that_does_not_fit_is_refused(held: Small) -> None:
    """A reason must fit what the data set rests on; one that rests on consent alone cannot be kept; nothing is recorded."""
    request = ask(held, EMAIL)
    for unlawful, keep, message in UNFIT:
        with pytest.raises(AnsvarError) as error:
            decide(held.register, request, "Dana", whom, choices=choices_of(held.register.catalogue, unlawful, keep))
        assert message in str(error.value)
    assert ErasureLedger(held.register.ledger).erasures() == []


def test_direct_marketing_cannot_override_an_objection(held: Small) -> None:
    """What is held by legitimate interest for direct marketing alone has no overriding grounds; nor what a rule keeps already a choice."""
    held.dataset("chats.conversations")["purposes"] = ["marketing"]
    keeping(held, relation={"keeps": "legal_obligation"})
    request = ask(held, EMAIL)
    assert preview(held.register, request, whom).reasons["chats_conversations"] == ("legal_claims",)
    with pytest.raises(AnsvarError, match=r"retention\.yaml states already what of it stays"):
        preview(held.register, request, whom, choices=Choices(keep={"shop_customers": "still_needed"}))


def test_what_is_kept_stays(held: Small, tmp_path: Path) -> None:
    """What was decided is carried out later; what is kept stays in later deliveries and restored copies, and is used for nothing else."""
    register, backup = held.register, (held.home.path / "warehouse" / "current").resolve().read_bytes()
    request = ask(held, EMAIL)
    decide(register, request, "Dana", whom, choices=KEEP_SHOP)
    carry_out(held)
    kept = (["Aino", "Bo"], ["chat-2"], 0)
    assert _there(held) == kept
    summary = summary_of(register, request)["summary"]
    assert counts(summary, "goes", "stays", "ground", "grounds")["shop_customers"] == (0, 1, "still_needed", [])
    # It is followed as an objection and a withdrawal, also in what comes later.
    with register.ledger.engine.connect() as connection:
        ended = connection.execute(sa.select(tables.objections.c.kind, tables.objections.c.scope)).all()
    assert {tuple(row) for row in ended} == {("objection", "legitimate_interest"), ("withdrawal", "every")}
    with register.warehouse.reading() as engine:
        name_received(engine, register, Told.of(register))
        assert engine.count("SELECT count(DISTINCT person) FROM received_persons") == 1
    _deliver(held, name="Aino Uusi")
    held.ingest("shop", "chats", "calls")
    assert _there(held) == (["Aino Uusi", "Bo"], ["chat-2"], 0)
    # A warehouse of before the erasure.
    (held.home.path / "warehouse" / "current").resolve().write_bytes(backup)
    assert _there(held) == (["Aino", "Bo"], ["chat-1", "chat-2"], 1)
    begin_run(register, held.run)
    with register.warehouse.writing(held.run) as engine:
        apply_erasures(engine, register)
    held.resolve()
    finish_run(register, held.run)
    assert _there(held) == kept
    # A ledger that was lost, and the hashes that were saved of it.
    with closing(Ledger(f"sqlite:///{tmp_path / 'other.db'}")) as other:
        bring_gone(other.engine, [*gone_hashes(register.ledger.engine)], "restored")
        assert [table for _, table in ErasureLedger(other).kept()] == ["shop_customers"]
    # A later erasure of all takes it, too.
    decide(register, ask(held, EMAIL), "Dana", whom)
    carry_out(held)
    _deliver(held)
    held.ingest("shop", "chats", "calls")
    assert _there(held) == (["Bo"], ["chat-2"], 0)


def test_the_letter_says_what_is_so(held: Small) -> None:
    """It names the ground of each group, what is kept and why, what tells there who the person is, the requests and the hashes."""
    register, request = held.register, ask(held, EMAIL)
    decide(register, request, "Dana", whom, choices=KEEP_SHOP)
    carry_out(held)
    summary = summary_of(register, request)["summary"]
    told = {language: answer(register.catalogue, summary, language) for language in ("en", "sv", "fi")}
    for part in (
        "These data had been processed unlawfully (GDPR Art. 17(1)(d)).\n  A name: 1",
        "and there is no other legal ground (GDPR Art. 17(1)(b)).\n  A name: 1",
        "  A name: 1 (still needed for the contract, so GDPR Art. 17(1)(a) does not apply)\n    They are needed to perform the contract",
        "What tells in them who you are: ",
        "Your requests to us, with the identifiers and the words that you gave in them: 1 (legal claims, GDPR Art. 17(3)(e))\n    Because",
        "Keyed hashes of your identifiers",
        "The erased records' own numbers",
        "no longer used for marketing or profiling",
    ):
        assert part in told["en"]
    for part in ("har behandlats på olagligt sätt", "De behövs för att fullgöra avtalet", "Dina begäranden till oss"):
        assert part in told["sv"]
    for part in (
        "Tietoja on käsitelty lainvastaisesti",
        "sopimuksen täyttämiseen",
        "Meille tekemäsi pyynnöt",
        "ei enää käytetä markkinointiin",
    ):
        assert part in told["fi"]
    assert "Should you become" not in told["en"]
    assert not any("aino" in each.lower() for each in told.values())
    assert AS_PROPOSED.ended() == []
