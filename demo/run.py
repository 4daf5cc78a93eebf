"""The whole on the demonstration company: two nights of the daily job, a request, its answer."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from assets.ingest.load import held_rows
from assets.rights.delivery import opened, release
from demo.generate import generate
from demo.servers import running
from demo.settings import settings_of
from demo.truth import FILE as TRUTH
from demo.world import TODAY
from pipelines.cli.batches import COLUMNS, batch_row
from pipelines.cli.discover import rows as discovered
from pipelines.cli.show import table
from pipelines.instance import prepare_instance
from pipelines.run import run_daily, run_export
from resources.clock import CLOCK_SETTING
from resources.envelopes import Addressee, new_passphrase
from resources.errors import AnsvarError
from resources.home import Home, write_private
from resources.ledger.bundles import BundleLedger
from resources.ledger.requests import RequestLedger, Step
from resources.ledger.users import CONSOLE, UserLedger
from resources.register import Register, open_register
from resources.roles import Role

if TYPE_CHECKING:
    from datetime import date

_OPENED = "bundle.zip"
_OFFICER = "officer"
_PASSWORD_BYTES = 15
_MARK = "DEMONSTRATION=yes"  # a setting of the home: `make demo` may make it anew


@dataclass(frozen=True)
class Places:
    """Where the demonstration's register and its outside world lie."""

    home: Home
    world: Path

    @classmethod
    def from_environment(cls) -> Places:
        """The home that `ANSVAR_HOME` names, and the outside world beside it."""
        home = Home.from_environment()
        return cls(home, Path(os.environ.get("ANSVAR_DEMO") or home.path.parent / ".demo").resolve())


def run(persons: int) -> None:
    """Make the demonstration company anew, and do all of it once.

    Raises:
        AnsvarError: where the home is not a demonstration's, or something failed.
    """
    began = time.monotonic()
    os.umask(0o077)
    places = Places.from_environment()
    _clear(places)
    click.echo(f"The demonstration company's source systems: {persons:,} persons …")
    generate(places.world, persons)
    places.home.create()
    write_private(places.home.path / "settings.env", f"{_MARK}\n")
    prepare_instance(places.home)
    with running(places.world) as servers:
        write_settings(places, servers.settings)
        for night in (TODAY - timedelta(days=1), TODAY):
            _night(places, night)
        _discover(open_register(home=places.home))
        if (places.world / TRUTH).exists():
            path, passphrase = _answer(open_register(home=places.home), places)
            click.echo(f"\nAn export bundle, as its data subject gets it: {path}")
            click.echo(
                f"It is encrypted with age (`age --decrypt`), with the passphrase {passphrase}; opened it is {places.world / _OPENED}."
            )
    _let_in(places.home)
    click.echo(f"Done in {time.monotonic() - began:.0f} s.")


def ui(port: int) -> int:
    """The web entrance on the demonstration's home, with its source systems running; gives its exit code."""
    places = Places.from_environment()
    if not _is_demonstration(places.home):
        raise AnsvarError("There is no demonstration yet: run `make demo` first.")
    settings = places.home.settings()
    os.umask(0o077)
    ports = [port_if_free(urlsplit(settings[name]).port or 0) for name in ("HELPDESK_URL", "REGISTRY_URL")]
    with running(places.world, *ports) as servers:
        write_settings(places, servers.settings)
        program = [str(Path(sys.executable).parent / "ansvar"), "serve", "--port", str(port)]
        with subprocess.Popen(program) as opened:  # noqa: S603 - our own command
            for ending in (signal.SIGINT, signal.SIGTERM):
                signal.signal(ending, lambda *_: opened.terminate())
            return opened.wait()


def _let_in(home: Home) -> None:
    """Add the demonstration's users, and say once how they log in."""
    register, password = open_register(home=home), secrets.token_urlsafe(_PASSWORD_BYTES)
    for name, role in (("officer", Role.OFFICER), ("administrator", Role.ADMINISTRATOR)):
        UserLedger(register.ledger).add(name, role, password, (CONSOLE, register.clock.now()))
    click.echo(f"The web entrance on this home: make ui. Log in as officer or administrator; the password of both: {password}")


def port_if_free(port: int) -> int:
    """The port on which a source system listened last; 0, for any that is free, where somebody else has taken it."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port


def write_settings(places: Places, servers: dict[str, str]) -> None:
    """The settings under which the register reaches its sources, and the moment at which its clock stands."""
    settings = settings_of(places.world) | servers
    listed = "".join(f"{name}={value}\n" for name, value in settings.items())
    write_private(places.home.path / "settings.env", f"{_MARK}\n{listed}")
    write_private(places.home.path / "clock", f"{TODAY.isoformat()}T03:00\n")


def _is_demonstration(home: Home) -> bool:
    settings = home.path / "settings.env"
    return settings.is_file() and _MARK in settings.read_text(encoding="utf-8").splitlines()


def _clear(places: Places) -> None:
    if places.home.path.exists() and any(places.home.path.iterdir()) and not _is_demonstration(places.home):
        raise AnsvarError(f"The home {places.home.path} is not a demonstration's: name another in ANSVAR_HOME.")
    for folder in (places.home.path, places.world):
        if folder.exists():
            shutil.rmtree(folder)


def _night(places: Places, night: date) -> None:
    os.environ[CLOCK_SETTING] = f"{night.isoformat()}T03:00"
    try:
        ran = run_daily(places.home)
        if not ran.success:
            raise AnsvarError(" ".join(ran.failures))
        _show(open_register(home=places.home), ran.run, night)
    finally:
        del os.environ[CLOCK_SETTING]


def _show(register: Register, run_id: str, night: date) -> None:
    """What a night did: a line a data set, with how many rows are held after it."""
    purged: Counter[str] = Counter()
    for each in register.ledger.purges_of(run_id):
        purged[each["dataset"]] += each["records"]
    rows = []
    with register.warehouse.reading() as engine:
        for batch in register.ledger.batches_of(run_id):
            dataset = register.catalogue.sources[batch["source"]].datasets[batch["dataset"]]
            rows.append([*batch_row(batch)[1:-2], purged[dataset.table], held_rows(engine, dataset)])
        subjects, quarantined = (engine.count(f"SELECT count(*) FROM {each}") for each in ("identity.subjects", "quarantine.records"))  # noqa: S608 - our own names
    table((*COLUMNS[1:-2], "purged", "held"), rows, title=f"\nThe night of {night}")
    click.echo(f"{subjects:,} subjects, {quarantined:,} records in quarantine, {purged.total():,} purged.")


def _discover(register: Register) -> None:
    """What the sources have and nobody tagged."""
    for dataset in register.catalogue.datasets:
        for field in discovered(register, dataset):
            proposed = f"proposed is {field['category']}, by {field['why']}" if field["category"] else "nothing is proposed"
            click.echo(f"Not loaded, for nobody tagged it: {field['path']} of {dataset.id}, in {field['records']:,} records; {proposed}.")


def _answer(register: Register, places: Places) -> tuple[Path, str]:
    """File a request of the person who has data in every data set, make its bundle and release it; gives the file and its passphrase.

    What the person would see stands, opened, in the outside world.
    """
    truth = json.loads((places.world / TRUTH).read_text(encoding="utf-8"))
    person = truth["persons"][str(truth["cases"]["example_person"])]
    email = person["identifiers"]["email"][0]
    ledger, at = RequestLedger(register.ledger), register.clock.now()
    request = register.ledger.new_request("access", person["language"], [("email", email)], at)
    ledger.step(request.id, Step("verified", _OFFICER, at, "signed_in"))
    failures = [message for ran in run_export(register.home, [request.id]) for message in ran.failures]
    if failures:
        raise AnsvarError(" ".join(failures))
    bundle = BundleLedger(register.ledger).bundle(request.id)
    with opened(register, bundle) as plain:
        write_private(places.world / _OPENED, plain.read())
    passphrase = new_passphrase()
    return release(register, request.id, Addressee(passphrase), _OFFICER), passphrase
