"""`ansvar notice`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resources.catalogue import load_register
from resources.errors import AnsvarError
from resources.home import Home
from resources.ledger import Ledger
from resources.register import register_folder
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from resources.catalogue import Catalogue

_PRINTED = ("html", "pdf", "md")


@click.group("notice", invoke_without_command=True)
@click.option("--language", type=click.Choice([*LANGUAGES, "all"]), default="all", show_default=True, help="The language to write in.")
@click.option(
    "--format",
    "written",
    type=click.Choice([*_PRINTED, "all"]),
    default="all",
    show_default=True,
    help="The format; all adds csv, json and svg.",
)
@click.option("--out", metavar="FOLDER", help="Where to write; by default the home's folder documents.")
@click.pass_context
def command(context: click.Context, language: str, written: str, out: str | None) -> None:
    """Write the privacy notice, the record of processing activities and the data map; prints their paths."""
    if context.invoked_subcommand is not None:
        return
    from assets.accountability.documents.write import FORMATS, map_documents, notice_documents, processing_documents, write_documents

    catalogue = load_register(register_folder())
    folder = Path(out).resolve() if out else Home.from_environment().require().path / "documents"
    languages = _languages(catalogue, language)
    formats = FORMATS if written == "all" else (written,)
    for documents in (notice_documents, processing_documents, map_documents):
        for document in write_documents(folder, documents(catalogue, languages, formats)):
            click.echo(folder / document.name)


@command.command("diff")
@click.argument("old")
@click.argument("new", required=False)
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="The language to tell it in.")
def diff(old: str, new: str | None, language: str) -> None:
    """Say in words what changed in the privacy notice from OLD to NEW.

    Each is a register's folder, or a version that the ledger keeps; NEW is by default the present register.
    """
    from assets.accountability.documents import differences

    before, after = _content(old), _content(new or str(register_folder()))
    for line in differences(before, after, language):
        click.echo(line)


def _languages(catalogue: Catalogue, language: str) -> list[str]:
    languages: list[str] = [each for each in LANGUAGES if each in catalogue.notice.languages]
    if language == "all":
        return languages
    if language not in languages:
        raise AnsvarError(
            f"The register is not kept in '{language}': choose {' or '.join(languages)}, or add it to 'languages' in notice.yaml."
        )
    return [language]


def _content(named: str) -> dict[str, Any]:
    """What the notice of a folder or of a kept version says."""
    from assets.accountability.documents import notice_content

    folder = Path(named)
    if (folder / "notice.yaml").is_file():
        return notice_content(load_register(folder))
    home = Home.from_environment()
    if not (home.path / "pepper.key").is_file():
        raise AnsvarError(
            f"'{named}' is no register's folder, and there is no home at {home.path} whose ledger could know it as a version."
        )
    ledger = Ledger(home.ledger_url)
    try:
        content = ledger.notice(named)
        known = ", ".join(row["version"] for row in ledger.notices()) or "none yet"
    finally:
        ledger.close()
    if content is None:
        raise AnsvarError(f"'{named}' is neither a register's folder nor a version that the ledger keeps. It keeps: {known}.")
    return content
