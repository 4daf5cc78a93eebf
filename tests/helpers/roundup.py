"""A Roundup issue tracker of a test's own: installed, filled and served on loopback by Roundup's own commands."""

from __future__ import annotations

import csv
import datetime as dt
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from tests.helpers.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

USER, PASSWORD = "reader", "s3cr3t"
USERS, ISSUES = 40, 260
FIRST_USER = 4
"""The numbers before are those of Roundup's own users and of the one that reads."""
_STATES = ("unread", "chatting", "in-progress", "resolved")
_BIN = Path(sys.executable).parent
_PATIENCE_S = 30


def person(number: int) -> dict[str, str]:
    """What Roundup is told of a person, by the person's number in it."""
    return {"username": f"asa{number}", "realname": f"Åsa Öberg {number}", "address": f"asa{number}@koe.example"}


def changed_at(number: int) -> dt.datetime:
    """When an issue was last changed, in the last weeks: seven issues share each moment, as after a change of many at once."""
    today = dt.datetime.now(dt.UTC).replace(hour=12, minute=30, second=5, microsecond=0)
    return today - dt.timedelta(days=3 + (ISSUES - number) // 7)


@dataclass
class Tracker:
    """A running tracker: its address, its folder, and what people do in it through its API."""

    url: str
    folder: Path

    def get(self, path: str) -> Any:
        """The data at a path of the API."""
        return self._ask("GET", path).json()["data"]

    def change(self, path: str, **values: str) -> None:
        """Change an item, as Roundup's documentation says: with the mark of its state, and the headers that no other site can send."""
        self._ask("PATCH", path, values)

    def retire(self, path: str) -> None:
        """Delete an item, which Roundup calls to retire it."""
        self._ask("DELETE", path)

    def _ask(self, method: str, path: str, values: dict[str, str] | None = None) -> requests.Response:
        address = f"{self.url}/rest/data/{path}"
        headers = {}
        if method != "GET":
            origin = "/".join(self.url.split("/")[:3])
            headers = {"If-Match": self.get(path)["@etag"], "X-Requested-With": "tests", "Origin": origin, "Referer": f"{self.url}/"}
        answer = requests.request(method, address, json=values, headers=headers, auth=(USER, PASSWORD), timeout=_PATIENCE_S)
        assert answer.status_code == requests.codes.ok, f"Roundup answered {answer.status_code} to {method} {path}"
        return answer


@contextmanager
def tracker(folder: Path) -> Iterator[Tracker]:
    """A tracker with `USERS` persons and `ISSUES` issues, each with a message, in its classic form on SQLite."""
    home = folder / "tracker"
    port = free_port()
    url = f"http://127.0.0.1:{port}/tracker"
    settings = {"tracker_web": f"{url}/", "mail_domain": "koe.example", "mail_host": "localhost", "mail_debug": str(folder / "mail")}
    listed = ",".join(f"{key}={value}" for key, value in (settings | {"password_pbkdf2_default_rounds": "1000"}).items())
    _admin(home, "install", "classic", "sqlite", listed)
    _admin(home, "initialise", "adm1n")
    _admin(home, given="\n".join([*_filed(), "commit", ""]))
    _date(home, folder / "exported")
    log = (folder / "roundup.log").open("wb")
    as_it_is = ["-u", str(os.getuid())] if os.getuid() == 0 else []  # it does not become root's server unasked
    command = [str(_BIN / "roundup-server"), "-p", str(port), "-n", "127.0.0.1", *as_it_is, f"tracker={home}"]
    served = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        _wait(port, served)
        yield Tracker(url, home)
    finally:
        served.kill()  # asked to end, it waits for connections that are kept open
        served.wait(_PATIENCE_S)
        log.close()


def _filed() -> Iterator[str]:
    """What `roundup-admin` is told, line by line."""
    yield f"create user username={USER} password={PASSWORD} address=reader@koe.example roles=Admin"
    for number in range(FIRST_USER, FIRST_USER + USERS):
        yield "create user roles=User " + " ".join(f'"{key}={value}"' for key, value in person(number).items())
    for number in range(1, ISSUES + 1):
        author = FIRST_USER + number % USERS
        yield f'create msg author={author} date=2026-09-01.08:00:00 "content=Hei, pyyntö {number}: {person(author)["address"]}"'
        yield f'create issue "title=Pyyntö {number} — “kiire”" messages={number} assignedto={USER} status={_STATES[number % len(_STATES)]}'


def _date(home: Path, exported: Path) -> None:
    """Let the issues have been opened and changed by various persons at various times: exported, dated, and taken in again."""
    _admin(home, "export", "issue", str(exported))
    file = exported / "issue.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        heading, *rows = list(csv.reader(opened, delimiter=":"))
    for row in rows:
        values = dict(zip(heading, row, strict=True))
        number = int(values["id"].strip("'"))
        values["creator"] = repr(str(FIRST_USER + number % USERS))
        values["activity"] = repr((*changed_at(number).timetuple()[:6], 0, 0, 0))
        row[:] = values.values()
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, delimiter=":", lineterminator="\n").writerows([heading, *rows])
    _admin(home, "import", str(exported))


def _admin(home: Path, *arguments: str, given: str = "") -> None:
    command = [str(_BIN / "roundup-admin"), "-i", str(home), *arguments]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (done.returncode, "Error:" in done.stdout) == (0, False), (
        f"roundup-admin {arguments[:1]} failed: {done.stdout[-500:]}{done.stderr[-500:]}"
    )


def _wait(port: int, served: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert served.poll() is None, "Roundup ended before it was ready"
            assert time.monotonic() < deadline, "Roundup did not start"
            time.sleep(0.05)
        else:
            return
