"""The state of all promises at a moment, as data: for `ansvar status`, the page and Dagster."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources as package_data
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from assets.accountability.promises.facts import facts_of
from assets.accountability.promises.finding import Finding, Standing, State, standings
from assets.accountability.promises.judge import findings
from resources.catalogue.shapes import Label

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from assets.accountability.promises.finding import Judgement, Target
    from resources.register import Register


@dataclass(frozen=True)
class Status:
    """Every promise at a moment (naive UTC); `published_at` is when the register was last published, `notice` the version in force."""

    moment: dt.datetime
    published_at: dt.datetime | None
    notice: dict[str, Any] | None
    standings: dict[str, Standing]

    def count(self, state: State) -> int:
        """How many promises are in a state."""
        return sum(each.state is state for each in self.standings.values())


def status_of(register: Register) -> Status:
    """Judge every promise now, on what readers see.

    Raises:
        AnsvarError: where nothing was published yet.
    """
    with facts_of(register) as facts:
        found = standings(findings(facts))
        published_at = facts.engine.scalar("SELECT max(published_at) FROM meta.generations")
        return Status(register.clock.now(), published_at, facts.published, found)


def judge_some(register: Register, wanted: Iterable[tuple[str, Target]]) -> list[Finding]:
    """Judge some promises at some of what they are about: pairs of promise and target."""
    with facts_of(register) as facts:
        return list(findings(facts, wanted))


def as_data(status: Status, register: Register) -> dict[str, Any]:
    """The status as plain data by promise: its wording, its state, its evidence, and each thing that was looked at."""
    promises = register.catalogue.notice.promises
    return {
        name: {
            "promise": promises[name].label.model_dump(),
            "state": standing.state.value,
            "evidence": standing.evidence,
            "looked_at": [
                {"asset": "/".join(each.target), "state": each.judgement.state.value, "evidence": each.judgement.evidence}
                | ({"remedy": remedy(each.judgement, "en")} if each.judgement.remedy else {})
                for each in standing.findings
            ],
        }
        for name, standing in status.standings.items()
    }


@cache
def texts() -> dict[str, Label]:
    """Every text of the page of promises, by its key."""
    data = YAML(typ="safe").load((package_data.files("assets.accountability.promises") / "texts.yaml").read_text(encoding="utf-8"))
    return {key: Label.model_validate(label) for key, label in data.items()}


def remedy(judgement: Judgement, language: str) -> str:
    """What to do about a broken promise; empty where it is not broken."""
    return texts()[f"remedy_{judgement.remedy}"].in_language(language) if judgement.remedy else ""
