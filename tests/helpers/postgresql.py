"""A PostgreSQL cluster of a test's own, on loopback, run by an unprivileged user out of a temporary folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tests.helpers.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PASSWORD = "s3cr3t"  # noqa: S105 - nobody's, and of a cluster that lives as long as the tests


def binaries() -> Path | None:
    """Where `initdb` and `postgres` lie; None where they are not installed."""
    folders = [Path(found).resolve().parent for found in (shutil.which("initdb"),) if found]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


@contextmanager
def cluster(folder: Path, more: Sequence[str] = ()) -> Iterator[sa.URL]:
    """A running cluster; gives the URL of its database.

    Args:
        folder: where PostgreSQL's binaries lie.
        more: settings, as `shared_buffers=1GB`.
    """
    data = Path(tempfile.mkdtemp(prefix="cluster-"))
    user: dict[str, Any] = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(data, "nobody", "nogroup")
    secret = data / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o644)
    server = data / "server"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment, "cwd": data, **user}
    arguments = ["-D", str(server), "-U", "ansvar", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--no-sync"]
    subprocess.run([str(folder / "initdb"), *arguments], check=True, **quiet)
    port = free_port()
    settings = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={data}", "-c", "fsync=off"]
    settings += [part for each in more for part in ("-c", each)]
    process = subprocess.Popen([folder / "postgres", "-D", server, "-p", str(port), *settings], **quiet)
    try:
        ready = [str(folder / "pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-t", "30"]
        while subprocess.run(ready, check=False, **quiet).returncode:
            if process.poll() is not None:
                message = "PostgreSQL ended before it was ready"
                raise RuntimeError(message)
        yield sa.URL.create("postgresql+psycopg", "ansvar", PASSWORD, "127.0.0.1", port, "postgres")
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(data, ignore_errors=True)
