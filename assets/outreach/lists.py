"""Lists of persons that leave the register: written aside, recorded in the ledger, and only then put where they were asked for.

What stops before it is recorded leaves nothing, for what lies aside goes with the next run; what stops after it leaves a record and no
file.
"""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

from resources.errors import AnsvarError
from resources.warehouse.dialect import literal, name, plain_in_spreadsheets, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from resources.register import Register
    from resources.warehouse import Engine

_ID_BYTES = 8


def check_target(file: Path) -> None:
    """Refuse to overwrite a file, or to write where there is no folder.

    Raises:
        AnsvarError: then.
    """
    if file.exists():
        raise AnsvarError(f"{file} is there already: name another file, for a list is never overwritten.")
    if not file.parent.is_dir():
        raise AnsvarError(f"There is no folder {file.parent}: make it, or name another file.")


@contextmanager
def aside(register: Register) -> Iterator[Path]:
    """A file of the owner's alone beside the register, for as long as a list is made."""
    path = register.home.path / "temporary" / f"list-{secrets.token_hex(_ID_BYTES)}"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def write_csv(engine: Engine, select: str, columns: Mapping[str, str], file: Path) -> int:
    """Write the rows of a SELECT as CSV in which a spreadsheet takes nothing for a formula; gives how many.

    Args:
        engine: what is published.
        select: the SELECT.
        columns: its columns, each with the type of the field that it is.
        file: the file, which is there already.
    """
    told = ", ".join(f"{plain_in_spreadsheets(written(name(column), kind))} AS {name(column)}" for column, kind in columns.items())
    order = ", ".join(str(number + 1) for number in range(len(columns)))
    listed = f"SELECT {told} FROM ({select}) AS listed ORDER BY {order}"
    engine.run(f"COPY ({listed}) TO {literal(str(file))} (FORMAT csv, HEADER true, USE_TMP_FILE false)")
    return engine.count(f"SELECT count(*) FROM ({select}) AS listed")


def put(made: Path, file: Path) -> None:
    """Put a list where it was asked for: under another name first, so that nobody finds half of it.

    Raises:
        AnsvarError: where it cannot be written; it stands in the ledger as given.
    """
    partial = file.with_name(f".{file.name}.{secrets.token_hex(_ID_BYTES)}")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with made.open("rb") as reading, os.fdopen(descriptor, "wb") as writing:
            while piece := reading.read(1 << 20):
                writing.write(piece)
            writing.flush()
            os.fsync(writing.fileno())
        partial.rename(file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise AnsvarError(
            f"The list was recorded, and could not be written to {file.parent} ({error.strerror}): make room there, and make it anew."
        ) from None
