"""`ansvar restore`."""

from __future__ import annotations

import datetime as dt
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.backup import PASSPHRASE_SETTING, passphrase_of
from resources.errors import AnsvarError
from resources.home import Home, write_private
from resources.keys import KEY_FILE
from resources.register import open_register

if TYPE_CHECKING:
    from resources.backups import Opener

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_KEYS = ("pepper.key", KEY_FILE, "signing.key", "settings.env")
_LEDGERS = {
    "home": "The ledger of this home is the newest that there is: it goes on, and what it says has gone was deleted again.",
    "given": "The ledger that was given is the newest that there is: it goes on, and what it says has gone was deleted again.",
    "backup": "There is no newer ledger than the backup's: what was purged or erased after the backup is not known. What is past its "
    "period today was purged; erasures since must be given with --erasures, or asked for again.",
}


@click.command("restore")
@click.argument("file", type=_FILE)
@click.option("--key-file", type=_FILE, help="Its wrapped key (….key.age); by default the one beside it.")
@click.option("--identity", type=_FILE, help="A file with a recipient's private key of age.")
@click.option("--passphrase-file", type=_FILE, help=f"Its passphrase; by default the setting {PASSPHRASE_SETTING}.")
@click.option("--keys", type=_FOLDER, help="Where the home's own keys were saved: pepper.key and warehouse.key, perhaps settings.env.")
@click.option("--ledger", metavar="URL", help="A ledger that was saved elsewhere (sqlite:////…); it goes on if it is the newest.")
@click.option("--erasures", type=_FILE, help="What `ansvar backup erasures` printed: keyed hashes of records that are not to come back.")
@click.option("--replace", is_flag=True, help="Do so in a home that holds a register: what it holds is replaced.")
def command(  # noqa: PLR0913 - an argument an option
    *,
    file: Path,
    key_file: Path | None,
    identity: Path | None,
    passphrase_file: Path | None,
    keys: Path | None,
    ledger: str | None,
    erasures: Path | None,
    replace: bool,
) -> None:
    """Bring the register back out of a backup, less what was purged and erased since and what is past its period today.

    Nobody can read it before that is done: until then readers find what was published before.
    """
    from assets.retention.restore import Source, restore
    from resources.backups import COPY_ENDING, KEY_ENDING

    home = Home.from_environment()
    settings = home.settings() if home.path.is_dir() else {}
    wrapped = key_file or file.with_name(file.name.removesuffix(COPY_ENDING) + KEY_ENDING)
    if not wrapped.is_file():
        raise AnsvarError(f"The backup's key is not at {wrapped}: name it with --key-file. Without it nobody can read the backup.")
    data_key = _opener(identity, passphrase_file, settings).unwrap(wrapped.read_bytes())
    _prepare(home, keys, file, data_key, replace=replace)
    register = open_register()
    source = Source(file, data_key, ledger, _hashes(erasures))
    done = restore(register, source, f"restore-{secrets.token_hex(8)}", open_register)
    click.echo(_LEDGERS[done.ledger])
    purged = sum(record.records for record in done.purged)
    click.echo(f"{done.rows:,} rows came back; {done.again:,} of them went again, {purged:,} are past their period today and were purged.")
    if done.read_again:
        click.echo(f"{done.read_again:,} batches that were read after the backup are not in it: the next run reads them again.")


def _opener(identity: Path | None, passphrase_file: Path | None, settings: dict[str, str]) -> Opener:
    from resources.backups import Opener

    if identity is not None:
        text = identity.read_text(encoding="utf-8", errors="replace")
        return Opener(identities=tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")))
    passphrase = passphrase_of(passphrase_file, settings)
    if passphrase is None:
        raise AnsvarError(f"Say what opens the backup: --passphrase-file, the setting {PASSPHRASE_SETTING}, or --identity.")
    return Opener(passphrase)


def _prepare(home: Home, keys: Path | None, file: Path, data_key: str, *, replace: bool) -> None:
    """Make the home, with the keys that the backup was made with, unless it has them.

    Raises:
        AnsvarError: where it holds a register and none is to be replaced.
    """
    from pipelines.instance import prepare_instance
    from resources.backups import unpack
    from resources.ledger import Ledger
    from resources.ledger.backups import last_moment

    is_new = not (home.path / "pepper.key").is_file()
    home.create()
    prepare_instance(home)
    ledger = Ledger(home.ledger_url)
    holds = (home.path / "warehouse" / "current").is_symlink() or last_moment(ledger.engine) is not None
    ledger.close()
    published = (home.path / "warehouse" / "current").is_symlink()
    if published and not replace:
        raise AnsvarError(f"{home.path} holds a register: --replace puts what is in the backup in its place.")
    if keys is not None:
        _take_keys(home, keys, may_differ=not holds)
    elif is_new:
        with tempfile.TemporaryDirectory(dir=home.path / "temporary") as folder:
            unpack(file, data_key, Path(folder), lambda member: member.startswith("keys/"))
            if (Path(folder) / "keys").is_dir():
                _take_keys(home, Path(folder) / "keys", may_differ=True)


def _take_keys(home: Home, folder: Path, *, may_differ: bool) -> None:
    """Take over the keys of a folder; those of a home that holds a register stay what they are."""
    for each in _KEYS:
        if not (folder / each).is_file():
            continue
        content, present = (folder / each).read_bytes(), home.path / each
        if not may_differ and each == "pepper.key" and present.read_bytes() != content:
            raise AnsvarError(f"This home holds a register whose {each} is another than the one in {folder}: restore into an empty home.")
        if may_differ or each == KEY_FILE:
            write_private(present, content)


_OF_RECORD = ("dataset", "hash")
_OF_PERSON = ("erased_at", "key_id", "kind", "hash")


def _hashes(file: Path | None) -> tuple[dict[str, str], ...]:
    """The keyed hashes of a file: of records, and of erased persons.

    Raises:
        AnsvarError: where a line is none.
    """
    import json

    rows: list[dict[str, str]] = []
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines() if file else [], start=1):
        try:
            row = json.loads(line)
            keys = _OF_PERSON if "erased_at" in row else _OF_RECORD
            rows.append({key: str(row[key]) for key in keys} | ({"kept": str(row["kept"])} if row.get("kept") else {}))
            dt.datetime.fromisoformat(row.get("erased_at", "2000-01-01"))
        except (ValueError, KeyError, TypeError):
            raise AnsvarError(f"{file}:{number}: is no line that `ansvar backup erasures` printed.") from None
    return tuple(rows)
