"""A person with a marker in every field of every data set: all are found in the home, and after a purge, or an erasure, none is."""

from __future__ import annotations

import io
import json
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from whenever import Instant

from assets.ingest.source import ingest_source
from demo.servers import running
from demo.settings import settings_of
from pipelines.cli import main
from resources.catalogue import load_register
from resources.clock import Clock
from resources.home import Home, write_private
from resources.keys import PLAIN_SETTING
from resources.register import Register, open_register
from resources.roles import Role
from resources.runs import begin_run, finish_run
from resources.warehouse import engine
from tests.end_to_end.conftest import REPOSITORY
from tests.helpers.canaries import LOADED, QUARANTINED, Canaries, holds_no_marker
from tests.helpers.canary_entrance import run_job, served, type_everywhere
from tests.helpers.canary_world import write_world
from tests.helpers.visiting import PASSWORD, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.early

TODAY, TODAY_UTC = "2026-10-15T03:00", "2026-10-15T00:00Z"
UNCOMPRESSED = "uncompressed"
OVER, ALL_OVER = "2034-01-05T03:00", "2034-05-05T03:00"  # the longest period, and that of work orders, which are made at the first
SOUND = "loaded calls.recordings sound"
WRITTEN = ("disclosure", "hold", "look at a person", "look at quarantine")
STAYS = ("crm.orders", "crm.invoices", "crm.companies", "registry.companies")
BY = ("--by", "Dana Officer")


@dataclass(frozen=True)
class Place:
    """A register, a home, and the markers that are in it."""

    register: Path
    home: Path
    canaries: Canaries

    def ansvar(self, *arguments: str, at: str = TODAY) -> str:
        """Run the command `ansvar` as its entry point does, at a moment; gives what it printed."""
        options = ("--register", str(self.register), "--home", str(self.home), "--clock", at)
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
            for name in ("ANSVAR_REGISTER", "ANSVAR_HOME", "ANSVAR_CLOCK", "DAGSTER_HOME"):
                patched.setenv(name, "")
            patched.setattr(sys, "argv", ["ansvar", *options, *arguments])
            code: object = 0
            try:
                main()
            except SystemExit as ended:
                code = ended.code
        assert not code, err.getvalue()
        return out.getvalue()

    def opened(self) -> Register:
        """The register, as it is opened by whoever works with it."""
        catalogue = load_register(self.register)
        return open_register(catalogue, Home(self.home), Clock(catalogue.notice.time_zone, Instant(TODAY_UTC)))

    def found(self, *folders: str) -> set[str]:
        """The places whose markers are in the home, or in some of its folders; `ledger` stands for the ledger's files."""
        found = {each for folder in folders or (".",) if folder != "ledger" for each in self.canaries.found(self.home / folder)}
        return found | (self.canaries.found(self.home, "ledger.db*") if "ledger" in folders else set())

    def alike(self, places: set[str]) -> set[str]:
        """All places that have the same markers as these: a person's identifiers are the same in all."""
        wanted = {self.canaries.marks[each] for each in places}
        return {each for each, mark in self.canaries.marks.items() if mark in wanted}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Place]]:
    """Homes that the canary's world was read into, by how their warehouse is compressed, with all that a register makes of its own.

    That is a bundle, a hold that has ended, looks and a disclosure, each with its reason; and a run that was cut off before it published.
    """
    folder = tmp_path_factory.mktemp("canaries")
    place = Place(folder / "register", folder / UNCOMPRESSED, Canaries(load_register(REPOSITORY / "register")))
    shutil.copytree(REPOSITORY / "register", place.register)
    for file in (place.register / "sources").iterdir():
        text = file.read_text("utf-8").replace("    load: ", "    most_quarantined: 1\n    load: ")  # of each data set a half is bad
        file.write_text(text, encoding="utf-8")
    write_world(folder / "world", load_register(place.register), place.canaries)
    Home(place.home).create()
    with pytest.MonkeyPatch.context() as patched, running(folder / "world") as servers:
        patched.setitem(engine._CONFIG, "force_compression", UNCOMPRESSED)
        settings = settings_of(folder / "world") | servers.settings | {PLAIN_SETTING: "yes"}
        write_private(place.home / "settings.env", "".join(f"{name}={value}\n" for name, value in settings.items()))
        place.ansvar("run")
        _use(place, folder / "persons.txt")
        places = {UNCOMPRESSED: place, "auto": replace(place, home=folder / "auto")}
        shutil.copytree(place.home, places["auto"].home, symlinks=True)
        _cut_off(place)
        patched.setitem(engine._CONFIG, "force_compression", "auto")
        _publish_anew(places["auto"])
        yield places


def _use(place: Place, persons: Path) -> None:
    """What users of the register do about the person: answer a request, hold and release, look, disclose."""
    canaries = place.canaries
    request = place.ansvar("request", "new", "--kind", "access", "--email", canaries.identifier("email"), *BY).strip()
    place.ansvar("request", "verify", request, "--how", "signed_in", *BY)
    place.ansvar("export", request)
    with place.opened().warehouse.reading() as opened:
        statement = "SELECT subject FROM identity.persons JOIN identity.identifiers USING (person) WHERE kind = 'email' AND value = $email"
        subject = opened.scalar(statement, {"email": canaries.identifier("email")})
        bad = opened.scalar("SELECT _quarantine FROM quarantine.records")
    hold = place.ansvar("hold", "add", "--subject", subject, "--reason", canaries.text("hold"), *BY, "--review", "2027-05-01").strip()
    place.ansvar("hold", "end", hold, *BY)
    place.ansvar("subject", "show", subject, *BY, "--reason", canaries.text("look at a person"))
    place.ansvar("quarantine", "show", bad, *BY, "--reason", canaries.text("look at quarantine"))
    persons.write_text(f"customer_number={canaries.identifier('customer_number')}\n", encoding="utf-8")
    ground = canaries.text("disclosure")
    place.ansvar("disclosure", "new", "--recipient", "tax_administration", "--ground", ground, *BY, "--persons", str(persons))


def _cut_off(place: Place) -> None:
    """A run that loads every source and gets no further: what it landed, and its working copy, are left."""
    register = place.opened()
    for source in register.catalogue.sources.values():
        assert all(each.error is None for each in ingest_source(register, source.name, "died", source.datasets))
    register.ledger.close()


def _publish_anew(place: Place) -> None:
    """A run that does nothing but write the warehouse anew, in another compression."""
    register = place.opened()
    begin_run(register, "anew")
    finish_run(register, "anew")
    register.ledger.close()


@pytest.fixture
def place(request: pytest.FixtureRequest, prepared: dict[str, Place], tmp_path: Path) -> Iterator[Place]:
    """A copy of a prepared home, whose warehouse is written without compression from now on, unless a test asks for another."""
    compression = getattr(request, "param", UNCOMPRESSED)
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(engine._CONFIG, "force_compression", compression)
        shared = prepared[compression]
        copied = replace(shared, home=tmp_path / "home", canaries=shared.canaries.copied())
        shutil.copytree(shared.home, copied.home, symlinks=True)
        yield copied


both = pytest.mark.parametrize("place", [UNCOMPRESSED, "auto"], indirect=True)


def test_every_field_has_a_marker_that_is_found(place: Place) -> None:
    """Before anything goes, every marker is found: of each field but those that no marker fits into, loaded, quarantined and landed.

    Those of the person's audio, and of what users wrote, stand where they belong; the bundle has what the person gets; Dagster has nothing.
    """
    datasets = load_register(place.register).datasets
    fields = {f"{dataset.id}.{name}" for dataset in datasets for name, each in dataset.fields.items() if not holds_no_marker(each)}
    records = {each for each in place.canaries.marks if each not in {SOUND, *WRITTEN}}
    anchors = {f"{dataset.id}.{dataset.shape.anchor}" for dataset in load_register(place.register).datasets}
    assert records == {f"{LOADED} {each}" for each in fields} | {f"{QUARANTINED} {each}" for each in fields | anchors} | {"broken line"}
    assert place.found("landing") == records
    assert records <= place.found("warehouse")
    assert place.found("recordings") == {SOUND}
    assert {SOUND, "loaded crm.contacts.first_name", "loaded chats.messages.text"} <= place.found("waiting")
    assert place.found() == set(place.canaries.marks)
    assert place.found("dagster", "documents", "temporary", "work_orders") == set()


@both
def test_a_purge_leaves_none(place: Place) -> None:
    """Once every period is over, a purge leaves the keys that the sources are to delete, and those go by a period of their own."""
    assert place.found() == set(place.canaries.marks)
    _release(place)
    place.ansvar("purge", at=OVER)
    assert place.found("warehouse", "landing", "recordings", "waiting", "outbox", "dagster", "documents", "temporary") == set()
    assert place.found() == place.found("work_orders") == place.alike(_keys(place))
    place.ansvar("purge", at=ALL_OVER)
    assert place.found() == set()


def test_an_erasure_leaves_what_a_ground_keeps(place: Place) -> None:
    """An erasure leaves vouchers, by the Accounting Act, companies, which are no persons, the request's own identifier, and keys to delete.

    Also what users wrote of their decisions. All of it goes in its time.
    """
    _release(place)
    request = place.ansvar("request", "new", "--kind", "erasure", "--email", place.canaries.identifier("email"), *BY).strip()
    place.ansvar("request", "verify", request, "--how", "signed_in", *BY)
    place.ansvar("erase", request, *BY)
    stays = {each for each in place.canaries.marks for dataset in STAYS if f" {dataset}." in each}
    assert place.found("warehouse") == place.alike(stays)
    assert place.found("ledger") == {*WRITTEN, *place.alike({"loaded crm.contacts.email"})}
    assert place.found("work_orders") == place.alike(_keys(place) - stays)
    assert place.found("landing", "recordings", "waiting", "outbox", "dagster", "documents", "temporary") == set()
    place.ansvar("request", "answered", request, *BY)
    place.ansvar("purge", at=OVER)
    assert place.found() == place.found("work_orders") == place.alike(_keys(place) & stays)
    place.ansvar("purge", at=ALL_OVER)
    assert place.found() == set()


def test_the_entrance_writes_nothing_of_anybody(place: Place, tmp_path: Path) -> None:
    """Every role logs in, reads, types; an operator's runs end well and badly: neither Dagster, nor what is printed, has a marker.

    What was typed where it does not belong stands nowhere in the home, the ledger and its audit chain included.
    """
    (row,) = json.loads(place.ansvar("request", "list", "--json"))
    folder, typed = tmp_path / "served", list[str]()
    with served(place.register, place.home, TODAY, folder) as base:
        visitors = {role: Visitor(base) for role in Role}
        for role, visitor in visitors.items():  # whoever guesses too often waits, and so do all at the address
            assert visitor.login(role.value, PASSWORD).status == 303
        for role, visitor in visitors.items():
            for path in ("/", "/promises", "/audit", "/users", "/dagster/", "/dagster/runs", "/password"):
                visitor.get(path)
            typed.append(f"typed by {role.value}")
            type_everywhere(visitor, place.canaries.text(typed[-1]))
        operator = visitors[Role.OPERATOR]
        assert run_job(operator, "export_bundle", row["request"]) == "SUCCESS"
        assert run_job(operator, "daily") == "FAILURE"  # the helpdesk is not there
    assert place.canaries.found(folder) == set()
    assert place.found("dagster", "documents", "temporary") == set()
    assert not place.found() & set(typed)


def _release(place: Place) -> None:
    """Let the bundle that waits go to the person, encrypted: until its request is answered, the request keeps all that it is about."""
    (row,) = json.loads(place.ansvar("request", "list", "--json"))
    place.ansvar("bundle", "release", row["request"], *BY, "--new-passphrase")


def _keys(place: Place) -> set[str]:
    """The fields that the loaded records are known by at their sources."""
    datasets = load_register(place.register).datasets
    return {f"{LOADED} {dataset.id}.{name}" for dataset in datasets for name in dataset.key} & set(place.canaries.marks)
