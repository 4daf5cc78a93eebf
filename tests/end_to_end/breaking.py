"""How each promise of the demonstration's notice is broken: in the tables, the ledger, the papers or the home itself."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from stdnum.iban import calc_check_digits

from assets.accountability.promises.commitments import COMMITMENTS
from assets.accountability.promises.rights import KINDS
from assets.outreach.prohibitions import hashes_of
from assets.retention.own import bundle_files
from resources.ledger import Disclosure, tables
from resources.ledger.bundles import BundleLedger
from resources.recognise import RECOGNISERS, fits
from resources.warehouse.dialect import name
from resources.warehouse.engine import engine

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.catalogue import Dataset, Field
    from resources.register import Register

_ROWS = 40
IBANS = [f"FI{calc_check_digits(f'FI00{number:014d}')}{number:014d}" for number in range(1, _ROWS + 1)]
EMAILS = [f"nobody{number}@nowhere.example" for number in range(1, _ROWS + 1)]
LONG_AGO = dt.datetime(2015, 1, 1)  # noqa: DTZ001 - naive UTC


@dataclass(frozen=True)
class Place:
    """A register that may be broken."""

    register: Register

    def sql(self, statement: str, parameters: dict[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Carry out a statement on the published generation."""
        file, warehouse = (self.register.warehouse.folder / "current").resolve(), self.register.warehouse
        with engine(file, warehouse.temporary, key=warehouse.sealing.of(file)) as opened:
            return opened.rows(statement, parameters)

    def ledger(self, statement: sa.Executable) -> None:
        """Carry out a statement on the ledger."""
        with self.register.ledger.engine.begin() as connection:
            connection.execute(statement)

    def say(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Let the notice in force have said something else."""
        (row, *_) = self.register.ledger.notices()
        content = self.register.ledger.notice(row["version"]) or {}
        change(content[COMMITMENTS])
        self.ledger(tables.notices.update().where(tables.notices.c.version == row["version"]).values(content=content))


def ask(place: Place, kind: str) -> None:
    """File a request that has waited for ten weeks."""
    received = place.register.clock.now() - dt.timedelta(days=70)
    place.register.ledger.new_request(kind, "fi", [("email", "somebody@somewhere.example")], received)


def put_others(place: Place, promise: str) -> None:
    """Fill a field of the promise with values that are plainly something else."""
    dataset, field = next(
        (dataset, field)
        for dataset in place.register.catalogue.datasets
        for field in dataset.fields.values()
        if field.shape.promise == promise and _can_be_filled(place, dataset, field)
    )
    values = EMAILS if fits(RECOGNISERS["iban"], field.shape.category, field.identifies) else IBANS
    table = f"register.{name(dataset.table)}"
    statement = f"""
        CREATE OR REPLACE TABLE {table} AS
        SELECT * REPLACE (others.value AS {name(field.name)})
        FROM (SELECT * FROM {table} LIMIT 1) AS first CROSS JOIN (SELECT unnest($values) AS value) AS others
    """  # noqa: S608 - names of the catalogue
    place.sql(statement, {"values": values})


def _can_be_filled(place: Place, dataset: Dataset, field: Field) -> bool:
    if field.shape.type != "text" or field.shape.mentions_others or field.name in dataset.shape.key:
        return False
    return bool(place.sql(f"SELECT count(*) FROM register.{name(dataset.table)}")[0][0])  # noqa: S608 - a name of the catalogue


def _age(table: str, anchor: str) -> Callable[[Place], object]:
    return lambda place: place.sql(f"UPDATE register.{table} SET {anchor} = '2001-01-01' WHERE {anchor} IS NOT NULL")  # noqa: S608 - our own names


def _rewrite(place: Place, prefix: str, text: str) -> None:
    """Take a text out of a paper."""
    pages = sorted((place.register.home.path / "documents").glob(f"{prefix}*.html"))
    assert text in pages[0].read_text(encoding="utf-8")
    pages[0].write_text(pages[0].read_text(encoding="utf-8").replace(text, "–"), encoding="utf-8")


def _lose_the_answers(place: Place) -> None:
    for bundle in bundle_files(place.register):
        bundle.unlink()


def _remake(place: Place, **says: object) -> None:
    """Let the first bundle have been made so that it says something else of itself."""
    bundle = BundleLedger(place.register.ledger).bundles()[0]
    changed = bundle["says"] | says
    place.ledger(tables.bundles.update().where(tables.bundles.c.request == bundle["request"]).values(says=changed))


def _disclose(place: Place, recipient: str, kind: str, country: str, ground: str) -> None:
    given = Disclosure(recipient, kind, country, ground, None, "Liisa", place.register.clock.now())
    place.register.ledger.new_disclosure(given, ["0" * 64])


def _give_away(place: Place) -> None:
    """Give a partner the data of a person whose prohibition holds."""
    (contact,) = place.sql("""
        SELECT contact_id FROM register.crm_consents
        WHERE decision = 'prohibition' AND channel = 'partners' AND ended_at IS NULL ORDER BY contact_id LIMIT 1
    """)[0]
    with place.register.warehouse.reading() as engine:
        hashes = hashes_of(engine, [("contact_id", contact)], place.register.home.pepper)
    given = Disclosure("trade_fair_partner", "partner", "FI", "A fair", None, "Liisa", place.register.clock.now())
    place.register.ledger.new_disclosure(given, hashes)


def _leave_a_generation(place: Place) -> None:
    (place.register.warehouse.folder / "generation-old.duckdb").write_bytes(b"what was thought gone")


# By promise: what breaks it, the remedy that is told, and the evidence that counts it.
BREAKS: dict[str, tuple[Callable[[Place], object], str, str]] = {
    "controller": (lambda place: _rewrite(place, "notice", "9100001-3"), "no_controller", "silent"),
    "contact": (lambda place: ask(place, "access"), "late_answer", "late"),
    "subjects": (
        lambda place: place.sql("INSERT INTO identity.record_persons VALUES ('r', 'crm_contacts', 'supplier', true, 'p')"),
        "no_kind",
        "unnamed_persons",
    ),
    "purposes": (lambda place: place.say(lambda said: said["purposes"].pop("customer_support")), "not_in_notice", "unnamed"),
    "basis": (lambda place: place.say(lambda said: said["balanced"].remove("marketing")), "no_basis", "unweighed"),
    "origins": (lambda place: place.say(lambda said: said["origins"].remove("public_register")), "not_in_notice", "unnamed"),
    "completeness": (lambda place: place.sql("ALTER TABLE register.crm_contacts ADD COLUMN shoe_size INTEGER"), "undeclared", "undeclared"),
    "processors": (
        lambda place: place.say(lambda said: said["recipients"].pop("helpdesk_provider")),
        "recipient_not_in_notice",
        "records",
    ),
    "partners": (_give_away, "against_prohibition", "prohibited"),
    "authorities": (lambda place: _disclose(place, "tax_administration", "authority", "FI", " "), "no_ground", "without_ground"),
    "eea": (lambda place: _disclose(place, "trade_fair_partner", "partner", "US", "A fair"), "no_safeguard", "without_safeguard"),
    "access": (_lose_the_answers, "damaged_bundle", "damaged"),
    "limits": (lambda place: _remake(place, withheld=3, unexplained=3), "no_reason", "unexplained"),
    "complain": (lambda place: _rewrite(place, "notice", "Office of the Data Protection Ombudsman"), "no_authority", "silent"),
    "named_users": (lambda place: place.register.home.path.chmod(0o755), "open_home", "open"),
    "at_rest": (_leave_a_generation, "unprotected", "superseded"),
    "versions": (lambda place: place.ledger(tables.notices.update().values(digest="another")), "changed_notice", "versions"),
    "chats_3_months": (_age("chats_conversations", "ended_at"), "overdue", "overdue"),
    "calls_7_months": (_age("calls_recordings", "ended_at"), "overdue", "overdue"),
    "contact_while": (_age("crm_contact_periods", "ended_on"), "overdue", "overdue"),
    "rest_needed": (_age("crm_invoices", "invoiced_on"), "overdue", "overdue"),
}
for _right in ("rectify", "erase", "object", "restrict"):
    BREAKS[_right] = (lambda place, kind=KINDS[_right][0]: ask(place, kind), "late_answer", "late")  # type: ignore[misc] # the kind of this turn


def _leave_landing(place: Place) -> None:
    batch = place.register.home.path / "landing" / "chats" / "conversations" / "0123"
    batch.mkdir(parents=True)
    os.utime(batch, (0, 0))


def _leave_audio(place: Place) -> None:
    folder = place.register.recordings / "calls_recordings"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "0123.wav").write_bytes(b"RIFF")


def _answered_long_ago(place: Place) -> None:
    ask(place, "access")
    place.ledger(tables.requests.update().values(state="answered", received_at=dt.datetime(2015, 1, 1, 12)))  # noqa: DTZ001 - naive UTC
    place.ledger(tables.bundles.delete())


def _stray(place: Place, file: str) -> None:
    path = place.register.home.path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text("name\n", encoding="utf-8")


def _lose_a_recording(place: Place) -> None:
    next(place.register.recordings.glob("*/*.wav")).unlink()


def _forget_the_ground(place: Place) -> None:
    place.say(lambda said: said["recipients"]["telephone_provider"].update(ground=None))


# What else breaks a promise than what stands in BREAKS: promise, how, remedy, where.
MORE: dict[str, tuple[str, Callable[[Place], object], str, str]] = {
    "a bundle without the controller": (
        "controller",
        lambda place: _remake(place, controller=["Aurinkolahti Oy"]),
        "no_controller",
        "rights/bundles",
    ),
    "a bundle without the authority": (
        "complain",
        lambda place: _remake(place, authority=""),
        "no_authority",
        "rights/bundles",
    ),
    "a bundle that was changed": (
        "access",
        lambda place: [each.write_bytes(b"PK") for each in bundle_files(place.register)],
        "damaged_bundle",
        "rights/bundles",
    ),
    "a record of processing without the controller": (
        "controller",
        lambda place: _rewrite(place, "record_of_processing", "9100001-3"),
        "no_controller",
        "accountability/record_of_processing",
    ),
    "a disclosure to whom the notice does not name": (
        "processors",
        lambda place: _disclose(place, "somebody", "partner", "FI", "A fair"),
        "recipient_not_in_notice",
        "ledger/disclosures",
    ),
    "a processor abroad without a ground": ("eea", _forget_the_ground, "no_safeguard", "ingest/calls/recordings"),
    "a table that nobody declared": (
        "completeness",
        lambda place: place.sql("CREATE TABLE register.hobbies (hobby VARCHAR)"),
        "undeclared",
        "accountability/data_map",
    ),
    "a category that the notice in force does not name": (
        "completeness",
        lambda place: place.say(lambda said: said["categories"]["crm.contacts"].remove("user.job_title")),
        "not_in_notice",
        "ingest/crm/contacts",
    ),
    "another period than the notice in force names": (
        "chats_3_months",
        lambda place: place.say(lambda said: said["periods"]["chats.messages"].update({"chats.messages": "P1M"})),
        "other_period",
        "ingest/chats/messages",
    ),
    "another period of one field than the notice in force names": (
        "rest_needed",
        lambda place: place.say(lambda said: said["periods"]["web.requests"].update(ip_address="P1M")),
        "other_period",
        "ingest/web/requests",
    ),
    "a processor that has moved": (
        "eea",
        lambda place: place.say(lambda said: said["recipients"]["helpdesk_provider"].update(country="SE")),
        "not_in_notice",
        "ingest/helpdesk/tickets",
    ),
    "a recipient that is given more than the notice in force says": (
        "processors",
        lambda place: place.say(lambda said: said["recipients"]["mailing_provider"].update(receives=[])),
        "recipient_not_in_notice",
        "accountability/notice",
    ),
    "a system that another processor runs": (
        "processors",
        lambda place: place.say(lambda said: said["recipients"]["helpdesk_provider"].update(systems=["chats"])),
        "recipient_not_in_notice",
        "ingest/helpdesk/tickets",
    ),
    "a page of the notice that was changed": (
        "versions",
        lambda place: _rewrite(place, "notice", "three months"),
        "changed_papers",
        "accountability/notice",
    ),
    "a page of the notice that is gone": (
        "versions",
        lambda place: (place.register.documents / "notice.sv.html").unlink(),
        "changed_papers",
        "accountability/notice",
    ),
    "a recording that is gone": (
        "calls",
        _lose_a_recording,
        "lost_files",
        "ingest/calls/recordings",
    ),
    "addresses in a column that is about nobody": (
        "completeness",
        lambda place: place.sql("UPDATE register.web_requests SET method = 'p' || substr(_record, 1, 8) || '@somewhere.example'"),
        "other_values",
        "ingest/web/requests",
    ),
    "a table in the ledger that nobody declared": (
        "completeness",
        lambda place: place.ledger(sa.text("CREATE TABLE people (email VARCHAR)")),
        "undeclared",
        "accountability/data_map",
    ),
    "a column in the ledger that nobody declared": (
        "completeness",
        lambda place: place.ledger(sa.text("ALTER TABLE requests ADD COLUMN note VARCHAR")),
        "undeclared",
        "accountability/data_map",
    ),
    **{
        f"a file that is none of ours in {file}": ("completeness", partial(_stray, file=file), "undeclared", "accountability/data_map")
        for file in (
            *("list.csv", "warehouse/old-backup.duckdb", "outbox/copy.zip", "documents/people.csv", "temporary/dump.csv"),
            *("landing/oldbatch/page-0001.json", "recordings/old/1.wav"),
        )
    },
    "a request from the future": (
        "contact",
        lambda place: place.ledger(tables.requests.update().values(received_at=dt.datetime(2030, 1, 1))),  # noqa: DTZ001 - naive UTC
        "late_answer",
        "ledger/requests",
    ),
    "a purpose that rests on nothing": (
        "basis",
        lambda place: place.say(lambda said: said.update(purposes=dict.fromkeys(said["purposes"], "consent"))),
        "no_basis",
        "ingest/crm/contacts",
    ),
    "chats in quarantine": (
        "chats_3_months",
        lambda place: place.sql("UPDATE quarantine.records SET anchor = '2001-01-01' WHERE dataset = 'chats_conversations'"),
        "overdue",
        "ingest/chats/conversations",
    ),
    "chats in landing": ("chats_3_months", _leave_landing, "overdue", "ingest/chats/conversations"),
    "audio of no row": ("calls_7_months", _leave_audio, "overdue", "ingest/calls/recordings"),
    "an IP address that should have gone before its visit": (
        "rest_needed",
        lambda place: place.sql("UPDATE register.web_requests SET requested_at = requested_at - INTERVAL 4 MONTH"),
        "overdue",
        "ingest/web/requests",
    ),
    "an old bundle in the outbox": (
        "rest_needed",
        lambda place: place.ledger(tables.bundles.update().values(made_at=LONG_AGO, released_at=LONG_AGO)),
        "overdue",
        "rights/bundles",
    ),
    "an old request in the ledger": ("rest_needed", _answered_long_ago, "overdue", "ledger/requests"),
}


def break_promise(place: Place, promise: str) -> tuple[str, str]:
    """Break a promise; gives the remedy that must be told, and the evidence that must count it."""
    if promise not in BREAKS:
        put_others(place, promise)
        return "other_values", "unlike"
    breaking, remedy, evidence = BREAKS[promise]
    breaking(place)
    return remedy, evidence
