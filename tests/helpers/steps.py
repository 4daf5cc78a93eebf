"""Moments of a piece of work: what it does with the files of a folder, one step after the other, on a machine of any speed."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

_WATCHED = {
    "open",
    "os.rename",
    "os.remove",
    "os.symlink",
    "os.chmod",
    "fcntl.flock",
    "fcntl.ioctl",
    "os.listdir",
    "os.scandir",
    "sqlite3.connect",
}


@dataclass(frozen=True)
class Moment:
    """When to kill: when so many steps were made and the next one begins, and so many seconds after that."""

    steps: int
    seconds: float = 0.0


def watch(folder: Path, reached: Callable[[int], None]) -> None:
    """From now on in this process, say before each step how many were made; there is no way to stop."""
    made = 0

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal made
        if event in _WATCHED and (event.startswith("fcntl") or any(str(folder) in str(each) for each in arguments)):
            made += 1
            reached(made - 1)

    sys.addaudithook(hear)


def die_at(step: int, folder: Path) -> None:
    """Kill this process with SIGKILL when it begins a step."""

    def reached(steps: int) -> None:
        if steps == step:
            os.kill(os.getpid(), signal.SIGKILL)

    watch(folder, reached)


def tell_at(step: int, folder: Path, told: int) -> None:
    """Write to a pipe when this process begins a step."""

    def reached(steps: int) -> None:
        if steps == step:
            os.write(told, b".")

    watch(folder, reached)


def times(folder: Path, work: Callable[[], object]) -> list[float]:
    """When the work began each step, in seconds from its beginning, and when it ended; for a process that does nothing else."""
    begun, found = time.monotonic(), []
    watch(folder, lambda _: found.append(time.monotonic() - begun))
    work()
    return [*found, time.monotonic() - begun]


def moments(rng: random.Random, undisturbed: list[float], number: int) -> list[Moment]:
    """So many moments of work of which `times` are known: every other one at the beginning of a step, from the first step to the last.

    The others are at random times, each told by the step that was under way then and how long it had been.
    """
    last = len(undisturbed) - 2
    found = [Moment(round(each * last / max(1, number // 2 - 1))) for each in range(number // 2)]
    while len(found) < number:
        moment = rng.uniform(undisturbed[0], undisturbed[-1])
        step = max(each for each, begun in enumerate(undisturbed[:-1]) if begun <= moment)
        found.append(Moment(step, moment - undisturbed[step]))
    rng.shuffle(found)
    return found


def killed(folder: Path, work: Callable[[], object], moment: Moment) -> bool:
    """Do the work in a process of its own and kill it with SIGKILL at a moment; whether it was before its end."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        if moment.seconds:
            tell_at(moment.steps, folder, writing)
        else:
            die_at(moment.steps, folder)
        work()
        os._exit(0)
    os.close(writing)
    if os.read(reading, 1):  # nothing where it ended without making so many steps
        time.sleep(moment.seconds)
        os.kill(child, signal.SIGKILL)
    os.close(reading)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code not in (0, -signal.SIGKILL):
        sys.exit(f"work that was to be killed ended with {code}")
    return code == -signal.SIGKILL
