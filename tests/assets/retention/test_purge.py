"""What is past its period goes from every layer, and the plan says beforehand what."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from assets.ingest.account import Account
from assets.retention.purge import plan, purge
from assets.retention.run import purge_in_run
from resources.ledger import PurgeRecord
from resources.runs import begin_run
from tests.helpers.records import call, chat, customer, trader

if TYPE_CHECKING:
    from tests.helpers.small import Small

LATER = "2027-06-01T03:00:00+03:00"
DAY = dt.date(2026, 10, 15)


def _fill(small: Small) -> None:
    """Records of every source and layer, half of which are past their period on `LATER`."""
    for number in (1, 2):
        (small.data / "calls" / f"{number}.wav").write_bytes(f"sound {number}".encode())
    bad = customer(3, ended_on="2026-06-30", visits="x")
    small.deliver("shop", [customer(1, ended_on="2026-01-01", email="aino@koe.example"), customer(2), bad])
    small.deliver("chats", [chat(1, email="aino@koe.example"), chat(2, "2027-05-30T10:00:00Z"), chat(3, text=7, ended_at="never"), chat(4)])
    small.deliver("calls", [call(1), call(2, "2027-05-30T10:00:00Z"), call(3)], "calls.csv")
    small.deliver("registry", [trader(1), trader(2, ended_on="2027-05-30"), {"id": "T3"}])
    small.ingest("shop", "chats", "calls", "registry")


def _planned(small: Small) -> list[PurgeRecord]:
    with small.register.warehouse.viewing(small.run) as engine:
        return [record for record in plan(engine, small.register.catalogue, small.register.clock.today()) if record.records]


def _counts(small: Small) -> dict[tuple[str, str], int]:
    tables = [("register", each) for each in ("shop_customers", "chats_conversations", "calls_recordings", "registry_traders")]
    counts = {(layer, table): small.rows(f"SELECT count(*) FROM {layer}.{table}")[0][0] for layer, table in tables}  # noqa: S608 - fixed names
    quarantined = small.rows("SELECT dataset, count(*) FROM quarantine.records GROUP BY dataset")
    return counts | {("quarantine", dataset): count for dataset, count in quarantined}


def test_the_plan_is_what_the_purge_does(small: Small) -> None:
    """By layer, data set and rule, with the oldest and the newest: what was planned went, to the record, and nothing else did."""
    _fill(small)
    small.at(LATER)
    before, planned = _counts(small), _planned(small)
    assert before == _counts(small)
    assert planned == [
        PurgeRecord("register", "calls_recordings", "calls", 1, dt.date(2026, 10, 1), dt.date(2026, 10, 1)),
        PurgeRecord("quarantine", "calls_recordings", "calls", 1, dt.date(2026, 10, 1), dt.date(2026, 10, 1)),
        PurgeRecord("register", "chats_conversations", "chats", 2, dt.date(2026, 10, 1), dt.date(2026, 10, 1)),
        PurgeRecord("quarantine", "chats_conversations", "chats", 1, DAY, DAY),
        PurgeRecord("register", "registry_traders", "registry", 1, DAY, DAY),
        PurgeRecord("quarantine", "registry_traders", "registry", 1, DAY, DAY),
        PurgeRecord("register", "shop_customers", "relation", 1, dt.date(2026, 1, 1), dt.date(2026, 1, 1)),
    ]
    run = small.run
    purged = small.purge()
    assert planned == purged.records
    after = _counts(small)
    went = {(record.layer, record.dataset): record.records for record in planned}
    assert {key: count - went.get(key, 0) for key, count in before.items()} == {key: after.get(key, 0) for key in before}
    ledger = {(row["layer"], row["dataset"]): row["records"] for row in small.register.ledger.purges_of(run)}
    assert went == ledger
    assert _planned(small) == []


def test_a_purge_without_anything_due_changes_nothing(small: Small) -> None:
    """The next purge of the day finds nothing, and leaves every row as it was."""
    _fill(small)
    before = small.everything()
    assert (small.purge().records, small.purge().files) == ([], 0)
    assert before == small.everything()


def test_rows_that_go_are_counted(small: Small) -> None:
    """The number of rows that a purge deletes is the number that it planned."""
    _fill(small)
    small.at(LATER)
    begin_run(small.register, small.run)
    today = small.register.clock.today()
    with small.register.warehouse.writing(small.run) as engine:
        assert sum(record.records for record in _planned_in(small, today)) == purge(engine, small.register.catalogue, today)
        assert sum(record.records for record in plan(engine, small.register.catalogue, today)) == 0


def _planned_in(small: Small, today: dt.date) -> list[PurgeRecord]:
    with small.register.warehouse.reading() as engine:
        return plan(engine, small.register.catalogue, today)


def test_identifiers_subjects_and_audio_go_along(small: Small) -> None:
    """With a record go its identifiers, its audio, and the subject of whom nothing is left; a subject with more stays."""
    (small.data / "calls" / "1.wav").write_bytes(b"sound")
    small.deliver("shop", [customer(1, email="aino@koe.example", phone="040 123 4567")])
    small.deliver("chats", [chat(1, email="aino@koe.example"), chat(2, email="eino@koe.example", agent_email="liisa@koe.example")])
    small.deliver("calls", [call(1)], "calls.csv")
    small.ingest("shop", "chats", "calls")
    assert small.rows("SELECT count(*) FROM identity.subjects") == [(4,)]
    small.at(LATER)
    assert small.purge().files == 1
    assert small.rows("SELECT kind, value FROM identity.identifiers ORDER BY 1") == [
        ("customer_number", "C1"),
        ("email", "aino@koe.example"),
        ("phone", "+358401234567"),
    ]
    assert small.rows("SELECT persons, records FROM identity.subjects") == [(1, 1)]
    found = small.everything()
    assert {1} == {len(found[f"identity.{table}"]) for table in ("persons", "record_persons", "subjects")}
    assert [file for file in small.register.recordings.rglob("*") if file.is_file()] == []


def test_an_open_end_is_kept_while_it_goes_on(small: Small) -> None:
    """`open: keep`: without an end the record stays however old it is; once it has one, the period runs from there."""
    small.deliver("shop", [customer(1)])
    small.load("shop")
    small.at("2126-01-01T03:00:00+02:00")
    assert small.purge().records == []
    small.deliver("shop", [customer(1, ended_on="2126-01-01")])
    small.ingest("shop")
    small.at("2127-01-01T03:00:00+02:00")
    assert small.purge().records == []
    small.at("2127-01-02T03:00:00+02:00")
    assert [record.records for record in small.purge().records] == [1]


def test_an_open_end_counted_from_the_ingestion(small: Small) -> None:
    """`open: ingested`: without an end the period runs from the local day of ingestion, with an end from the end."""
    small.at("2026-10-14T22:30:00Z")  # the 15th in Helsinki
    small.deliver("registry", [trader(1), trader(2, ended_on="2026-10-20")])
    small.load("registry")
    small.at("2027-04-15T23:59:59+03:00")
    assert small.purge().records == []
    small.at("2027-04-16T00:00:00+03:00")
    small.purge()
    assert small.rows("SELECT id FROM register.registry_traders") == [("T2",)]


def test_what_was_purged_by_its_ingestion_does_not_come_back(small: Small) -> None:
    """A source that still has what was purged by its age here cannot bring it back: neither the row nor the quarantined record."""
    small.deliver("registry", [trader(1, name="Aino"), {"id": "T2"}, trader(3)])
    small.load("registry")
    small.at(LATER)
    assert [(record.layer, record.records) for record in small.purge().records] == [("register", 2), ("quarantine", 1)]
    for _ in range(2):
        assert Account(read=3, dropped={"purged_before": 3}) == small.account("registry")
        small.publish()
    small.deliver("registry", [trader(1, name="Aino Maria"), trader(4)])
    assert Account(read=2, inserted=1, dropped={"purged_before": 1}) == small.account("registry")


def test_what_was_purged_stays_away_from_a_restored_warehouse(small: Small) -> None:
    """A warehouse out of a backup has again what was purged: the next purge takes it again, and its source cannot bring it back."""
    small.deliver("registry", [trader(1), {"id": "T2"}])
    small.ingest("registry")
    backup = {file.name: file.read_bytes() for file in (small.home.path / "warehouse").glob("generation-*")}
    (name,) = backup
    small.at(LATER)
    first = small.purge().records
    (small.home.path / "warehouse" / "current").resolve().unlink()
    (small.home.path / "warehouse" / "current").unlink()
    (small.home.path / "warehouse" / name).write_bytes(backup[name])
    (small.home.path / "warehouse" / "current").symlink_to(name)
    assert small.rows("SELECT count(*) FROM register.registry_traders") == [(1,)]
    assert first == small.purge().records
    assert Account(read=2, dropped={"purged_before": 2}) == small.account("registry")


def test_the_keyed_hashes_are_no_plain_hashes(small: Small) -> None:
    """What the ledger remembers of purged records are hashes with the home's secret, from which no record id can be found."""
    small.deliver("registry", [trader(1)])
    small.load("registry")
    ((record,),) = small.rows("SELECT _record FROM register.registry_traders")
    ((expected, plain),) = small.rows(f"SELECT sha256('{small.home.pepper}{record}'), sha256('{record}')")
    small.at(LATER)
    small.purge()
    remembered = small.register.ledger.gone("registry_traders")["hash"].to_pylist()
    assert [expected] == remembered
    assert plain not in remembered


def test_a_purge_that_dies_is_made_up_for(small: Small) -> None:
    """A purge that stopped before it published has not happened: the next one does all of it, and the ledger tells it once."""
    _fill(small)
    small.at(LATER)
    planned = _planned(small)
    begin_run(small.register, "died")
    small.register.ledger.purge_meant("died", small.register.clock.now(), planned)
    small.register.ledger.gone_meant("died", "registry_traders", ["0" * 64])
    with small.register.warehouse.writing("died") as engine:
        purge(engine, small.register.catalogue, small.register.clock.today())
    assert planned == purge_in_run(small.register, small.run).records
    assert small.register.ledger.purges_of("died") == []
    assert len(small.register.ledger.purges_of(small.run)) == len(planned)
    assert "0" * 64 not in small.register.ledger.gone("registry_traders")["hash"].to_pylist()


def test_a_purge_in_the_run_that_loaded(small: Small) -> None:
    """As the last step of the daily run, the purge sees what the run itself has read, and publishes both."""
    small.deliver("shop", [customer(1), customer(2)])
    small.ingest("shop")
    small.deliver("shop", [customer(1, ended_on="2020-01-01"), customer(2), customer(3)])
    small.load("shop")
    assert [record.records for record in small.purge().records] == [1]
    assert small.rows("SELECT customer_number FROM register.shop_customers ORDER BY 1") == [("C2",), ("C3",)]
    assert small.rows("SELECT count(*) FROM identity.subjects") == [(2,)]
