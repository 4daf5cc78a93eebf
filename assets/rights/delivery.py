"""What becomes of a bundle: it waits in the home for a named user, is released to the person, encrypted, and fetched from the outbox.

It waits encrypted with the home's key (plain where the warehouse is), in a folder of its own. Who releases it says who can open it: whoever
knows a passphrase, or holds the private key of a recipient.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from resources.backups.age import reading, writing
from resources.connectors.landing import sha256
from resources.envelopes import ENDING, Addressee
from resources.errors import AnsvarError
from resources.ledger.bundles import DELIVERED, WAITING, BundleLedger
from resources.ledger.redactions import RedactionLedger
from resources.signing import signing_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assets.rights.bundle import Bundle
    from resources.register import Register

REGISTER = "register"
"""Who releases what needs nobody's look, where the register says so."""
_TO_LOOK_AT = ("texts", "withheld", "redacted", "unread")
_HEAD = b"age-encryption.org/"


@dataclass(frozen=True)
class Delivered:
    """A bundle that was made: whether it waits or is delivered, how many files it holds, its size in bytes, and where it lies."""

    state: str
    files: int
    bytes: int
    path: Path


def deliver(register: Register, bundle: Bundle) -> Delivered:
    """Write a bundle, sign it, and let it wait; one that was made before for the same request is replaced.

    Where the register says so (`bundles: {release: when_needed}`), one without free text, with nothing withheld or taken out, and without
    anything that could not be read in, goes to the register's recipient at once.
    """
    register.waiting.mkdir(mode=0o700, exist_ok=True)
    with _alone(register.waiting / f".{bundle.request.id}.lock"):
        return _deliver(register, bundle)


def _deliver(register: Register, bundle: Bundle) -> Delivered:
    ledger, request = BundleLedger(register.ledger), bundle.request.id
    key = register.home.sealing.age_key()
    path = register.waiting / f"{request}.zip{ENDING if key else ''}"
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with writing(partial, key) if key else _plain(partial) as stream:
            written = bundle.write(stream, signing_key(register.home))
        row = {"request": request, "file": path.name, "sha256": sha256(partial), "made_at": bundle.made, "records": bundle.holding.records}
        _clear(register, request)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    _settle(path.parent)
    ledger.made(row | {"says": written.says}, REGISTER)
    ruled = register.catalogue.notice.bundles
    if ruled.release == "when_needed" and not any(written.says[each] for each in _TO_LOOK_AT):
        path = _release(register, request, Addressee(recipient=ruled.recipient), REGISTER, str(row["sha256"]))
    return Delivered(ledger.bundle(request)["state"], written.files, path.stat().st_size, path)


def release(register: Register, request: str, addressee: Addressee, by: str, meant: str | None = None) -> Path:
    """Encrypt a bundle that waits for the person, put it into the outbox, and answer its request; gives the file.

    Args:
        register: the register.
        request: the request's id.
        addressee: who can open it.
        by: the named user.
        meant: the checksum of the bundle that is to go out, as the ledger has it; without it, the one that was looked at, if any was.

    Raises:
        AnsvarError: where there is none, it was released, is not what was made, is not the one that is meant, was made before the last
            decision on its texts, or nobody is named who releases it or can open it.
    """
    addressee.check()
    named(by)
    _waiting(register, request)  # before a lock is made by its name
    with _alone(register.waiting / f".{request}.lock"):
        return _release(register, request, addressee, by, meant)


def _release(register: Register, request: str, addressee: Addressee, by: str, meant: str | None) -> Path:
    row = _waiting(register, request)
    _check_meant(register, row, by, meant)
    _check_decisions(register, row)
    source, target = register.bundle_file(row), register.outbox / f"{request}.zip{ENDING}"
    partial = target.with_name(f".{target.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with opened(register, row) as stream:
            addressee.seal(stream, partial)
        digest = sha256(partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    _settle(register.outbox)
    try:
        BundleLedger(register.ledger).released(request, target.name, digest, by, register.clock.now(), waited=row["sha256"])
    except AnsvarError:
        target.unlink(missing_ok=True)
        raise
    source.unlink(missing_ok=True)
    return target


def refuse(register: Register, request: str, by: str, reason: str) -> None:
    """Do not let a bundle go that waits: it is deleted, and is to be made again.

    Raises:
        AnsvarError: where there is none that waits, or no reason is given.
    """
    if not reason.strip():
        raise AnsvarError("Say with --reason why the bundle is not to go out: whoever makes it again needs to know.")
    named(by)
    row = _waiting(register, request)
    register.bundle_file(row).unlink(missing_ok=True)
    BundleLedger(register.ledger).refused(request, by, reason.strip(), register.clock.now())


def download(register: Register, request: str, by: str, folder: Path) -> Path:
    """Copy a bundle out of the outbox into a folder, still encrypted; gives the copy.

    It has its name only once it was recorded who took it, and none is recorded that failed.

    Raises:
        AnsvarError: where there is none in the outbox, it is not what was put there, or the folder cannot be written.
    """
    row = _delivered(register, request, by)
    target = folder / str(row["file"])
    if target.exists():
        raise AnsvarError(f"{target} is there already: name another folder with --output.")
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        with register.bundle_file(row).open("rb") as source, _plain(partial) as written:
            shutil.copyfileobj(source, written, 1 << 20)
        BundleLedger(register.ledger).downloaded(request, by, register.clock.now())
        partial.rename(target)
    except OSError as error:
        raise AnsvarError(f"The bundle cannot be written to {folder} ({error.strerror}): name a folder that you may write.") from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return target


def hand_over(register: Register, request: str, by: str) -> tuple[str, IO[bytes]]:
    """A bundle in the outbox, still encrypted, after it was recorded who fetches it: its name, and its file, which the caller closes.

    Raises:
        AnsvarError: where there is none in the outbox, or it is not what was put there.
    """
    row = _delivered(register, request, by)
    return str(row["file"]), _handed_over(register, row, by)


def _delivered(register: Register, request: str, by: str) -> dict[str, Any]:
    named(by)
    row = BundleLedger(register.ledger).bundle(request)
    if row["state"] != DELIVERED:
        raise AnsvarError("The bundle waits for its release: `ansvar bundle release` puts it into the outbox.")
    _check(register, row)
    return row


def _handed_over(register: Register, row: dict[str, Any], by: str) -> IO[bytes]:
    """The file of a bundle in the outbox, opened first and recorded then: nothing is told to be fetched that was gone."""
    file = register.bundle_file(row).open("rb")
    try:
        BundleLedger(register.ledger).downloaded(row["request"], by, register.clock.now())
    except BaseException:
        file.close()
        raise
    return file


def is_outdated(register: Register, row: dict[str, Any]) -> bool:
    """Whether something was decided on the texts of a bundle since it was made; `row` is the ledger's."""
    decided = sorted(each.redaction for each in RedactionLedger(register.ledger).decisions(row["request"]))
    return bool(decided != row["says"].get("decisions", []))


def is_made_since_looked(register: Register, row: dict[str, Any], by: str) -> bool:
    """Whether a bundle that waits was made anew since a named user, or whoever else looked, looked at it; `row` is the ledger's."""
    return BundleLedger(register.ledger).is_made_since_looked(row, by)


def _check_meant(register: Register, row: dict[str, Any], by: str, meant: str | None) -> None:
    """Let nothing go but what was looked at, or named: a bundle may be made anew behind the back of who releases it."""
    _check_named(row, meant)
    if meant is None and is_made_since_looked(register, row, by):
        raise AnsvarError(
            "The bundle was made anew since it was looked at: look at it as it is now (`/bundles/ID/report` at the desk), or name it with "
            "--sha256, as `ansvar bundle list --json` shows it."
        )


def _check_named(row: dict[str, Any], meant: str | None) -> None:
    if meant is not None and meant.strip().lower() != row["sha256"]:
        raise AnsvarError("The bundle that is meant waits no more, another does: look at that one, and release it.")


def _check_decisions(register: Register, row: dict[str, Any]) -> None:
    """Let nothing go whose texts do not follow what was decided on them since."""
    if is_outdated(register, row):
        raise AnsvarError(
            "The bundle was made before the last decision on its texts (`ansvar redactions list`): make it again with `ansvar export`."
        )


@contextmanager
def opened(register: Register, row: dict[str, Any]) -> Iterator[IO[bytes]]:
    """The ZIP of a bundle that waits, as a stream to be read once; `row` is the ledger's.

    Raises:
        AnsvarError: where it is not what was made.
    """
    _check(register, row)
    with plain(register, row) as stream:
        yield stream


def checked(register: Register, request: str, meant: str | None = None) -> dict[str, Any]:
    """The ledger's row of a bundle that waits, and is what was made; `meant` is its checksum, where one is meant.

    Raises:
        AnsvarError: where there is none, it was released, or it is not what was made, or not the one that is meant.
    """
    row = _waiting(register, request)
    _check_named(row, meant)
    _check(register, row)
    return row


@contextmanager
def plain(register: Register, row: dict[str, Any]) -> Iterator[IO[bytes]]:
    """The ZIP of a bundle that was checked already, as a stream to be read once; `row` is the ledger's."""
    path = register.bundle_file(row)
    with path.open("rb") as file:
        is_sealed = file.read(len(_HEAD)) == _HEAD
    key = register.home.sealing.age_key() if is_sealed else None
    with reading(path, key) if key else path.open("rb") as stream:
        yield stream


def named(by: str) -> None:
    """See that somebody is named.

    Raises:
        AnsvarError: where nobody is.
    """
    if not by.strip():
        raise AnsvarError("Say with --by who does it: a bundle is handed out by a named user.")


def _waiting(register: Register, request: str) -> dict[str, Any]:
    row = BundleLedger(register.ledger).bundle(request)
    if row["state"] != WAITING:
        raise AnsvarError("The bundle was released already: it stands in the outbox; `ansvar export` makes another.")
    return row


def _check(register: Register, row: dict[str, Any]) -> None:
    path = register.bundle_file(row)
    if not path.is_file() or sha256(path) != row["sha256"]:
        raise AnsvarError(
            f"The bundle of {row['request']} is not there, or was changed since it was made: make it again with `ansvar export`."
        )


def _clear(register: Register, request: str) -> None:
    """Take away what was made for a request before."""
    for folder in (register.waiting, register.outbox):
        for ending in ("", ENDING):
            (folder / f"{request}.zip{ending}").unlink(missing_ok=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock by the name of its file, which goes with it: a request's bundle may be asked for by a click and by the sensor at once."""
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists() and os.path.samestat(os.fstat(lock), path.stat()):
            break
        os.close(lock)  # whoever held it has taken the file away
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(lock)


@contextmanager
def _plain(path: Path) -> Iterator[IO[bytes]]:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
