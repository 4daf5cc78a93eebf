"""A register comes back out of a backup less all that has gone since, whatever was lost: the warehouse, the ledger, the whole home."""

from __future__ import annotations

import secrets
import shutil
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from pyrage import x25519

from assets.retention.approval import renew_plan
from assets.retention.rectify import Wanted, rectify
from assets.retention.restore import Source, restore
from assets.retention.run import overdue
from assets.rights.whom import whom
from resources.backups import Backup, Lock, Opener, back_up, unpack
from resources.errors import AnsvarError
from resources.ledger import Ledger
from resources.ledger.backups import gone_hashes
from resources.ledger.corrections import CorrectionLedger
from resources.ledger.plans import PlanLedger
from resources.register import open_register
from tests.helpers.erasing import erase, keeping
from tests.helpers.records import call, chat, customer, trader
from tests.helpers.requests import file_verified
from tests.helpers.rules import wait_for_talk
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assets.retention.restore import Restored
    from resources.register import Register

pytestmark = pytest.mark.early

PAIR = x25519.Identity.generate()
LOCK = Lock(recipients=(str(PAIR.to_public()),))
LATER = "2027-02-01T03:00:00+02:00"


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A register with a customer, two chats, a call with its audio, a trader who goes by ingestion, and a quarantined record."""
    small = Small(tmp_path_factory.mktemp("ingested"), encrypted=True)
    (small.data / "calls" / "1.wav").write_bytes(b"sound" * 1_000)
    small.deliver("shop", [customer(1, email="asko@koe.example"), customer(2, visits="x")])
    small.deliver("chats", [chat(1), chat(2, "2026-09-01T10:00:00Z")])
    small.deliver("calls", [call(1)], "calls.csv")
    small.deliver("registry", [trader(1)])
    small.ingest("shop", "chats", "calls", "registry")
    small.close()
    return small


@pytest.fixture
def filled(ingested: Small, tmp_path: Path) -> Iterator[Small]:
    """A copy of it."""
    made = ingested.copied(tmp_path)
    yield made
    made.close()


def _back_up(small: Small, folder: str = "copies", *, with_keys: bool = False) -> Backup:
    return back_up(small.register, small.folder / folder, small.folder / folder, LOCK, with_keys=with_keys)


def _key(made: Backup) -> str:
    return Opener(identities=(str(PAIR),)).unwrap(made.key_file.read_bytes())


def _restore(small: Small, made: Backup, register: Register | None = None, **given: object) -> Restored:
    register = register or small.register
    source = Source(made.file, _key(made), **given)  # type: ignore[arg-type] # what a test gives
    return restore(register, source, f"restore-{secrets.token_hex(4)}", lambda: _again(register))


def _again(register: Register) -> Register:
    return open_register(register.catalogue, register.home, register.clock)


def _ids(small: Small) -> dict[str, list[str]]:
    with _again(small.register).warehouse.reading() as engine:
        return {
            table: [row[0] for row in engine.rows(f"SELECT {key} FROM {table} ORDER BY 1")]  # noqa: S608 - names of the small register
            for table, key in (
                ("register.shop_customers", "customer_number"),
                ("register.chats_conversations", "id"),
                ("register.calls_recordings", "id"),
                ("register.registry_traders", "id"),
                ("quarantine.records", "dataset"),
            )
        }


def _customers(small: Small) -> list[str]:
    with _again(small.register).warehouse.reading() as engine:
        return [row[0] for row in engine.rows("SELECT customer_number FROM register.shop_customers")]


def _left(small: Small) -> set[str]:
    """What stands in the folders that a restore works in."""
    home = small.home.path
    return {path.name.partition("-")[0] for folder in ("warehouse", "temporary") for path in (home / folder).iterdir()}


def test_a_backup_holds_what_the_home_does(filled: Small) -> None:
    """The copy and its key are their owner's alone; it holds the warehouse, the ledger and the audio, and no key of the home."""
    made = _back_up(filled)
    assert {stat.S_IMODE(file.stat().st_mode) for file in (made.file, made.key_file)} == {0o600}
    assert {path.name for path in made.file.parent.iterdir()} == {made.file.name, made.key_file.name}
    out = filled.folder / "out"
    manifest = unpack(made.file, _key(made), out, lambda _: True)
    held = sorted(path.relative_to(out).parts[0] for path in out.rglob("*") if path.is_file())
    assert held == ["ledger.db", "recordings", "warehouse.duckdb"]
    assert (manifest.tables["register.chats_conversations"], manifest.ledger and manifest.ledger["batches"]) == (2, 4)
    assert _left(filled) == {"current", "generation", "writer.lock"}


def test_a_backup_with_keys(filled: Small) -> None:
    """Where it is asked for, the home's keys and settings are in the copy."""
    out = filled.folder / "out"
    unpack((made := _back_up(filled, with_keys=True)).file, _key(made), out, lambda member: member.startswith("keys/"))
    assert {path.name for path in (out / "keys").iterdir()} == {"pepper.key", "warehouse.key", "settings.env"}
    assert (out / "keys" / "pepper.key").read_text(encoding="utf-8") == filled.home.pepper


def test_what_was_there_is_there_again(filled: Small) -> None:
    """On the same day all comes back as it was: rows, who is who, quarantine, and the audio that was lost."""
    before, sound = filled.everything(), next(filled.register.recordings.rglob("*.wav"))
    made = _back_up(filled)
    shutil.rmtree(sound.parent)
    done = _restore(filled, made)
    assert (done.ledger, done.again, done.purged, done.read_again) == ("home", 0, [], 0)
    assert (filled.everything(), sound.read_bytes()) == (before, b"sound" * 1_000)
    assert _left(filled) == {"current", "generation", "writer.lock"}


def test_what_is_past_its_period_today_is_never_read(filled: Small) -> None:
    """A backup that is restored after a period was over is purged of it, with its audio, before it is published, and counted."""
    made = _back_up(filled)
    filled.at("2027-06-01T03:00:00+03:00")
    done = _restore(filled, made)
    assert {record.dataset for record in done.purged} >= {"chats_conversations", "calls_recordings", "registry_traders"}
    found = _ids(filled)
    assert (found["register.chats_conversations"], found["register.calls_recordings"], found["register.registry_traders"]) == ([], [], [])
    assert found["register.shop_customers"] == ["C1"]
    assert [path for path in filled.register.recordings.rglob("*") if path.is_file()] == []
    assert overdue(_again(filled.register)) == []


def test_what_the_ledger_says_has_gone_goes_again(filled: Small) -> None:
    """What was purged since goes again by its keyed hash, by its age in the register or by its own, even where the clock would keep it."""
    made = _back_up(filled)
    early = filled.register
    filled.at("2027-06-01T03:00:00+03:00")
    filled.deliver("shop", [customer(1)])
    filled.load("shop")
    filled.purge()
    done = _restore(filled, made, early)
    assert (done.ledger, done.again) == ("home", 4)
    found = _ids(filled)
    assert (found["register.registry_traders"], found["register.chats_conversations"], found["register.calls_recordings"]) == ([], [], [])
    assert found["register.shop_customers"] == ["C1"]


def test_a_bad_copy_that_went_takes_no_good_one_with_it(filled: Small) -> None:
    """A record in quarantine that was purged after the backup goes again; the good record of the same key, which it is a copy of, stays."""
    filled.deliver("shop", [customer(1, email="asko@koe.example"), customer(2)])
    filled.ingest("shop")
    filled.deliver("shop", [customer(1, email="asko@koe.example"), customer(2, visits="x")])
    filled.ingest("shop")
    before = _ids(filled)
    assert (before["register.shop_customers"], before["quarantine.records"]) == (["C1", "C2"], ["shop_customers"])
    made, early = _back_up(filled), filled.register
    filled.at("2030-06-01T03:00:00+03:00")
    filled.purge()
    found = _ids(filled)
    assert (found["register.shop_customers"], found["quarantine.records"]) == (["C1", "C2"], [])
    _restore(filled, made, early)
    again = _ids(filled)
    assert (again["register.shop_customers"], again["quarantine.records"]) == (["C1", "C2"], [])


def test_who_came_back_with_a_relation_comes_back_with_the_backup(small: Small) -> None:
    """A keyed hash tells that a contact went once; the contact that was a customer again when the backup was made comes out of it."""
    wait_for_talk(small)
    ended = customer(1, ended_on="2026-01-31", email="one@koe.example")
    small.deliver("shop", [ended])
    small.deliver("chats", [chat(2)])
    small.ingest("shop", "chats")
    small.purge()
    assert _customers(small) == []
    small.deliver("chats", [chat(1, email="one@koe.example")])
    small.ingest("chats")
    small.ingest("shop")
    assert _customers(small) == ["C1"]
    done = _restore(small, _back_up(small))
    assert (done.again, _customers(small)) == (0, ["C1"])


def test_the_ledger_was_lost_with_the_rest(filled: Small, tmp_path: Path) -> None:
    """In a new home with the old keys the backup's ledger goes on; hashes that were saved elsewhere are applied to it."""
    made = _back_up(filled, with_keys=True)
    filled.at("2027-06-01T03:00:00+03:00")
    filled.load("shop")
    filled.purge()
    saved = tuple(gone_hashes(filled.register.ledger.engine))
    assert len(saved) == 1
    other = Small(tmp_path / "other", encrypted=True)
    for name in ("pepper.key", "warehouse.key"):
        shutil.copyfile(filled.home.path / name, other.home.path / name)
    other.register = _again(other.register)
    done = _restore(other, made, hashes=saved)
    assert (done.ledger, done.again) == ("backup", 1)
    assert (_ids(other)["register.registry_traders"], _ids(other)["register.shop_customers"]) == ([], ["C1"])
    assert len(list(other.register.recordings.rglob("*.wav"))) == 1
    other.close()


def test_a_ledger_that_was_saved_elsewhere(filled: Small, tmp_path: Path) -> None:
    """A newer ledger than the home's and the backup's goes on where it is given."""
    made = _back_up(filled)
    early = filled.register
    filled.at("2027-06-01T03:00:00+03:00")
    filled.load("shop")
    filled.purge()
    filled.close()
    saved = tmp_path / "saved.db"
    shutil.copyfile(filled.home.path / "ledger.db", saved)
    for file in filled.home.path.glob("ledger.db*"):
        file.unlink()
    done = _restore(filled, made, _again(early), ledger=f"sqlite:///{saved}")
    assert (done.ledger, done.again, _ids(filled)["register.registry_traders"]) == ("given", 4, [])


def test_what_was_read_since_is_read_again(filled: Small) -> None:
    """Batches that were read after the backup are not in it: the ledger forgets them, and the next run brings their records."""
    made = _back_up(filled)
    filled.at("2026-10-16T03:00:00+03:00")
    filled.deliver("chats", [chat(3)], "later.ndjson")
    filled.ingest("chats")
    assert len(_ids(filled)["register.chats_conversations"]) == 3
    done = _restore(filled, made)
    assert (done.read_again, len(_ids(filled)["register.chats_conversations"])) == (1, 2)
    filled.register = _again(filled.register)
    filled.ingest("chats")
    assert len(_ids(filled)["register.chats_conversations"]) == 3


def test_who_was_erased_since_is_erased_again(filled: Small) -> None:
    """A person who was erased after the backup was made is not in what is restored, in the register nor in who is who; others are."""
    keeping(filled)
    made = _back_up(filled)
    erase(filled, ("email", "asko@koe.example"))
    done = _restore(filled, made)
    assert (done.ledger, done.again) == ("home", 1)
    found = _ids(filled)
    assert (found["register.shop_customers"], found["register.chats_conversations"]) == ([], ["chat-1", "chat-2"])
    assert found["quarantine.records"] == ["shop_customers"]
    with _again(filled.register).warehouse.reading() as engine:
        assert engine.rows("SELECT value FROM identity.identifiers WHERE value = 'asko@koe.example'") == []


def test_what_was_approved_and_purged_since_goes_again(filled: Small) -> None:
    """Where a purge needs an approval, what was approved and went after the backup goes again unasked, and what nobody approved waits."""
    path = filled.folder / "register" / "retention.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("chats: {period: P3M,", "chats: {period: P3M, approval: true,"), encoding="utf-8"
    )
    filled.describe()
    filled.at("2026-11-01T03:00:00+02:00")
    filled.deliver("chats", [chat(3, "2026-10-30T10:00:00Z")], "later.ndjson")
    filled.ingest("chats")
    made = _back_up(filled)
    filled.at("2027-01-10T03:00:00+02:00")
    with filled.register.warehouse.reading() as engine:
        plan = renew_plan(filled.register, engine)
    assert plan is not None
    PlanLedger(filled.register.ledger).approve(plan, "Maija", filled.register.clock.today(), filled.register.clock.now())
    filled.purge()
    assert _ids(filled)["register.chats_conversations"] == ["chat-3"]
    filled.at(LATER)
    done = _restore(filled, made)
    assert (done.ledger, done.again) == ("home", 2)
    assert _ids(filled)["register.chats_conversations"] == ["chat-3"]
    assert sum(each.records for each in overdue(_again(filled.register))) == 1


def test_who_was_erased_by_a_ledger_that_was_lost(filled: Small, tmp_path: Path) -> None:
    """Hashes that were saved before the home was lost erase the person again in a new home, and keep the person from coming back."""
    keeping(filled)
    made = _back_up(filled, with_keys=True)
    erase(filled, ("email", "asko@koe.example"))
    saved = tuple(gone_hashes(filled.register.ledger.engine))
    assert {each["kind"] for each in saved} == {"email", "customer_number"}
    other = Small(tmp_path / "other", encrypted=True)
    keeping(other)
    for name in ("pepper.key", "warehouse.key"):
        shutil.copyfile(filled.home.path / name, other.home.path / name)
    other.register = _again(other.register)
    done = _restore(other, made, hashes=saved)
    assert (done.ledger, done.again) == ("backup", 1)
    assert (_ids(other)["register.shop_customers"], _ids(other)["register.chats_conversations"]) == ([], ["chat-1", "chat-2"])
    other.register = _again(other.register)
    other.deliver("shop", [customer(1, email="asko@koe.example"), customer(3)])
    other.ingest("shop")
    assert _ids(other)["register.shop_customers"] == ["C3"]
    other.close()


@pytest.mark.parametrize("kind", ["damaged", "pepper", "key"])
def test_a_backup_that_does_not_come_back(filled: Small, kind: str) -> None:
    """A backup that was damaged, or is of another home's keys, changes nothing, and the error says why."""
    made, before = _back_up(filled), filled.everything()
    if kind == "damaged":
        content = bytearray(made.file.read_bytes())
        content[len(content) // 2] ^= 1
        made.file.write_bytes(content)
    register = filled.register
    if kind != "damaged":
        file = filled.home.path / ("pepper.key" if kind == "pepper" else "warehouse.key")
        kept = file.read_bytes()
        file.write_text("0" * 64, encoding="utf-8")
        register = _again(register)
    messages = {
        "damaged": "is damaged, or its key is of another",
        "pepper": "made with another pepper",
        "key": "encrypted with another key",
    }
    with pytest.raises(AnsvarError, match=messages[kind]):
        _restore(filled, made, register)
    if kind != "damaged":
        file.write_bytes(kept)
    assert (filled.everything(), _left(filled)) == (before, {"current", "generation", "writer.lock"})


def test_a_backup_whose_key_was_destroyed(filled: Small) -> None:
    """Without its key's file a copy does not open, with any other key."""
    made, other = _back_up(filled), _back_up(filled, "others")
    with pytest.raises(AnsvarError, match="is damaged, or its key is of another backup"):
        restore(filled.register, Source(made.file, _key(other)), "restore-x", lambda: filled.register)


def test_a_backup_is_not_put_into_its_home(filled: Small) -> None:
    """A folder of the home is refused."""
    with pytest.raises(AnsvarError, match="does not lie in the home that it is of"):
        back_up(filled.register, filled.home.path / "outbox", filled.folder, LOCK, with_keys=False)


def test_the_ledger_that_goes_on_is_whole(filled: Small) -> None:
    """The copied ledger is migrated and holds the batches."""
    out = filled.folder / "out"
    unpack((made := _back_up(filled)).file, _key(made), out, lambda member: member == "ledger.db")
    with closing(Ledger(f"sqlite:///{out / 'ledger.db'}")) as ledger:
        assert len(ledger.batches()) == 4


def test_a_correction_of_after_the_backup_holds(filled: Small) -> None:
    """What was corrected after the backup was made is right in what comes back, who is who goes by it, and the next reading keeps it."""
    made = _back_up(filled)
    filled.at("2026-10-16T03:00:00+03:00")
    for field, right in (("email", "aino@right.example"), ("name", "Aino")):
        request = file_verified(filled.register.ledger, "rectification", "en", [("customer_number", "C1")], filled.register.clock.now())
        rectify(filled.register, request.id, Wanted("shop.customers", field, right, "A letter"), "Dana Officer", whom)
    before = filled.everything()
    filled.at("2026-10-17T03:00:00+03:00")
    assert (_restore(filled, made).ledger, filled.everything()) == ("home", before)
    named = (
        "SELECT held.email, held.name, links.value FROM register.shop_customers AS held "
        "JOIN identity.links AS links ON links.person = held._person AND links.kind = 'email'"
    )
    expected = [("aino@right.example", "Aino", "aino@right.example")]
    assert filled.rows(named) == expected
    filled.register = _again(filled.register)
    filled.ingest("shop")
    assert filled.rows(named) == expected
    assert {each["state"] for each in CorrectionLedger(filled.register.ledger).corrections()} == {"in_force"}
