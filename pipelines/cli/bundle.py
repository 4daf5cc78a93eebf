"""`ansvar bundle …`."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.errors import AnsvarError
from resources.register import open_register

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_BY = click.option("--by", required=True, metavar="NAME", help="Who does it: it is written down.")


@click.group("bundle")
def command() -> None:
    """Bundles that answer requests: release them, fetch them, verify them."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(*, as_json: bool) -> None:
    """Every bundle, oldest first: whether it waits, and what there is to look at before it goes out."""
    from resources.ledger.bundles import BundleLedger

    rows = BundleLedger(open_register().ledger).bundles()
    if as_json:
        print_json([{name: value for name, value in row.items() if name != "says"} | _counts(row["says"]) for row in rows])
        return
    columns = ("request", "kind", "state", "made (UTC)", "records", "texts", "withheld", "redacted", "unread", "released by", "downloads")
    shown = [
        [
            *(row["request"], row["kind"], row["state"], f"{row['made_at']:%Y-%m-%d %H:%M}", row["records"]),
            *_counts(row["says"]).values(),
            *(row["released_by"] or "", row["downloads"]),
        ]
        for row in rows
    ]
    table(columns, shown)


def _counts(says: dict[str, int]) -> dict[str, int]:
    return {name: says.get(name, 0) for name in ("texts", "withheld", "redacted", "unread")}


@command.command("release")
@click.argument("request")
@_BY
@click.option("--passphrase-file", type=_FILE, help="The passphrase that the person opens it with, in a file.")
@click.option("--new-passphrase", is_flag=True, help="Make a passphrase, and print it this once: tell it to the person by another way.")
@click.option("--recipient", metavar="KEY", help="The person's public key: age1…, or an SSH public key.")
@click.option(
    "--sha256", metavar="DIGEST", help="The bundle that is meant, by its checksum in `list --json`; by default, the one looked at."
)
def release(  # noqa: PLR0913 - the options of the command
    request: str, by: str, passphrase_file: Path | None, recipient: str | None, sha256: str | None, *, new_passphrase: bool
) -> None:
    """Let a bundle go that waits: it is encrypted for the person, stands in the outbox, and answers its request; prints its path."""
    from assets.rights.delivery import release as release_bundle
    from resources.envelopes import Addressee
    from resources.envelopes import new_passphrase as made

    if sum(map(bool, (passphrase_file, recipient, new_passphrase))) != 1:
        raise AnsvarError("Say in one way who can open it: --passphrase-file FILE, --new-passphrase, or --recipient KEY.")
    passphrase = made() if new_passphrase else _first_line(passphrase_file) if passphrase_file else None
    path = release_bundle(open_register(), request, Addressee(passphrase, recipient), by, sha256)
    click.echo(path)
    if new_passphrase:
        click.echo(f"Passphrase: {passphrase}")


@command.command("refuse")
@click.argument("request")
@_BY
@click.option("--reason", required=True, help="What is wrong with it: it is written down.")
def refuse(request: str, by: str, reason: str) -> None:
    """Do not let a bundle go: it is deleted, and `ansvar export` makes it again once what is wrong was mended."""
    from assets.rights.delivery import refuse as refuse_bundle

    refuse_bundle(open_register(), request, by, reason)
    click.echo(f"The bundle of {request} is deleted; the request is still open.")


@command.command("download")
@click.argument("request")
@_BY
@click.option("--output", "folder", type=_FOLDER, default=Path(), show_default="the present folder", help="Where it goes.")
def download(request: str, by: str, folder: Path) -> None:
    """Fetch a bundle from the outbox, encrypted as it is, to hand it to the person; prints the copy's path."""
    from assets.rights.delivery import download as download_bundle

    click.echo(download_bundle(open_register(), request, by, folder))


@command.command("key")
def key() -> None:
    """Print the public key that bundles are signed with, and its fingerprint: publish both, as on the company's web site."""
    from resources.home import Home
    from resources.signing import fingerprint, in_groups, public_pem, signing_key

    own = signing_key(Home.from_environment().require())
    click.echo(public_pem(own).decode(), nl=False)
    click.echo(f"SHA-256: {in_groups(fingerprint(own.public_key()))}")


@command.command("verify")
@click.argument("file", type=_FILE)
@click.option("--key", "key_file", type=_FILE, help="The controller's public key (PEM), as it was published.")
def verify(file: Path, key_file: Path | None) -> None:
    """Check a bundle that was decrypted: its signature, every file, and that there is no other; needs no home."""
    from assets.rights.verify import verify as verify_bundle
    from resources.signing import in_groups

    found = verify_bundle(file, key_file.read_bytes() if key_file else None)
    if found.is_encrypted:
        raise AnsvarError(found.faults[0])
    if found.faults:
        raise AnsvarError("The bundle is not as it was signed:\n" + "\n".join(found.faults))
    click.echo(f"The bundle of {found.request} is whole: {found.files} files, signed with the key {in_groups(found.fingerprint or '')}.")
    if not found.is_trusted:
        click.echo("Whose key that is, the bundle alone cannot prove: compare it with the one that the controller publishes (--key).")


def _first_line(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError):
        raise AnsvarError(f"The passphrase cannot be read: {file} must be a text file that you may read.") from None
