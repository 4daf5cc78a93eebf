"""Requests that the company's own forms write: one JSON file each in a folder, or one row each in a table; see docs/requests.md.

Each is filed once, by the form's own id, and then deleted where it came from. What cannot be filed is put aside, with the reason, in the
folder `refused` of the intake: its names are opaque, for a file's name may tell of a person.
"""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assets.rights.form import BadFormError, moment, parsed, shaped
from assets.rights.requests import file
from resources.errors import AnsvarError
from resources.home import write_private
from resources.keyed_hash import keyed_hash
from resources.ledger.requests import Filing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resources.register import Register

TABLE, URL = "ANSVAR_INTAKE_TABLE", "ANSVAR_INTAKE_URL"
BY = "intake"
AT_ONCE = 500
_DOMAIN = "intake"
_LARGEST = 1_000_000
_ID_LETTERS = 20
_THEN = (
    "Correct the file beside this one and move it back into the folder of the intake; or file it with `ansvar request new`, and delete it."
)


@dataclass(frozen=True)
class Taken:
    """What was taken in: the opaque ids of the requests that came now, and how many forms were put aside."""

    filed: tuple[str, ...] = ()
    refused: int = 0


def take_in(register: Register) -> Taken:
    """File what the forms wrote, at most `AT_ONCE` of the folder and as many of the table; gives what became of it.

    Raises:
        AnsvarError: where the folder or the table cannot be read, or a setting is missing.
    """
    filed: list[str] = []
    refused = 0
    forms: list[_File | _Row] = [*_of_folder(register), *_of_table(register)]
    for form in forms:
        try:
            filed.append(_file(register, form))
        except FileNotFoundError:  # another process took it meanwhile
            continue
        except BadFormError as error:
            _put_aside(register, form, str(error))
            refused += 1
        form.done()
    return Taken(tuple(dict.fromkeys(filed)), refused)


def put_aside(register: Register) -> list[Path]:
    """The forms that could not be filed and wait for a person."""
    folder = register.intake / "refused"
    return sorted(folder.glob("*.json")) if folder.is_dir() else []


@dataclass(frozen=True)
class _File:
    """A form in the folder."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def content(self) -> bytes:
        status = self.path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise BadFormError("It is no file but a link or a folder: put the form's file itself there.")
        if status.st_size > _LARGEST:
            raise BadFormError(f"It is larger than {_LARGEST:,} bytes: shorten the message.")
        try:
            return self.path.read_bytes()
        except PermissionError:
            raise AnsvarError(
                "A form in the folder of the intake may not be read: let Ansvar's account read and delete what it holds."
            ) from None

    def done(self) -> None:
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class _Row:
    """A form in the table."""

    engine: sa.Engine
    table: sa.TableClause
    id: object
    text: object
    raw: str | None

    @property
    def name(self) -> str:
        return "" if self.id is None else str(self.id)

    def content(self) -> bytes:
        if self.id is None:
            raise BadFormError("The column 'id' is empty: give each row an id of its own.")
        text = self.text if isinstance(self.text, str) else json.dumps(self.text, ensure_ascii=False)
        given: Any = parsed(text.encode())
        if not isinstance(given, dict):
            raise BadFormError("The column 'request' holds no JSON object: write the form's keys within braces.")
        return json.dumps({"id": self.name} | given, ensure_ascii=False).encode()

    def done(self) -> None:
        with self.engine.begin() as connection:
            same = sa.cast(self.table.c.request, sa.Text).is_not_distinct_from(self.raw)
            mine = sa.and_(self.table.c.id.is_(None), same) if self.id is None else self.table.c.id == self.id
            connection.execute(sa.delete(self.table).where(mine))


def _of_folder(register: Register) -> Iterator[_File]:
    """The files that are written whole: those named `.json`, hidden ones left out."""
    try:
        paths = sorted(register.intake.glob("[!.]*.json")) if register.intake.is_dir() else []
    except OSError as error:
        raise AnsvarError(f"The folder of the intake cannot be read ({error.strerror}): see ANSVAR_INTAKE.") from None
    return map(_File, paths[:AT_ONCE])


def _of_table(register: Register) -> list[_Row]:
    settings = register.home.settings()
    url = settings.get(URL, "").strip()
    if not url:
        return []
    columns: tuple[sa.ColumnClause[Any], ...] = (sa.column("id"), sa.column("request"))
    schema, _, name = (settings.get(TABLE, "").strip() or "privacy_requests").rpartition(".")
    table = sa.table(name, *columns, schema=schema or None)
    try:
        engine = sa.create_engine(url, hide_parameters=True)
        with engine.connect() as connection:
            listed = sa.select(*columns, sa.cast(columns[1], sa.Text)).select_from(table)
            rows = connection.execute(listed.order_by(columns[0]).limit(AT_ONCE)).all()
    except (sa.exc.SQLAlchemyError, ModuleNotFoundError) as error:
        raise AnsvarError(
            f"The table of the intake cannot be read ({type(error).__name__}): see the settings {URL} and {TABLE}, and that it has the "
            "columns 'id' and 'request'."
        ) from None
    return [_Row(engine, table, row[0], row[1], row[2]) for row in rows]


def _file(register: Register, form: _File | _Row) -> str:
    shape = shaped(form.content())
    hashes = tuple(keyed_hash(pepper, _DOMAIN, shape.id) for pepper in register.home.peppers)
    now = register.clock.now()
    filing = Filing(
        kind=shape.kind,
        language=shape.language or register.catalogue.notice.languages[0],
        identifiers=tuple((each.kind, each.value) for each in shape.identifiers),
        received_at=now if shape.received_at is None else moment(shape.received_at),
        scope=shape.scope,
        purpose=shape.purpose,
        message=shape.message,
        by=BY,
        forms=hashes,
    )
    try:
        return file(register, filing).id
    except AnsvarError as error:
        raise BadFormError(str(error)) from None


def _put_aside(register: Register, form: _File | _Row, reason: str) -> None:
    """Keep a form that cannot be filed, under an opaque name that no other has, with the reason beside it."""
    folder = register.intake / "refused"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    named = "f" + keyed_hash(register.home.pepper, _DOMAIN, form.name)[:_ID_LETTERS]
    numbered = (named if number == 1 else f"{named}-{number}" for number in count(1))
    name = next(each for each in numbered if not os.path.lexists(folder / f"{each}.json"))
    write_private(folder / f"{name}.txt", f"{reason}\n{_THEN}\n")
    kept = folder / f"{name}.json"
    if isinstance(form, _File):
        with suppress(FileNotFoundError):  # another process put it aside meanwhile
            _keep(form.path, kept)
    else:
        write_private(kept, json.dumps({"id": form.id, "request": form.text}, ensure_ascii=False, default=str))


def _keep(form: Path, kept: Path) -> None:
    """Move a form to where it is kept, open to its owner alone; of a link, only that there was one."""
    form.replace(kept)
    if kept.is_symlink():
        kept.unlink()
        write_private(kept, "{}\n")
    elif kept.is_file():
        with suppress(PermissionError):  # another account's: the folder is closed to all others anyhow
            kept.chmod(0o600)
