"""What a check of a promise found: plain data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Value = int | str | dt.date
Evidence = dict[str, Value]
Target = tuple[str, ...]


class State(StrEnum):
    """Whether a promise is kept."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_YET = "not yet applicable"


@dataclass(frozen=True)
class Judgement:
    """What was found of a promise at one thing that it is about.

    `evidence` holds counts, dates and names of the catalogue, nobody's data. `remedy` is the key of the text that says what to do where
    the promise is broken.
    """

    state: State
    evidence: Evidence = field(default_factory=dict)
    remedy: str | None = None


@dataclass(frozen=True)
class Finding:
    """A judgement of a promise; `target` is the key of the asset that it was looked at on."""

    promise: str
    target: Target
    judgement: Judgement


def kept(**evidence: Value | None) -> Judgement:
    """A promise that is kept."""
    return Judgement(State.KEPT, _stated(evidence))


def broken(remedy: str, **evidence: Value | None) -> Judgement:
    """A promise that is broken, and the key of what to do."""
    return Judgement(State.BROKEN, _stated(evidence), remedy)


def not_yet(**evidence: Value | None) -> Judgement:
    """A promise that nothing has come under yet."""
    return Judgement(State.NOT_YET, _stated(evidence))


def judged(faults: int, remedy: str, **evidence: Value | None) -> Judgement:
    """Broken where there are faults, kept where there are none."""
    return broken(remedy, **evidence) if faults else kept(**evidence)


def _stated(evidence: dict[str, Value | None]) -> Evidence:
    return {key: value for key, value in evidence.items() if value is not None}


@dataclass(frozen=True)
class Standing:
    """A promise as a whole: broken where it is broken anywhere, kept where it is kept somewhere and broken nowhere."""

    promise: str
    findings: tuple[Finding, ...]

    @property
    def state(self) -> State:
        """The worst that was found, and what does not apply yet only where nothing else was."""
        states = {each.judgement.state for each in self.findings}
        return next((state for state in (State.BROKEN, State.KEPT) if state in states), State.NOT_YET)

    @property
    def broken(self) -> list[Finding]:
        """Where it is broken."""
        return [each for each in self.findings if each.judgement.state is State.BROKEN]

    @property
    def evidence(self) -> Evidence:
        """The evidence of all that was looked at: counts are added up, of dates the earliest stands, words are joined."""
        merged: dict[str, list[Value]] = {}
        for each in self.findings:
            for key, value in each.judgement.evidence.items():
                merged.setdefault(key, []).append(value)
        return {key: _together(values) for key, values in merged.items()}


def _together(values: list[Value]) -> Value:
    if all(isinstance(value, int) for value in values):
        return sum(value for value in values if isinstance(value, int))
    dates = [value for value in values if isinstance(value, dt.date)]
    if len(dates) == len(values):
        return min(dates)
    return ", ".join(sorted({word for value in values for word in str(value).split(", ")}))


def standings(findings: Iterable[Finding]) -> dict[str, Standing]:
    """The findings by promise, in the order in which the promises first come."""
    found: dict[str, list[Finding]] = {}
    for each in findings:
        found.setdefault(each.promise, []).append(each)
    return {promise: Standing(promise, tuple(each)) for promise, each in found.items()}
