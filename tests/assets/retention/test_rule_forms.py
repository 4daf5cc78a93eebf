"""What each form of rule keeps and takes, to the day: relations, longest and shortest, the law, what is emptied, what is counted."""

from __future__ import annotations

import datetime as dt
import random
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from assets.ingest.account import Account
from assets.retention.assets import _ahead
from assets.retention.forecast import forecast, totals
from assets.retention.purge import plan
from assets.retention.run import verify
from tests.helpers.described import WORDS
from tests.helpers.records import chat, customer, trader
from tests.helpers.rules import TALKING, change_rule, wait_for_talk

if TYPE_CHECKING:
    from tests.helpers.small import Small

CHATS = "chats: {period: P3M, future: keep,"
SOURCE = "source: {en: An act, sv: En lag, fi: Laki}"
ENDED = dt.date(2026, 8, 31)


def _customers(small: Small) -> list[str]:
    return [row[0] for row in small.rows("SELECT customer_number FROM register.shop_customers ORDER BY 1")]


def _due(small: Small, day: dt.date, layer: str = "register") -> int:
    with small.register.warehouse.viewing(small.run) as engine:
        return sum(each.records for each in plan(engine, small.register.catalogue, day) if each.layer == layer)


class TestRelations:
    """Rules that wait for a relation."""

    def test_the_grace_after_the_end(self, small: Small) -> None:
        """The last day of the grace is kept whole, the next one takes the record; who still talks is kept, and so is whose end is open."""
        wait_for_talk(small)
        small.deliver(
            "shop", [customer(1, ended_on="2026-08-31"), customer(2, ended_on="2026-08-31", email="two@koe.example"), customer(3)]
        )
        small.deliver("chats", [chat(1, email="two@koe.example")])
        small.at("2026-09-01T03:00:00+03:00")
        small.load("shop", "chats")
        assert [_due(small, dt.date(2026, 9, 30) + dt.timedelta(days=shift)) for shift in (0, 1)] == [0, 1]
        small.at("2026-09-30T23:59:59+03:00")
        assert small.purge().records == []
        small.at("2026-10-01T00:00:00+03:00")
        small.purge()
        assert _customers(small) == ["C2", "C3"]

    def test_what_goes_tonight_keeps_nobody(self, small: Small) -> None:
        """When the last conversation goes, the contact goes in the same night, and nothing is overdue afterwards."""
        wait_for_talk(small)
        small.deliver("shop", [customer(2, ended_on="2026-08-31", email="two@koe.example")])
        small.deliver("chats", [chat(1, "2026-10-01T10:00:00Z", email="two@koe.example")])
        small.ingest("shop", "chats")
        small.at("2027-01-01T03:00:00+02:00")
        assert small.purge().records == []
        small.at("2027-01-02T03:00:00+02:00")
        assert {each.dataset: each.records for each in small.purge().records} == {"shop_customers": 1, "chats_conversations": 1}
        assert verify(small.register).overdue == 0

    def test_what_was_taken_comes_back_only_with_the_relation(self, small: Small) -> None:
        """The source that still has the record gives it in vain; once the person is a customer again, it comes in."""
        wait_for_talk(small)
        gone, kept = customer(1, ended_on="2026-08-31"), customer(3)
        small.deliver("shop", [gone, kept])
        small.deliver("chats", [chat(1)])
        small.ingest("shop", "chats")
        assert [each.records for each in small.purge().records] == [1]
        assert small.account("shop") == Account(read=2, unchanged=1, dropped={"purged_before": 1})
        assert small.purge().records == []
        small.deliver("shop", [customer(1, ended_on=None), kept])
        assert small.account("shop") == Account(read=2, inserted=1, unchanged=1)
        small.publish()
        assert small.purge().records == []
        assert _customers(small) == ["C1", "C3"]

    def test_a_relation_that_cannot_be_worked_out_keeps(self, small: Small) -> None:
        """Where a table that the relation reads was never loaded, nobody knows whether it holds: nothing goes."""
        wait_for_talk(small)
        small.deliver("shop", [customer(1, ended_on="2020-01-01")])
        small.ingest("shop")
        assert small.purge().records == []
        assert _customers(small) == ["C1"]

    def test_what_it_does_not_speak_of_counts_from_its_anchor(self, small: Small) -> None:
        """A record that the relation leaves out has its grace from its own anchor."""
        wait_for_talk(small, f"{TALKING}WHERE customers.customer_number <> 'C1'")
        small.deliver("shop", [customer(1, ended_on="2026-08-31")])
        small.deliver("chats", [chat(1)])
        small.load("shop", "chats")
        assert [_due(small, dt.date(2026, 9, 30) + dt.timedelta(days=shift)) for shift in (0, 1)] == [0, 1]

    def test_a_field_before_its_record(self, small: Small) -> None:
        """A field of a rule of its own goes before a record that waits, and is not counted again when the record goes itself."""
        wait_for_talk(small)
        file = small.folder / "register" / "retention.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("fortnight: {", "fortnight: {open: keep, "), encoding="utf-8")
        small.dataset("shop.customers")["fields"]["name"]["retention"] = "fortnight"
        small.describe()
        small.at("2026-09-01T03:00:00+03:00")
        small.deliver("shop", [customer(1, name="Aino", ended_on="2026-08-31")])
        small.deliver("chats", [chat(1)])
        small.load("shop", "chats")
        days = [dt.date(2026, 9, 14), dt.date(2026, 9, 15), dt.date(2026, 9, 30), dt.date(2026, 10, 1)]
        assert [(_due(small, day, "field"), _due(small, day)) for day in days] == [(0, 0), (1, 0), (1, 0), (0, 1)]


@pytest.mark.parametrize(
    ("form", "last_days"),
    [
        ("longest: [P1M, P30D]", {"2026-01-31": "2026-03-02", "2026-03-31": "2026-04-30"}),
        ("shortest: [month, P30D]", {"2026-01-31": "2026-02-28", "2026-03-31": "2026-04-30"}),
        ("period: P2Y, from: end_of_year", {"2023-12-31": "2025-12-31", "2024-01-01": "2026-12-31", "2024-02-29": "2026-12-31"}),
        (f"period: P1M, minimum: {{period: P1Y, {SOURCE}}}", {"2024-02-29": "2025-02-28", "2025-03-01": "2026-03-01"}),
        (f"period: P3Y, minimum: {{period: P1Y, from: end_of_year, {SOURCE}}}", {"2024-02-29": "2027-02-28", "2024-12-31": "2027-12-31"}),
    ],
)
def test_the_last_day_of_each_form(small: Small, form: str, last_days: dict[str, str]) -> None:
    """The last second of an anchor's local day is kept through the last day, and the first of the next day for as long as its own."""
    change_rule(small, CHATS, f"chats: {{{form}, future: keep,")
    small.at("2020-01-01T03:00:00+02:00")
    rows = [chat(number, f"{day}T21:00:00.999+02:00") for number, day in enumerate(last_days)]
    small.deliver("chats", rows)
    small.load("chats")
    expected = [dt.date.fromisoformat(last) for last in last_days.values()]
    for day in sorted({last + dt.timedelta(days=shift) for last in expected for shift in (-1, 0, 1)}):
        assert _due(small, day) == sum(last < day for last in expected), day


class TestAnchors:
    """Anchors that are missing, or ahead."""

    @pytest.mark.parametrize(
        ("said", "accounts"),
        [
            ("open: keep, future: keep", {"T1": None, "T2": None, "T3": dt.date(2028, 4, 15)}),
            ("open: ingested, future: ingested", {"T1": dt.date(2027, 4, 15), "T2": dt.date(2027, 4, 16), "T3": dt.date(2027, 4, 15)}),
        ],
    )
    def test_kept_or_counted_from_ingestion(self, small: Small, said: str, accounts: dict[str, dt.date | None]) -> None:
        """No anchor, one a day ahead (which is none that is wrong), and one two years ahead."""
        change_rule(small, "registry: {period: P6M, open: ingested,", f"registry: {{period: P6M, {said},")
        small.deliver("registry", [trader(1), trader(2, ended_on="2026-10-16"), trader(3, ended_on="2027-10-15")])
        small.ingest("registry")
        last_days = accounts | {"T2": dt.date(2027, 4, 16)}
        for day in (dt.date(2027, 4, 15), dt.date(2027, 4, 16), dt.date(2027, 4, 17), dt.date(2028, 4, 15), dt.date(2028, 4, 16)):
            assert _due(small, day) == sum(last is not None and last < day for last in last_days.values()), day

    def test_sent_to_quarantine(self, small: Small) -> None:
        """What has no anchor, or one that is ahead, is not loaded but quarantined, and goes from there by its age."""
        change_rule(small, "registry: {period: P6M, open: ingested,", "registry: {period: P6M, open: quarantine, future: quarantine,")
        small.dataset("registry.traders")["most_quarantined"] = 1
        small.describe()
        small.deliver("registry", [trader(1), trader(2, ended_on="2026-10-16"), trader(3, ended_on="2126-10-17")])
        small.ingest("registry")
        assert small.rows("SELECT id FROM register.registry_traders") == [("T2",)]
        assert small.rows("SELECT field, rule FROM quarantine.records ORDER BY rule") == [("ended_on", "future"), ("ended_on", "open")]
        assert [_due(small, dt.date(2027, 4, 15) + dt.timedelta(days=shift), "quarantine") for shift in (0, 1)] == [0, 2]

    def test_what_was_held_before_the_rule_was_stricter(self, small: Small) -> None:
        """A row without an anchor that is held already is not forgotten: it counts from its ingestion."""
        small.deliver("registry", [trader(1)])
        small.ingest("registry")
        change_rule(small, "registry: {period: P6M, open: ingested,", "registry: {period: P6M, open: quarantine,")
        assert [_due(small, dt.date(2027, 4, 15) + dt.timedelta(days=shift)) for shift in (0, 1)] == [0, 1]

    def test_a_wrong_year_keeps_nothing_for_longer(self, small: Small) -> None:
        """Unless the rule says else, what is always there and lies ahead is a mistake: it counts from the ingestion."""
        change_rule(small, CHATS, "chats: {period: P3M,")
        small.deliver("chats", [chat(1, "2206-10-01T10:00:00Z")])
        small.ingest("chats")
        small.at("2027-01-16T03:00:00+02:00")
        assert [each.records for each in small.purge().records] == [1]
        assert small.account("chats") == Account(read=1, dropped={"purged_before": 1})


class TestEmptied:
    """`action: blank`."""

    FIELDS = "[user_id, email, phone, cookie, agent_email, text]"

    def _blanked(self, small: Small) -> None:
        small.dataset("chats.conversations")["fields"]["ended_at"] = {
            "type": "timestamp",
            "required": True,
            "category": "system",
            "label": WORDS,
        }
        change_rule(small, CHATS, f"chats: {{period: P3M, action: blank, fields: {self.FIELDS},")

    def test_what_is_about_a_person_goes_and_the_rest_stays(self, small: Small) -> None:
        """The row stays without its fields, its person and its identifiers; reading it again brings nothing back."""
        self._blanked(small)
        small.deliver("chats", [chat(1, email="one@koe.example", text="hello"), chat(2, "2026-12-01T10:00:00Z", email="two@koe.example")])
        small.ingest("chats")
        small.at("2027-01-02T03:00:00+02:00")
        assert [(each.layer, each.rule, each.records) for each in small.purge().records] == [("field", "chats", 1)]
        statement = "SELECT id, email, text, _person IS NULL, ended_at IS NULL FROM register.chats_conversations ORDER BY id"
        emptied = [("chat-1", None, None, True, False), ("chat-2", "two@koe.example", None, False, False)]
        assert small.rows(statement) == emptied
        assert small.rows("SELECT value FROM identity.identifiers") == [("two@koe.example",)]
        assert small.account("chats") == Account(read=2, unchanged=2)
        assert small.rows(statement) == emptied
        assert small.purge().records == []

    def test_what_comes_late_comes_without_them(self, small: Small) -> None:
        """A record that is read after its time is loaded empty, so that it is counted with the others."""
        self._blanked(small)
        small.deliver("chats", [chat(1, "2026-01-01T10:00:00Z", email="one@koe.example")])
        assert small.account("chats") == Account(read=1, inserted=1)
        assert small.rows("SELECT id, email, _person FROM register.chats_conversations") == [("chat-1", None, None)]


def test_counted_before_it_goes(small: Small) -> None:
    """What goes is counted by local day, small numbers are not kept, and the next purge adds to the same table."""
    change_rule(small, CHATS, "chats: {period: P3M, future: keep, action: aggregate, counts: {table: talks, by: [ended_at], least: 2},")
    times = ["2026-07-14T20:59:59Z", "2026-07-14T21:00:00Z", "2026-07-15T20:59:59Z", "2026-07-16T10:00:00Z", "2026-07-16T11:00:00Z"]
    small.at("2026-08-01T03:00:00+03:00")
    small.deliver("chats", [chat(number, moment) for number, moment in enumerate(times)])
    small.ingest("chats")
    for moment in ("2026-10-16T03:00:00+03:00", "2026-10-17T03:00:00+03:00"):
        small.at(moment)
        small.purge()
    assert small.rows("SELECT ended_at, records FROM counts.talks ORDER BY 1") == [(dt.date(2026, 7, 15), 2), (dt.date(2026, 7, 16), 2)]
    assert small.rows("SELECT count(*) FROM register.chats_conversations") == [(0,)]
    change_rule(small, CHATS, CHATS)
    assert verify(small.register).undeclared == 1


def test_the_forecast_is_what_falls_due(small: Small) -> None:
    """For random conversations the forecast of each month is what the plans of its days would take; what waits stands in no month."""
    rng = random.Random(20261015)  # noqa: S311 - sample data, no secret
    first = dt.datetime(2026, 7, 15, tzinfo=dt.UTC)
    moments = [first + dt.timedelta(seconds=rng.randrange(400 * 86_400)) for _ in range(300)]
    rows: list[dict[str, Any]] = [chat(number, moment.isoformat()) for number, moment in enumerate(moments)]
    small.deliver("chats", rows)
    small.deliver("shop", [customer(1)])
    small.load("chats", "shop")
    today = dt.date(2026, 10, 15)
    with small.register.warehouse.viewing(small.run) as engine:
        found = forecast(engine, small.register.catalogue, today)
    assert [(each.layer, each.dataset, each.rule) for each in found] == [("register", "chats_conversations", "chats")]
    bounds = [today, *(dt.date(2026 + month // 12, month % 12 + 1, 1) for month in range(10, 23))]
    ends = [day - dt.timedelta(days=1) for day in bounds[1:]]
    due = [_due(small, today), *(_due(small, day) for day in ends)]
    shown = _ahead(found, today)
    assert [shown[f"due in month {number}"] for number in range(13)] == list(totals(found, today).values())
    assert "| register | chats_conversations | chats |" in str(shown["forecast"].value)  # type: ignore[union-attr] # a table, not a number
    assert list(totals(found, today).values()) == [later - earlier for earlier, later in pairwise(due)]
