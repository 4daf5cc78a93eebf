"""Contestants of a benchmark in turns: ours, the limit and the peers on the same data, each turn in a process of its own.

A turn's time is that of what stands inside its `Watch`: opening, making data and checking are outside. A process of its own for each turn
shows the peak memory of that turn alone, and all of them belong to the process group of the command, so that whatever is done to one of
them is done to all. What is compared is compared within a round, for the machine may be busier in one than in another.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MILLION = 1_000_000
_STATUS, _REFERENCES = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_HELD_SECONDS = 150
_PEAK_AGAIN = "5"  # what makes the kernel count the peak of memory anew


@dataclass
class Watch:
    """Measures what stands inside `with watch:`: seconds, processor seconds of this process and its children, and peak memory."""

    seconds: float = 0.0
    processor: float = 0.0
    peak: int = 0
    _began: tuple[float, float] = field(default=(0.0, 0.0), repr=False)

    def __enter__(self) -> None:
        """Begin, or go on."""
        _REFERENCES.write_text(_PEAK_AGAIN, encoding="ascii")
        self._began = (time.perf_counter(), _processor())

    def __exit__(self, *_: object) -> None:
        """Stop."""
        began, worked = self._began
        self.seconds += time.perf_counter() - began
        self.processor += _processor() - worked
        self.peak = max(self.peak, _peak())


@dataclass(frozen=True)
class Turn:
    """What a turn works with: a folder with the data that were made, one of its own that is empty, how many records, and the watch."""

    data: Path
    own: Path
    records: int
    watch: Watch = field(default_factory=Watch)


@dataclass(frozen=True)
class Contestant:
    """Who takes part.

    Attributes:
        name: what the table calls it.
        run: takes a turn; gives its answer, of which what others answer too must be the same.
        needs: a package that must be installed; without it the contestant is left out, and named.
        most: the largest size at which it takes part, in millions of records.
        turns: the most turns that it takes, where each of them takes minutes.
        is_there: whether what is no package is installed.
        is_own: whether all the work is done by the turn's own process and its children, so that their processor time and memory tell it.
    """

    name: str
    run: Callable[[Turn], dict[str, Any]]
    needs: str | None = None
    most: float = float("inf")
    turns: int = sys.maxsize
    is_there: Callable[[], bool] = lambda: True
    is_own: bool = True


@dataclass(frozen=True)
class Benchmark:
    """What is measured: the first contestant is ours, the second the limit that it is held against.

    Attributes:
        name: in commands and files.
        title: in the table.
        goal: how many times the limit ours may take; None where there is none.
        prepare: makes the data in a folder, of so many records.
        contestants: who takes part, in the order of the first round.
    """

    name: str
    title: str
    goal: float | None
    prepare: Callable[[Path, int], None]
    contestants: tuple[Contestant, ...]


def run_turn(benchmark: Benchmark, contestant: str, data: Path, own: Path, size: float) -> dict[str, Any]:
    """Take one turn in this process; gives what it measured and answered."""
    (found,) = (each for each in benchmark.contestants if each.name == contestant)
    turn = Turn(data, own, round(size * MILLION))
    answer = found.run(turn)
    watch = turn.watch
    told: dict[str, Any] = {"seconds": round(watch.seconds, 3)}
    if found.is_own:
        told |= {"processor_seconds": round(watch.processor, 3), "peak_mb": watch.peak >> 20}
    return told | {"answer": answer}


def race(benchmark: Benchmark, size: float, rounds: int, folder: Path, *, lock: Path | None = None) -> Iterator[dict[str, Any]]:
    """Let all take their turns, round after round; gives one result a turn.

    Each round begins with another contestant than the one before.

    Args:
        benchmark: what is measured.
        size: how large, in millions of records.
        rounds: how many turns each takes.
        folder: where data are made, or were made before for the same size.
        lock: a file that is locked while data are made and for each round, where others use the machine too.

    Raises:
        AnsvarError: where a turn fails, or answers differ.
    """
    there = [each for each in benchmark.contestants if each.most >= size and is_installed(each)]
    yield from ({"left_out": each.name, "why": _why(each, size)} for each in benchmark.contestants if each not in there)
    data = folder / f"{benchmark.name}-{size:g}"
    if not data.exists():
        with locked(lock):
            _child(benchmark.name, "prepare", data, folder / "own", size)
    with _Held(lock) as held:
        for number in range(rounds):
            left = [each for each in there if number < each.turns]
            first = number % len(left)
            held.take()
            results = []
            for each in (*left[first:], *left[:first]):
                load = round(os.getloadavg()[0], 1)
                told = _child(benchmark.name, each.name, data, folder / "own", size)
                results.append({"benchmark": benchmark.name, "size": size, "round": number, "who": each.name} | told | {"load": load})
            held.give()
            require_agreement(results)
            yield from results


def require_agreement(results: Sequence[dict[str, Any]]) -> None:
    """See that contestants who answer the same question give the same answer.

    Raises:
        AnsvarError: where they do not.
    """
    known: dict[str, tuple[str, Any]] = {}
    for result in results:
        for question, answer in result["answer"].items():
            who, other = known.setdefault(question, (result["who"], answer))
            if other != answer:
                raise AnsvarError(
                    f"{who} and {result['who']} do not agree on '{question}' of {result['benchmark']}: see what each of them does."
                )


def is_installed(contestant: Contestant) -> bool:
    """Whether a contestant can take part on this machine."""
    return contestant.is_there() and (contestant.needs is None or find_spec(contestant.needs) is not None)


class _Held:
    """A lock that is kept from one round to the next until it was held for some minutes: to wait for it may take longer than a round."""

    def __init__(self, file: Path | None) -> None:
        self._file, self._until, self._stack = file, 0.0, ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def take(self) -> None:
        """Hold it from here on."""
        if not self._until:
            self._stack.enter_context(locked(self._file))
            self._until = time.monotonic() + _HELD_SECONDS

    def give(self) -> None:
        """Let go of it, where it was held long enough."""
        if time.monotonic() >= self._until:
            self._stack.close()
            self._until = 0.0


@contextmanager
def locked(file: Path | None) -> Iterator[None]:
    """Be the only one on the machine who holds this lock."""
    if file is None:
        yield
        return
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _why(contestant: Contestant, size: float) -> str:
    return "not installed" if not is_installed(contestant) else f"takes too long at {size:g} million records"


def _child(benchmark: str, step: str, data: Path, own: Path, size: float) -> dict[str, Any]:
    """Do a step in a process of its own, in this one's group; gives what it tells."""
    arguments = [benchmark, "--step", step, "--size", f"{size:g}", "--data", str(data), "--folder", str(own)]
    done = subprocess.run([sys.executable, "-m", "bench.table", *arguments], check=False, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    if done.returncode:
        raise AnsvarError(f"'{step}' of {benchmark} failed: what it says stands above.")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _processor() -> float:
    return sum(os.times()[:4])


def _peak() -> int:
    (line,) = (line for line in _STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) << 10
