"""`ansvar notice`."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from assets.accountability.documents import digest, notice_content
from resources.ledger import Ledger
from tests.pipelines.cli.conftest import ROOT, process

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.small import Small
    from tests.pipelines.cli.conftest import Command

REGISTER = ROOT / "register"


def _shortened(folder: Path) -> Path:
    """A copy of the demonstration's register in which chats are kept for two months."""
    shutil.copytree(REGISTER, folder)
    rules = folder / "retention.yaml"
    text = rules.read_text(encoding="utf-8")
    assert "  chats:\n    period: P3M" in text
    rules.write_text(text.replace("  chats:\n    period: P3M", "  chats:\n    period: P2M"), encoding="utf-8")
    return folder


def test_all_documents_go_where_they_are_asked_for_without_a_home(ansvar: Command, tmp_path: Path) -> None:
    """With `--out` no home is needed or made; every path that is printed is there, in three languages and all formats."""
    answer = ansvar("--home", tmp_path / "none", "notice", "--out", tmp_path / "out", ANSVAR_REGISTER=REGISTER)
    printed = answer.out.split()
    assert (0, "", sorted(printed)) == (answer.code, answer.err, sorted(str(path) for path in (tmp_path / "out").iterdir()))
    assert (22, {"html", "pdf", "md", "csv", "json", "svg"}) == (len(printed), {path.rpartition(".")[2] for path in printed})
    assert not (tmp_path / "none").exists()


def test_a_language_and_a_format_may_be_chosen(ansvar: Command, tmp_path: Path) -> None:
    """Swedish pages alone."""
    answer = ansvar("notice", "--language", "sv", "--format", "html", "--out", tmp_path, ANSVAR_REGISTER=REGISTER)
    assert [path.rpartition("/")[2] for path in answer.out.split()] == [
        "notice.sv.html",
        "record_of_processing.sv.html",
        "data_map.sv.html",
    ]


def test_by_default_they_go_into_the_home(ansvar: Command, on: tuple[str, ...], small: Small) -> None:
    """Without `--out` the home's folder of documents is written, open to its owner alone."""
    ansvar(*on, "notice", "--language", "fi", "--format", "md")
    folder = small.home.path / "documents"
    assert (folder.stat().st_mode & 0o777, [path.name for path in folder.iterdir()]) == (0o700, ["notice.fi.md"])


def test_without_a_home_it_says_what_to_do(ansvar: Command, tmp_path: Path) -> None:
    """Neither home nor folder: the error names both ways."""
    answer = ansvar("--home", tmp_path / "none", "notice", ANSVAR_REGISTER=REGISTER)
    assert "ansvar init" in answer.message


def test_a_language_that_the_register_is_not_kept_in(ansvar: Command, tmp_path: Path) -> None:
    """The error names the languages there are."""
    shutil.copytree(REGISTER, tmp_path / "register")
    notice = tmp_path / "register" / "notice.yaml"
    notice.write_text(notice.read_text(encoding="utf-8").replace("languages: [fi, sv, en]", "languages: [fi, sv]"), encoding="utf-8")
    answer = ansvar("notice", "--language", "en", "--out", tmp_path / "out", ANSVAR_REGISTER=tmp_path / "register")
    assert answer.message == "The register is not kept in 'en': choose fi or sv, or add it to 'languages' in notice.yaml."


def test_differences_of_two_folders(ansvar: Command, tmp_path: Path) -> None:
    """Two registers are told apart in words; no home is needed."""
    answer = ansvar("--home", tmp_path / "none", "notice", "diff", REGISTER, _shortened(tmp_path / "new"), "--language", "sv")
    assert "Bevaringstiden för ”Chattsamtal” har förkortats från tre månader till två månader." in answer.out.splitlines()


def test_the_present_register_is_the_later_one(ansvar: Command, tmp_path: Path) -> None:
    """With one folder alone it is held against the register in use; against itself nothing has changed."""
    shortened = _shortened(tmp_path / "new")
    answer = ansvar("notice", "diff", REGISTER, ANSVAR_REGISTER=shortened)
    assert "The period of “Chat conversations” was shortened from three months to two months." in answer.out.splitlines()
    assert ansvar("notice", "diff", shortened, ANSVAR_REGISTER=shortened).out == "Nothing has changed.\n"


def test_a_kept_version_is_known_by_its_name(ansvar: Command, on: tuple[str, ...], small: Small) -> None:
    """A version that the ledger keeps is held against the present register."""
    catalogue = small.register.catalogue
    content = notice_content(catalogue) | {"name": {"fi": "Vanha", "sv": "Gammalt", "en": "Old"}}
    ledger = Ledger(small.home.ledger_url)
    ledger.record_notice("2025-1", catalogue.notice.version.date, digest(content), content, small.register.clock.now())
    ledger.close()
    assert ansvar(*on, "notice", "diff", "2025-1").out == "The register's name is now “A name” (before: “Old”).\n"


def test_an_unknown_version_is_told(ansvar: Command, on: tuple[str, ...], tmp_path: Path) -> None:
    """What is neither folder nor kept version is an error; so is it where there is no home to know one."""
    assert (
        ansvar(*on, "notice", "diff", "2031-9").message
        == "'2031-9' is neither a register's folder nor a version that the ledger keeps. It keeps: none yet."
    )
    assert "'2031-9' is no register's folder" in ansvar("--home", tmp_path / "none", "notice", "diff", "2031-9").message


@pytest.mark.parametrize("mistake", ["--language=de", "--format=docx"])
def test_what_cannot_be_chosen_is_told(mistake: str) -> None:
    """An unknown language or format is refused with the choices there are."""
    answer = process("notice", mistake)
    assert (answer.code, "is not one of" in answer.err) == (2, True)
