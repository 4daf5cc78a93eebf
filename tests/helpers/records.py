"""Records as the sources of the small register give them."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def customer(number: int, **values: object) -> Row:
    """A customer of the shop."""
    return {"customer_number": f"C{number}", "kind": "consumer"} | values


def chat(number: int, ended_at: str = "2026-10-01T10:00:00Z", **values: object) -> Row:
    """A chat; within its period on 15 October 2026 unless told otherwise."""
    return {"id": f"chat-{number}", "ended_at": ended_at} | values


def call(number: int, ended_at: str = "2026-10-01T10:00:00Z", **values: object) -> Row:
    """A recorded call, whose audio file is `<number>.wav`."""
    return {"id": f"call-{number}", "phone": f"+35840100{number:04d}", "ended_at": ended_at, "audio": f"{number}.wav"} | values


def trader(number: int, **values: object) -> Row:
    """A sole trader of the public register."""
    return {"id": f"T{number}", "name": f"Trader {number}"} | values
