"""Recorded calls: a list of the calls as separated values, and a WAV file for each beside it."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import numpy as np

from demo.sources.lines import write_csv
from demo.sources.staff import SERVICE_NUMBER, agent
from demo.times import local, local_date, past
from demo.world import chance, has

if TYPE_CHECKING:
    from pathlib import Path

    from demo.truth import Truth
    from demo.world import Chunk

_DATASET = "calls.recordings"
_HEADER = ("call_id", "caller", "customer_number", "callee", "agent", "started", "ended", "duration", "file")
_RATE = 8_000
_SECONDS = np.arange(_RATE // 2) / _RATE


def write(chunk: Chunk, folder: Path, truth: Truth) -> None:
    """Write a chunk's calls."""
    rng = chunk.rng("calls")
    rows: list[tuple[object, ...]] = []
    for person in chunk.persons:
        if not has(rng, person, 0.1):
            continue
        call_id = f"call-{chunk.index + 1:03d}-{len(rows) + 1:05d}"
        ended = past(rng, person, "calls")
        duration = rng.randint(20, 900)
        company = person.company
        caller = company.switchboard if company and company.switchboard and not person.thorough and chance(rng, 0.2) else person.phone
        if not person.thorough and chance(rng, 0.05):
            caller = "anonymous"
        number = person.customer_number if has(rng, person, 0.3) else None
        rows.append(
            (
                call_id,
                caller,
                number,
                SERVICE_NUMBER,
                agent(rng)["email"],
                local(ended - duration),
                local(ended),
                duration,
                f"{call_id}.wav",
            )
        )
        _record(folder / f"{call_id}.wav", pitch=rng.uniform(200, 1200), beat=rng.uniform(2, 20), samples=rng.randint(1_600, _RATE // 2))
        truth.record(_DATASET, call_id, person, local_date(ended))
    write_csv(folder / chunk.file("calls", "csv"), _HEADER, rows)


def _record(path: Path, pitch: float, beat: float, samples: int) -> None:
    """A tone that rises and falls, so that no two recordings have the same bytes."""
    moments = _SECONDS[:samples]
    tone = np.sin(2 * np.pi * pitch * moments) * np.cos(2 * np.pi * beat * moments)
    with wave.open(str(path), "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(_RATE)
        recording.writeframes((tone * 12_000).astype("<i2").tobytes())
