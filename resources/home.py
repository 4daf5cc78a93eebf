"""The home: the folder that holds a register's data, and the settings that stand beside it.

home/
  warehouse/   the register, in generations
  ledger.db    what was decided and done
  landing/     batches on their way in
  recordings/  audio, one file a record
  waiting/     export bundles that nobody has released yet
  outbox/      export bundles on their way to the person
  intake/      requests that the company's forms write
  work_orders/ keys of records that the source systems are to delete
  documents/   the notice, the record of processing, the data map, the promises
  dagster/     Dagster's own storage (no personal data)
  pepper.key    the pepper of keyed hashes
  warehouse.key what the warehouse is encrypted with
  signing.key   what bundles are signed with
  settings.env values of ${NAME} in the register's YAML: secrets stand here
  clock        optional: a moment at which the clock stands still
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from resources.errors import AnsvarError
from resources.keys import KEY_FILE, Sealing, key_is_elsewhere, new_key, published_is_encrypted, sealing_of

_NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_FOLDERS = ("warehouse", "landing", "recordings", "waiting", "outbox", "intake", "work_orders", "documents", "dagster", "temporary")
_BEFOREHAND = {"settings.env", "clock"}  # what may stand in a folder that is to become a home
_OWN_FILES = {"pepper.key", KEY_FILE, "signing.key", "ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db-journal"}
_EARLIER_PEPPERS = "pepper.*.key"
_PEPPER_BYTES = 32
_MEMORY = re.compile(r"[1-9][0-9]{0,5} ?(MB|GB|MiB|GiB)")
_STAGING = "backup-"


@dataclass(frozen=True)
class Home:
    """Where a register's data lies, and what its settings are."""

    path: Path

    @classmethod
    def from_environment(cls) -> Home:
        """The home that `ANSVAR_HOME` names, by default `.ansvar` in the present folder."""
        return cls(Path(os.environ.get("ANSVAR_HOME") or ".ansvar").resolve())

    def create(self) -> None:
        """Make what is missing, open to its owner alone; what is there stays.

        Raises:
            AnsvarError: where the folder holds something else.
        """
        is_home = (self.path / "pepper.key").is_file()
        if not is_home and self.path.exists() and any(each.name not in _BEFOREHAND for each in self.path.iterdir()):
            raise AnsvarError(f"{self.path} is no home, and it is not empty: name a folder of the register's own in ANSVAR_HOME.")
        for folder in (self.path, *(self.path / name for name in _FOLDERS)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        pepper = self.path / "pepper.key"
        if not pepper.exists():
            write_private(pepper, secrets.token_hex(_PEPPER_BYTES))
        settings = self.path / "settings.env"
        if not settings.exists():
            write_private(settings, "# NAME=value: what ${NAME} in the register's YAML stands for. Secrets belong here.\n")
        key = self.path / KEY_FILE
        if not key.exists() and not key_is_elsewhere(self.settings()):
            if published_is_encrypted(self.path):
                raise AnsvarError(f"The warehouse of {self.path} is encrypted, and its key is not there: put it back as {key}.")
            write_private(key, new_key())

    def require(self) -> Home:
        """This home, which must exist.

        Raises:
            AnsvarError: where it does not.
        """
        if not (self.path / "pepper.key").is_file():
            raise AnsvarError(f"There is no home at {self.path}: make one with `ansvar init`, or name another in ANSVAR_HOME.")
        return self

    @property
    def pepper(self) -> str:
        """The secret that keyed hashes are made with."""
        return (self.path / "pepper.key").read_text(encoding="utf-8")

    @property
    def peppers(self) -> list[str]:
        """The secret that keyed hashes are made with, then the earlier ones that were put aside as `pepper.<name>.key`."""
        return [self.pepper, *(file.read_text(encoding="utf-8") for file in sorted(self.path.glob(_EARLIER_PEPPERS)))]

    @property
    def sealing(self) -> Sealing:
        """How the warehouse is kept: with which key, or plain.

        Raises:
            AnsvarError: where the key's file cannot be read, or a setting is wrong.
        """
        return sealing_of(self.path, self.settings())

    @property
    def memory(self) -> str | None:
        """How much memory the warehouse's engine may take before it spills: the setting `ANSVAR_MEMORY`, as `1500MB`; None for no limit.

        Raises:
            AnsvarError: where the setting is none.
        """
        told = self.settings().get("ANSVAR_MEMORY", "").strip()
        if told and not _MEMORY.fullmatch(told):
            raise AnsvarError("The setting ANSVAR_MEMORY is an amount of memory, as 1500MB or 2GB.")
        return told or None

    @property
    def ledger_url(self) -> str:
        """The ledger's SQLAlchemy URL: `ANSVAR_LEDGER`, by default SQLite in the home."""
        return os.environ.get("ANSVAR_LEDGER") or f"sqlite:///{self.path / 'ledger.db'}"

    def strangers(self) -> int:
        """How many files and folders at the top of the home are none that Ansvar made."""
        ours = {*_FOLDERS, *_BEFOREHAND, *_OWN_FILES}
        return sum(1 for each in self.path.iterdir() if each.name not in ours and not each.match(_EARLIER_PEPPERS))

    def staging(self, what: str) -> Path:
        """A new folder for what is on its way to or from a backup; its maker is the one writer, and clears it away."""
        folder = self.path / "temporary" / f"{_STAGING}{what}"
        folder.mkdir(mode=0o700)
        return folder

    def clear_staging(self, folder: Path | None = None) -> None:
        """Take such a folder away, or all that were left behind; to be called by the one writer."""
        for each in [folder] if folder else (self.path / "temporary").glob(f"{_STAGING}*"):
            shutil.rmtree(each, ignore_errors=True)

    def settings(self) -> dict[str, str]:
        """The settings of `settings.env`, overridden by the environment.

        Raises:
            AnsvarError: where a line is no `NAME=value`, or the file is not UTF-8.
        """
        values: dict[str, str] = {}
        file = self.path / "settings.env"
        if file.is_file():
            for number, line in enumerate(_text(file).splitlines(), start=1):
                text = line.strip()
                if not text or text.startswith("#"):
                    continue
                name, separator, value = text.partition("=")
                if not separator or not re.fullmatch(r"[A-Za-z_]\w*", name.strip()):
                    raise AnsvarError(f"{file}:{number}: is no setting: write NAME=value.")
                values[name.strip()] = _unquoted(value.strip())
        return values | dict(os.environ)

    def fill_in(self, text: str, what: str) -> str:
        """A connection value with each `${NAME}` replaced by its setting.

        Args:
            text: the value as it stands in the YAML.
            what: which value of which source, for the error.

        Raises:
            AnsvarError: where a setting is missing.
        """
        settings = self.settings()

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            if name not in settings:
                raise AnsvarError(
                    f"{what} needs the setting {name}: put {name}=… into {self.path / 'settings.env'} or into the environment."
                )
            return settings[name]

        return _NAME.sub(value, text)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise AnsvarError(f"{file} is not UTF-8: save it as UTF-8.") from None


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file of mode 0600, whole or not at all; text in UTF-8."""
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
