"""The desk's texts: each key stands once, and is used; what pages ask for is there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from ruamel.yaml import YAML

from assets.rights.letters.compose import KINDS
from assets.rights.letters.render import FORMATS
from resources.ledger.identity import APART, JOIN
from resources.ledger.redactions import KEEP, TAKE_OUT
from resources.requests.life import STATES, STEPS
from resources.requests.vocabulary import words

ROOT = Path(__file__).parents[3]
DESK = ROOT / "pipelines" / "desk"


def _keys() -> Counter[str]:
    """Every key, and in how many files it stands."""
    files = sorted((DESK / "texts").glob("*.yaml"))
    return Counter(key for file in files for key in YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8")))


def _sources() -> str:
    return "\n".join(each.read_text(encoding="utf-8") for each in sorted(DESK.rglob("*")) if each.suffix in (".html", ".py"))


def test_no_key_stands_in_two_files() -> None:
    """A room's texts do not replace another's."""
    assert [key for key, times in _keys().items() if times > 1] == []


def test_every_key_is_used() -> None:
    """A page names each key, or the beginning of it, in front of a word out of a list."""
    sources = _sources()
    whole = set(re.findall(r"[\"']([a-z][a-z0-9_]*)[\"']", sources))
    begun = r"[\"']([a-z][a-z0-9_]*_)[\"' {]"
    beginnings = {each for each in re.findall(begun, sources) if each != "request_"}
    assert [key for key in _keys() if key not in whole and not key.startswith(tuple(beginnings))] == []


def test_every_text_that_a_page_names_is_there() -> None:
    """So is one for each kind, state, step, letter, form and ground of the lists that pages put into a key."""
    named = set(re.findall(r"\btext\(\"([a-z][a-z0-9_]*)\"[,)]", _sources()))
    listed = {f"request_kind_{each}" for each in words().kinds} | {f"request_state_{each}" for each in STATES}
    listed |= {f"request_step_{each}" for each in (*STEPS, "filed", "letter", "lifted")}
    listed |= {f"request_letter_{each}" for each in KINDS} | {f"request_format_{each}" for each in FORMATS}
    listed |= {f"request_refused_{each}" for each in words().refusals} | {f"request_extended_{each}" for each in words().extensions}
    assert (named | listed) - set(_keys()) == set()


def test_every_act_of_the_audit_chain_has_its_words() -> None:
    """What the code writes into the chain is told in words on the pages that show it."""
    code = "\n".join(
        each.read_text(encoding="utf-8") for part in ("resources", "assets", "pipelines") for each in (ROOT / part).rglob("*.py")
    )
    acts = set(re.findall(r"\bAct\([^()]*(?:\[[^]]*\])?[^()]*?\"([a-z]+\.[a-z_]+)\"", code)) | set(
        re.findall(r"\"(user\.[a-z_]+)\", act\)", code)
    )
    acts |= {f"request.{each}" for each in (*STEPS, "filed", "letter", "lifted")} | {f"verdict.{each}" for each in (JOIN, APART)}
    acts |= {f"redaction.{each}" for each in (KEEP, TAKE_OUT)} | {
        f"{each}.looked" for each in ("request", "subject", "proposal", "quarantine", "bundle")
    }
    acts |= {"request.counted", "export.asked"}
    assert {"bundle.released", "user.disabled", "hold.ended"} <= acts
    assert {f"act_{each.replace('.', '_')}" for each in acts} - set(_keys()) == set()
