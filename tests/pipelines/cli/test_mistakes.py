"""Mistakes that people make: each ends in one message that says what to do, without a traceback and without a person's data."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from tests.helpers.records import chat
from tests.pipelines.cli.conftest import process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.helpers.small import Small
    from tests.pipelines.cli.conftest import Command

EMPTY = "The register is empty: no run has been published yet. Run `ansvar run` first."
NO_KIND = "The kind of an identifier is none that a person can be found by. Known: email,"
UNKNOWN = "There is no request of that id: `ansvar request list` shows those that there are."


@pytest.mark.parametrize("command", ["check", "fields", "init", "batches", "run"])
def test_a_register_that_is_not_there(ansvar: Command, tmp_path: Path, command: str) -> None:
    """The message names the folder, and how to name another."""
    message = ansvar("--register", tmp_path / "nowhere", "--home", tmp_path, command).message
    assert (
        message == f"There is no register at {tmp_path}/nowhere: name the folder that holds notice.yaml with --register or ANSVAR_REGISTER."
    )


@pytest.mark.parametrize(
    "arguments", [["batches"], ["quarantine"], ["purge"], ["run"], ["request", "list"], ["export", "r1"], ["serve"], ["user", "list"]]
)
def test_a_home_that_is_not_there(ansvar: Command, small: Small, tmp_path: Path, arguments: list[str]) -> None:
    """The message names the folder, and how to make one."""
    for home in (tmp_path / "nowhere", small.folder / "register" / "notice.yaml"):
        message = ansvar("--register", small.folder / "register", "--home", home, *arguments).message
        assert message == f"There is no home at {home}: make one with `ansvar init`, or name another in ANSVAR_HOME."


def test_a_home_that_cannot_be_made(ansvar: Command, small: Small) -> None:
    """A file where the home should be, or above it, is told as such."""
    file = small.folder / "register" / "notice.yaml"
    for home in (file, file / "home"):
        message = ansvar("--register", small.folder / "register", "--home", home, "init").message
        assert message.startswith(f"There can be no home at {home} (")
        assert message.endswith("): name a folder that you may write with --home or ANSVAR_HOME.")


def test_yaml_that_is_wrong(ansvar: Command, small: Small, on: tuple[str, ...]) -> None:
    """Every mistake stands in a line with its file, line and column and what to do, at once."""
    sources = small.folder / "register" / "sources"
    small.dataset("shop.customers")["fields"]["name"]["catgory"] = "user.name"
    small.dataset("registry.traders")["retention"] = "registri"
    for source in ("shop", "registry"):
        (sources / f"{source}.yaml").write_text(json.dumps(small.described[source], indent=1), encoding="utf-8")
    (sources / "chats.yaml").write_text("source: chats\n  label: [1, 2\n", encoding="utf-8")
    first, *lines = ansvar(*on, "check").message.splitlines()
    assert first.endswith("mistakes in the register " + str(small.folder / "register") + ":")
    assert first.startswith(f"{len(lines)} ")
    assert any(line.startswith("sources/chats.yaml:2:8: is not valid YAML") for line in lines)
    assert any("'catgory' is not a key that is known here: did you mean 'category'?" in line for line in lines)
    assert any("'registri' is no rule of retention.yaml: did you mean 'registry'?" in line for line in lines)


def test_a_register_without_its_notice(ansvar: Command, small: Small, on: tuple[str, ...]) -> None:
    """A file that is missing is named."""
    (small.folder / "register" / "notice.yaml").unlink()
    assert "notice.yaml:1:1: cannot be read (No such file or directory)" in ansvar(*on, "check").message


@pytest.mark.parametrize("command", [["batches"], ["quarantine"], ["run"], ["purge", "--dry-run"]])
@pytest.mark.parametrize("where", ["option", "environment", "file"])
def test_a_clock_that_is_no_time(ansvar: Command, small: Small, command: list[str], where: str) -> None:
    """However the clock is put to a moment, one that is none is told with a right one."""
    options: list[object] = ["--register", small.folder / "register", "--home", small.home.path]
    settings: dict[str, object] = {}
    if where == "option":
        options += ["--clock", "2026-02-30T03:00"]
    elif where == "environment":
        settings["ANSVAR_CLOCK"] = "tomorrow"
    else:
        (small.home.path / "clock").write_text("15.10.2026\n", encoding="utf-8")
    message = ansvar(*options, *command, **settings).message
    assert message == "ANSVAR_CLOCK (or the file 'clock' in the home) is not a time: write one as 2026-10-15T03:00 or 2026-10-15T03:00:00Z."


@pytest.mark.parametrize("command", [["quarantine"], ["purge"], ["purge", "--dry-run"]])
def test_a_register_that_nothing_was_read_into(ansvar: Command, on: tuple[str, ...], command: list[str]) -> None:
    """Before the first run there is nothing to show, and the message says what to do first."""
    assert ansvar(*on, *command).message == EMPTY


def test_a_request_that_is_not_there(ansvar: Command, on: tuple[str, ...]) -> None:
    """An unknown id, whatever it looks like, is told; nothing is written."""
    for request in ("r0123456789abcdef0123", "../../etc/passwd", "Maija Korhonen", ""):
        assert ansvar(*on, "export", request).message == UNKNOWN


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "A request needs what the person is known by: give --email, --phone or --identifier."),
        (["--email", "maija"], "What was given as email does not look like one: check how it is written."),
        (["--email", "maija@"], "What was given as email does not look like one: check how it is written."),
        (["--email", ""], "What was given as email does not look like one: check how it is written."),
        (["--phone", "maija"], "What was given as phone does not look like one: check how it is written."),
        (["--phone", "12"], "What was given as phone does not look like one: check how it is written."),
        (
            ["--identifier", "customer_number"],
            "An identifier is written as KIND=VALUE, as customer_number=1234: in --identifier, and in each line of --identifiers.",
        ),
        (
            ["--identifier", "customer_number="],
            "An identifier is written as KIND=VALUE, as customer_number=1234: in --identifier, and in each line of --identifiers.",
        ),
        (["--identifier", "customer_number= "], "What was given as customer_number does not look like one: check how it is written."),
        (
            ["--identifier", "maija@koe.example=email"],
            "The kind of an identifier is none that a person can be found by. Known: email,",
        ),
        (
            ["--identifier", "ip=192.0.2.1"],
            "The kind of an identifier is none that a person can be found by. Known: email,",
        ),
        (["--email", "aino@koe.example", "--phone", "maija"], "What was given as phone does not look like one: check how it is written."),
    ],
)
def test_requests_that_cannot_be_filed(ansvar: Command, small: Small, on: tuple[str, ...], arguments: list[str], message: str) -> None:
    """A request with a bad identifier is not filed, and what was given is not repeated."""
    told = ansvar(*on, "request", "new", "--kind", "access", *arguments, "--by", "Dana Officer").message
    assert told.startswith(message)
    assert "maija" not in told
    assert small.register.ledger.requests() == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["request", "new"],
        ["request", "new", "--kind", "curiosity", "--email", "aino@koe.example", "--by", "Dana Officer"],
        ["request", "new", "--kind", "access", "--email", "aino@koe.example", "--by", "Dana Officer", "--language", "de"],
        ["request", "new", "--kind", "access", "--email", "aino@koe.example"],
        ["batches", "--last", "many"],
        ["batches", "--last", "0"],
        ["export"],
        ["serve", "--port", "70000"],
        ["prune"],
        ["--colck", "2026-10-15", "batches"],
    ],
)
def test_options_that_do_not_fit(ansvar: Command, on: tuple[str, ...], arguments: list[str]) -> None:
    """What cannot be an option or a command is told with how it is used."""
    answer = ansvar(*on, *arguments)
    assert (answer.code, answer.out) == (2, "")
    usage, hint, _, error = answer.err.rstrip("\n").split("\n", maxsplit=3)
    assert (usage[:13], hint[:11], error[:7]) == ("Usage: ansvar", "Try 'ansvar", "Error: ")
    assert "Traceback" not in error


def test_a_ledger_that_cannot_be_opened(ansvar: Command, small: Small, on: tuple[str, ...]) -> None:
    """A wrong URL, a missing driver, a folder that is not there, and a file that is no database are told without the URL's secrets."""
    (small.folder / "text.db").write_text("Maija Korhonen\n" * 100, encoding="utf-8")
    for url in ("nonsense", "postgresql://maija:secret@db/x", f"sqlite:///{small.folder}/no/x.db", f"sqlite:///{small.folder}/text.db"):
        message = ansvar(*on, "batches", ANSVAR_LEDGER=url).message
        assert message.startswith("The ledger cannot be opened (")
        assert message.endswith("): see ANSVAR_LEDGER, and that its database can be written.")
        assert "secret" not in message
        assert "Maija" not in message


def test_a_warehouse_that_is_no_database(ansvar: Command, small: Small, on: tuple[str, ...]) -> None:
    """A published file that cannot be opened is named, and its content is not."""
    file = small.home.path / "warehouse" / "generation-x.duckdb"
    file.write_text("Maija Korhonen", encoding="utf-8")
    (small.home.path / "warehouse" / "current").symlink_to(file.name)
    message = ansvar(*on, "quarantine").message
    assert message == f"The warehouse at {file} cannot be opened: IOException. Is it a DuckDB file that you may read?"


def test_what_nobody_foresaw(ansvar: Command, small: Small, on: tuple[str, ...]) -> None:
    """An error that no code expects ends with exit code 1 and its kind and place alone: its text may hold anything."""
    small.register.ledger.requests()
    with closing(sqlite3.connect(small.home.path / "ledger.db")) as ledger:
        ledger.execute("ALTER TABLE batches RENAME TO maija_korhonen")
        ledger.commit()
    answer = ansvar(*on, "batches")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("Error: Unexpected OperationalError at ")
    assert answer.err.endswith("Its text is left out, for it may hold personal data: please report the place.\n")
    assert len(answer.err.splitlines()) == 1
    assert "SELECT" not in answer.err


class _Refusing(BaseHTTPRequestHandler):
    """A server that knows nobody."""

    def do_GET(self) -> None:
        """Refuse, in words that must not be repeated."""
        self.send_response(401)
        self.end_headers()
        self.wfile.write(b'{"error": "Maija Korhonen has no right"}')

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def _refusing() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Refusing)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _rest(small: Small, source: str, base_url: str) -> None:
    """Make a source one that is read over HTTP, without waiting for it."""
    described: dict[str, Any] = small.described[source]
    described["connector"] = "rest"
    described["connection"] = {"base_url": base_url, "auth": {"bearer": "${TOKEN}"}, "timeout": 5, "retries": 0}
    for dataset in described["datasets"].values():
        dataset["read"] = {"path": "/records", "records": "records"}


def test_sources_that_cannot_be_read(small: Small, on: tuple[str, ...]) -> None:
    """A run with a source that refuses us, one that is down and one whose setting is missing: each is told, the fourth is read."""
    with _refusing() as port:
        _rest(small, "shop", f"http://127.0.0.1:{port}")
        _rest(small, "registry", "http://127.0.0.1:9")
        small.described["calls"]["connection"]["path"] = "${CALLS_FOLDER}"
        small.describe()
        (small.home.path / "settings.env").write_text(f"DATA={small.data}\nTOKEN=very-secret\n", encoding="utf-8")
        small.deliver("chats", [chat(1, email="maija@koe.example")])
        answer = process(*on, "run")
    assert answer.code == 1
    *failures, last = answer.err.splitlines()
    goes_on = "All else goes on with what was read from it last."
    needs = f"needs the setting CALLS_FOLDER: put CALLS_FOLDER=… into {small.home.path}/settings.env or into the environment."
    refused = "it refuses our credentials (HTTP 401): mend the token or password in its settings"
    down = "nothing answers at its address: see that the server runs and that 'base_url' in its settings is right (tried 1 times)"
    assert sorted(failures) == [
        f"Failed: The source 'calls' (path in its connection) {needs} {goes_on}",
        f"Failed: The source 'registry' cannot be read: {down}. {goes_on}",
        f"Failed: The source 'shop' cannot be read: {refused}. {goes_on}",
    ]
    assert last.startswith("The run ")
    assert last.endswith(" ended as failed.")
    told = answer.out + answer.err
    assert all(secret not in told for secret in ("Traceback", "very-secret", "maija@koe.example", "Maija Korhonen"))
    assert "1 subjects, 0 records in quarantine, 0 purged." in answer.out
    assert small.rows("SELECT id FROM register.chats_conversations") == [("chat-1",)]
