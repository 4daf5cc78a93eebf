"""`ansvar audit …`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from pipelines.cli.show import as_json as print_json
from pipelines.cli.show import table
from resources.errors import AnsvarError
from resources.ledger.audit import entries, latest, verify
from resources.register import open_register

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("audit")
def command() -> None:
    """The audit chain: who did what, when and why."""


@command.command("verify")
@click.option("--heads", type=_FILE, help="Signed heads that were kept elsewhere: hold the chain against them.")
@click.option("--key", type=_FILE, help="The public key (PEM) they were signed with; by default the home's own.")
def verified(*, heads: Path | None, key: Path | None) -> None:
    """Look whether the chain is whole; ends with exit code 1 where something was changed, taken out or moved."""
    register = open_register()
    engine = register.ledger.engine
    faults = verify(engine)
    if heads is not None:
        from resources.ledger.heads import verify_heads
        from resources.signing import public_key, signing_key

        public = public_key(key.read_bytes()) if key else signing_key(register.home).public_key()
        if public is None:
            raise AnsvarError("--key names no public key of Ed25519 (PEM).")
        faults += verify_heads(engine, heads.read_text(encoding="utf-8", errors="replace").splitlines(), public)
    for fault in faults:
        click.secho(fault, fg="red")
    if faults:
        sys.exit(1)
    last = latest(engine, 1)
    click.echo(
        f"The chain is whole: {last[0].number:,} entries, head {last[0].hash}." if last else "The chain is whole: it has no entry yet."
    )


@command.command("head")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="Append it to this file, to be sent elsewhere.")
def head(*, to: Path | None) -> None:
    """Print where the chain ends, signed: kept where nobody can write who writes here, it tells whether the chain was written anew."""
    from resources.ledger.heads import signed_head
    from resources.signing import signing_key

    register = open_register()
    line = signed_head(register.ledger.engine, signing_key(register.home), register.clock.now())
    click.echo(line)
    if to is not None:
        try:
            with to.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        except OSError as error:
            raise AnsvarError(f"{to} cannot be written ({type(error).__name__}): name another file with --to.") from None


@command.command("list")
@click.option("--thing", metavar="ID", help="Only what concerns this id.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most so many, the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, the oldest first, all of them.")
def listing(*, thing: str | None, limit: int, as_json: bool) -> None:
    """The entries, the newest first."""
    engine = open_register().ledger.engine
    if as_json:
        print_json([asdict(each) for each in entries(engine, thing)])
        return
    shown = latest(engine, limit, thing=thing)
    rows = [[str(each.number), f"{each.at:%Y-%m-%d %H:%M:%S}", each.by, each.what, each.thing, each.why] for each in shown]
    table(("number", "when (UTC)", "who", "what", "concerns", "why"), rows)
