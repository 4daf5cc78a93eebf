"""How a source's SQLite file is opened so that nothing is written beside it.

A database in WAL mode makes files `-wal` and `-shm` even for a reader. One that nobody has open is therefore read as a file that does not
change (https://sqlite.org/uri.html#uriimmutable), which whoever reads must see to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

_HEADER = 20  # its last two bytes tell the journal mode (https://sqlite.org/fileformat.html#file_format_version_numbers)
_WAL = b"\x02\x02"


def is_quiet(file: Path) -> bool:
    """Whether a file is a database in WAL mode that nobody has open."""
    try:
        with file.open("rb") as opened:
            header = opened.read(_HEADER)
    except OSError:
        return False
    return header[-2:] == _WAL and not _wal(file).exists()


def state(file: Path) -> tuple[int, int, bool] | None:
    """What changes when somebody writes to the file; None where there is none."""
    if not file.is_file():
        return None
    status = file.stat()
    return status.st_mtime_ns, status.st_size, _wal(file).exists()


def read_only(url: sa.URL, file: Path, *, quiet: bool) -> sa.URL:
    """The URL that opens the file to read alone."""
    query = {"mode": "ro", "uri": "true"} | ({"immutable": "1"} if quiet else {})
    return url.set(database=f"file:{quote(str(file))}", query=query)


def _wal(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")
